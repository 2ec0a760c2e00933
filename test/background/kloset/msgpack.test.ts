import { decode } from "@msgpack/msgpack";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeFields,
  decodeMsgpack,
  type MsgpackValue,
} from "../../../src/background/kloset/msgpack-reader.ts";
import { MsgpackWriter } from "../../../src/background/kloset/msgpack-writer.ts";
import { fromHex, toHex } from "../../../src/shared/bytes.ts";

const write = (fill: (out: MsgpackWriter) => unknown) => {
  const out = new MsgpackWriter();
  fill(out);
  return out.finish();
};
const read = (bytes: Uint8Array) => decodeMsgpack(bytes, "The test");

describe("what is written", () => {
  test("numbers have the widths Go gives them", () => {
    expect(toHex(write((out) => out.u8(1)))).toBe("cc01");
    expect(toHex(write((out) => out.u16(1)))).toBe("cd0001");
    expect(toHex(write((out) => out.u32(1)))).toBe("ce00000001");
    expect(toHex(write((out) => out.u64(1)))).toBe("cf0000000000000001");
    expect(toHex(write((out) => out.i64(-1)))).toBe("d3ffffffffffffffff");
    expect(toHex(write((out) => out.f64(1.5)))).toBe("cb3ff8000000000000");
  });

  test("text comes back, whatever it is made of", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        expect(decode(write((out) => out.text(text)))).toBe(text);
      }),
    );
    // Around each border between the headers, in characters of one byte and of three.
    for (const length of [0, 10, 11, 31, 32, 85, 86, 255, 256, 65_535, 65_536])
      for (const text of [
        "x".repeat(length),
        "€".repeat(length),
        "€".repeat(Math.floor(length / 3)),
      ])
        expect(decode(write((out) => out.text(text)))).toBe(text);
  });

  test("wide numbers are the same as numbers and as bigints", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const size = Math.abs(value);
        expect(write((out) => out.i64(value))).toEqual(write((out) => out.i64(BigInt(value))));
        expect(write((out) => out.u64(size))).toEqual(write((out) => out.u64(BigInt(size))));
        expect(
          decode(
            write((out) => out.i64(value)),
            { useBigInt64: true },
          ),
        ).toBe(BigInt(value));
      }),
    );
  });

  test("is what another decoder reads: int, text, bin, arrays, maps of every size class", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -70_000, max: 70_000 })),
        fc.string({ unit: "grapheme", maxLength: 300 }),
        fc.uint8Array({ maxLength: 300 }),
        (int, text, bin) => {
          const bytes = write((out) =>
            out.map(3).text("int").int(int).text(`key ${text}`).text(text).text("bin").bin(bin),
          );
          const expected = new Map<string, MsgpackValue>([
            ["int", int],
            [`key ${text}`, text],
            ["bin", bin],
          ]);
          expect(read(bytes)).toEqual(expected);
          expect(decode(bytes)).toMatchObject({ bin });
        },
      ),
    );
    for (const size of [0, 15, 16, 31, 32, 255, 256, 65_535, 65_536]) {
      const text = "x".repeat(size);
      expect(decode(write((out) => out.text(text)))).toBe(text);
      expect(decode(write((out) => out.bin(new Uint8Array(size))))).toHaveLength(size);
      const array = write((out) => {
        out.array(size);
        for (let i = 0; i < size; i++) out.nil();
      });
      expect(decode(array)).toHaveLength(size);
      expect(read(array)).toHaveLength(size);
    }
  });

  test("times take the shortest of three forms and come back to the nanosecond", () => {
    const cases = [
      [{ seconds: 1767323045, nanoseconds: 0 }, "d6ff695735a5"],
      [{ seconds: 1767323045, nanoseconds: 1 }, "d7ff00000004695735a5"],
      [{ seconds: 2 ** 33, nanoseconds: 999_999_999 }, undefined],
      [{ seconds: -62135596800, nanoseconds: 0 }, "c70cff00000000fffffff1886e0900"],
    ] as const;
    for (const [time, hex] of cases) {
      const bytes = write((out) => out.time(time));
      if (hex) expect(toHex(bytes)).toBe(hex);
      expect(read(bytes)).toEqual(time);
    }
  });
});

describe("what is read", () => {
  test("any width of integer, also beyond what a number holds", () => {
    for (const hex of [
      "05",
      "cc05",
      "cd0005",
      "ce00000005",
      "cf0000000000000005",
      "d005",
      "d10005",
    ])
      expect(read(fromHex(hex) as Uint8Array)).toBe(5);
    expect(read(fromHex("d2fffffffe") as Uint8Array)).toBe(-2);
    expect(read(fromHex("cfffffffffffffffff") as Uint8Array)).toBe(2n ** 64n - 1n);
  });

  test("records with missing, unknown and nil fields", () => {
    const bytes = write((out) =>
      out.map(3).text("unknown").array(1).text("x").text("list").nil().text("size").u64(7),
    );
    const fields = decodeFields(bytes, "The test");
    expect(fields.size("size")).toBe(7);
    expect(fields.list("list")).toEqual([]);
    expect(fields.text("absent")).toBe("");
    expect(fields.has("absent")).toBe(false);
    expect(fields.record("absent").number("x")).toBe(0);
  });

  test("a field of the wrong kind is damage", () => {
    const fields = decodeFields(
      write((out) => out.map(1).text("x").text("y")),
      "The test",
    );
    const corrupt = expect.objectContaining({ code: "store-corrupt" });
    expect(() => fields.number("x")).toThrow(corrupt);
    expect(() => fields.mac("x")).toThrow(corrupt);
    expect(() => fields.time("x")).toThrow(corrupt);
    expect(() => fields.list("x")).toThrow(corrupt);
    expect(() => fields.record("x")).toThrow(corrupt);
  });

  test("arbitrary bytes give a value or damage, nothing else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          read(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: "store-corrupt" });
        }
      }),
      { numRuns: 1000 },
    );
    const deep = new Uint8Array(10_000).fill(0x91);
    expect(() => read(deep)).toThrow(expect.objectContaining({ code: "store-corrupt" }));
    expect(() => read(fromHex("ddffffffff") as Uint8Array)).toThrow(
      expect.objectContaining({ code: "store-corrupt" }),
    );
  });
});
