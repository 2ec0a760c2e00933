/**
 * Dirpack: the entries of one directory as one object, so that listing needs a few reads instead of one an entry
 * (kloset/snapshot writeFrame).
 */

import { ByteWriter } from "./byte-writer.ts";
import { corrupt } from "./corruption.ts";
import { decodeEntry, type Entry } from "./entry.ts";
import { MAC_LENGTH } from "./mac.ts";
import type { Pace } from "./pace.ts";

const DIRECTORY = 1;
const OTHER = 2;

/** Chunks end at entries that their own name chooses, so that one changed entry costs one chunk, not the directory. */
const CHUNK_MIN = 8 * 1024;
const CHUNK_MAX = 256 * 1024;
const ONE_IN = 64;

/**
 * The content of a directory's object, cut into chunks. The entries must be in a stable order.
 */
export function packEntries(entries: readonly Entry[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const out = new ByteWriter(CHUNK_MIN * 2);
  for (const entry of entries) {
    out.u8(entry.kind === "directory" ? DIRECTORY : OTHER);
    out
      .u32(entry.record.length + MAC_LENGTH)
      .bytes(entry.record)
      .bytes(entry.mac);
    const ends = out.length >= CHUNK_MIN && (entry.mac[0] as number) % ONE_IN === 0;
    if (ends || out.length >= CHUNK_MAX) {
      chunks.push(out.finish());
      out.clear();
    }
  }
  if (out.length > 0) chunks.push(out.finish());
  return chunks;
}

/** What somebody made of an entry earlier, by {@link entryKey}: equal keys, equal entries. */
export type Recall<T> = (key: string) => T | undefined;

/** Not for showing. Each byte becomes one character. */
export function entryKey(mac: Uint8Array): string {
  return LATIN1.decode(mac);
}

const LATIN1 = new TextDecoder("latin1");

/** @param recall entries it knows are not decoded again. @throws AppError "store-corrupt" */
export async function unpackEntries<T = never>(
  content: Uint8Array,
  what: string,
  pace: Pace,
  recall?: Recall<T>,
): Promise<(Entry | T)[]> {
  const entries: (Entry | T)[] = [];
  for (const { start, macStart, end } of frames(content, what)) {
    const mac = content.subarray(macStart, end);
    entries.push(
      recall?.(entryKey(mac)) ?? decodeEntry(content.subarray(start, macStart), mac, what),
    );
    await pace.breathe();
  }
  return entries;
}

/** Those that are no directories. @throws AppError "store-corrupt" */
export function countEntries(content: Uint8Array, what: string): number {
  let count = 0;
  for (const { kind } of frames(content, what)) if (kind !== DIRECTORY) count++;
  return count;
}

interface Frame {
  readonly kind: number;
  /** Of the entry's record, which ends where its MAC begins. */
  readonly start: number;
  readonly macStart: number;
  readonly end: number;
}

function* frames(content: Uint8Array, what: string): Generator<Frame> {
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  let at = 0;
  while (at < content.length) {
    if (at + 5 > content.length) throw corrupt(`${what} is cut off`);
    const kind = view.getUint8(at);
    const length = view.getUint32(at + 1, true);
    const end = at + 5 + length;
    if ((kind !== DIRECTORY && kind !== OTHER) || length < MAC_LENGTH || end > content.length)
      throw corrupt(`${what} has a damaged frame`);
    yield { kind, start: at + 5, macStart: end - MAC_LENGTH, end };
    at = end;
  }
}
