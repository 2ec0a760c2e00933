/** Keys from a passphrase, derived in this process, once a store: Argon2id takes seconds. */
import type { KeySource } from "../../src/background/kloset/encryption.ts";
import { deriveKey } from "../../src/background/kloset/key-derivation.ts";
import { toHex } from "../../src/shared/bytes.ts";

export function passphraseKeys(passphrase: string): KeySource {
  const derived = new Map<string, Uint8Array>();
  return async ({ derivation }) => {
    const name = toHex(derivation.salt);
    const known = derived.get(name);
    const key = known ?? (await deriveKey(new TextEncoder().encode(passphrase), derivation));
    derived.set(name, key);
    return key;
  };
}
