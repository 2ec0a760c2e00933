/** Which stores are opened, and what is said of those that are not. */
import { expect, test } from "vitest";
import {
  defaultConfig,
  encodeConfig,
  type StoreConfig,
} from "../../../src/background/kloset/config.ts";
import { wrap } from "../../../src/background/kloset/envelope.ts";
import { createStore, openStore } from "../../../src/background/kloset/kloset.ts";
import { configHashing, keyedHashing } from "../../../src/background/kloset/mac.ts";
import { Resource, VERSION_1_0_0 } from "../../../src/background/kloset/resource.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import { concatBytes, fromHex, toHex } from "../../../src/shared/bytes.ts";
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
        algorithm: "ZSTD",
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

test("a store with a passphrase is recognised and refused", async () => {
  const encryption = hex(`
    85af5375624b6579416c676f726974686da94145533235362d4b57ad44617461416c676f726974686dae414553323536
    2d47434d2d534956a94368756e6b53697a65ce00010000a94b4446506172616d7383a34b4446a84152474f4e324944a4
    53616c74c410000102030405060708090a0b0c0d0e0fa86172676f6e32696485a853616c7453697a65ce00000010a454
    696d65ce00000004a64d656d6f7279ce00040000a754687265616473cc01a64b65794c656ece00000020a643616e6172
    79c464
    f23ac66a2f32e13fb4cf0bbbd34e60137d05d9b2afc4e85722216f5337cdc05bd404bd5b0bff8224
    333333333333333333333333
    2987d6de715c6e59d29689e4862e226bb0e341dfda821dd1f476ac163d0fb97cd45ad801ddb538de4cf55fcdd3d7b6b8`);
  const plain = encodeConfig(defaults);
  const body = concatBytes([plain.subarray(0, plain.length - 1), encryption]);
  const key = hex("58adf8f2eb38053b06b6d9365fd8f5de698bcfc69f2c02c0ba8d8c4634816db0");
  const file = wrap(Resource.config, VERSION_1_0_0, body, keyedHashing("BLAKE3", key));
  expect(file).toHaveLength(659);
  expect(toHex(file.subarray(-32))).toBe(
    "4d58ec79c41106c7e8289bf16cdc815228b74e00d31e363187c6ee5be5a1e738",
  );
  await expect(openStore(withConfig(file))).rejects.toMatchObject({
    code: "store-encrypted",
    message: expect.stringContaining("passphrase"),
    hint: expect.stringContaining("plakar"),
  });
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
