/**
 * From a passphrase to a store's key: the functions that CONFIG may name, with bounds for what a foreign CONFIG asks
 * for. {@link deriveKey} computes for seconds and without a pause: it belongs on a thread of its own.
 */
import { pbkdf2 } from "@noble/hashes/pbkdf2.js";
import { scrypt } from "@noble/hashes/scrypt.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { argon2id } from "hash-wasm";
import { corrupt, unknownVersion } from "./corruption.ts";
import type { Fields } from "./msgpack-reader.ts";
import type { MsgpackWriter } from "./msgpack-writer.ts";

/** Plain data: it is sent to the thread that computes. */
export type KeyDerivation =
  | {
      readonly kdf: "ARGON2ID";
      readonly salt: Uint8Array;
      /** Passes. */
      readonly time: number;
      /** KiB. */
      readonly memory: number;
      readonly threads: number;
    }
  | {
      readonly kdf: "SCRYPT";
      readonly salt: Uint8Array;
      readonly n: number;
      readonly r: number;
      readonly p: number;
    }
  | { readonly kdf: "PBKDF2"; readonly salt: Uint8Array; readonly iterations: number };

export const KEY_LENGTH = 32;
export const SALT_LENGTH = 16;

const GIB = 2 ** 30;
const MOST_MEMORY = GIB;
/** Bytes of memory filled over all passes: plakar's own choice fills one GiB, in about six seconds. */
const MOST_WORK = 16 * GIB;
const MOST_ITERATIONS = 20_000_000;

/** What `plakar create` chooses: four passes over 256 MiB. */
export function newDerivation(salt: Uint8Array): KeyDerivation {
  return { kdf: "ARGON2ID", salt, time: 4, memory: 262_144, threads: 1 };
}

/**
 * @param passphrase not empty
 * @param report told the part that is done, from 0 to 1; of Argon2id, which takes a second or two, only the end
 */
export async function deriveKey(
  passphrase: Uint8Array,
  how: KeyDerivation,
  report: (done: number) => void = () => {},
): Promise<Uint8Array> {
  switch (how.kdf) {
    case "ARGON2ID": {
      const key = await argon2id({
        password: passphrase,
        salt: how.salt,
        iterations: how.time,
        memorySize: how.memory,
        parallelism: how.threads,
        hashLength: KEY_LENGTH,
        outputType: "binary",
      });
      report(1);
      return key;
    }
    case "SCRYPT":
      return scrypt(passphrase, how.salt, {
        N: how.n,
        r: how.r,
        p: how.p,
        dkLen: KEY_LENGTH,
        maxmem: MOST_MEMORY + GIB,
        onProgress: report,
      });
    case "PBKDF2":
      return pbkdf2(sha256, passphrase, how.salt, { c: how.iterations, dkLen: KEY_LENGTH });
  }
}

/**
 * @param fields CONFIG's `KDFParams`
 * @throws AppError "store-unknown-version" for another function; "store-corrupt" for parameters that make no
 *   sense, or ask for more time or memory than anybody chooses
 */
export function decodeDerivation(fields: Fields): KeyDerivation {
  const salt = fields.bytes("Salt");
  if (salt.length < 8 || salt.length > 1024) throw unusable();
  const kdf = fields.text("KDF");
  switch (kdf) {
    case "ARGON2ID": {
      const own = fields.record("argon2id");
      requireKeyLength(own);
      const time = own.size("Time");
      const memory = own.size("Memory");
      const threads = own.size("Threads");
      requireWithin(time, 1, MOST_WORK);
      requireWithin(threads, 1, 255);
      requireWithin(memory * 1024, 8 * 1024 * threads, MOST_MEMORY);
      requireWithin(memory * 1024 * time, 1, MOST_WORK);
      return { kdf, salt, time, memory, threads };
    }
    case "SCRYPT": {
      const own = fields.record("scrypt");
      requireKeyLength(own);
      const n = own.size("N");
      const r = own.size("R");
      const p = own.size("P");
      if (n < 2 || n > 2 ** 30 || !Number.isInteger(Math.log2(n))) throw unusable();
      requireWithin(r, 1, 1024);
      requireWithin(p, 1, 1024);
      requireWithin(128 * n * r, 1, MOST_MEMORY);
      requireWithin(128 * n * r * p, 1, MOST_WORK);
      return { kdf, salt, n, r, p };
    }
    case "PBKDF2": {
      const own = fields.record("pbkdf2");
      requireKeyLength(own);
      const hashing = own.text("Hashing");
      if (hashing !== "SHA256")
        throw unknownVersion(`its key derivation uses the hashing "${hashing}"`, { hashing });
      const iterations = own.size("Iterations");
      requireWithin(iterations, 1, MOST_ITERATIONS);
      return { kdf, salt, iterations };
    }
    default:
      throw unknownVersion(`it uses the key derivation "${kdf}"`, { kdf });
  }
}

/** New stores use Argon2id; the two others are only read. */
export function encodeDerivation(out: MsgpackWriter, how: KeyDerivation): void {
  out.map(3);
  out.text("KDF").text(how.kdf);
  out.text("Salt").bin(how.salt);
  switch (how.kdf) {
    case "ARGON2ID":
      out.text("argon2id").map(5);
      out.text("SaltSize").u32(how.salt.length);
      out.text("Time").u32(how.time);
      out.text("Memory").u32(how.memory);
      out.text("Threads").u8(how.threads);
      out.text("KeyLen").u32(KEY_LENGTH);
      return;
    case "SCRYPT":
      out.text("scrypt").map(5);
      out.text("SaltSize").u32(how.salt.length);
      out.text("N").int(how.n);
      out.text("R").int(how.r);
      out.text("P").int(how.p);
      out.text("KeyLen").int(KEY_LENGTH);
      return;
    case "PBKDF2":
      out.text("pbkdf2").map(4);
      out.text("SaltSize").u32(how.salt.length);
      out.text("Iterations").int(how.iterations);
      out.text("KeyLen").int(KEY_LENGTH);
      out.text("Hashing").text("SHA256");
      return;
  }
}

function requireKeyLength(fields: Fields): void {
  if (fields.size("KeyLen") !== KEY_LENGTH) throw unusable();
}

function requireWithin(value: number, least: number, most: number): void {
  if (!(value >= least && value <= most)) throw unusable();
}

function unusable() {
  return corrupt("its CONFIG asks for a key derivation that cannot be meant");
}
