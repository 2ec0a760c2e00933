/**
 * Hashing of a store: the MAC that names blobs and closes files, keyed BLAKE3 or HMAC-SHA256 as CONFIG says.
 * Which key is used is decided by {@link plaintextKey} or by the unlocked passphrase.
 */
import { blake3 } from "@noble/hashes/blake3.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { unknownVersion } from "./corruption.ts";

/** 32 bytes. */
export type Mac = Uint8Array;

export const MAC_LENGTH = 32;

export const zeroMac: Mac = new Uint8Array(MAC_LENGTH);

export interface RunningMac {
  update(bytes: Uint8Array): void;
  digest(): Mac;
}

export interface Hashing {
  readonly algorithm: HashingAlgorithm;
  mac(bytes: Uint8Array): Mac;
  /** For what is hashed in pieces. */
  start(): RunningMac;
}

export type HashingAlgorithm = "BLAKE3" | "SHA256";

/** @throws AppError "store-unknown-version" */
export function knownHashing(algorithm: string): HashingAlgorithm {
  if (algorithm === "BLAKE3" || algorithm === "SHA256") return algorithm;
  throw unknownVersion(`it uses the hashing "${algorithm}"`, { hashing: algorithm });
}

export function keyedHashing(algorithm: HashingAlgorithm, key: Uint8Array): Hashing {
  if (algorithm === "BLAKE3") {
    return {
      algorithm,
      mac: (bytes) => blake3(bytes, { key }),
      start: () => {
        const hash = blake3.create({ key });
        return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
      },
    };
  }
  return {
    algorithm,
    mac: (bytes) => hmac(sha256, key, bytes),
    start: () => {
      const hash = hmac.create(sha256, key);
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
    },
  };
}

/** CONFIG of a store without passphrase is closed by BLAKE3 without a key, whatever its hashing. */
export const configHashing: Pick<Hashing, "mac"> = { mac: (bytes) => blake3(bytes) };

/** The MAC key of a store without passphrase: the hash of its id. It finds damage, it proves nothing. */
export function plaintextKey(algorithm: HashingAlgorithm, repositoryId: Uint8Array): Uint8Array {
  return algorithm === "BLAKE3" ? blake3(repositoryId) : sha256(repositoryId);
}
