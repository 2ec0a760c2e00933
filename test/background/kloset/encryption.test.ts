/** Stores with a passphrase: fixed bytes, what is refused before anything is done, and what damage does. */

import { createHmac, pbkdf2Sync, scryptSync } from "node:crypto";
import { test as property } from "@fast-check/vitest";
import { argon2id } from "@noble/hashes/argon2.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeCipher } from "../../../src/background/kloset/cipher.ts";
import {
  decodeConfig,
  defaultConfig,
  encodeConfig,
  type StoreConfig,
} from "../../../src/background/kloset/config.ts";
import {
  type Encryption,
  type KeySource,
  opens,
} from "../../../src/background/kloset/encryption.ts";
import { wrap } from "../../../src/background/kloset/envelope.ts";
import {
  deriveKey,
  type KeyDerivation,
  newDerivation,
} from "../../../src/background/kloset/key-derivation.ts";
import { createStore, inspectStore, openStore } from "../../../src/background/kloset/kloset.ts";
import { configHashingWith } from "../../../src/background/kloset/mac.ts";
import { Resource, VERSION_1_0_0 } from "../../../src/background/kloset/resource.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import { equalBytes, fromHex, toHex } from "../../../src/shared/bytes.ts";
import { calendarFiles } from "../../support/calendar-files.ts";
import { addSnapshot, fixedSurroundings } from "../../support/store-fixture.ts";

const hex = (text: string) => fromHex(text.replaceAll(/\s/g, "")) as Uint8Array;
const utf8 = (text: string) => new TextEncoder().encode(text);
const KEY = hex("58adf8f2eb38053b06b6d9365fd8f5de698bcfc69f2c02c0ba8d8c4634816db0");
const OTHER_KEY = new Uint8Array(32).fill(7);
const salt = Uint8Array.from({ length: 16 }, (_, i) => i);
const CANARY = hex(`
  f23ac66a2f32e13fb4cf0bbbd34e60137d05d9b2afc4e85722216f5337cdc05bd404bd5b0bff8224
  333333333333333333333333
  2987d6de715c6e59d29689e4862e226bb0e341dfda821dd1f476ac163d0fb97cd45ad801ddb538de4cf55fcdd3d7b6b8`);
const plain = defaultConfig(hex("00112233445546778899aabbccddeeff"), {
  seconds: 1767323045,
  nanoseconds: 0,
});
const encryption: Encryption = {
  sliceSize: 65_536,
  derivation: newDerivation(salt),
  canary: CANARY,
};
const config: StoreConfig = { ...plain, encryption };

function withConfig(changed: Partial<Encryption> = {}, macKey = KEY): MemoryStorage {
  const storage = new MemoryStorage();
  const body = encodeConfig({ ...plain, encryption: { ...encryption, ...changed } });
  const file = wrap(Resource.config, VERSION_1_0_0, body, configHashingWith(macKey));
  storage.files.set("CONFIG", file);
  return storage;
}

/** A key that is known already. */
const withKey =
  (key: Uint8Array): KeySource =>
  async () =>
    key;

/** Derivations cheap enough for a test. */
const cheap: KeyDerivation = { kdf: "ARGON2ID", salt, time: 1, memory: 64, threads: 1 };
const withPassphrase =
  (passphrase: string): KeySource =>
  async ({ derivation }) =>
    deriveKey(utf8(passphrase), derivation);

