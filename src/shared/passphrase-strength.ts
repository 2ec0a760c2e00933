/**
 * How hard a passphrase is to guess, counted as plakar counts before it makes a store: bits of the alphabet in use, for
 * each character, of which the same one counts at most twice.
 */

/** What `plakar create` asks for at the keyboard. */
export const STRONG_BITS = 80;

const COUNTED_AT_MOST = 2;

const alphabets = [
  "abcdefghijklmnopqrstuvwxyz",
  "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  "0123456789",
  "!@$&*",
  "_-., ",
  "\"#%'()+/:;<=>?[\\]^{|}~",
];

export function passphraseBits(passphrase: string): number {
  const counts = new Map<string, number>();
  for (const character of passphrase)
    counts.set(character, Math.min(COUNTED_AT_MOST, (counts.get(character) ?? 0) + 1));
  const inUse = alphabets.filter((alphabet) =>
    [...counts.keys()].some((character) => alphabet.includes(character)),
  );
  const others = [...counts.keys()].filter(
    (character) => !alphabets.some((alphabet) => alphabet.includes(character)),
  );
  const size = others.length + inUse.reduce((sum, alphabet) => sum + alphabet.length, 0);
  const length = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return size === 0 ? 0 : Math.log2(size) * length;
}

export function isStrong(passphrase: string): boolean {
  return passphraseBits(passphrase) >= STRONG_BITS;
}
