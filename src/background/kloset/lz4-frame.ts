/**
 * The LZ4 frame format: written as plakar writes it (independent blocks of 4 MiB, content checksum), read with
 * any flags of the specification except dictionaries.
 */
import { corrupt, largerThan, unknownVersion } from "./corruption.ts";
import { compressedBound } from "./lz4-block.ts";
import { lz4 } from "./lz4-engine.ts";

const MAGIC = 0x184d2204;
const BLOCK = 4 * 1024 * 1024;
const STORED = 0x80000000;
/** Version 1, independent blocks, content checksum; 4 MiB blocks; header checksum. */
const HEADER = [0x04, 0x22, 0x4d, 0x18, 0x64, 0x70, 0xb9];

/** Most blobs are small: they are compressed here, and only the result gets memory of its own. */
const scratch = new Uint8Array(64 * 1024);

export function compressFrame(plain: Uint8Array): Uint8Array {
  const blocks = Math.ceil(plain.length / BLOCK);
  const most = HEADER.length + blocks * 4 + compressedBound(plain.length) + 16 * blocks + 8;
  const target = most <= scratch.length ? scratch : new Uint8Array(most);
  target.set(HEADER);
  let out = HEADER.length;
  for (let start = 0; start < plain.length; start += BLOCK) {
    const block = blocks === 1 ? plain : plain.subarray(start, start + BLOCK);
    const size = lz4().compressBlock(block, target, out + 4);
    if (size < block.length) {
      putWord(target, out, size);
      out += 4 + size;
    } else {
      putWord(target, out, STORED | block.length);
      target.set(block, out + 4);
      out += 4 + block.length;
    }
  }
  putWord(target, out, 0);
  putWord(target, out + 4, lz4().checksum(plain));
  return target.slice(0, out + 8);
}

/** Little-endian. */
function putWord(target: Uint8Array, at: number, word: number): void {
  target[at] = word;
  target[at + 1] = word >>> 8;
  target[at + 2] = word >>> 16;
  target[at + 3] = word >>> 24;
}

interface FrameHeader {
  readonly length: number;
  readonly blockSize: number;
  readonly independent: boolean;
  readonly blockChecksums: boolean;
  readonly contentChecksum: boolean;
  readonly contentSize: number | undefined;
}

function parseHeader(frame: Uint8Array, view: DataView, what: string): FrameHeader {
  if (frame.length < 7 || view.getUint32(0, true) !== MAGIC)
    throw corrupt(`${what} is not an LZ4 frame`);
  const flags = view.getUint8(4);
  if (flags >> 6 !== 1 || (flags & 1) !== 0)
    throw unknownVersion(`${what} uses LZ4 options that are not supported`, { flags });
  const hasSize = (flags & 8) !== 0;
  const length = 7 + (hasSize ? 8 : 0);
  if (frame.length < length) throw corrupt(`${what} is cut off`);
  if (((lz4().checksum(frame.subarray(4, length - 1)) >>> 8) & 255) !== frame[length - 1])
    throw corrupt(`${what} has a damaged LZ4 header`);
  const sizeCode = (view.getUint8(5) >> 4) & 7;
  if (sizeCode < 4) throw corrupt(`${what} has a damaged LZ4 header`);
  return {
    length,
    blockSize: 1 << (8 + 2 * sizeCode),
    independent: (flags & 32) !== 0,
    blockChecksums: (flags & 16) !== 0,
    contentChecksum: (flags & 4) !== 0,
    contentSize: hasSize ? Number(view.getBigUint64(6, true)) : undefined,
  };
}

/**
 * Plain bytes of one frame that fills `frame` exactly.
 * @param limit the most plain bytes to accept
 * @throws AppError "store-corrupt", "store-unknown-version"
 */
export function decompressFrame(frame: Uint8Array, limit: number, what: string): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const header = parseHeader(frame, view, what);
  let plain = new Uint8Array(Math.min(header.contentSize ?? 0, limit, header.blockSize));
  let size = 0;
  let at = header.length;
  for (;;) {
    if (at + 4 > frame.length) throw corrupt(`${what} is cut off`);
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) break;
    const length = word & 0x7fffffff;
    const stored = word >= STORED;
    const end = at + length;
    if (length > header.blockSize || end + (header.blockChecksums ? 4 : 0) > frame.length)
      throw corrupt(`${what} has an LZ4 block that is too long`);
    const block = frame.subarray(at, end);
    at = end;
    if (header.blockChecksums) {
      if (lz4().checksum(block) !== view.getUint32(at, true))
        throw corrupt(`${what} has a damaged LZ4 block`);
      at += 4;
    }
    const most = stored ? length : lz4().plainSize(block);
    if (most < 0 || most > header.blockSize) throw corrupt(`${what} has a damaged LZ4 block`);
    if (size + most > limit) throw largerThan(limit, what);
    plain = withRoom(plain, size, most);
    if (stored) {
      plain.set(block, size);
      size += length;
    } else {
      const start = header.independent ? size : 0;
      const window = plain.subarray(start, size + most);
      const reached = lz4().decompressBlock(block, window, size - start);
      if (reached < 0) throw corrupt(`${what} has a damaged LZ4 block`);
      size = start + reached;
    }
  }
  const result = plain.subarray(0, size);
  if (header.contentChecksum) {
    if (at + 4 > frame.length) throw corrupt(`${what} is cut off`);
    if (lz4().checksum(result) !== view.getUint32(at, true))
      throw corrupt(`${what} does not match its LZ4 checksum`);
    at += 4;
  }
  if (at !== frame.length) throw corrupt(`${what} has bytes behind its LZ4 frame`);
  if (header.contentSize !== undefined && header.contentSize !== size)
    throw corrupt(`${what} has another size than its LZ4 frame says`);
  return result;
}

function withRoom(
  plain: Uint8Array<ArrayBuffer>,
  size: number,
  more: number,
): Uint8Array<ArrayBuffer> {
  if (size + more <= plain.length) return plain;
  const grown = new Uint8Array(Math.max(size + more, plain.length * 2));
  grown.set(plain.subarray(0, size));
  return grown;
}
