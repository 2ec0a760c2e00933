/** The compiled loops of LZ4 against the ones in JavaScript: the same bytes, the same refusals. */
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { compileLz4 } from "../../../src/background/kloset/lz4-assembly-engine.ts";
import { compressedBound } from "../../../src/background/kloset/lz4-block.ts";
import { lz4InJavaScript as plain } from "../../../src/background/kloset/lz4-engine.ts";
import { concatBytes, equalBytes } from "../../../src/shared/bytes.ts";
import { calendarFiles, noise } from "../../support/calendar-files.ts";

const compiled = await compileLz4();

const repetitive = fc
  .array(
    fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 600 })),
    { maxLength: 30 },
  )
  .map((pieces) =>
    concatBytes(pieces.flatMap(([piece, times]) => Array.from({ length: times }, () => piece))),
  );
const anyBytes = fc.oneof(repetitive, fc.uint8Array({ maxLength: 2000 }));

function compress(engine: typeof plain, bytes: Uint8Array): Uint8Array {
  const target = new Uint8Array(3 + compressedBound(bytes.length));
  return target.slice(3, 3 + engine.compressBlock(bytes, target, 3));
}

function requireSame(bytes: Uint8Array): void {
  const block = compress(compiled, bytes);
  expect(equalBytes(block, compress(plain, bytes))).toBe(true);
  expect(compiled.checksum(bytes)).toBe(plain.checksum(bytes));
  expect(compiled.plainSize(block)).toBe(bytes.length);
  const back = new Uint8Array(bytes.length);
  expect(compiled.decompressBlock(block, back, 0)).toBe(bytes.length);
  expect(equalBytes(back, bytes)).toBe(true);
}

test.prop([anyBytes])("both compress to the same bytes", (bytes) => requireSame(bytes));

test.each([0, 1, 11, 12, 13, 70_000, 3_000_001])(
  "also %d bytes of calendars or of noise",
  (size) => {
    const calendars = concatBytes(calendarFiles(200).map((file) => file.bytes));
    const many = concatBytes(Array.from({ length: 40 }, () => calendars));
    requireSame(many.slice(0, size));
    requireSame(noise(size, 3));
  },
);

test.prop([anyBytes, fc.nat(), fc.nat(255), fc.nat(100)])(
  "of a damaged block both say the same",
  (bytes, place, byte, room) => {
    const block = compress(plain, bytes);
    block[place % block.length] = byte;
    const cut = block.subarray(0, block.length - (place % 3));
    expect(compiled.plainSize(cut)).toBe(plain.plainSize(cut));
    for (const size of [Math.max(0, plain.plainSize(cut)), room]) {
      const [mine, theirs] = [new Uint8Array(size), new Uint8Array(size)];
      const reached = plain.decompressBlock(cut, theirs, 0);
      expect(compiled.decompressBlock(cut, mine, 0)).toBe(reached);
      if (reached > 0) expect(equalBytes(mine, theirs)).toBe(true);
    }
  },
);

test("a match that reaches into what is there already", () => {
  const before = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
  // No literals, 4 bytes from 8 back, and one literal.
  const block = Uint8Array.from([0x00, 8, 0, 0x10, 9]);
  const target = new Uint8Array(13);
  target.set(before);
  expect(compiled.decompressBlock(block, target, 8)).toBe(13);
  expect([...target.subarray(8)]).toEqual([1, 2, 3, 4, 9]);
});