describe("fixed bytes", () => {
  test("CONFIG's Encryption record, canary and keyed checksum", () => {
    const body = encodeConfig(config);
    expect(toHex(body.subarray(-295))).toBe(
      toHex(
        hex(`85af5375624b6579416c676f726974686da94145533235362d4b57ad44617461416c676f726974686dae41455332
          35362d47434d2d534956a94368756e6b53697a65ce00010000a94b4446506172616d7383a34b4446a84152474f4e32494
          4a453616c74c410000102030405060708090a0b0c0d0e0fa86172676f6e32696485a853616c7453697a65ce00000010a4
          54696d65ce00000004a64d656d6f7279ce00040000a754687265616473cc01a64b65794c656ece00000020a643616e6172
          79c464${toHex(CANARY)}`),
      ),
    );
    const file = wrap(Resource.config, VERSION_1_0_0, body, configHashingWith(KEY));
    expect(file).toHaveLength(659);
    expect(toHex(file.subarray(-32))).toBe(
      "4d58ec79c41106c7e8289bf16cdc815228b74e00d31e363187c6ee5be5a1e738",
    );
    expect(decodeConfig(body)).toEqual(config);
  });

  test("the canary of a subkey and a nonce", () => {
    const random = (size: number) => new Uint8Array(size).fill(size === 12 ? 0x33 : 0x22);
    const canary = makeCipher(KEY, 65_536, random).encrypt(new Uint8Array(32).fill(0x44));
    expect(toHex(canary)).toBe(toHex(CANARY));
    expect(opens(encryption, KEY)).toBe(true);
    expect(opens(encryption, OTHER_KEY)).toBe(false);
  });

  test("Argon2id as plakar runs it, reporting its end", async () => {
    const reports: number[] = [];
    const key = await deriveKey(utf8("correct horse battery staple"), newDerivation(salt), (done) =>
      reports.push(done),
    );
    expect(toHex(key)).toBe(toHex(KEY));
    expect(reports).toEqual([1]);
  });

  test.each([
    { time: 1, memory: 8, threads: 1 },
    { time: 3, memory: 64, threads: 1 },
    { time: 2, memory: 1500, threads: 4 },
  ])("Argon2id as another implementation computes it: %j", async (how) => {
    const password = utf8("pässword");
    const key = await deriveKey(password, { kdf: "ARGON2ID", salt, ...how });
    const { time: t, memory: m, threads: p } = how;
    expect(toHex(key)).toBe(toHex(argon2id(password, salt, { t, m, p, dkLen: 32 })));
  });

  test("scrypt and PBKDF2 as another implementation computes them", async () => {
    const scrypt = await deriveKey(utf8("words"), { kdf: "SCRYPT", salt, n: 1024, r: 8, p: 2 });
    expect(toHex(scrypt)).toBe(
      scryptSync("words", salt, 32, { N: 1024, r: 8, p: 2 }).toString("hex"),
    );
    const pbkdf2 = await deriveKey(utf8("words"), { kdf: "PBKDF2", salt, iterations: 1000 });
    expect(toHex(pbkdf2)).toBe(pbkdf2Sync("words", salt, 1000, 32, "sha256").toString("hex"));
  });
});

describe("the cipher", () => {
  const random = (size: number) => crypto.getRandomValues(new Uint8Array(size));

  property.prop([fc.uint8Array({ maxLength: 700 }), fc.integer({ min: 1, max: 300 })])(
    "gives back what it was given, whatever the size of a slice",
    (bytes, sliceSize) => {
      const cipher = makeCipher(KEY, sliceSize, random);
      const sealed = cipher.encrypt(bytes);
      expect(sealed).toHaveLength(40 + bytes.length + 28 * Math.ceil(bytes.length / sliceSize));
      expect(equalBytes(cipher.decrypt(sealed, "It"), bytes)).toBe(true);
    },
  );

  test("two copies of one text share nothing", () => {
    const cipher = makeCipher(KEY, 64, random);
    const [one, two] = [cipher.encrypt(new Uint8Array(64)), cipher.encrypt(new Uint8Array(64))];
    expect(toHex(one.subarray(0, 40))).not.toBe(toHex(two.subarray(0, 40)));
    expect(toHex(one.subarray(40))).not.toBe(toHex(two.subarray(40)));
  });

  property.prop([
    fc.uint8Array({ minLength: 1, maxLength: 300 }),
    fc.nat(),
    fc.integer({ min: 1, max: 255 }),
  ])(
    "one changed byte anywhere is an error that names the thing, never other bytes",
    (bytes, where, change) => {
      const cipher = makeCipher(KEY, 100, random);
      const sealed = cipher.encrypt(bytes);
      const at = where % sealed.length;
      sealed[at] = (sealed[at] as number) ^ change;
      expect(() => cipher.decrypt(sealed, "The chunk 12ab")).toThrow(
        expect.objectContaining({
          code: "store-corrupt",
          message: expect.stringContaining("The chunk 12ab"),
        }),
      );
    },
  );

  test("what is cut off inside a slice, or before it, is an error", () => {
    const cipher = makeCipher(KEY, 100, random);
    const sealed = cipher.encrypt(new Uint8Array(150));
    for (const length of [0, 1, 39, 41, 60, 167, 169, 200, sealed.length - 1])
      expect(() => cipher.decrypt(sealed.subarray(0, length), "It")).toThrow(
        expect.objectContaining({ code: "store-corrupt" }),
      );
  });
});

