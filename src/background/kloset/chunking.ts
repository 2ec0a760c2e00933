/**
 * Where files are cut. Readers accept any cuts. Files up to the store's MinSize stay whole, which is also what
 * FastCDC does with them; larger ones are cut at NormalSize: calendars never have such files.
 */
import type { StoreConfig } from "./config.ts";

const LARGEST_CHUNK = 8 * 1024 * 1024;
const DEFAULT_CHUNK = 1024 * 1024;

/** Views on the content, in order; none for an empty file. */
export function cutChunks(bytes: Uint8Array, chunking: StoreConfig["chunking"]): Uint8Array[] {
  if (bytes.length === 0) return [];
  if (bytes.length <= Math.min(chunking.minSize, LARGEST_CHUNK)) return [bytes];
  const size = Math.min(
    chunking.normalSize > 0 ? chunking.normalSize : DEFAULT_CHUNK,
    LARGEST_CHUNK,
  );
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return chunks;
}
