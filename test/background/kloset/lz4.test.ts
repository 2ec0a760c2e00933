import fc from "fast-check";
import * as oracle from "lz4js";
import { describe, expect, test } from "vitest";
import { compressFrame, decompressFrame } from "../../../src/background/kloset/lz4-frame.ts";
import { xxh32 } from "../../../src/background/kloset/xxh32.ts";
import { concatBytes, equalBytes, fromHex, toHex } from "../../../src/shared/bytes.ts";
import { calendarFiles, noise } from "../../support/calendar-files.ts";

const LIMIT = 64 * 1024 * 1024;
const utf8 = (text: string) => new TextEncoder().encode(text);
const decompress = (frame: Uint8Array) => decompressFrame(frame, LIMIT, "The test");

/** Bytes with the repetitions that compression lives on. */
const repetitive = fc
  .array(
    fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 60 })),
    { maxLength: 30 },
  )
  .map((pieces) =>
    concatBytes(pieces.flatMap(([piece, times]) => Array.from({ length: times }, () => piece))),
  );
const anyBytes = fc.oneof(repetitive, fc.uint8Array({ maxLength: 2000 }));

test("xxHash of known inputs", () => {
  expect(xxh32(new Uint8Array())).toBe(0x02cc5d05);
  expect(xxh32(utf8("a"))).toBe(0x550d7456);
  expect(xxh32(utf8("Nobody inspects the spammish repetition"))).toBe(0xe2293b2f);
});

describe("what we compress", () => {
  test("comes back, from our decoder and from another", () => {
    fc.assert(
      fc.property(anyBytes, (plain) => {
        const frame = compressFrame(plain);
        expect(toHex(decompress(frame))).toBe(toHex(plain));
        expect(toHex(oracle.decompress(frame))).toBe(toHex(plain));
      }),
    );
  });

  test("starts like a frame of plakar's", () => {
    expect(toHex(compressFrame(utf8("x")).subarray(0, 7))).toBe("04224d186470b9");
  });

  test("gets smaller: a calendar to less than half", () => {
    const calendar = concatBytes(calendarFiles(200).map((file) => file.bytes));
    expect(compressFrame(calendar).length).toBeLessThan(calendar.length / 2);
  });

  test("grows by the frame only when nothing repeats", () => {
    expect(compressFrame(noise(100_000, 5)).length).toBe(100_000 + 19);
  });

  test.each([4 * 1024 * 1024 - 1, 4 * 1024 * 1024, 4 * 1024 * 1024 + 1, 9_000_000])(
    "comes back across blocks: %d bytes",
    (size) => {
      const zeros = new Uint8Array(size);
      expect(equalBytes(decompress(compressFrame(zeros)), zeros)).toBe(true);
      const random = noise(size, 9);
      expect(equalBytes(decompress(compressFrame(random)), random)).toBe(true);
    },
  );
});

describe("what others compress", () => {
  test("is read", () => {
    fc.assert(
      fc.property(anyBytes, (plain) => {
        expect(toHex(decompress(oracle.compress(plain)))).toBe(toHex(plain));
      }),
    );
  });

  test("an empty stored block before the end, as plakar writes after 4 MiB and for nothing", () => {
    const frame = fromHex("04224d186470b90000008000000000055dcc02") as Uint8Array;
    expect(decompress(frame)).toHaveLength(0);
  });

  test("dependent blocks, block checksums and content size", () => {
    const first = utf8("Kloset Kloset ");
    const block = Uint8Array.of(0x0a, 0x07, 0x00, 0x50, ...utf8("et\r\n."));
    const u32 = (value: number) => {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, value, true);
      return bytes;
    };
    const expected = concatBytes([first, first, utf8("et\r\n.")]);
    const descriptor = Uint8Array.of(0x5c, 0x40, expected.length, 0, 0, 0, 0, 0, 0, 0);
    const frame = concatBytes([
      Uint8Array.of(0x04, 0x22, 0x4d, 0x18),
      descriptor,
      Uint8Array.of((xxh32(descriptor) >>> 8) & 255),
      u32((0x80000000 | first.length) >>> 0),
      first,
      u32(xxh32(first)),
      u32(block.length),
      block,
      u32(xxh32(block)),
      u32(0),
      u32(xxh32(expected)),
    ]);
    expect(new TextDecoder().decode(decompress(frame))).toBe(new TextDecoder().decode(expected));
    const flipped = frame.slice();
    flipped[frame.length - 10] = (flipped[frame.length - 10] as number) ^ 1;
    expect(() => decompress(flipped)).toThrow(expect.objectContaining({ code: "store-corrupt" }));
  });
});

describe("damage", () => {
  const plain = concatBytes(calendarFiles(3).map((file) => file.bytes));
  const frame = compressFrame(plain);

  test("is found at whatever length the frame is cut", () => {
    for (let length = 0; length < frame.length; length++)
      expect(() => decompress(frame.subarray(0, length)), `${length}`).toThrow(
        expect.objectContaining({ code: "store-corrupt" }),
      );
  });

  test("is found in whatever byte it is", () => {
    for (let at = 0; at < frame.length; at++) {
      const flipped = frame.slice();
      flipped[at] = (flipped[at] as number) ^ 0x55;
      expect(() => decompress(flipped), `${at}`).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^store-/) }),
      );
    }
  });

  test("in arbitrary bytes never ends otherwise than as damage", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const frame = concatBytes([Uint8Array.of(4, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82), bytes]);
        try {
          decompress(frame);
        } catch (error) {
          expect(error).toMatchObject({ code: "store-corrupt" });
        }
      }),
    );
  });

  test("a frame that unpacks to more than allowed is refused before it fills memory", () => {
    const bomb = compressFrame(new Uint8Array(8 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(40_000);
    expect(() => decompressFrame(bomb, 1024 * 1024, "The test")).toThrow(
      expect.objectContaining({ code: "store-corrupt" }),
    );
  });
});
