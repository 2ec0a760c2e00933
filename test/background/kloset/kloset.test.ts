import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Entry } from "../../../src/background/kloset/entry.ts";
import { createStore, type Kloset, openStore } from "../../../src/background/kloset/kloset.ts";
import type { NewFile } from "../../../src/background/kloset/snapshot-terms.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import { toHex } from "../../../src/shared/bytes.ts";
import { calendarFiles, noise } from "../../support/calendar-files.ts";
import { addSnapshot, memoryStore, START_MS, source } from "../../support/store-fixture.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

async function contents(store: Kloset, id: string): Promise<Map<string, string>> {
  const reader = await store.openSnapshot(id);
  const found = new Map<string, string>();
  for await (const entry of reader.walk())
    if (entry.kind === "file") found.set(entry.path, toHex(await reader.readFile(entry)));
  return found;
}

const asMap = (files: readonly NewFile[]) =>
  new Map(files.map((file) => [file.path, toHex(file.bytes)]));

const name = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 8 })
  .filter((text) => !/[/\0]|^\.\.?$/.test(text));

const fileSets = fc
  .array(
    fc.record({
      folders: fc.array(name, { maxLength: 3 }),
      name,
      bytes: fc.uint8Array({ maxLength: 200 }),
      modifiedMs: fc.integer({ min: -1e12, max: 4e12 }),
    }),
    { maxLength: 25 },
  )
  .map((files) => {
    // A name that is a file in one path cannot be a folder in another.
    const byPath = new Map<string, NewFile>();
    for (const { folders, name: last, bytes, modifiedMs } of files) {
      const path = `/${[...folders.map((folder) => `${folder}.d`), `${last}.ics`].join("/")}`;
      byPath.set(path, { path, bytes, modifiedMs });
    }
    return [...byPath.values()];
  });

