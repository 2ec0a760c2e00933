/** The LZ4 block format: greedy compression with one hash table, and a decoder that trusts nothing. */

/** The loops of a frame, however they are run. */
export interface Lz4 {
  /** As {@link compressBlock}. */
  compressBlock(source: Uint8Array, target: Uint8Array, start: number): number;
  /** As {@link plainSize}. */
  plainSize(block: Uint8Array): number;
  /** As {@link decompressBlock}. */
  decompressBlock(block: Uint8Array, target: Uint8Array, at: number): number;
  /** xxh32, unsigned. */
  checksum(bytes: Uint8Array): number;
}

const MIN_MATCH = 4;
/** The last match starts at least this far from the end, and the last five bytes are literals (LZ4 end conditions). */
const MATCH_LIMIT = 12;
const LAST_LITERALS = 5;
const MAX_DISTANCE = 65535;
const HASH_BITS = 14;
const LONG_RUN = 64;
const HASH_FACTOR = 0x9e3779b1 | 0;

/**
 * Positions by hash of four bytes. Kept between calls and never cleared: positions are counted on from call to
 * call, so that those of earlier inputs lie below the start of the current one.
 */
const table = new Int32Array(1 << HASH_BITS);
let base = 1;

/** The most bytes a block of `size` plain bytes may need. */
export function compressedBound(size: number): number {
  return size + Math.ceil(size / 255) + 16;
}

function writeLength(target: Uint8Array, at: number, rest: number): number {
  let left = rest;
  let end = at;
  for (; left >= 255; left -= 255) target[end++] = 255;
  target[end++] = left;
  return end;
}

/** Four bytes, little-endian, signed. Without a DataView: making one costs more than a small block. */
export function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** @param target with {@link compressedBound} bytes from `start`, where the block goes. @returns the block's length */
export function compressBlock(source: Uint8Array, target: Uint8Array, start: number): number {
  const size = source.length;
  if (base > 0x7fffffff - size - MAX_DISTANCE) {
    table.fill(0);
    base = 1;
  }
  const origin = base;
  base += size;
  const lastMatch = size - MATCH_LIMIT;
  const matchEnd = size - LAST_LITERALS;
  let out = start;
  let anchor = 0;
  let at = 0;
  let misses = 0;
  while (at <= lastMatch) {
    const word = wordAt(source, at);
    const slot = Math.imul(word, HASH_FACTOR) >>> (32 - HASH_BITS);
    const candidate = (table[slot] as number) - origin;
    table[slot] = at + origin;
    if (candidate < 0 || at - candidate > MAX_DISTANCE || wordAt(source, candidate) !== word) {
      // Steps grow over incompressible data.
      at += 1 + (misses++ >> 6);
      continue;
    }
    misses = 0;
    let match = at;
    let from = candidate;
    while (match > anchor && from > 0 && source[match - 1] === source[from - 1]) {
      match--;
      from--;
    }
    let end = at + MIN_MATCH;
    for (let probe = candidate + MIN_MATCH; end < matchEnd; end++, probe++)
      if (source[end] !== source[probe]) break;
    out = writeSequence(source, anchor, match, target, out, end - match, match - from);
    at = end;
    anchor = end;
  }
  return writeLiterals(source, anchor, size, target, out, 0) - start;
}

function writeSequence(
  source: Uint8Array,
  anchor: number,
  start: number,
  target: Uint8Array,
  at: number,
  matchLength: number,
  distance: number,
): number {
  const extra = matchLength - MIN_MATCH;
  let out = writeLiterals(source, anchor, start, target, at, Math.min(extra, 15));
  target[out++] = distance & 255;
  target[out++] = distance >> 8;
  if (extra >= 15) out = writeLength(target, out, extra - 15);
  return out;
}

function writeLiterals(
  source: Uint8Array,
  from: number,
  to: number,
  target: Uint8Array,
  at: number,
  matchCode: number,
): number {
  const count = to - from;
  let out = at;
  target[out++] = (Math.min(count, 15) << 4) | matchCode;
  if (count >= 15) out = writeLength(target, out, count - 15);
  return copy(source, from, to, target, out);
}

/** Most runs are of a few bytes, where a view on them costs more than the copy. */
function copy(
  source: Uint8Array,
  from: number,
  to: number,
  target: Uint8Array,
  at: number,
): number {
  if (to - from > LONG_RUN) {
    target.set(source.subarray(from, to), at);
    return at + to - from;
  }
  let out = at;
  for (let i = from; i < to; i++) target[out++] = source[i] as number;
  return out;
}

/** How many plain bytes a block holds, or -1 when it is cut off: the decoder's room is made to measure. */
export function plainSize(block: Uint8Array): number {
  const size = block.length;
  let plain = 0;
  let i = 0;
  const more = (): number => {
    let sum = 0;
    let byte = 255;
    while (byte === 255 && i < size) {
      byte = block[i++] as number;
      sum += byte;
    }
    return sum;
  };
  while (i < size) {
    const token = block[i++] as number;
    const literals = token >> 4 === 15 ? 15 + more() : token >> 4;
    plain += literals;
    i += literals;
    if (i >= size) return i === size ? plain : -1;
    i += 2;
    plain += MIN_MATCH + ((token & 15) === 15 ? 15 + more() : token & 15);
  }
  return -1;
}

/**
 * Decodes one block into `target` from `at`; matches may reach back to the start of `target` (dependent blocks).
 * @returns the end of the plain bytes, or -1 when the block is damaged or `target` is too small
 */
export function decompressBlock(block: Uint8Array, target: Uint8Array, at: number): number {
  const size = block.length;
  let out = at;
  let i = 0;
  while (i < size) {
    const token = block[i++] as number;
    let literals = token >> 4;
    if (literals === 15) {
      let more: number;
      do {
        if (i >= size) return -1;
        more = block[i++] as number;
        literals += more;
      } while (more === 255);
    }
    if (literals > size - i || literals > target.length - out) return -1;
    out = copy(block, i, i + literals, target, out);
    i += literals;
    if (i === size) return out;
    if (i + 2 > size) return -1;
    const distance = (block[i] as number) | ((block[i + 1] as number) << 8);
    i += 2;
    let length = (token & 15) + MIN_MATCH;
    if (length === 15 + MIN_MATCH) {
      let more: number;
      do {
        if (i >= size) return -1;
        more = block[i++] as number;
        length += more;
      } while (more === 255);
    }
    if (distance === 0 || distance > out || length > target.length - out) return -1;
    if (distance >= length && length > LONG_RUN) {
      target.copyWithin(out, out - distance, out - distance + length);
      out += length;
    } else {
      // A match may overlap what it produces: byte by byte.
      for (const end = out + length; out < end; out++)
        target[out] = target[out - distance] as number;
    }
  }
  // A block ends with literals; only an empty one may end here.
  return size === 0 ? out : -1;
}
