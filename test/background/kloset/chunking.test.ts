/** Cuts of large files: the same as plakar's, and few of them moved by a change. */
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { cutChunks } from "../../../src/background/kloset/chunking.ts";
import { concatBytes } from "../../../src/shared/bytes.ts";
import { noise } from "../../support/calendar-files.ts";

const KIB = 1024;
const plakar11 = {
  algorithm: "fastcdc-v1.0.0",
  minSize: 512 * KIB,
  normalSize: 1024 * KIB,
  maxSize: 8192 * KIB,
};
const plakar10 = {
  algorithm: "FASTCDC",
  minSize: 64 * KIB,
  normalSize: 1024 * KIB,
  maxSize: 4096 * KIB,
};

const sizes = (bytes: Uint8Array, chunking: typeof plakar11) =>
  [...cutChunks(bytes, chunking)].map((chunk) => chunk.length);

describe("cuts that plakar 1.1.4 (go-cdc-chunkers 1.0.3) made of the same bytes", () => {
  const bytes = noise(20 * 1024 * KIB, 3);

  test("with the parameters of plakar 1.1", () => {
    expect(sizes(bytes, plakar11)).toEqual([
      1118777, 2862892, 1113650, 1050867, 1055568, 1255604, 1089008, 1141647, 1361697, 1439436,
      1778785, 1284484, 1177078, 1542705, 1135989, 563333,
    ]);
  });

  test("with the parameters of plakar 1.0", () => {
    const found = sizes(bytes, plakar10);
    expect(found).toHaveLength(215);
    expect(found.slice(0, 8)).toEqual([67093, 69361, 106741, 83310, 74915, 78411, 86160, 74595]);
    expect(found.slice(-3)).toEqual([68648, 194347, 140384]);
  });

  test("with the smallest sizes", () => {
    expect(
      sizes(bytes.subarray(0, 64 * KIB), {
        algorithm: "fastcdc-v1.0.0",
        minSize: 0,
        normalSize: 0,
        maxSize: 0,
      }),
    ).toEqual([12064, 8409, 10209, 14827, 9186, 2528, 8313]);
  });
});

test("a byte put in front of a large file leaves most of its chunks as they were", () => {
  const bytes = noise(12 * 1024 * KIB, 9);
  const names = (content: Uint8Array) =>
    [...cutChunks(content, plakar11)].map((chunk) => `${chunk.length} ${chunk.slice(0, 64)}`);
  const before = new Set(names(bytes));
  const after = names(concatBytes([Uint8Array.of(1), bytes]));
  expect(after.filter((name) => !before.has(name)).length).toBeLessThanOrEqual(2);
  expect(after.length).toBeGreaterThan(5);
});

property.prop([
  fc.uint8Array({ maxLength: 20_000 }),
  fc.record({
    algorithm: fc.constantFrom("FASTCDC", "fastcdc-v1.0.0", "ultracdc", ""),
    minSize: fc.oneof(fc.nat(2000), fc.constantFrom(64, 2 ** 32, Number.NaN)),
    normalSize: fc.oneof(fc.nat(5000), fc.constantFrom(128, 1024, 4096, 2 ** 40)),
    maxSize: fc.oneof(fc.nat(9000), fc.constantFrom(-1, 256, 8192, 2 ** 50)),
  }),
])("whatever a store's parameters are, the chunks make up the file", (bytes, chunking) => {
  const chunks = [...cutChunks(bytes, chunking)];
  expect(concatBytes(chunks)).toEqual(bytes);
  for (const chunk of chunks) expect(chunk.length).toBeGreaterThan(0);
});
