/** Whatever bytes a store holds: every decoder ends, soon, with a value or with an error that has a code. */
import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { decodeNode, decodeRoot, TreeReader } from "../../../src/background/kloset/btree.ts";
import { makeCodec } from "../../../src/background/kloset/codec.ts";
import { decodeConfig } from "../../../src/background/kloset/config.ts";
import { unpackEntries } from "../../../src/background/kloset/dirpack.ts";
import { decodeEntry } from "../../../src/background/kloset/entry.ts";
import { parseEnvelope } from "../../../src/background/kloset/envelope.ts";
import { decodeHeader } from "../../../src/background/kloset/header.ts";
import { openStore } from "../../../src/background/kloset/kloset.ts";
import { decompressFrame } from "../../../src/background/kloset/lz4-frame.ts";
import { keyedHashing, plaintextKey } from "../../../src/background/kloset/mac.ts";
import { decodeMsgpack } from "../../../src/background/kloset/msgpack-reader.ts";
import { decodeObject } from "../../../src/background/kloset/object.ts";
import { makePace } from "../../../src/background/kloset/pace.ts";
import { readPackfileIndex } from "../../../src/background/kloset/packfile.ts";
import { comparePaths, compareText } from "../../../src/background/kloset/path.ts";
import { Resource } from "../../../src/background/kloset/resource.ts";
import { decodeState } from "../../../src/background/kloset/state.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import { isAppError } from "../../../src/shared/errors.ts";
import { calendarFiles } from "../../support/calendar-files.ts";
import { addSnapshot, memoryStore } from "../../support/store-fixture.ts";

const hashing = keyedHashing("BLAKE3", plaintextKey("BLAKE3", new Uint8Array(16)));
const mac = new Uint8Array(32);
const LIMIT = 4 * 1024 * 1024;

const decoders: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  msgpack: (bytes) => decodeMsgpack(bytes, "It"),
  CONFIG: (bytes) => decodeConfig(bytes),
  envelope: (bytes) => parseEnvelope(bytes, Resource.state, "It"),
  state: (bytes) => decodeState(bytes, 0x10100, "It"),
  "old state": (bytes) => decodeState(bytes, 0x10000, "It"),
  header: (bytes) => decodeHeader(bytes, "It"),
  entry: (bytes) => decodeEntry(bytes, mac, "It"),
  object: (bytes) => decodeObject(bytes, "It"),
  node: (bytes) => decodeNode(bytes, "It"),
  root: (bytes) => decodeRoot(bytes, "It"),
  dirpack: (bytes) => unpackEntries(bytes, "It", makePace(undefined)),
  LZ4: (bytes) => decompressFrame(bytes, LIMIT, "It"),
  GZIP: (bytes) => makeCodec("GZIP", undefined).decode(bytes, "It"),
  ZSTD: (bytes) => makeCodec("ZSTD", undefined, LIMIT).decode(bytes, "It"),
  "packfile index": (bytes) => readPackfileIndex(bytes, makeCodec("LZ4", undefined), hashing, "It"),
};

/** @returns "" for a value, the code of an error with one; anything else fails the test */
async function outcome(decode: () => unknown): Promise<string> {
  try {
    await decode();
    return "";
  } catch (error) {
    if (!isAppError(error)) throw error;
    return error.code;
  }
}

const CODES =
  /^(|store-corrupt|store-unknown-version|store-encrypted|blob-missing|not-a-store|too-large)$/;

