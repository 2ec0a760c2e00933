/** Which stores are opened, and what is said of those that are not. */
import { expect, test } from "vitest";
import {
  defaultConfig,
  encodeConfig,
  type StoreConfig,
} from "../../../src/background/kloset/config.ts";
import { wrap } from "../../../src/background/kloset/envelope.ts";
import { createStore, openStore } from "../../../src/background/kloset/kloset.ts";
import { configHashing } from "../../../src/background/kloset/mac.ts";
import { Resource, VERSION_1_0_0 } from "../../../src/background/kloset/resource.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import { fromHex } from "../../../src/shared/bytes.ts";
import { calendarFiles } from "../../support/calendar-files.ts";
import { addSnapshot, memoryStore } from "../../support/store-fixture.ts";

const hex = (text: string) => fromHex(text.replaceAll(/\s/g, "")) as Uint8Array;
const defaults = defaultConfig(hex("00112233445546778899aabbccddeeff"), {
  seconds: 1767323045,
  nanoseconds: 0,
});

function withConfig(file: Uint8Array): MemoryStorage {
  const storage = new MemoryStorage();
  storage.files.set("CONFIG", file);
  return storage;
}

const wrapped = (config: StoreConfig, version = VERSION_1_0_0) =>
  wrap(Resource.config, version, encodeConfig(config), configHashing);

test("a store with no snapshot yet is opened", async () => {
  const store = await openStore(withConfig(wrapped(defaults)));
  expect(await store.listSnapshots()).toEqual([]);
  expect(store.id).toBe("00112233445546778899aabbccddeeff");
});

test("an empty directory: there is no store, CONFIG is missing", async () => {
  await expect(openStore(new MemoryStorage())).rejects.toMatchObject({
    code: "store-missing",
    message: expect.stringContaining("CONFIG"),
    hint: expect.stringContaining("Nothing was changed"),
  });
});

test("a CONFIG of another program is no store", async () => {
  for (const text of ["", "[core]\n\trepositoryformatversion = 0\n", "x".repeat(5000)])
    await expect(openStore(withConfig(new TextEncoder().encode(text)))).rejects.toMatchObject({
      code: "not-a-store",
    });
});

test.each([
  ["a newer CONFIG", wrapped(defaults, 0x00020000)],
  ["an older CONFIG", wrapped(defaults, 0x00000900)],
  ["another hashing", wrapped({ ...defaults, hashing: { algorithm: "BLAKE4", bits: 256 } })],
  [
    "another compression",
    wrapped({
      ...defaults,
      compression: {
        ...(defaults.compression as NonNullable<StoreConfig["compression"]>),
        algorithm: "BROTLI",
      },
    }),
  ],
])("%s is of an unknown version", async (_name, file) => {
  await expect(openStore(withConfig(file))).rejects.toMatchObject({
    code: "store-unknown-version",
    hint: expect.stringContaining("Update"),
  });
});

test("a newer state is of an unknown version, and nothing is guessed", async () => {
  const { store, storage, reopen } = await memoryStore();
  await addSnapshot(store, calendarFiles(1));
  const [path = ""] = [...storage.files.keys()].filter((name) => name.startsWith("states/"));
  (storage.files.get(path) as Uint8Array)[13] = 2;
  await expect(reopen()).rejects.toMatchObject({ code: "store-unknown-version" });
});

test("a creation that was interrupted is completed by the next", async () => {
  const storage = new MemoryStorage();
  await storage.makeDirectories(["packfiles/00", "packfiles/01"]);
  const store = await createStore(storage);
  expect(await store.listSnapshots()).toEqual([]);
  for (const folder of ["packfiles", "states"])
    expect(await storage.list(folder)).toHaveLength(256);
  expect(await storage.list("locks")).toEqual([]);
});

test("temporary and foreign files among the store's are passed over", async () => {
  const { store, storage, reopen } = await memoryStore();
  const { snapshotId } = await addSnapshot(store, calendarFiles(1));
  for (const path of [
    "states/tmp.123",
    "states/00/README",
    "packfiles/ab/short",
    `states/11/${"22".repeat(32)}`,
  ])
    storage.files.set(path, new Uint8Array([1, 2, 3]));
  expect((await (await reopen()).listSnapshots()).map(({ id }) => id)).toEqual([snapshotId]);
});
