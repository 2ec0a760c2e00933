/**
 * Bytes of a body → text, decoded in one go: a character cut by a network packet must not become U+FFFD. Pure.
 */

/** Encodings whose text is made of bytes that are valid UTF-8 as well, and mean something else there. */
const LOOKS_LIKE_UTF8 = /^(?:iso-2022|hz-gb|utf-?7)/i;

/**
 * Text that is valid UTF-8 is hardly ever anything else: what the answer declares, by default on many servers and
 * whatever the file really holds, comes after it. Only UTF-16 is full of zero bytes. Bytes that are not what they claim to be are read as
 * windows-1252, which gives every byte a character of its own: nothing is lost, at worst it looks odd.
 * A byte order mark is kept: it is one of the server's bytes.
 */
export function decodeBody(bytes: Uint8Array, contentType: string | null): string {
  const declared = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? "")?.[1] ?? "utf-8";
  const isOther = LOOKS_LIKE_UTF8.test(declared) || bytes.subarray(0, 1_000).includes(0);
  for (const charset of isOther ? [declared, "utf-8"] : ["utf-8", declared]) {
    try {
      return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      // An unknown charset (RangeError) or bytes that are not in it (TypeError): the next one.
    }
  }
  return new TextDecoder("windows-1252").decode(bytes);
}
