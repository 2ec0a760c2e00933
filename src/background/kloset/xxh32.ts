/** xxHash, 32 bits, seed 0: the checksum inside LZ4 frames. */
// As signed words: engines keep them as integers, where larger numbers would be floats.
import { wordAt } from "./lz4-block.ts";

const P1 = 0x9e3779b1 | 0;
const P2 = 0x85ebca77 | 0;
const P3 = 0xc2b2ae3d | 0;
const P4 = 0x27d4eb2f;
const P5 = 0x165667b1;

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function round(lane: number, input: number): number {
  return Math.imul(rotate((lane + Math.imul(input, P2)) | 0, 13), P1);
}

/** Unsigned. */
export function xxh32(bytes: Uint8Array): number {
  const length = bytes.length;
  let at = 0;
  let hash: number;
  if (length >= 16) {
    let a = (P1 + P2) | 0;
    let b = P2 | 0;
    let c = 0;
    let d = -P1 | 0;
    for (; at <= length - 16; at += 16) {
      a = round(a, wordAt(bytes, at));
      b = round(b, wordAt(bytes, at + 4));
      c = round(c, wordAt(bytes, at + 8));
      d = round(d, wordAt(bytes, at + 12));
    }
    hash = (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0;
  } else hash = P5 | 0;
  hash = (hash + length) | 0;
  for (; at <= length - 4; at += 4)
    hash = Math.imul(rotate((hash + Math.imul(wordAt(bytes, at), P3)) | 0, 17), P4);
  for (; at < length; at++)
    hash = Math.imul(rotate((hash + Math.imul(bytes[at] as number, P5)) | 0, 11), P1);
  hash = Math.imul(hash ^ (hash >>> 15), P2);
  hash = Math.imul(hash ^ (hash >>> 13), P3);
  return (hash ^ (hash >>> 16)) >>> 0;
}
