import { afterEach, describe, expect, test, vi } from "vitest";
import { decodeConfig } from "../../../src/background/kloset/config.ts";
import { parseEnvelope, wrap } from "../../../src/background/kloset/envelope.ts";
import { encodeLock } from "../../../src/background/kloset/lock.ts";
import { compressFrame } from "../../../src/background/kloset/lz4-frame.ts";
import { keyedHashing, plaintextKey } from "../../../src/background/kloset/mac.ts";
import { Resource, VERSION_1_0_0 } from "../../../src/background/kloset/resource.ts";
import { timestampOf } from "../../../src/background/kloset/timestamp.ts";
import type { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import { calendarFiles } from "../../support/calendar-files.ts";
import { addSnapshot, memoryStore, START_MS, source } from "../../support/store-fixture.ts";

const MINUTE = 60_000;

afterEach(() => {
  vi.useRealTimers();
});

/** As another program would leave it. */
function putLock(
  storage: MemoryStorage,
  lock: { name?: string; takenMs: number; hostname: string; exclusive: boolean },
): string {
  const { body } = parseEnvelope(
    storage.files.get("CONFIG") as Uint8Array,
    Resource.config,
    "CONFIG",
  );
  const key = plaintextKey("BLAKE3", decodeConfig(body).repositoryId);
  const record = encodeLock({ ...lock, timestamp: timestampOf(lock.takenMs) });
  const path = `locks/${lock.name ?? "ab".repeat(32)}`;
  const hashing = keyedHashing("BLAKE3", key);
  storage.files.set(path, wrap(Resource.lock, VERSION_1_0_0, compressFrame(record), hashing));
  return path;
}

const locks = (storage: MemoryStorage) =>
  [...storage.files.keys()].filter((path) => path.startsWith("locks/"));

test("a backup holds one lock while it runs and none afterwards", async () => {
  const { store, storage } = await memoryStore();
  const writer = await store.startSnapshot(source);
  expect(locks(storage)).toHaveLength(1);
  await writer.commit();
  expect(locks(storage)).toEqual([]);
  const given = await store.startSnapshot(source);
  await given.abort();
  await given.abort();
  expect(locks(storage)).toEqual([]);
});

describe("a backup meets", () => {
  test("maintenance: it is refused, naming host and age, and leaves everything as it was", async () => {
    const { store, storage } = await memoryStore();
    const path = putLock(storage, {
      takenMs: START_MS - 3 * MINUTE,
      hostname: "server",
      exclusive: true,
    });
    const before = new Map(storage.files);
    await expect(store.startSnapshot(source)).rejects.toMatchObject({
      code: "store-locked",
      message: expect.stringMatching(/"server".*3 minutes/),
      retry: "later",
      details: { host: "server", ageMs: 3 * MINUTE },
    });
    expect(storage.files).toEqual(before);
    expect(locks(storage)).toEqual([path]);
  });

  test("another backup: both go on", async () => {
    const { store, storage } = await memoryStore();
    const path = putLock(storage, { takenMs: START_MS, hostname: "laptop", exclusive: false });
    await addSnapshot(store, calendarFiles(1));
    expect(locks(storage)).toEqual([path]);
  });

  test("a lock of more than ten minutes: its owner is gone, it is removed", async () => {
    const { store, storage } = await memoryStore();
    putLock(storage, { takenMs: START_MS - 11 * MINUTE, hostname: "server", exclusive: true });
    await addSnapshot(store, calendarFiles(1));
    expect(locks(storage)).toEqual([]);
  });

  test("a lock of the future, which never expires: it is refused and the file named", async () => {
    const { store, storage } = await memoryStore();
    const takenMs = START_MS + 365 * 24 * 60 * MINUTE;
    const path = putLock(storage, { takenMs, hostname: "server", exclusive: true });
    await expect(store.startSnapshot(source)).rejects.toMatchObject({
      code: "store-locked",
      hint: expect.stringContaining(path),
      retry: "after-user",
    });
    expect(locks(storage)).toEqual([path]);
  });

  test("a lock that cannot be read: it is refused and the file named", async () => {
    const { store, storage } = await memoryStore();
    const path = `locks/${"cd".repeat(32)}`;
    storage.files.set(path, new TextEncoder().encode("not a lock"));
    await expect(store.startSnapshot(source)).rejects.toMatchObject({
      code: "store-locked",
      hint: expect.stringContaining(path),
      details: { file: path },
    });
    expect(locks(storage)).toEqual([path]);
  });

  test("files that are no locks: they do not matter", async () => {
    const { store, storage } = await memoryStore();
    storage.files.set("locks/README", new Uint8Array());
    await addSnapshot(store, calendarFiles(1));
    expect(locks(storage)).toEqual(["locks/README"]);
  });
});

test("a long backup renews its lock every five minutes", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const { store, storage, surroundings } = await memoryStore();
  const writer = await store.startSnapshot(source);
  const [path = ""] = locks(storage);
  const first = storage.files.get(path);
  surroundings.time += 5 * MINUTE;
  await vi.advanceTimersByTimeAsync(5 * MINUTE);
  await vi.waitFor(() => expect(storage.files.get(path)).not.toEqual(first));
  await writer.abort();
  surroundings.time += 5 * MINUTE;
  await vi.advanceTimersByTimeAsync(5 * MINUTE);
  expect(locks(storage)).toEqual([]);
});

test("a backup whose packfiles another program removed meanwhile publishes nothing", async () => {
  const { store, storage } = await memoryStore();
  await addSnapshot(store, calendarFiles(5));
  const [packfile = ""] = [...storage.files.keys()].filter((path) => path.startsWith("packfiles/"));
  const writer = await store.startSnapshot(source);
  for (const file of calendarFiles(5)) await writer.addFile(file);
  storage.files.delete(packfile);
  await expect(writer.commit()).rejects.toMatchObject({ code: "store-locked", retry: "later" });
  await writer.abort();
  const states = [...storage.files.keys()].filter((path) => path.startsWith("states/"));
  expect(states).toHaveLength(1);
  expect(locks(storage)).toEqual([]);
});
