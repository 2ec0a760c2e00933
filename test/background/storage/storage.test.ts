import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import { type PlaceFiles, PlaceStorage } from "../../../src/background/storage/place-storage.ts";
import { AppError, isAppError, toWire } from "../../../src/shared/errors.ts";
import { NodeStorage } from "../../support/node-storage.ts";
import { describeStorage } from "./describe-storage.ts";

const made: string[] = [];

afterAll(async () => {
  for (const directory of made) await rm(directory, { recursive: true, force: true });
});

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), "keeper-storage-"));
  made.push(directory);
  return directory;
}

/** `messenger.platform` as the parent process answers, over a directory; `failure` is answered instead when set. */
function platformOver(directory: string) {
  const disk = new NodeStorage(directory);
  const state: { failure: AppError | undefined; writes: number[] } = {
    failure: undefined,
    writes: [],
  };
  async function answer<T>(work: () => Promise<T>) {
    try {
      if (state.failure) throw state.failure;
      return await work();
    } catch (error) {
      if (!isAppError(error)) throw error;
      return { error: toWire(error) };
    }
  }
  const files: PlaceFiles = {
    openPlace: () =>
      answer(async () => ({ place: "place-1", device: "other-disk" as const, freeBytes: 1000 })),
    statFile: (_place, file) =>
      answer(async () => ({ size: (await disk.size(file)) ?? -1, modifiedMs: 0 })),
    readFile: (_place, file, offset, length) =>
      answer(async () => {
        const bytes = await disk.read(file);
        const start = offset ?? 0;
        return { bytes: bytes.slice(start, length === undefined ? undefined : start + length) };
      }),
    writeFiles: (_place, all) =>
      answer(async () => {
        state.writes.push(all.length);
        for (const file of all) {
          if (!file.create) await disk.write([file]);
          else if (!(await disk.create(file))) throw new AppError("file-exists", "It exists.");
        }
        return { ok: true as const };
      }),
    makeDirectories: (_place, paths) =>
      answer(async () => {
        await disk.makeDirectories(paths);
        return { ok: true as const };
      }),
    listDirectory: (_place, file) =>
      answer(async () => ({ exists: true, entries: await disk.list(file) })),
    readFiles: (_place, paths) =>
      // As the parent does: no more than what fits one answer.
      answer(async () => ({
        files: (await disk.readMany(paths.slice(0, 2))).map((bytes) => bytes ?? null),
      })),
    listBelow: (_place, file, only) =>
      answer(async () => ({ paths: await disk.listBelow(file, only) })),
    measureBelow: (_place, file) =>
      answer(async () => {
        const sizes = (await disk.listBelow(file)).map((name) => disk.size(`${file}/${name}`));
        const known = (await Promise.all(sizes)).filter((size) => size !== undefined);
        return { bytes: known.reduce((sum, size) => sum + size, 0), files: known.length };
      }),
    removeFiles: (_place, paths) =>
      answer(async () => {
        await disk.remove(paths);
        return { ok: true as const };
      }),
  };
  return { files, state };
}

describeStorage("MemoryStorage", async () => new MemoryStorage());
describeStorage("NodeStorage", async () => new NodeStorage(await temporaryDirectory()));
describeStorage("PlaceStorage", async () =>
  PlaceStorage.open(platformOver(await temporaryDirectory()).files, "/backups"),
);

test("PlaceStorage names its directory and the disk it is on", async () => {
  const { files } = platformOver(await temporaryDirectory());
  const storage = await PlaceStorage.open(files, "/backups");
  expect(storage).toMatchObject({ label: "/backups", device: "other-disk", freeBytes: 1000 });
});

test("PlaceStorage passes on why the parent process refused", async () => {
  const { files, state } = platformOver(await temporaryDirectory());
  const storage = await PlaceStorage.open(files, "/backups");
  state.failure = new AppError("place-gone", "The folder is gone.", { hint: "Plug it in." });
  const gone = { code: "place-gone", message: "The folder is gone.", hint: "Plug it in." };
  await expect(storage.read("CONFIG")).rejects.toMatchObject(gone);
  await expect(storage.size("CONFIG")).rejects.toMatchObject(gone);
  await expect(storage.list("")).rejects.toMatchObject(gone);
  await expect(storage.create({ path: "a", bytes: new Uint8Array() })).rejects.toMatchObject(gone);
  await expect(storage.write([{ path: "a", bytes: new Uint8Array() }])).rejects.toMatchObject(gone);
  await expect(storage.remove(["a"])).rejects.toMatchObject(gone);
  await expect(PlaceStorage.open(files, "/backups")).rejects.toMatchObject(gone);
});

test("PlaceStorage sends many files in calls of bounded size", async () => {
  const { files, state } = platformOver(await temporaryDirectory());
  const storage = await PlaceStorage.open(files, "/backups");
  const bytes = new Uint8Array(6 * 1024 * 1024);
  await storage.write(["a", "b", "c", "d", "e"].map((file) => ({ path: file, bytes })));
  expect(state.writes).toEqual([2, 2, 1]);
});

test("PlaceStorage measures what lies below", async () => {
  const { files } = platformOver(await temporaryDirectory());
  const storage = await PlaceStorage.open(files, "/backups");
  const paths = ["packfiles/ab/one", "packfiles/cd/two"];
  await storage.write(paths.map((path) => ({ path, bytes: new Uint8Array(70) })));
  expect(await storage.measureBelow("packfiles")).toEqual({ bytes: 140, files: 2 });
  expect(await storage.measureBelow("states")).toEqual({ bytes: 0, files: 0 });
});
