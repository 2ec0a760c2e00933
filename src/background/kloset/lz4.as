/**
 * The loops of lz4-block.ts and xxh32.ts once more, in AssemblyScript: the same bytes, many times faster where the browser
 * does not compile JavaScript (Debian's Thunderbird has its JIT off). `scripts/assembly.ts` compiles it. Pointers are
 * offsets into the module's memory; the caller places what is worked on behind {@link FREE}.
 */

const MIN_MATCH: u32 = 4;
const MATCH_LIMIT: u32 = 12;
const LAST_LITERALS: u32 = 5;
const MAX_DISTANCE: u32 = 65535;
const HASH_BITS: u32 = 14;

const P1: u32 = 0x9e3779b1;
const P2: u32 = 0x85ebca77;
const P3: u32 = 0xc2b2ae3d;
const P4: u32 = 0x27d4eb2f;
const P5: u32 = 0x165667b1;

/** Positions by hash of four bytes, from address 0 on; `base` counts them on from call to call. */
let base: u32 = 1;

/** Where the memory is the caller's. */
export const FREE: u32 = 4 << HASH_BITS;

function writeLength(at: u32, rest: u32): u32 {
  let left = rest;
  let end = at;
  for (; left >= 255; left -= 255) store<u8>(end++, 255);
  store<u8>(end++, left);
  return end;
}

function writeLiterals(from: u32, to: u32, at: u32, matchCode: u32): u32 {
  const count = to - from;
  let out = at;
  store<u8>(out++, (min<u32>(count, 15) << 4) | matchCode);
  if (count >= 15) out = writeLength(out, count - 15);
  memory.copy(out, from, count);
  return out + count;
}

/** @returns the block's length */
export function compress(source: u32, size: u32, target: u32): u32 {
  if (base > 0x7fffffff - size - MAX_DISTANCE) {
    memory.fill(0, 0, FREE);
    base = 1;
  }
  const origin = base;
  base += size;
  const sourceEnd = source + size;
  let out = target;
  let anchor = source;
  if (size >= MATCH_LIMIT) {
    const lastMatch = sourceEnd - MATCH_LIMIT;
    const matchEnd = sourceEnd - LAST_LITERALS;
    let at = source;
    let misses: u32 = 0;
    while (at <= lastMatch) {
      const word = load<u32>(at);
      const slot = ((word * P1) >> (32 - HASH_BITS)) << 2;
      const known = load<u32>(slot);
      const position = at - source;
      store<u32>(slot, position + origin);
      if (
        known < origin ||
        position - (known - origin) > MAX_DISTANCE ||
        load<u32>(source + known - origin) != word
      ) {
        at += 1 + (misses++ >> 6);
        continue;
      }
      misses = 0;
      const candidate = source + known - origin;
      let match = at;
      let from = candidate;
      while (match > anchor && from > source && load<u8>(match - 1) == load<u8>(from - 1)) {
        match--;
        from--;
      }
      let end = at + MIN_MATCH;
      for (let probe = candidate + MIN_MATCH; end < matchEnd; end++, probe++)
        if (load<u8>(end) != load<u8>(probe)) break;
      const extra = end - match - MIN_MATCH;
      out = writeLiterals(anchor, match, out, min<u32>(extra, 15));
      store<u16>(out, match - from);
      out += 2;
      if (extra >= 15) out = writeLength(out, extra - 15);
      at = end;
      anchor = end;
    }
  }
  return writeLiterals(anchor, sourceEnd, out, 0) - target;
}

/** @returns how many plain bytes the block holds, or -1 when it is cut off */
export function plainSize(block: u32, size: u32): f64 {
  const end = block + size;
  let plain: f64 = 0;
  let i = block;
  while (i < end) {
    const token: u32 = load<u8>(i++);
    let literals: u32 = token >> 4;
    if (literals == 15) {
      let byte: u32 = 255;
      while (byte == 255 && i < end) {
        byte = load<u8>(i++);
        literals += byte;
      }
    }
    plain += <f64>literals;
    if (literals >= end - i) return literals == end - i ? plain : -1;
    i += literals + 2;
    let length: u32 = token & 15;
    if (length == 15) {
      let byte: u32 = 255;
      while (byte == 255 && i < end) {
        byte = load<u8>(i++);
        length += byte;
      }
    }
    plain += <f64>(length + MIN_MATCH);
  }
  return -1;
}

/** @returns the plain bytes' length, or -1 when the block is damaged or `room` is too small */
export function decompress(block: u32, size: u32, target: u32, room: u32): i32 {
  const end = block + size;
  const targetEnd = target + room;
  let i = block;
  let out = target;
  while (i < end) {
    const token: u32 = load<u8>(i++);
    let literals: u32 = token >> 4;
    if (literals == 15) {
      let more: u32;
      do {
        if (i >= end) return -1;
        more = load<u8>(i++);
        literals += more;
      } while (more == 255);
    }
    if (literals > end - i || literals > targetEnd - out) return -1;
    memory.copy(out, i, literals);
    i += literals;
    out += literals;
    if (i == end) return out - target;
    if (i + 2 > end) return -1;
    const distance: u32 = load<u16>(i);
    i += 2;
    let length: u32 = (token & 15) + MIN_MATCH;
    if (length == 15 + MIN_MATCH) {
      let more: u32;
      do {
        if (i >= end) return -1;
        more = load<u8>(i++);
        length += more;
      } while (more == 255);
    }
    if (distance == 0 || distance > out - target || length > targetEnd - out) return -1;
    if (distance >= length) {
      memory.copy(out, out - distance, length);
      out += length;
    } else {
      for (const matchEnd = out + length; out < matchEnd; out++)
        store<u8>(out, load<u8>(out - distance));
    }
  }
  return size == 0 ? 0 : -1;
}

let a: u32 = 0;
let b: u32 = 0;
let c: u32 = 0;
let d: u32 = 0;

function round(lane: u32, input: u32): u32 {
  return rotl<u32>(lane + input * P2, 13) * P1;
}

export function checksumStart(): void {
  a = P1 + P2;
  b = P2;
  c = 0;
  d = 0 - P1;
}

/** @param size a multiple of 16 */
export function checksumUpdate(source: u32, size: u32): void {
  const end = source + size;
  for (let at = source; at < end; at += 16) {
    a = round(a, load<u32>(at));
    b = round(b, load<u32>(at + 4));
    c = round(c, load<u32>(at + 8));
    d = round(d, load<u32>(at + 12));
  }
}

/** @param rest bytes behind those of the updates, fewer than 16. @param total of all bytes */
export function checksumFinish(source: u32, rest: u32, total: u32): u32 {
  let hash: u32 =
    total >= 16 ? rotl<u32>(a, 1) + rotl<u32>(b, 7) + rotl<u32>(c, 12) + rotl<u32>(d, 18) : P5;
  hash += total;
  let at = source;
  const end = source + rest;
  for (; at + 4 <= end; at += 4) hash = rotl<u32>(hash + load<u32>(at) * P3, 17) * P4;
  for (; at < end; at++) hash = rotl<u32>(hash + <u32>load<u8>(at) * P5, 11) * P1;
  hash = (hash ^ (hash >> 15)) * P2;
  hash = (hash ^ (hash >> 13)) * P3;
  return hash ^ (hash >> 16);
}
