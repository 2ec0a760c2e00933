/**
 * What a passphrase unlocks in a store: the cipher around every stored thing and the key of every MAC. CONFIG tells
 * how the key is derived, and holds a canary that only the right key decrypts.
 */
import { AppError, isAppError } from "../../shared/errors.ts";
import { type Cipher, makeCipher, makeDecrypt } from "./cipher.ts";
import { corrupt, unknownVersion } from "./corruption.ts";
import {
  decodeDerivation,
  encodeDerivation,
  KEY_LENGTH,
  type KeyDerivation,
} from "./key-derivation.ts";
import type { Fields } from "./msgpack-reader.ts";
import type { MsgpackWriter } from "./msgpack-writer.ts";

const SUBKEY_ALGORITHM = "AES256-KW";
const DATA_ALGORITHM = "AES256-GCM-SIV";
const SLICE_SIZE = 65_536;
const LARGEST_SLICE = 64 * 1024 * 1024;
const CANARY_LENGTH = 32;

/** CONFIG's `Encryption`. */
export interface Encryption {
  /** Plain bytes of one encrypted slice. */
  readonly sliceSize: number;
  readonly derivation: KeyDerivation;
  /** 32 random bytes, encrypted. */
  readonly canary: Uint8Array;
}

export interface Unlocked {
  /** Absent in a store without passphrase. */
  readonly cipher?: Cipher;
  /** Absent in a store without passphrase: the MAC key then comes from the store's id. */
  readonly macKey?: Uint8Array;
}

/** What is asked of a {@link KeySource}. */
export interface KeyRequest {
  /** 32 hex digits. */
  readonly storeId: string;
  readonly derivation: KeyDerivation;
  /** True when the key opens the store; always true for a store that is being made. */
  opens(key: Uint8Array): boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds the key of a store with a passphrase: remembered, or derived.
 * @throws AppError "store-encrypted" when there is no passphrase, "wrong-passphrase", "credentials-locked", "aborted"
 */
export type KeySource = (request: KeyRequest) => Promise<Uint8Array>;

/** @throws AppError "store-unknown-version", "store-corrupt" */
export function decodeEncryption(fields: Fields): Encryption {
  const subkeys = fields.text("SubKeyAlgorithm");
  const data = fields.text("DataAlgorithm");
  if (subkeys !== SUBKEY_ALGORITHM || data !== DATA_ALGORITHM)
    throw unknownVersion(`it is encrypted by "${data}" with "${subkeys}"`, {
      encryption: data,
      subkeys,
    });
  const sliceSize = fields.size("ChunkSize");
  if (sliceSize < 1 || sliceSize > LARGEST_SLICE)
    throw corrupt("its CONFIG names an impossible size for encrypted pieces");
  return {
    sliceSize,
    derivation: decodeDerivation(fields.record("KDFParams")),
    canary: fields.bytes("Canary"),
  };
}

export function encodeEncryption(out: MsgpackWriter, encryption: Encryption): void {
  out.map(5);
  out.text("SubKeyAlgorithm").text(SUBKEY_ALGORITHM);
  out.text("DataAlgorithm").text(DATA_ALGORITHM);
  out.text("ChunkSize").int(encryption.sliceSize);
  out.text("KDFParams");
  encodeDerivation(out, encryption.derivation);
  out.text("Canary").bin(encryption.canary);
}

/** The record of a new store whose key was derived already. */
export function newEncryption(
  key: Uint8Array,
  derivation: KeyDerivation,
  random: (size: number) => Uint8Array,
): Encryption {
  const canary = makeCipher(key, SLICE_SIZE, random).encrypt(random(CANARY_LENGTH));
  return { sliceSize: SLICE_SIZE, derivation, canary };
}

/** True when the key decrypts the canary. */
export function opens(encryption: Encryption, key: Uint8Array): boolean {
  if (key.length !== KEY_LENGTH) return false;
  try {
    const plain = makeDecrypt(key, encryption.sliceSize)(encryption.canary, "The canary");
    return plain.length === CANARY_LENGTH;
  } catch (error) {
    if (isAppError(error, "store-corrupt")) return false;
    throw error;
  }
}

/**
 * @param keys absent: no passphrase is at hand
 * @throws AppError "store-encrypted", "wrong-passphrase", and those of the key source
 */
export async function unlock(
  storeId: string,
  encryption: Encryption | undefined,
  keys: KeySource | undefined,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly random: (size: number) => Uint8Array;
  },
): Promise<Unlocked> {
  if (!encryption) return {};
  if (!keys) throw passphraseNeeded();
  const { derivation } = encryption;
  const request = { storeId, derivation, opens: (key: Uint8Array) => opens(encryption, key) };
  const key = await keys({ ...request, signal: options.signal });
  if (!opens(encryption, key)) throw wrongPassphrase();
  return { cipher: makeCipher(key, encryption.sliceSize, options.random), macKey: key };
}

export function passphraseNeeded(): AppError {
  return new AppError("store-encrypted", "This backup store is protected by a passphrase.", {
    hint: "Nothing was changed. Enter its passphrase under Backups on the page of CalDAV Keeper.",
    retry: "after-user",
  });
}

export function wrongPassphrase(): AppError {
  return new AppError("wrong-passphrase", "This passphrase does not open the backup store.", {
    hint: "Nothing was changed. Look for typing errors, capital letters and spaces. If you are sure of it, the store's CONFIG file may be damaged.",
    retry: "after-user",
  });
}
