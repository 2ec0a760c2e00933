/**
 * Encoding of everything stored (blobs, packfile index and footer, states, locks): compressed, then encrypted,
 * each step only where CONFIG has it. ZSTD of newer stores is read, never written: plakar 1.1 has none to try it with.
 */
import { concatBytes } from "../../shared/bytes.ts";
import { AppError } from "../../shared/errors.ts";
import type { Cipher } from "./cipher.ts";
import { corrupt, largerThan, unknownVersion } from "./corruption.ts";
import { compressFrame, decompressFrame } from "./lz4-frame.ts";
import { unpackZstd } from "./zstd-frame.ts";

/** The most plain bytes of one stored thing: a state of a large store is the largest. */
const LARGEST = 512 * 1024 * 1024;

export interface Codec {
  encode(plain: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** @param what names the thing in errors. @throws AppError "store-corrupt" */
  decode(stored: Uint8Array, what: string): Uint8Array | Promise<Uint8Array>;
}

/**
 * @param limit the most plain bytes to accept of one stored thing
 * @throws AppError "store-unknown-version" for a compression that is not known
 */
export function makeCodec(
  compression: string | undefined,
  cipher: Cipher | undefined,
  limit: number = LARGEST,
): Codec {
  const inner = compressor(compression, limit);
  if (!cipher) return inner;
  return {
    encode: async (plain) => cipher.encrypt(await inner.encode(plain)),
    decode: (stored, what) => inner.decode(cipher.decrypt(stored, what), what),
  };
}

function compressor(algorithm: string | undefined, limit: number): Codec {
  switch (algorithm) {
    case undefined:
      return { encode: (plain) => plain, decode: (stored) => stored };
    case "LZ4":
      return {
        encode: compressFrame,
        decode: (stored, what) => decompressFrame(stored, limit, what),
      };
    case "GZIP":
      return {
        encode: (plain) =>
          through(plain, new CompressionStream("gzip"), Number.POSITIVE_INFINITY, "A new blob"),
        decode: (stored, what) => through(stored, new DecompressionStream("gzip"), limit, what),
      };
    case "ZSTD":
      return {
        encode: () => {
          throw new AppError("unsupported", "Backups into this store are not possible.", {
            hint: "It is compressed with ZSTD, which CalDAV Keeper reads but does not write. Nothing was changed. Its snapshots can be looked at and restored; choose another directory for backups.",
            retry: "after-user",
          });
        },
        decode: (stored, what) => unpackZstd(stored, limit, what),
      };
    default:
      throw unknownVersion(`it uses the compression "${algorithm}"`, { compression: algorithm });
  }
}

async function through(
  input: Uint8Array,
  stream: CompressionStream | DecompressionStream,
  limit: number,
  what: string,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    const output = new Blob([new Uint8Array(input)]).stream().pipeThrough(stream);
    const reader = output.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > limit) break;
      parts.push(value);
    }
    if (size > limit) await reader.cancel();
  } catch (cause) {
    throw corrupt(`${what} is not valid GZIP`, {}, cause);
  }
  if (size > limit) throw largerThan(limit, what);
  return concatBytes(parts);
}
