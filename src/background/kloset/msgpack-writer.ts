/**
 * MessagePack as Go's vmihailenco/msgpack v5 emits it: structs as maps with string keys in order, fixed widths
 * for sized integers, compact ones for `int`. Equal bytes mean equal MACs, hence deduplication with plakar's blobs.
 */
import { ByteWriter } from "./byte-writer.ts";
import type { Timestamp } from "./timestamp.ts";

const utf8 = new TextEncoder();

/** A part that many records share. */
export function encodePart(fill: (out: MsgpackWriter) => unknown): Uint8Array {
  const out = new MsgpackWriter();
  fill(out);
  return out.finish();
}

export class MsgpackWriter {
  readonly #out = new ByteWriter();

  finish(): Uint8Array {
    return this.#out.finish();
  }

  nil(): this {
    this.#out.u8(0xc0);
    return this;
  }

  bool(value: boolean): this {
    this.#out.u8(value ? 0xc3 : 0xc2);
    return this;
  }

  /** Starts a map of `size` pairs: that many {@link text} keys each followed by one value. */
  map(size: number): this {
    return this.#header(size, 0x80, 15, 0xde);
  }

  array(size: number): this {
    return this.#header(size, 0x90, 15, 0xdc);
  }

  #header(size: number, fix: number, fixMax: number, wide: number): this {
    if (size <= fixMax) this.#out.u8(fix | size);
    else if (size <= 0xffff) this.#out.u8(wide).u16be(size);
    else this.#out.u8(wide + 1).u32be(size);
    return this;
  }

  text(value: string): this {
    const out = this.#out;
    const start = out.length;
    // Encoded in place where its length fits the header that is there before.
    if (value.length <= 31) {
      const size = out.u8(0).text(value);
      out.setU8(start, 0xa0 | size);
      if (size <= 31) return this;
      out.cutTo(start);
    } else if (value.length <= 85) {
      const size = out.u8(0xd9).u8(0).text(value);
      out.setU8(start + 1, size);
      return this;
    }
    const bytes = utf8.encode(value);
    const size = bytes.length;
    if (size <= 0xff) out.u8(0xd9).u8(size);
    else if (size <= 0xffff) out.u8(0xda).u16be(size);
    else out.u8(0xdb).u32be(size);
    out.bytes(bytes);
    return this;
  }

  /** What another writer finished: parts that are the same in many records. */
  encoded(part: Uint8Array): this {
    this.#out.bytes(part);
    return this;
  }

  bin(value: Uint8Array): this {
    const size = value.length;
    if (size <= 0xff) this.#out.u8(0xc4).u8(size);
    else if (size <= 0xffff) this.#out.u8(0xc5).u16be(size);
    else this.#out.u8(0xc6).u32be(size);
    this.#out.bytes(value);
    return this;
  }

  u8(value: number): this {
    this.#out.u8(0xcc).u8(value);
    return this;
  }

  u16(value: number): this {
    this.#out.u8(0xcd).u16be(value);
    return this;
  }

  u32(value: number): this {
    this.#out.u8(0xce).u32be(value);
    return this;
  }

  u64(value: number | bigint): this {
    this.#out.u8(0xcf);
    return this.#wide(value);
  }

  i64(value: number | bigint): this {
    this.#out.u8(0xd3);
    return this.#wide(value);
  }

  #wide(value: number | bigint): this {
    if (Number.isSafeInteger(value)) this.#out.safe64be(value as number);
    else this.#out.u64be(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  f64(value: number): this {
    this.#out.u8(0xcb).f64be(value);
    return this;
  }

  /** Go's `int`: the shortest form. */
  int(value: number): this {
    const out = this.#out;
    if (value >= 0) {
      if (value <= 0x7f) out.u8(value);
      else if (value <= 0xff) out.u8(0xcc).u8(value);
      else if (value <= 0xffff) out.u8(0xcd).u16be(value);
      else if (value <= 0xffffffff) out.u8(0xce).u32be(value);
      else out.u8(0xcf).u64be(BigInt(value));
    } else if (value >= -32) out.u8(value & 0xff);
    else if (value >= -0x80) out.u8(0xd0).u8(value & 0xff);
    else if (value >= -0x8000) out.u8(0xd1).u16be(value & 0xffff);
    else if (value >= -0x80000000) out.u8(0xd2).u32be(value >>> 0);
    else out.u8(0xd3).u64be(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  /** Extension type -1 in its shortest of three forms. */
  time(value: Timestamp): this {
    const { seconds, nanoseconds } = value;
    const out = this.#out;
    if (seconds >= 0 && seconds < 2 ** 34) {
      if (nanoseconds === 0 && seconds < 2 ** 32) out.u8(0xd6).u8(0xff).u32be(seconds);
      else
        out
          .u8(0xd7)
          .u8(0xff)
          .u64be((BigInt(nanoseconds) << 34n) | BigInt(seconds));
    } else {
      out.u8(0xc7).u8(12).u8(0xff).u32be(nanoseconds);
      out.u64be(BigInt.asUintN(64, BigInt(seconds)));
    }
    return this;
  }
}
