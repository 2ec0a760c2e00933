import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { KnownStores } from "../../../src/background/commands/known-stores.ts";
import { createStore, inspectStore } from "../../../src/background/kloset/kloset.ts";
import { backupSettingsShape } from "../../../src/background/settings/backup-settings.ts";
import { StoredValue } from "../../../src/background/settings/stored-value.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { MemoryArea } from "../../support/memory-area.ts";
import { NodeStorage } from "../../support/node-storage.ts";

let folder: string;
let settings: StoredValue<ReturnType<typeof backupSettingsShape.initial>>;
let stores: KnownStores;
const at = (name: string): string => path.join(folder, name);
const unreachable = new Set<string>();
/** The active directory whenever every replaced version was to be written anew. */
let unmarkedIn: string[];
/** Folders that answer only when they are let. */
let slow: Map<string, Promise<void>>;
let waits: boolean;
let answered: string[];
let onAnswered: (directory: string) => void;
let opened: string[];
let time: number;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "keeper-stores-"));
  for (const name of ["profile", "one", "two", "photos"]) await mkdir(at(name));
  for (const name of ["one", "two"]) await createStore(new NodeStorage(at(name)), {});
  await writeFile(at("photos/cat.jpg"), "cat");
  unreachable.clear();
  unmarkedIn = [];
  slow = new Map();
  waits = true;
  answered = [];
  onAnswered = (name) => answered.push(name);
  opened = [];
  time = 0;
  settings = new StoredValue(new MemoryArea(), backupSettingsShape);
  await settings.update((old) => ({
    ...old,
    directory: at("one"),
    stores: [at("one"), at("two")],
  }));
  const directory = async () => (await settings.read()).directory ?? at("profile");
  stores = new KnownStores({
    settings,
    platform: { listPlaces: async () => ({ defaultDirectory: at("profile"), directories: [] }) },
    directory,
    now: () => time,
    open: async (name) => {
      opened.push(name);
      await slow.get(name);
      if (unreachable.has(name)) throw new AppError("place-gone", "The folder is gone.");
      const storage = new NodeStorage(name);
      const list = (inner: string) => storage.list(inner);
      const measure = async (inner: string) => {
        const found = await storage.listBelow(inner);
        const sizes = await Promise.all(found.map((name) => storage.size(`${inner}/${name}`)));
        return {
          bytes: sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
          files: found.length,
        };
      };
      return { freeBytes: 5000, list, measure, inspect: () => inspectStore(storage) };
    },
    unmarkSaved: async () => {
      unmarkedIn.push(await directory());
    },
    patience: () => (waits ? new Promise(() => {}) : new Promise((done) => setImmediate(done))),
    onAnswered: (name) => onAnswered(name),
    changed: async () => ({ directory: await directory() }) as never,
  });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("every folder with backups is listed, the active one first", async () => {
  expect(await stores.list()).toMatchObject([
    { directory: at("one"), active: true, holds: "store", encrypted: false, freeBytes: 5000 },
    { directory: at("two"), active: false, holds: "store" },
  ]);
});

test("a chosen folder says what is in it already", async () => {
  await settings.update((old) => ({ ...old, directory: at("photos") }));
  expect((await stores.list())[0]).toMatchObject({ holds: "other-files", encrypted: null });
  await settings.update((old) => ({ ...old, directory: null }));
  expect((await stores.list())[0]).toMatchObject({ isDefaultDirectory: true, holds: "nothing" });
});

test("another one is made the active one, and the first stays known", async () => {
  expect(await stores.activate({ directory: at("two") })).toMatchObject({ directory: at("two") });
  const listed = await stores.list();
  expect(listed.map(({ directory, active }) => [directory, active])).toEqual([
    [at("two"), true],
    [at("one"), false],
  ]);
});

test("another one made active is to get every replaced version, the active one none anew", async () => {
  await stores.activate({ directory: at("one") });
  expect(unmarkedIn).toEqual([]);
  await stores.activate({ directory: at("two") });
  expect(unmarkedIn).toEqual([at("one")]);
});

