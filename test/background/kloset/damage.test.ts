/** Whatever happens to the files of a store: it is noticed, and what is whole stays readable. */
import { beforeAll, describe, expect, test } from "vitest";
import { openStore } from "../../../src/background/kloset/kloset.ts";
import { PADDING } from "../../../src/background/kloset/packfile.ts";
import { resourceName } from "../../../src/background/kloset/resource.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import { isAppError } from "../../../src/shared/errors.ts";
import { calendarFiles } from "../../support/calendar-files.ts";
import { addSnapshot, FailingStorage, memoryStore, source } from "../../support/store-fixture.ts";

/** What a user would be told about this store: an error code on opening, or of the full check; "" when all is well. */
async function complaint(files: ReadonlyMap<string, Uint8Array>): Promise<string> {
  const storage = new MemoryStorage();
  for (const [path, bytes] of files) storage.files.set(path, bytes);
  try {
    const store = await openStore(storage);
    const report = await store.check({ full: true });
    return report.ok ? "" : (report.errors[0]?.code ?? "unnamed");
  } catch (error) {
    if (!isAppError(error)) throw error;
    return error.code;
  }
}

describe("a small store", () => {
  let files: Map<string, Uint8Array>;
  beforeAll(async () => {
    const { store, storage } = await memoryStore();
    await addSnapshot(store, calendarFiles(1));
    files = storage.files;
    expect(await complaint(files)).toBe("");
  });

  test("cut at any length, in any of its files, is found damaged", async () => {
    const unnoticed: string[] = [];
    for (const [path, bytes] of files) {
      const step = bytes.length > PADDING ? 37 : 1;
      for (let length = 0; length < bytes.length; length += step) {
        const code = await complaint(new Map(files).set(path, bytes.subarray(0, length)));
        if (!/^(store-corrupt|not-a-store|blob-missing)$/.test(code))
          unnoticed.push(`${path.slice(0, 12)} at ${length}: ${code}`);
      }
    }
    expect(unnoticed).toEqual([]);
  }, 240_000);

  test("with any byte changed, in any of its files, is found damaged", async () => {
    const unnoticed: string[] = [];
    for (const [path, bytes] of files) {
      // The padding at the end of the blobs is one long run: a part of it stands for all.
      const step = bytes.length > PADDING ? 7 : 1;
      for (let at = 0; at < bytes.length; at += step) {
        const changed = bytes.slice();
        changed[at] = (changed[at] as number) ^ (1 << (at % 8));
        const code = await complaint(new Map(files).set(path, changed));
        if (code === "") unnoticed.push(`${path.slice(0, 12)} at ${at}`);
      }
    }
    expect(unnoticed).toEqual([]);
  }, 240_000);

  test("every kind of blob is found damaged, also where another kind has the same bytes", async () => {
    const [path = "", bytes] = [...files].find(([name]) => name.startsWith("packfiles/")) ?? [];
    const found = new Set<string>();
    for (let at = 0; bytes && at < bytes.length - PADDING; at += 17) {
      const storage = new MemoryStorage();
      for (const [name, file] of files) storage.files.set(name, file.slice());
      const changed = storage.files.get(path) as Uint8Array;
      changed[at] = (changed[at] as number) ^ 1;
      const store = await openStore(storage);
      await store.check({ full: true });
      for (const name of store.damaged()) found.add(resourceName(Number(name.split(":")[0])));
    }
    // Empty trees of errors and of attributes differ in their kind alone.
    for (const kind of ["errorTree", "errorNode", "xattrTree", "xattrNode", "vfsNode", "indexNode"])
      expect(found).toContain(kind);
  }, 240_000);

  test("with a file missing is found damaged, or has no snapshot at all without its state", async () => {
    for (const path of files.keys()) {
      const rest = new Map(files);
      rest.delete(path);
      const expected =
        path === "CONFIG" ? "store-missing" : path.startsWith("states/") ? "" : "blob-missing";
      expect(await complaint(rest), path).toBe(expected);
    }
  });
});

test("damage is reported by snapshot and path, and the other files stay readable", async () => {
  const { store, storage } = await memoryStore();
  const files = calendarFiles(40);
  const { snapshotId } = await addSnapshot(store, files.slice(0, 1));
  const [damaged] = [...storage.files.keys()].filter((path) => path.startsWith("packfiles/"));
  const whole = await addSnapshot(store, files);
  storage.files.delete(damaged ?? "");
  const again = await openStore(storage);
  const report = await again.check();
  expect(report.ok).toBe(false);
  expect(report.errors.some((error) => error.snapshotId === snapshotId)).toBe(true);
  const inWhole = report.errors.filter((error) => error.snapshotId === whole.snapshotId);
  expect(inWhole).toEqual([
    expect.objectContaining({ path: files[0]?.path, code: "blob-missing" }),
  ]);
  const reader = await again.openSnapshot(whole.snapshotId);
  for (const file of files.slice(1)) expect(await reader.readFile(file.path)).toEqual(file.bytes);
  expect((await again.listSnapshots()).map(({ id }) => id)).toEqual([whole.snapshotId]);
});