/** Small steps away from what is valid reach deeper than noise. */
const damages = fc.array(
  fc.record({
    at: fc.nat(),
    value: fc.constantFrom(0, 1, 0x7f, 0x80, 0xc0, 0xc6, 0xdb, 0xdd, 0xdf, 0xff),
    cut: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);

function damaged(bytes: Uint8Array, steps: readonly { at: number; value: number; cut: boolean }[]) {
  let result = bytes.slice();
  for (const { at, value, cut } of steps) {
    if (result.length === 0) break;
    if (cut && value === 0xff) result = result.slice(0, at % result.length);
    else result[at % result.length] = value;
  }
  return result;
}

for (const [name, decode] of Object.entries(decoders)) {
  property.prop([fc.uint8Array({ maxLength: 600 })], { numRuns: 300 })(
    `${name}: random bytes`,
    async (bytes) => {
      expect(await outcome(() => decode(bytes))).toMatch(CODES);
    },
  );
}

test("every plain record of a real store, damaged in a few places, by every decoder", async () => {
  const { store, storage } = await memoryStore();
  await addSnapshot(store, calendarFiles(3));
  const records = [...storage.files.values()].map((file) => file.slice(16, 16 + 4000));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...records),
      fc.constantFrom(...Object.keys(decoders)),
      fc.nat(2000),
      damages,
      async (record, name, from, steps) => {
        const bytes = damaged(record.slice(from % record.length), steps);
        expect(await outcome(() => decoders[name]?.(bytes))).toMatch(CODES);
      },
    ),
    { numRuns: 1500 },
  );
}, 60_000);

test("a whole store whose files were damaged at random is opened, or refused, with a code", async () => {
  const { store, storage } = await memoryStore();
  await addSnapshot(store, calendarFiles(3));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...storage.files.keys()), damages, async (path, steps) => {
      const copy = new MemoryStorage();
      for (const [name, bytes] of storage.files)
        copy.files.set(name, name === path ? damaged(bytes, steps) : bytes);
      const code = await outcome(async () => {
        const opened = await openStore(copy);
        const report = await opened.check({ full: true });
        for (const error of report.errors) expect(error.code).toMatch(CODES);
      });
      expect(code).toMatch(CODES);
    }),
    { numRuns: 150 },
  );
}, 60_000);

test("a small LZ4 frame that swells beyond the limit is refused before memory is taken for it", async () => {
  const header = [0x04, 0x22, 0x4d, 0x18, 0x64, 0x70, 0xb9];
  // One literal, then a match of 4 MiB of it: 16 KiB for 4 MiB, four times.
  const block = [
    0x1f,
    0x61,
    1,
    0,
    ...new Array<number>(16_440).fill(255),
    0,
    0x50,
    97,
    97,
    97,
    97,
    97,
  ];
  const size = [block.length & 255, (block.length >> 8) & 255, 0, 0];
  const blocks = Array.from({ length: 4 }, () => [...size, ...block]).flat();
  const frame = Uint8Array.from([...header, ...blocks, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(await outcome(() => decompressFrame(frame, LIMIT, "It"))).toBe("store-corrupt");
});

test("a GZIP bomb ends at the limit", async () => {
  const zeros = new Blob([new Uint8Array(2 * LIMIT)]).stream();
  const packed = await new Response(zeros.pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
  expect(packed.byteLength).toBeLessThan(LIMIT / 100);
  const codec = makeCodec("GZIP", undefined, LIMIT);
  expect(await outcome(() => codec.decode(new Uint8Array(packed), "It"))).toBe("store-corrupt");
});

test("MessagePack that announces billions of things, or nests without end, is refused at once", async () => {
  const claims = [
    [0xdd, 0xff, 0xff, 0xff, 0xff],
    [0xdf, 0xff, 0xff, 0xff, 0xff],
    [0xdb, 0xff, 0xff, 0xff, 0xff],
    [0xc6, 0xff, 0xff, 0xff, 0xff],
    new Array<number>(100_000).fill(0x91),
  ];
  for (const claim of claims)
    expect(await outcome(() => decodeMsgpack(Uint8Array.from(claim), "It"))).toBe("store-corrupt");
});

test("a tree whose nodes lead in circles, or ever deeper, ends with an error", async () => {
  const node = { keys: ["a"], pointers: [mac, mac], values: [], next: undefined };
  const deep = new TreeReader(mac, async () => node, comparePaths);
  expect(await outcome(() => deep.find("b"))).toBe("store-corrupt");
  const leaf = { keys: ["a"], pointers: [], values: [mac], next: mac };
  const circle = new TreeReader(mac, async () => leaf, compareText);
  expect(
    await outcome(async () => {
      for await (const _ of circle.scan());
    }),
  ).toBe("store-corrupt");
});
