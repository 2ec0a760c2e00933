/**
 * State files: the records that say which blob lies where (kloset/repository/state). The union of all states is
 * the store's index. Record type 5 (configuration) is read over and never written: plakar 1.1 fails on it.
 */
import { ByteWriter } from "./byte-writer.ts";
import { corrupt } from "./corruption.ts";
import { MAC_LENGTH, type Mac, zeroMac } from "./mac.ts";
import type { Pace } from "./pace.ts";
import { type ResourceType, STATE_VERSION_1_1_0, VERSION_1_0_0 } from "./resource.ts";

const METADATA = 1;
const LOCATION = 2;
const COLOURED = 3;
const PACKFILE = 4;
const DELETION = 6;

const lengths: Readonly<Record<number, number>> = {
  [LOCATION]: 85,
  [COLOURED]: 41,
  [PACKFILE]: 72,
  [DELETION]: 66,
};

export type StateRecord =
  | {
      readonly kind: "location";
      readonly type: ResourceType;
      readonly mac: Mac;
      readonly packfile: Mac;
      /** From the end of the packfile's envelope header. */
      readonly offset: number;
      /** Encoded bytes. */
      readonly length: number;
    }
  /** Deleted, still there until maintenance removes it. */
  | { readonly kind: "coloured"; readonly type: ResourceType; readonly mac: Mac }
  | { readonly kind: "packfile"; readonly packfile: Mac }
  | {
      readonly kind: "deletion";
      readonly of: "location" | "coloured" | "packfile" | "other";
      readonly type: ResourceType;
      readonly mac: Mac;
      readonly packfile: Mac;
    };

export interface State {
  /** Hex id of the state this one was made after. */
  readonly parent: Mac | undefined;
  /** Unix nanoseconds. */
  readonly timestamp: bigint;
  readonly serial: Uint8Array;
  readonly records: readonly StateRecord[];
}

/** A millisecond or two where JavaScript is interpreted. */
export const RECORDS_AT_ONCE = 256;

/** @param version of the state's envelope. @throws AppError "store-corrupt" */
export function decodeState(bytes: Uint8Array, version: number, what: string): State {
  const steps = decoding(bytes, version, what);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** {@link decodeState} in slices: that of a first snapshot tells of tens of thousands of blobs. */
export async function decodeLargeState(
  bytes: Uint8Array,
  version: number,
  what: string,
  pace: Pace,
): Promise<State> {
  const steps = decoding(bytes, version, what);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await pace.breathe();
  }
}

function* decoding(bytes: Uint8Array, version: number, what: string): Generator<void, State> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const records: StateRecord[] = [];
  let at = 0;
  let parent: Mac | undefined;
  const slice = (start: number, length: number) => bytes.slice(start, start + length);
  let packfile = { at: -1, name: zeroMac };
  // Locations of one packfile follow each other: they share its name.
  const packfileAt = (start: number): Mac => {
    if (packfile.at < 0 || !sameMac(view, packfile.at, start))
      packfile = { at: start, name: slice(start, MAC_LENGTH) };
    return packfile.name;
  };
  if (version === STATE_VERSION_1_1_0) {
    if (bytes.length < MAC_LENGTH) throw corrupt(`${what} is cut off`);
    const named = slice(0, MAC_LENGTH);
    if (named.some((byte) => byte !== 0)) parent = named;
    at = MAC_LENGTH;
  }
  for (;;) {
    if (at >= bytes.length) throw corrupt(`${what} is cut off`);
    const type = view.getUint8(at++);
    if (type === METADATA) break;
    if (at + 4 > bytes.length) throw corrupt(`${what} is cut off`);
    const length = view.getUint32(at, true);
    at += 4;
    if (at + length > bytes.length) throw corrupt(`${what} is cut off`);
    if (length !== (lengths[type] ?? length)) throw corrupt(`${what} has a damaged record`);
    const record = decodeRecord(type, view, at, slice, packfileAt);
    if (record) records.push(record);
    at += length;
    if (records.length % RECORDS_AT_ONCE === 0) yield;
  }
  if (bytes.length - at !== 28) throw corrupt(`${what} does not end properly`);
  return {
    parent,
    timestamp: view.getBigUint64(at + 4, true),
    serial: slice(at + 12, 16),
    records,
  };
}

function sameMac(view: DataView, a: number, b: number): boolean {
  for (let i = 0; i < MAC_LENGTH; i += 4)
    if (view.getInt32(a + i) !== view.getInt32(b + i)) return false;
  return true;
}

function decodeRecord(
  type: number,
  view: DataView,
  at: number,
  slice: (start: number, length: number) => Uint8Array,
  packfileAt: (start: number) => Mac,
): StateRecord | undefined {
  switch (type) {
    case LOCATION:
      return {
        kind: "location",
        type: view.getUint8(at),
        mac: slice(at + 5, MAC_LENGTH),
        packfile: packfileAt(at + 37),
        offset: Number(view.getBigUint64(at + 69, true)),
        length: view.getUint32(at + 77, true),
      };
    case COLOURED:
      return { kind: "coloured", type: view.getUint8(at), mac: slice(at + 1, MAC_LENGTH) };
    case PACKFILE:
      return { kind: "packfile", packfile: slice(at, MAC_LENGTH) };
    case DELETION: {
      const of = view.getUint8(at);
      return {
        kind: "deletion",
        of:
          of === LOCATION
            ? "location"
            : of === COLOURED
              ? "coloured"
              : of === PACKFILE
                ? "packfile"
                : "other",
        type: view.getUint8(at + 1),
        mac: slice(at + 2, MAC_LENGTH),
        packfile: slice(at + 34, MAC_LENGTH),
      };
    }
    default:
      return undefined;
  }
}

/** Collects the records of one new state. */
export class StateWriter {
  readonly #out = new ByteWriter(4096);
  readonly #timestamp: bigint;

  /** @param timestamp Unix nanoseconds */
  constructor(parent: Mac | undefined, timestamp: bigint) {
    this.#timestamp = timestamp;
    this.#out.bytes(parent ?? new Uint8Array(MAC_LENGTH));
  }

  /** Withdraws a place of a blob, before a better one is named. */
  deleteLocation(type: ResourceType, mac: Mac, packfile: Mac): void {
    this.#out.u8(DELETION).u32(66).u8(LOCATION).u8(type).bytes(mac).bytes(packfile);
  }

  /** Marks something as removed; maintenance frees what nothing needs any more. */
  colour(type: ResourceType, mac: Mac): void {
    this.#out.u8(COLOURED).u32(41).u8(type).bytes(mac).u64(this.#timestamp);
  }

  location(type: ResourceType, mac: Mac, packfile: Mac, offset: number, length: number): void {
    this.#out
      .u8(LOCATION)
      .u32(85)
      .u8(type)
      .u32(VERSION_1_0_0)
      .bytes(mac)
      .bytes(packfile)
      .u64(BigInt(offset))
      .u32(length)
      .u32(0);
  }

  /** @param state the name of the state file being written: plakar's repair relies on it */
  packfile(packfile: Mac, state: Mac): void {
    this.#out.u8(PACKFILE).u32(72).bytes(packfile).bytes(state).u64(this.#timestamp);
  }

  finish(serial: Uint8Array): Uint8Array {
    this.#out.u8(METADATA).u32(STATE_VERSION_1_1_0).u64(this.#timestamp).bytes(serial);
    return this.#out.finish();
  }
}