describe("opening", () => {
  test("with the key, and its CONFIG's checksum is verified", async () => {
    const store = await openStore(withConfig(), { keys: withKey(KEY) });
    expect(await store.listSnapshots()).toEqual([]);
    await expect(
      openStore(withConfig({}, OTHER_KEY), { keys: withKey(KEY) }),
    ).rejects.toMatchObject({ code: "store-corrupt", message: expect.stringContaining("CONFIG") });
  });

  test("without any passphrase is refused with the reason", async () => {
    await expect(openStore(withConfig())).rejects.toMatchObject({
      code: "store-encrypted",
      message: expect.stringContaining("passphrase"),
      hint: expect.stringContaining("Nothing was changed"),
    });
  });

  test.each([
    ["another key", OTHER_KEY],
    ["a key cut off", KEY.subarray(0, 31)],
    ["no key", new Uint8Array()],
  ])("with %s is a wrong passphrase, and nothing is written", async (_name, key) => {
    const storage = withConfig();
    const before = new Map(storage.files);
    await expect(openStore(storage, { keys: withKey(key) })).rejects.toMatchObject({
      code: "wrong-passphrase",
    });
    expect(storage.files).toEqual(before);
  });

  test("a damaged canary never lets a key pass", async () => {
    for (const canary of [new Uint8Array(), CANARY.subarray(0, 40), CANARY.subarray(0, 99)])
      await expect(openStore(withConfig({ canary }), { keys: withKey(KEY) })).rejects.toMatchObject(
        {
          code: "wrong-passphrase",
        },
      );
  });

  test("can be told from outside, before any key", async () => {
    const info = await inspectStore(withConfig());
    expect(info.id).toBe("00112233445546778899aabbccddeeff");
    expect(info.encryption?.derivation).toEqual(encryption.derivation);
    expect(opens(info.encryption as Encryption, KEY)).toBe(true);
  });
});

const argon = (changes: object): KeyDerivation => ({ ...cheap, ...changes }) as KeyDerivation;

test.each([
  ["terabytes of memory", argon({ memory: 0xffffffff })],
  ["more memory than one GiB", argon({ memory: 1024 * 1024 + 1 })],
  ["passes without end", argon({ time: 0xffffffff, memory: 1024 })],
  ["no pass", argon({ time: 0 })],
  ["no memory", argon({ memory: 0 })],
  ["no thread", argon({ threads: 0 })],
  ["less memory than its threads need", argon({ threads: 200 })],
  ["no salt", argon({ salt: new Uint8Array() })],
  ["scrypt with a terabyte", { kdf: "SCRYPT", salt, n: 2 ** 30, r: 1024, p: 1 } as const],
  ["scrypt with an odd cost", { kdf: "SCRYPT", salt, n: 1000, r: 8, p: 1 } as const],
  ["scrypt again and again", { kdf: "SCRYPT", salt, n: 2 ** 20, r: 8, p: 1024 } as const],
  ["PBKDF2 for days", { kdf: "PBKDF2", salt, iterations: 0xffffffff } as const],
  ["PBKDF2 without a round", { kdf: "PBKDF2", salt, iterations: 0 } as const],
])(
  "a CONFIG that asks for %s is refused before anything is computed",
  async (_name, derivation) => {
    let asked = 0;
    const keys: KeySource = async () => {
      asked++;
      return KEY;
    };
    await expect(openStore(withConfig({ derivation }), { keys })).rejects.toMatchObject({
      code: "store-corrupt",
    });
    expect(asked).toBe(0);
  },
);