test("one check names all of the damage in a packfile, also what is only reached through something damaged", async () => {
  const { store, storage } = await memoryStore();
  const files = calendarFiles(1);
  await addSnapshot(store, files);
  const [packfile = ""] = [...storage.files.keys()].filter((path) => path.startsWith("packfiles/"));
  const end = (storage.files.get(packfile)?.length ?? 0) - PADDING;
  const left: number[] = [];
  let found = 0;
  for (let at = 16; at + 60 < end; at += 45) {
    const damaged = new MemoryStorage();
    for (const [path, bytes] of storage.files) damaged.files.set(path, bytes.slice());
    damaged.files.get(packfile)?.fill(0xff, at, at + 60);
    const again = await openStore(damaged);
    if ((await again.check()).ok) continue;
    found++;
    const { snapshotId } = await addSnapshot(again, files);
    if (!(await again.check({ full: true, snapshotId })).ok) left.push(at);
  }
  expect(found).toBeGreaterThan(20);
  expect(left).toEqual([]);
});

test("what a check found damaged is stored anew by the next snapshot, and read from there", async () => {
  const { store, storage, reopen } = await memoryStore();
  const files = calendarFiles(3);
  await addSnapshot(store, files);
  const [packfile] = [...storage.files.keys()].filter((path) => path.startsWith("packfiles/"));
  const bytes = storage.files.get(packfile ?? "") as Uint8Array;
  // Inside the first blob, the first file's only chunk.
  bytes[16 + 40] = (bytes[16 + 40] as number) ^ 1;
  const again = await reopen();
  expect(await again.check()).toMatchObject({ ok: false, errors: [{ path: files[0]?.path }] });
  const second = await addSnapshot(again, files);
  expect(second.newBlobs).toBe(2);
  const third = await reopen();
  expect(await third.check()).toMatchObject({ ok: true, snapshots: 2 });
});

test("a crash at any write leaves earlier snapshots whole, and the next backup works", async () => {
  const files = calendarFiles(10);
  let committed = false;
  for (let changes = 0; !committed; changes++) {
    const { store: first, storage, surroundings } = await memoryStore();
    const { snapshotId } = await addSnapshot(first, files.slice(0, 5), "first");
    const failing = new FailingStorage(storage, changes);
    const store = await openStore(failing, { surroundings });
    try {
      await addSnapshot(store, files, "second");
      committed = true;
    } catch (error) {
      expect((error as Error).message).toBe("the machine lost power");
    }
    const after = await openStore(storage, { surroundings });
    const labels = (await after.listSnapshots()).map(({ label }) => label);
    // Published with the state, the second change but one: lock, packfile, state, unlock.
    expect(labels.includes("second"), `after ${changes} changes`).toBe(changes >= 3);
    expect(labels).toContain("first");
    expect(await after.check({ full: true }), `after ${changes} changes`).toMatchObject({
      ok: true,
    });
    const third = await addSnapshot(after, files, "third");
    const reader = await after.openSnapshot(third.snapshotId);
    for (const file of files) expect(await reader.readFile(file.path)).toEqual(file.bytes);
    expect(await (await after.openSnapshot(snapshotId)).list("/")).toHaveLength(1);
    if (changes > 10) throw new Error("the backup never ends");
  }
});

test("a snapshot that is published counts, even if the disk fails right afterwards", async () => {
  const { storage, surroundings } = await memoryStore();
  // Lock, packfile and state are written; removing the lock fails.
  const store = await openStore(new FailingStorage(storage, 3), { surroundings });
  const { snapshotId } = await addSnapshot(store, calendarFiles(2));
  const after = await openStore(storage, { surroundings });
  expect((await after.listSnapshots()).map(({ id }) => id)).toEqual([snapshotId]);
});

test("a failing disk is told, and giving up cleans up what it can", async () => {
  const { storage, surroundings } = await memoryStore();
  const failing = new FailingStorage(storage, 1);
  const store = await openStore(failing, { surroundings });
  const writer = await store.startSnapshot(source);
  for (const file of calendarFiles(2)) await writer.addFile(file);
  await expect(writer.commit()).rejects.toThrow("the machine lost power");
  failing.changesLeft = 10;
  await writer.abort();
  expect([...storage.files.keys()]).toEqual(["CONFIG"]);
});

test("a file is not taken over once its bytes are gone, even if its description is still there", async () => {
  const { store, storage } = await memoryStore();
  const bytes = new TextEncoder().encode("{}");
  await addSnapshot(store, [{ path: "/a.ics", bytes, modifiedMs: 0 }]);
  const [packfile = ""] = [...storage.files.keys()].filter((path) => path.startsWith("packfiles/"));
  // The same bytes under another type: a description of its own, in the second packfile.
  const second = await addSnapshot(store, [{ path: "/a.json", bytes, modifiedMs: 0 }]);
  storage.files.delete(packfile);
  const again = await openStore(storage);
  const entry = await (await again.openSnapshot(second.snapshotId)).stat("/a.json");
  const writer = await again.startSnapshot(source);
  expect(entry && (await writer.carryFile(entry))).toBe(false);
  await writer.abort();
});
