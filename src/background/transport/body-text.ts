/**
 * Bytes of a body → text, decoded in one go: a character cut by a network packet must not become U+FFFD. Pure.
 */

/** Encodings of one byte a character: declared by default on many servers, whatever the file really holds. */
const ONE_BYTE = /^(?:us-ascii|ascii|latin\d|iso-?8859-\d+|windows-125\d|cp125\d)$/i;

/**
 * By the charset the answer declares, else UTF-8. Text that is valid UTF-8 is hardly ever anything else: a declared
 * one-byte encoding, which fits every byte, comes after it. Bytes that are not what they claim to be are read as
 * windows-1252, which gives every byte a character of its own: nothing is lost, at worst it looks odd.
 * A byte order mark is kept: it is one of the server's bytes.
 */
export function decodeBody(bytes: Uint8Array, contentType: string | null): string {
  const declared = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? "")?.[1] ?? "utf-8";
  for (const charset of ONE_BYTE.test(declared) ? ["utf-8", declared] : [declared, "utf-8"]) {
    try {
      return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      // An unknown charset (RangeError) or bytes that are not in it (TypeError): the next one.
    }
  }
  return new TextDecoder("windows-1252").decode(bytes);
}