test.each([
  ["cipher", "AES256-GCM-SIV", "AES512-GCM-SIV"],
  ["key wrapping", "AES256-KW", "AES512-KW"],
  ["key derivation", "ARGON2ID", "ARGON9ID"],
])("another %s is of an unknown version", async (_name, known, other) => {
  const storage = withConfig();
  const text = Buffer.from(storage.files.get("CONFIG") as Uint8Array).toString("latin1");
  expect(text).toContain(known);
  storage.files.set("CONFIG", new Uint8Array(Buffer.from(text.replace(known, other), "latin1")));
  await expect(openStore(storage, { keys: withKey(KEY) })).rejects.toMatchObject({
    code: "store-unknown-version",
    message: expect.stringContaining(other),
  });
});

describe("a new store", () => {
  const files = calendarFiles(30);
  const create = async (options: object = {}) => {
    const storage = new MemoryStorage();
    const keys = withPassphrase("secret words");
    const store = await createStore(storage, {
      surroundings: fixedSurroundings(),
      derivation: cheap,
      keys,
      ...options,
    });
    return { storage, store, reopen: () => openStore(storage, { keys }) };
  };

  test.each([
    ["as plakar makes it", {}],
    ["with GZIP", { compression: "GZIP" }],
    ["without compression", { compression: "none" }],
    ["with SHA-256", { hashing: "SHA256" }],
    ["with scrypt", { derivation: { kdf: "SCRYPT", salt, n: 1024, r: 8, p: 1 } }],
    ["with PBKDF2", { derivation: { kdf: "PBKDF2", salt, iterations: 100 } }],
  ])("%s is written, opened again and read", async (_name, options) => {
    const { store, reopen } = await create(options);
    const { snapshotId } = await addSnapshot(store, files, "one");
    const again = await reopen();
    expect(await again.check({ full: true })).toMatchObject({ ok: true });
    const reader = await again.openSnapshot(snapshotId);
    for (const file of files)
      expect(equalBytes(await reader.readFile(file.path), file.bytes), file.path).toBe(true);
    expect(await addSnapshot(again, files, "two")).toMatchObject({ newBlobs: 1 });
  });

  test("holds nothing that can be read without the passphrase", async () => {
    const { storage, store } = await create({ compression: "none" });
    await addSnapshot(store, files, "a telling label");
    const words = ["BEGIN:VCALENDAR", "a telling label", "secret words", files[0]?.path as string];
    for (const [name, bytes] of storage.files)
      for (const word of words)
        expect(Buffer.from(bytes).includes(word), `${word} in ${name}`).toBe(false);
  });

  test("does not name its blobs by what anybody could hash", async () => {
    const { storage, store } = await create({ hashing: "SHA256" });
    await addSnapshot(store, files);
    const { id } = await inspectStore(storage);
    const guess = createHmac("sha256", fromHex(id) as Uint8Array).update(files[0]?.bytes ?? "");
    const name = guess.digest();
    for (const [path, bytes] of storage.files)
      expect(Buffer.from(bytes).includes(name), path).toBe(false);
  });

  test("a wrong passphrase is refused before any write, the right one still opens it", async () => {
    const { storage, store, reopen } = await create();
    await addSnapshot(store, files);
    const before = new Map(storage.files);
    await expect(
      openStore(storage, { keys: withPassphrase("Secret words") }),
    ).rejects.toMatchObject({ code: "wrong-passphrase" });
    expect(storage.files).toEqual(before);
    expect(await (await reopen()).listSnapshots()).toHaveLength(1);
  });

  test("is not begun when its key cannot be had", async () => {
    const storage = new MemoryStorage();
    const keys = () => Promise.reject(new Error("cancelled"));
    await expect(createStore(storage, { keys })).rejects.toThrow("cancelled");
    expect(storage.files.size).toBe(0);
    expect(await storage.list("")).toEqual([]);
  });
});
