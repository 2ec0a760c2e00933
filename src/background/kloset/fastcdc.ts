/**
 * FastCDC as plakar cuts (go-cdc-chunkers v1.0.3): a rolling sum over the bytes ends a chunk where the content says
 * so, so that a change moves the cuts around it only, and both programs store the same chunks of the same file.
 */
import { gearHigh, gearLow } from "./gear-table.ts";

export interface FastCdcOptions {
  /** Bytes; a power of two is expected of normalSize, and minSize < normalSize < maxSize. */
  readonly minSize: number;
  readonly normalSize: number;
  readonly maxSize: number;
  readonly masks: FastCdcMasks;
}

const SIGN = 0x80000000 | 0;

interface Mask {
  readonly high: number;
  readonly low: number;
}

/** The strict one counts up to normalSize, the loose one behind it. */
export interface FastCdcMasks {
  readonly strict: Mask;
  readonly loose: Mask;
}

/** Of the algorithm "fastcdc" (plakar 1.0), whatever the sizes. */
export const legacyMasks: FastCdcMasks = {
  strict: { high: 0x00035907, low: 0x03530000 },
  loose: { high: 0x0000d900, low: 0x03530000 },
};

/** Of the algorithm "fastcdc-v1.0.0": two bits more, and two fewer, than normalSize has, spread from the top. */
export function spacedMasks(normalSize: number): FastCdcMasks {
  const bits = Math.floor(Math.log2(normalSize));
  return { strict: spacedMask(bits + 2), loose: spacedMask(bits - 2) };
}

function spacedMask(ones: number): Mask {
  let mask = 0n;
  const step = BigInt(Math.floor(64 / ones));
  for (let i = 0n; i < BigInt(ones); i++) mask |= 1n << (63n - i * step);
  return { high: Number(mask >> 32n), low: Number(mask & 0xffffffffn) };
}

/** Where the first chunk of `bytes` from `start` ends. */
export function nextCut(bytes: Uint8Array, start: number, options: FastCdcOptions): number {
  const rest = bytes.length - start;
  if (rest <= options.minSize) return bytes.length;
  const end = start + Math.min(rest, options.maxSize);
  const normal = start + Math.min(rest, options.normalSize);
  const { strict, loose } = options.masks;
  let at = start + options.minSize;
  let high = 0;
  let low = 0;
  for (const [limit, mask] of [
    [Math.min(normal, end), strict],
    [end, loose],
  ] as const) {
    for (; at < limit; at++) {
      const byte = bytes[at] as number;
      // 64 bits in two halves: shifted left by one, then the byte's number added. All in signed 32-bit integers,
      // which engines keep in registers; a sum below its part, compared as unsigned, has carried.
      const shifted = low << 1;
      const sum = (shifted + (gearLow[byte] as number)) | 0;
      const carry = (low >>> 31) + ((sum ^ SIGN) < (shifted ^ SIGN) ? 1 : 0);
      high = ((high << 1) + (gearHigh[byte] as number) + carry) | 0;
      low = sum;
      if ((high & mask.high) === 0 && (low & mask.low) === 0) return at;
    }
  }
  return end;
}
