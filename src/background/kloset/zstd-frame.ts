/**
 * Zstandard frames (RFC 8878), read only: stores of kloset 1.1.4 and later may have them. What a frame may unpack to is
 * known from its block headers before any of it is unpacked; unpacking goes block by block.
 */
import { Decompress } from "fzstd";
import { isAppError } from "../../shared/errors.ts";
import { corrupt, largerThan, unknownVersion } from "./corruption.ts";
import { makePace } from "./pace.ts";

const MAGIC = 0xfd2fb528;
/** Block_Maximum_Size (RFC 8878 section 3.1.1.2.4). */
const LARGEST_BLOCK = 128 * 1024;
/** Four times what the RFC asks of every decoder (section 3.1.1.1.2): what Go's encoder takes at its best. */
const LARGEST_WINDOW = 32 * 1024 * 1024;
/** A crafted block takes ever so long for nothing: honest ones unpack many times faster than this. */
const SLOWEST = { msAtOnce: 20_000, bytesPerMs: 100 };

interface Block {
  readonly end: number;
  /** The most bytes it unpacks to. */
  readonly most: number;
}

interface Frame {
  readonly blocks: readonly Block[];
  readonly contentSize: number | undefined;
}

/**
 * Plain bytes of one frame that fills `stored` exactly. Its checksum is not looked at: what is stored is named by its MAC.
 * @param limit the most plain bytes to accept
 * @throws AppError "store-corrupt"; "store-unknown-version" for windows beyond 32 MiB and dictionaries
 */
export async function unpackZstd(
  stored: Uint8Array,
  limit: number,
  what: string,
): Promise<Uint8Array> {
  // As Go's encoder leaves nothing for nothing.
  if (stored.length === 0) return new Uint8Array();
  const { blocks, contentSize } = scanFrame(stored, what);
  if ((contentSize ?? 0) > limit) throw largerThan(limit, what);
  const most = blocks.reduce((sum, block) => sum + block.most, 0);
  if (contentSize !== undefined && contentSize > most)
    throw corrupt(`${what} has another size than its Zstandard frame says`);
  let plain = new Uint8Array(contentSize ?? Math.min(most, limit, LARGEST_BLOCK));
  let size = 0;
  const decoder = new Decompress((piece) => {
    if (size + piece.length > Math.min(limit, contentSize ?? limit)) throw largerThan(limit, what);
    if (size + piece.length > plain.length) {
      const grown = new Uint8Array(Math.min(limit, (size + piece.length) * 2));
      grown.set(plain.subarray(0, size));
      plain = grown;
    }
    plain.set(piece, size);
    size += piece.length;
  });
  const pace = makePace(undefined);
  const began = performance.now();
  let at = 0;
  try {
    for (const [index, { end }] of blocks.entries()) {
      const isLast = index === blocks.length - 1;
      decoder.push(stored.subarray(at, isLast ? stored.length : end), isLast);
      at = end;
      if (performance.now() - began > SLOWEST.msAtOnce + size / SLOWEST.bytesPerMs)
        throw corrupt(`${what} takes too long to unpack`);
      await pace.breathe();
    }
  } catch (cause) {
    if (isAppError(cause)) throw cause;
    throw corrupt(`${what} is not valid Zstandard`, {}, cause);
  }
  if (contentSize !== undefined && contentSize !== size)
    throw corrupt(`${what} has another size than its Zstandard frame says`);
  return plain.subarray(0, size);
}

/** Header and blocks, checked against the bytes there are. */
function scanFrame(stored: Uint8Array, what: string): Frame {
  const view = new DataView(stored.buffer, stored.byteOffset, stored.length);
  if (stored.length < 6 || view.getUint32(0, true) !== MAGIC)
    throw corrupt(`${what} is not a Zstandard frame`);
  const descriptor = view.getUint8(4);
  const singleSegment = (descriptor & 32) !== 0;
  const checksum = (descriptor & 4) !== 0;
  if ((descriptor & 8) !== 0) throw corrupt(`${what} has a damaged Zstandard header`);
  if ((descriptor & 3) !== 0)
    throw unknownVersion(`${what} needs a Zstandard dictionary`, { descriptor });
  const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
  const header = 5 + (singleSegment ? 0 : 1) + sizeBytes;
  if (stored.length < header + 3) throw corrupt(`${what} is cut off`);
  const contentSize = readSize(view, header - sizeBytes, sizeBytes);
  const window = singleSegment ? (contentSize ?? 0) : windowSize(view.getUint8(5));
  if (!singleSegment && window > LARGEST_WINDOW)
    throw unknownVersion(`${what} needs a window of ${window} bytes`, { window });
  const blocks: Block[] = [];
  let at = header;
  for (let last = false; !last; ) {
    if (at + 3 > stored.length) throw corrupt(`${what} is cut off`);
    const word = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    last = (word & 1) !== 0;
    const type = (word >> 1) & 3;
    const size = word >> 3;
    if (type === 3 || size > LARGEST_BLOCK) throw corrupt(`${what} has a damaged Zstandard block`);
    at += 3 + (type === 1 ? 1 : size);
    if (at > stored.length) throw corrupt(`${what} is cut off`);
    blocks.push({ end: at, most: type === 2 ? LARGEST_BLOCK : size });
  }
  if (at + (checksum ? 4 : 0) !== stored.length)
    throw corrupt(`${what} has bytes behind its Zstandard frame`);
  return { blocks, contentSize };
}

function readSize(view: DataView, at: number, bytes: number): number | undefined {
  switch (bytes) {
    case 0:
      return undefined;
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    default:
      return Number(view.getBigUint64(at, true));
  }
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}