test("one that cannot be reached is listed with the reason, and not made the active one", async () => {
  unreachable.add(at("two"));
  expect((await stores.list())[1]).toMatchObject({
    holds: "unknown",
    error: { code: "place-gone" },
  });
  await expect(stores.activate({ directory: at("two") })).rejects.toMatchObject({
    code: "place-gone",
  });
  await rm(at("two"), { recursive: true });
  await mkdir(at("two"));
  unreachable.clear();
  await expect(stores.activate({ directory: at("two") })).rejects.toMatchObject({
    code: "store-missing",
  });
  expect((await settings.read()).directory).toBe(at("one"));
});

test("one that does not answer holds up none of the others, and is told of once it does", async () => {
  let answer = () => {};
  const silence = new Promise<void>((done) => {
    answer = done;
  });
  expect((await stores.list())[1]).toMatchObject({ holds: "store", error: null });
  slow.set(at("two"), silence);
  waits = false;
  // What the healthy one says takes the disk's time: asked until it is in.
  await vi.waitFor(async () => {
    expect((await stores.list())[0]).toMatchObject({ directory: at("one"), error: null });
  });
  expect((await stores.list())[1]).toMatchObject({
    directory: at("two"),
    holds: "store",
    encrypted: false,
    error: { code: "place-io", message: "The disk of the chosen folder does not answer." },
  });
  waits = true;
  expect(answered).not.toContain(at("two"));
  answer();
  await vi.waitFor(() => expect(answered).toContain(at("two")));
  expect((await stores.list())[1]).toMatchObject({ holds: "store", error: null });
});

test("folders that are all slow are asked once by a page that lists them whenever one has answered", async () => {
  const letGo: (() => void)[] = [];
  const slowly = {
    get: () => new Promise<void>((done) => letGo.push(done)),
  };
  slow = slowly as unknown as typeof slow;
  waits = false;
  let listing = stores.list();
  let lists = 1;
  onAnswered = () => {
    lists++;
    listing = stores.list();
  };
  const directories = [at("one"), at("two"), at("profile")];
  await listing;
  // One after the other, each long after the one before was told.
  for (let next = 1; letGo.length > 0 && next <= 10; next++) {
    letGo.shift()?.();
    await vi.waitFor(() => expect(lists).toBeGreaterThan(next));
    await listing;
  }
  expect(opened).toHaveLength(directories.length);
  expect(new Set(opened)).toEqual(new Set(directories));
  expect(await stores.list()).toMatchObject([{ error: null }, { error: null }]);

  // Later they are asked anew, and the page hears nothing of what it was told just before.
  time += 60_000;
  await stores.list();
  expect(opened).toHaveLength(6);
  const before = lists;
  for (const go of letGo.splice(0)) go();
  await vi.waitFor(async () => {
    expect(await stores.list()).toMatchObject([{ error: null }, { error: null }]);
  });
  expect(lists).toBe(before);
});

test("only a known folder is activated or forgotten, and never the active one forgotten", async () => {
  await expect(stores.activate({ directory: at("photos") })).rejects.toMatchObject({
    code: "bad-argument",
  });
  await expect(stores.forget({ directory: at("one") })).rejects.toMatchObject({
    code: "bad-argument",
  });
  await stores.forget({ directory: at("two") });
  expect((await stores.list()).map(({ directory }) => directory)).toEqual([at("one")]);
});

test("what the store takes on the disk is counted", async () => {
  const empty = await stores.size();
  await mkdir(at("one/packfiles/ab"), { recursive: true });
  await writeFile(at("one/packfiles/ab/abcd"), new Uint8Array(700));
  const { bytes, files } = await stores.size();
  expect({ bytes: bytes - empty.bytes, files: files - empty.files }).toEqual({
    bytes: 700,
    files: 1,
  });
});
