/**
 * The cipher around every stored thing of a store with a passphrase (kloset/encryption): a fresh subkey, wrapped by
 * the store's key (AES-KW, RFC 3394), then slices of AES-256-GCM-SIV (RFC 8452), each a nonce, the text and a tag.
 * Nothing marks the last slice: a cut between two is found by what lies around (envelope, compression, MACs).
 */
import { aeskw, gcmsiv } from "@noble/ciphers/aes.js";
import { concatBytes } from "../../shared/bytes.ts";
import { corrupt } from "./corruption.ts";
import { KEY_LENGTH } from "./key-derivation.ts";

const WRAPPED = 40;
const NONCE = 12;
const TAG = 16;

export interface Cipher {
  encrypt(plain: Uint8Array): Uint8Array;
  /** @param what names the thing in errors. @throws AppError "store-corrupt" */
  decrypt(sealed: Uint8Array, what: string): Uint8Array;
}

/**
 * @param key 32 bytes
 * @param sliceSize plain bytes of a slice
 */
export function makeCipher(
  key: Uint8Array,
  sliceSize: number,
  random: (size: number) => Uint8Array,
): Cipher {
  return {
    encrypt(plain) {
      const subkey = random(KEY_LENGTH);
      const parts: Uint8Array[] = [aeskw(key).encrypt(subkey)];
      for (let at = 0; at < plain.length; at += sliceSize) {
        const nonce = random(NONCE);
        parts.push(nonce, gcmsiv(subkey, nonce).encrypt(plain.subarray(at, at + sliceSize)));
      }
      return concatBytes(parts);
    },
    decrypt: makeDecrypt(key, sliceSize),
  };
}

export function makeDecrypt(key: Uint8Array, sliceSize: number): Cipher["decrypt"] {
  const wrapping = aeskw(key);
  const stride = NONCE + sliceSize + TAG;
  return (sealed, what) => {
    try {
      const subkey = wrapping.decrypt(sealed.subarray(0, WRAPPED));
      const parts: Uint8Array[] = [];
      for (let at = WRAPPED; at < sealed.length; at += stride) {
        const nonce = sealed.subarray(at, at + NONCE);
        parts.push(gcmsiv(subkey, nonce).decrypt(sealed.subarray(at + NONCE, at + stride)));
      }
      return parts.length === 1 ? (parts[0] as Uint8Array) : concatBytes(parts);
    } catch (cause) {
      throw corrupt(`${what} cannot be decrypted`, {}, cause);
    }
  };
}
