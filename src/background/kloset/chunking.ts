/**
 * Where files are cut: with the algorithm and sizes that the store's CONFIG names, so that what plakar stored of
 * the same content is found again. Readers accept any cuts.
 */
import type { StoreConfig } from "./config.ts";
import { type FastCdcOptions, legacyMasks, nextCut, spacedMasks } from "./fastcdc.ts";

type Chunking = StoreConfig["chunking"];

/** What plakar takes where CONFIG has 0. */
const DEFAULTS = { minSize: 2 * 1024, normalSize: 8 * 1024, maxSize: 64 * 1024 };
const SMALLEST = 64;
/** One chunk is held in memory, and no padding of ours covers what plakar over-reads behind a larger one. */
const LARGEST_CHUNK = 8 * 1024 * 1024;
const FIXED_CHUNK = 1024 * 1024;

/** Views on the content, in order; none for an empty file. */
export function* cutChunks(bytes: Uint8Array, chunking: Chunking): Generator<Uint8Array> {
  const cut = cutterOf(chunking);
  for (let at = 0; at < bytes.length; ) {
    const end = cut(bytes, at);
    yield bytes.subarray(at, end);
    at = end;
  }
}

type Cutter = (bytes: Uint8Array, at: number) => number;

/** Making one takes longer than cutting a small file. */
const cutters = new WeakMap<Chunking, Cutter>();

function cutterOf(chunking: Chunking): Cutter {
  const known = cutters.get(chunking);
  if (known) return known;
  const made = cutter(chunking);
  cutters.set(chunking, made);
  return made;
}

/** Every store's files can be cut: where its algorithm is not known, or its sizes make no sense, at fixed places. */
function cutter(chunking: Chunking): Cutter {
  const options = fastCdcOptions(chunking);
  if (options) return (bytes, at) => nextCut(bytes, at, options);
  return (bytes, at) => Math.min(at + FIXED_CHUNK, bytes.length);
}

function fastCdcOptions(chunking: Chunking): FastCdcOptions | undefined {
  const minSize = chunking.minSize || DEFAULTS.minSize;
  const normalSize = chunking.normalSize || DEFAULTS.normalSize;
  const maxSize = Math.min(chunking.maxSize || DEFAULTS.maxSize, LARGEST_CHUNK);
  const sensible =
    minSize >= SMALLEST &&
    minSize < normalSize &&
    normalSize < maxSize &&
    Number.isInteger(Math.log2(normalSize));
  if (!sensible) return undefined;
  const sizes = { minSize, normalSize, maxSize };
  switch (chunking.algorithm.toLowerCase()) {
    case "fastcdc":
      return { ...sizes, masks: legacyMasks };
    case "fastcdc-v1.0.0": {
      // Its small default sizes have the masks of before.
      const small = Object.entries(DEFAULTS).every(
        ([name, size]) => sizes[name as keyof typeof DEFAULTS] === size,
      );
      return { ...sizes, masks: small ? legacyMasks : spacedMasks(normalSize) };
    }
    default:
      return undefined;
  }
}