test("whatever is put in comes back from a store opened anew", async () => {
  await fc.assert(
    fc.asyncProperty(
      fileSets,
      fc.constantFrom("LZ4", "GZIP", "none"),
      fc.constantFrom("BLAKE3", "SHA256"),
      async (files, compression, hashing) => {
        const storage = new MemoryStorage();
        const store = await createStore(storage, { compression, hashing });
        const { snapshotId } = await addSnapshot(store, files);
        const again = await openStore(storage);
        expect(await contents(again, snapshotId)).toEqual(asMap(files));
        expect(await again.check({ full: true })).toMatchObject({ ok: true, errors: [] });
        const reader = await again.openSnapshot(snapshotId);
        for (const file of files) {
          const entry = await reader.stat(file.path);
          expect(entry).toMatchObject({ kind: "file", size: file.bytes.length });
          expect((entry as Entry).modified.seconds).toBe(Math.floor(file.modifiedMs / 1000));
        }
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);

describe("snapshots in a list", () => {
  test("come newest first, with label, origin, files and bytes", async () => {
    const { store, surroundings, reopen } = await memoryStore();
    const files = calendarFiles(5);
    await addSnapshot(store, files, "before the trip");
    surroundings.time += 60_000;
    await addSnapshot(store, files.slice(0, 2));
    const size = files.reduce((sum, file) => sum + file.bytes.length, 0);
    expect(await (await reopen()).listSnapshots()).toMatchObject([
      { timestamp: START_MS + 60_000, label: "", files: 2 },
      {
        timestamp: START_MS,
        label: "before the trip",
        type: "caldav",
        origin: "thunderbird:test",
        directory: "/",
        files: 5,
        size,
      },
    ]);
  });

  test("are seen by a store that was open before, after a refresh", async () => {
    const { store, reopen } = await memoryStore();
    const other = await reopen();
    const { snapshotId } = await addSnapshot(store, calendarFiles(1));
    await expect(other.openSnapshot(snapshotId)).rejects.toMatchObject({
      code: "snapshot-unknown",
    });
    await other.refresh();
    expect(await contents(other, snapshotId)).toEqual(asMap(calendarFiles(1)));
  });

  test("an unknown or malformed id is no snapshot", async () => {
    const { store } = await memoryStore();
    for (const id of ["", "zz", "00", "0".repeat(64)])
      await expect(store.openSnapshot(id)).rejects.toMatchObject({ code: "snapshot-unknown" });
  });
});

describe("a second snapshot", () => {
  test("of the same files adds its header only, whatever their number", async () => {
    const sizes: number[] = [];
    for (const count of [10, 600]) {
      const { store, surroundings } = await memoryStore();
      await addSnapshot(store, calendarFiles(count));
      surroundings.time += 1000;
      const second = await addSnapshot(store, calendarFiles(count));
      expect(second).toMatchObject({ files: count, newBlobs: 1 });
      sizes.push(second.bytesWritten);
    }
    const [few = 0, many = 0] = sizes;
    expect(Math.abs(many - few)).toBeLessThan(200);
  });

  test("with one file changed adds that file and the listings it is in", async () => {
    const { store } = await memoryStore();
    const files = calendarFiles(600);
    const first = await addSnapshot(store, files);
    const changed = files.map((file, i) => (i === 300 ? { ...file, bytes: utf8("new") } : file));
    const second = await addSnapshot(store, changed);
    expect(second.newBlobs).toBeLessThan(first.newBlobs / 10);
    expect(await contents(store, second.snapshotId)).toEqual(asMap(changed));
    expect(await contents(store, first.snapshotId)).toEqual(asMap(files));
  });

  test("takes files over without their bytes, at their path or another", async () => {
    const { store } = await memoryStore();
    const files = calendarFiles(30);
    const first = await addSnapshot(store, files);
    const earlier = await store.openSnapshot(first.snapshotId);
    const writer = await store.startSnapshot(source);
    const expected = new Map<string, string>();
    for (const [i, file] of files.entries()) {
      const entry = (await earlier.stat(file.path)) as Entry;
      const path = i % 2 === 0 ? file.path : `/renamed${file.path}`;
      expect(await writer.carryFile(entry, path)).toBe(true);
      expected.set(path, toHex(file.bytes));
    }
    const second = await writer.commit();
    expect(second).toMatchObject({ files: 30, bytesRead: 0 });
    expect(await contents(store, second.snapshotId)).toEqual(expected);
    expect(await store.check({ full: true })).toMatchObject({ ok: true });
  });
});

test("a file is new to the store only the first time", async () => {
  const { store } = await memoryStore();
  const [file] = calendarFiles(1) as [NewFile];
  const writer = await store.startSnapshot(source);
  expect(await writer.addFile(file)).toMatchObject({ isNew: true });
  expect(await writer.addFile({ ...file, path: "/copy.ics" })).toMatchObject({ isNew: true });
  await writer.commit();
  const again = await store.startSnapshot(source);
  expect(await again.addFile(file)).toMatchObject({ isNew: false });
  await again.abort();
});

test("files larger than a chunk are cut and come back whole", async () => {
  const { store, storage } = await memoryStore();
  const files = [512 * 1024, 512 * 1024 + 1, 20 * 1024 * 1024].map((size, i) => ({
    path: `/${size}`,
    bytes: noise(size, i + 1),
    modifiedMs: 0,
  }));
  const { snapshotId } = await addSnapshot(store, files);
  const reader = await store.openSnapshot(snapshotId);
  for (const file of files) {
    expect(Buffer.compare(await reader.readFile(file.path), file.bytes)).toBe(0);
    const { object } = (await reader.stat(file.path)) as Entry;
    const { chunks } = await reader.content.object(object as Uint8Array);
    const lengths = chunks.map(({ length }) => length);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(file.bytes.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(8 * 1024 * 1024);
    expect(chunks.length > 1).toBe(file.bytes.length > 2 ** 20);
  }
  for (const [path, bytes] of storage.files)
    if (path.startsWith("packfiles/")) expect(bytes.length).toBeLessThan(17 * 1024 * 1024);
}, 60_000);

describe("listing", () => {
  test("gives direct children by name, folders with the newest time of what lies in them", async () => {
    const { store } = await memoryStore();
    const { snapshotId } = await addSnapshot(store, [
      { path: "/b/two.ics", bytes: utf8("2"), modifiedMs: 2000 },
      { path: "/b/deep/three.ics", bytes: utf8("3"), modifiedMs: 3000 },
      { path: "/a.ics", bytes: utf8("1"), modifiedMs: 1000 },
    ]);
    const reader = await store.openSnapshot(snapshotId);
    const root = await reader.list("/");
    expect(root.map(({ path, kind, modified }) => [path, kind, modified.seconds])).toEqual([
      ["/a.ics", "file", 1],
      ["/b", "directory", 3],
    ]);
    expect((await reader.list("/b")).map(({ name: child }) => child)).toEqual(["deep", "two.ics"]);
    await expect(reader.list("/c")).rejects.toMatchObject({ code: "not-found" });
    await expect(reader.readFile("/b")).rejects.toMatchObject({ code: "not-found" });
    expect(await reader.stat("/c")).toBeUndefined();
  });

  test("of an empty snapshot is empty", async () => {
    const { store } = await memoryStore();
    const { snapshotId } = await addSnapshot(store, []);
    expect(await (await store.openSnapshot(snapshotId)).list("/")).toEqual([]);
    expect(await store.check({ full: true })).toMatchObject({ ok: true, checked: 0 });
  });
});

test("a directory may be empty, may be named twice, and is refused where a file is", async () => {
  const { store } = await memoryStore();
  const writer = await store.startSnapshot(source);
  await writer.addDirectory("/calendars/empty");
  await writer.addDirectory("/calendars/empty");
  await writer.addFile({ path: "/calendars/a.ics", bytes: utf8("a"), modifiedMs: 0 });
  for (const path of ["/calendars/a.ics", "/calendars/a.ics/below"])
    await expect(writer.addDirectory(path)).rejects.toMatchObject({ code: "bad-argument" });
  const { snapshotId } = await writer.commit();
  const reader = await store.openSnapshot(snapshotId);
  expect((await reader.list("/calendars")).map((entry) => [entry.name, entry.kind])).toEqual([
    ["a.ics", "file"],
    ["empty", "directory"],
  ]);
  expect(await reader.list("/calendars/empty")).toEqual([]);
  expect(await store.check({ full: true })).toMatchObject({ ok: true });
});

describe("refused", () => {
  test.each(["relative.ics", "/", "", "/a/", "/a//b", "/a/../b", "/./a", "/nul\0", "/half\ud800"])(
    "the path %j",
    async (path) => {
      const { store } = await memoryStore();
      const writer = await store.startSnapshot(source);
      const added = writer.addFile({ path, bytes: utf8("x"), modifiedMs: 0 });
      await expect(added).rejects.toMatchObject({ code: "bad-argument" });
      await writer.addFile({ path: "/good.ics", bytes: utf8("x"), modifiedMs: 0 });
      expect(await writer.commit()).toMatchObject({ files: 1 });
    },
  );

  test("a path twice, below a file, or where a folder is", async () => {
    const { store } = await memoryStore();
    const writer = await store.startSnapshot(source);
    const add = (path: string) => writer.addFile({ path, bytes: utf8(path), modifiedMs: 0 });
    await add("/a/b.ics");
    for (const path of ["/a/b.ics", "/a/b.ics/c.ics", "/a"])
      await expect(add(path)).rejects.toMatchObject({ code: "bad-argument" });
    expect(await writer.commit()).toMatchObject({ files: 1 });
  });

  test("a new store where anything lies", async () => {
    const storage = new MemoryStorage();
    await storage.write([{ path: "holiday.jpg", bytes: utf8("x") }]);
    await expect(createStore(storage)).rejects.toMatchObject({ code: "file-exists" });
    expect([...storage.files.keys()]).toEqual(["holiday.jpg"]);
    const { storage: taken } = await memoryStore();
    await expect(createStore(taken)).rejects.toMatchObject({ code: "file-exists" });
  });
});

test("cancelling stops a backup, and nothing of it stays", async () => {
  const { store, storage } = await memoryStore();
  const before = [...storage.files.keys()];
  const controller = new AbortController();
  const writer = await store.startSnapshot({ ...source, signal: controller.signal });
  await writer.addFile({ path: "/big", bytes: noise(9 * 1024 * 1024, 1), modifiedMs: 0 });
  expect(storage.files.size).toBeGreaterThan(before.length);
  controller.abort();
  const adding = writer.addFile({ path: "/a", bytes: utf8("x"), modifiedMs: 0 });
  await expect(adding).rejects.toMatchObject({ code: "aborted" });
  await expect(writer.commit()).rejects.toMatchObject({ code: "aborted" });
  await writer.abort();
  expect([...storage.files.keys()]).toEqual(before);
}, 60_000);

test("progress tells files and bytes as they grow", async () => {
  const { store } = await memoryStore();
  const seen: number[] = [];
  const writer = await store.startSnapshot({
    ...source,
    onProgress: ({ files }) => seen.push(files),
  });
  for (const file of calendarFiles(3)) await writer.addFile(file);
  await writer.commit();
  expect(seen).toEqual([1, 2, 3]);
});

test("a long backup leaves turns to everything else", async () => {
  const { store } = await memoryStore();
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  await addSnapshot(store, [{ path: "/big", bytes: noise(8 * 1024 * 1024, 1), modifiedMs: 0 }]);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(5);
});
