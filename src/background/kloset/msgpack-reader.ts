/**
 * MessagePack decoding as tolerant as Go's vmihailenco/msgpack v5, on untrusted bytes: bounds and depth are
 * checked, text is decoded leniently. {@link Fields} reads struct fields by name, missing ones as zero values.
 */
import { corrupt } from "./corruption.ts";
import { MAC_LENGTH, type Mac, zeroMac } from "./mac.ts";
import { epoch, type Timestamp } from "./timestamp.ts";

export type MsgpackValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Timestamp
  | MsgpackValue[]
  | Map<string, MsgpackValue>;

const MAX_DEPTH = 32;
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** @param what names the record in errors. @throws AppError "store-corrupt" */
export function decodeMsgpack(bytes: Uint8Array, what: string): MsgpackValue {
  const reader = new Reader(bytes, what);
  const value = reader.value(0);
  reader.end();
  return value;
}

/** Decodes a struct. @throws AppError "store-corrupt" */
export function decodeFields(bytes: Uint8Array, what: string): Fields {
  return Fields.of(decodeMsgpack(bytes, what), what);
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;
  #at = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#what = what;
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw this.#broken();
  }

  #broken(): Error {
    return corrupt(`${this.#what} is not valid MessagePack`);
  }

  #take(count: number): number {
    const start = this.#at;
    if (count > this.#bytes.length - start) throw this.#broken();
    this.#at = start + count;
    return start;
  }

  #u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  #u16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  #u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  #integer(value: bigint): number | bigint {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  value(depth: number): MsgpackValue {
    if (depth > MAX_DEPTH) throw this.#broken();
    const code = this.#u8();
    if (code <= 0x7f) return code;
    if (code >= 0xe0) return code - 0x100;
    if (code <= 0x8f) return this.#map(code & 15, depth);
    if (code <= 0x9f) return this.#array(code & 15, depth);
    if (code <= 0xbf) return this.#text(code & 31);
    switch (code) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return this.#bin(this.#u8());
      case 0xc5:
        return this.#bin(this.#u16());
      case 0xc6:
        return this.#bin(this.#u32());
      case 0xc7:
        return this.#extension(this.#u8());
      case 0xca:
        return this.#view.getFloat32(this.#take(4));
      case 0xcb:
        return this.#view.getFloat64(this.#take(8));
      case 0xcc:
        return this.#u8();
      case 0xcd:
        return this.#u16();
      case 0xce:
        return this.#u32();
      case 0xcf:
        return this.#integer(this.#view.getBigUint64(this.#take(8)));
      case 0xd0:
        return this.#view.getInt8(this.#take(1));
      case 0xd1:
        return this.#view.getInt16(this.#take(2));
      case 0xd2:
        return this.#view.getInt32(this.#take(4));
      case 0xd3:
        return this.#integer(this.#view.getBigInt64(this.#take(8)));
      case 0xd6:
        return this.#extension(4);
      case 0xd7:
        return this.#extension(8);
      case 0xd9:
        return this.#text(this.#u8());
      case 0xda:
        return this.#text(this.#u16());
      case 0xdb:
        return this.#text(this.#u32());
      case 0xdc:
        return this.#array(this.#u16(), depth);
      case 0xdd:
        return this.#array(this.#u32(), depth);
      case 0xde:
        return this.#map(this.#u16(), depth);
      case 0xdf:
        return this.#map(this.#u32(), depth);
      default:
        throw this.#broken();
    }
  }

  #bin(size: number): Uint8Array {
    const start = this.#take(size);
    return this.#bytes.subarray(start, start + size);
  }

  #text(size: number): string {
    return utf8.decode(this.#bin(size));
  }

  #array(size: number, depth: number): MsgpackValue[] {
    if (size > this.#bytes.length - this.#at) throw this.#broken();
    const values: MsgpackValue[] = [];
    for (let i = 0; i < size; i++) values.push(this.value(depth + 1));
    return values;
  }

  #map(size: number, depth: number): Map<string, MsgpackValue> {
    if (2 * size > this.#bytes.length - this.#at) throw this.#broken();
    const map = new Map<string, MsgpackValue>();
    for (let i = 0; i < size; i++) {
      const key = this.value(depth + 1);
      if (typeof key !== "string") throw this.#broken();
      map.set(key, this.value(depth + 1));
    }
    return map;
  }

  /** Only timestamps (type -1) exist in Kloset. */
  #extension(size: number): Timestamp {
    if (this.#view.getInt8(this.#take(1)) !== -1) throw this.#broken();
    if (size === 4) return { seconds: this.#u32(), nanoseconds: 0 };
    if (size === 8) {
      const packed = this.#view.getBigUint64(this.#take(8));
      return {
        seconds: Number(packed & 0x3ffffffffn),
        nanoseconds: Number(packed >> 34n),
      };
    }
    if (size === 12) {
      const nanoseconds = this.#u32();
      return { nanoseconds, seconds: Number(this.#view.getBigInt64(this.#take(8))) };
    }
    throw this.#broken();
  }
}

/** A decoded struct. Every accessor throws AppError "store-corrupt" on a value of the wrong kind. */
export class Fields {
  readonly #values: ReadonlyMap<string, MsgpackValue>;
  readonly #what: string;

  private constructor(values: ReadonlyMap<string, MsgpackValue>, what: string) {
    this.#values = values;
    this.#what = what;
  }

  static of(value: MsgpackValue | undefined, what: string): Fields {
    if (!(value instanceof Map)) throw corrupt(`${what} is not a record`);
    return new Fields(value, what);
  }

  #wrong(key: string): Error {
    return corrupt(`${this.#what} has an unusable "${key}"`);
  }

  has(key: string): boolean {
    const value = this.#values.get(key);
    return value !== undefined && value !== null;
  }

  text(key: string): string {
    const value = this.#values.get(key);
    if (value === undefined || value === null) return "";
    if (typeof value === "string") return value;
    if (value instanceof Uint8Array) return utf8.decode(value);
    throw this.#wrong(key);
  }

  /** Integers beyond 2^53 lose their last digits: no field that is read here needs them. */
  number(key: string): number {
    const value = this.#values.get(key);
    if (value === undefined || value === null) return 0;
    if (typeof value === "number" || typeof value === "bigint") return Number(value);
    throw this.#wrong(key);
  }

  /** A length, count or size: an integer of at least 0. */
  size(key: string): number {
    const value = this.number(key);
    if (!Number.isSafeInteger(value) || value < 0) throw this.#wrong(key);
    return value;
  }

  bool(key: string): boolean {
    const value = this.#values.get(key);
    if (value === undefined || value === null) return false;
    if (typeof value === "boolean") return value;
    throw this.#wrong(key);
  }

  bytes(key: string): Uint8Array {
    const value = this.#values.get(key);
    if (value === undefined || value === null) return new Uint8Array();
    if (value instanceof Uint8Array) return value;
    throw this.#wrong(key);
  }

  /** Zero when absent. */
  mac(key: string): Mac {
    const value = this.bytes(key);
    if (value.length === 0) return zeroMac;
    if (value.length !== MAC_LENGTH) throw this.#wrong(key);
    return value;
  }

  time(key: string): Timestamp {
    const value = this.#values.get(key);
    if (value === undefined || value === null) return epoch;
    if (typeof value === "object" && "seconds" in value) return value;
    throw this.#wrong(key);
  }

  list(key: string): readonly MsgpackValue[] {
    const value = this.#values.get(key);
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value;
    throw this.#wrong(key);
  }

  texts(key: string): string[] {
    return this.list(key).map((value) => {
      if (typeof value !== "string") throw this.#wrong(key);
      return value;
    });
  }

  macs(key: string): Mac[] {
    return this.list(key).map((value) => {
      if (!(value instanceof Uint8Array) || value.length !== MAC_LENGTH) throw this.#wrong(key);
      return value;
    });
  }

  record(key: string): Fields {
    return Fields.of(this.#values.get(key) ?? new Map(), `${this.#what}, ${key},`);
  }

  records(key: string): Fields[] {
    return this.list(key).map((value) => Fields.of(value, `${this.#what}, ${key},`));
  }
}
