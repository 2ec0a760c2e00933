/**
 * Hashing of a store: the MAC that names blobs and closes files, keyed BLAKE3 or HMAC-SHA256 as CONFIG says.
 * Which key is used is decided by {@link plaintextKey} or by the unlocked passphrase.
 */
import { blake3 } from "@noble/hashes/blake3.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { Blake3 } from "./blake3.ts";
import { unknownVersion } from "./corruption.ts";
import type { Mac, RunningMac } from "./running-mac.ts";

export type { Mac } from "./running-mac.ts";

export const MAC_LENGTH = 32;

export const zeroMac: Mac = new Uint8Array(MAC_LENGTH);

export interface Hashing {
  readonly algorithm: HashingAlgorithm;
  mac(bytes: Uint8Array): Mac;
  /** For what is hashed in pieces. */
  start(): RunningMac;
  /** Makes what follows faster where it can be; never rejects, and need not be called. */
  prepare(): Promise<void>;
}

export type HashingAlgorithm = "BLAKE3" | "SHA256";

/** @throws AppError "store-unknown-version" */
export function knownHashing(algorithm: string): HashingAlgorithm {
  if (algorithm === "BLAKE3" || algorithm === "SHA256") return algorithm;
  throw unknownVersion(`it uses the hashing "${algorithm}"`, { hashing: algorithm });
}

export function keyedHashing(algorithm: HashingAlgorithm, key: Uint8Array): Hashing {
  if (algorithm === "BLAKE3") {
    const hash = new Blake3(key);
    return {
      algorithm,
      mac: (bytes) => hash.mac(bytes),
      start: () => hash.start(),
      prepare: () => hash.prepare(),
    };
  }
  return {
    algorithm,
    mac: (bytes) => hmac(sha256, key, bytes),
    start: () => {
      const hash = hmac.create(sha256, key);
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
    },
    prepare: () => Promise.resolve(),
  };
}

/** CONFIG of a store without passphrase is closed by BLAKE3 without a key, whatever its hashing. */
export const configHashing: Pick<Hashing, "mac"> = { mac: (bytes) => blake3(bytes) };

/** With a passphrase CONFIG is closed by BLAKE3 keyed with the store's key, whatever its hashing. */
export function configHashingWith(macKey: Uint8Array | undefined): Pick<Hashing, "mac"> {
  return macKey ? { mac: (bytes) => blake3(bytes, { key: macKey }) } : configHashing;
}

/** The MAC key of a store without passphrase: the hash of its id. It finds damage, it proves nothing. */
export function plaintextKey(algorithm: HashingAlgorithm, repositoryId: Uint8Array): Uint8Array {
  return algorithm === "BLAKE3" ? blake3(repositoryId) : sha256(repositoryId);
}
