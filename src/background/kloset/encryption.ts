/**
 * What a passphrase unlocks in a store: the cipher around every stored thing and the key of every MAC.
 * Stores with a passphrase (AES256-GCM-SIV under Argon2id) are recognised and refused.
 */
import { AppError } from "../../shared/errors.ts";
import type { Fields } from "./msgpack-reader.ts";

export interface Cipher {
  encrypt(plain: Uint8Array): Uint8Array;
  /** @throws AppError "store-corrupt" */
  decrypt(sealed: Uint8Array): Uint8Array;
}

export interface Unlocked {
  /** Absent in a store without passphrase. */
  readonly cipher?: Cipher;
  /** Absent in a store without passphrase: the MAC key then comes from the store's id. */
  readonly macKey?: Uint8Array;
}

/** @throws AppError "store-encrypted" */
export function unlock(encryption: Fields | undefined): Unlocked {
  if (!encryption) return {};
  throw new AppError("store-encrypted", "This backup store is protected by a passphrase.", {
    hint: "Nothing was changed. This version opens stores without passphrase only: choose another directory, or use the plakar command for this one.",
    retry: "after-user",
  });
}
