/**
 * A byte array that grows: what encoders append to. Integers little-endian unless named otherwise. Byte by byte: one is made
 * for each of ten thousands of records, and a DataView would cost each of them two objects more.
 */

const utf8 = new TextEncoder();

const LOW_HALF = 0xffffffffn;
const float = new DataView(new ArrayBuffer(8));

export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 512) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** Before its result is used, #bytes may be replaced. @returns where to write */
  #reserve(count: number): number {
    const start = this.#length;
    const needed = start + count;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, start));
      this.#bytes = grown;
    }
    this.#length = needed;
    return start;
  }

  u8(value: number): this {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
    return this;
  }

  u16be(value: number): this {
    const at = this.#reserve(2);
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
    return this;
  }

  u32(value: number): this {
    const at = this.#reserve(4);
    this.#bytes[at] = value;
    this.#bytes[at + 1] = value >>> 8;
    this.#bytes[at + 2] = value >>> 16;
    this.#bytes[at + 3] = value >>> 24;
    return this;
  }

  u32be(value: number): this {
    const at = this.#reserve(4);
    this.#bytes[at] = value >>> 24;
    this.#bytes[at + 1] = value >>> 16;
    this.#bytes[at + 2] = value >>> 8;
    this.#bytes[at + 3] = value;
    return this;
  }

  u64(value: bigint): this {
    return this.u32(Number(value & LOW_HALF)).u32(Number(value >> 32n));
  }

  u64be(value: bigint): this {
    return this.u32be(Number(value >> 32n)).u32be(Number(value & LOW_HALF));
  }

  f64be(value: number): this {
    float.setFloat64(0, value);
    return this.u32be(float.getUint32(0)).u32be(float.getUint32(4));
  }

  bytes(value: Uint8Array): this {
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  /** A safe integer of 64 bits, big-endian. Faster than a bigint. */
  safe64be(value: number): this {
    return this.u32be(Math.floor(value / 2 ** 32)).u32be(value % 2 ** 32);
  }

  /** UTF-8 of the text, without length or end. @returns its length in bytes */
  text(value: string): number {
    const start = this.#reserve(value.length * 3);
    const written = utf8.encodeInto(value, this.#bytes.subarray(start)).written;
    this.#length = start + written;
    return written;
  }

  /** Writes over a byte. */
  setU8(at: number, value: number): void {
    this.#bytes[at] = value;
  }

  /** Forgets what was written from `length` on. */
  cutTo(length: number): void {
    this.#length = length;
  }

  /** A copy of everything written so far. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** What was written so far, without a copy: valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets the content, keeps the memory. */
  clear(): void {
    this.#length = 0;
  }
}
