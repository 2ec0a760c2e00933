/**
 * File names for things whose names others chose: accounts, collections, resources. Every name is fit for a
 * folder on Linux, macOS and Windows, since `plakar restore` and a restore to a folder write them there, and
 * unique in its directory without regard to case. A name that is fit already is kept as it is.
 */

/** Longest name in UTF-8 bytes: most file systems allow 255; room is left for a suffix. */
const MAX_BYTES = 180;

const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?$/i;

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function cut(text: string, maxBytes: number): string {
  if (byteLength(text) <= maxBytes) return text;
  let kept = "";
  let used = 0;
  for (const character of text) {
    used += byteLength(character);
    if (used > maxBytes) break;
    kept += character;
  }
  return kept;
}

/** One path segment: no separators, control characters, reserved device names, trailing dots or blanks. */
export function safeSegment(name: string): string {
  const cleaned = cut(
    name
      .normalize("NFC")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
      .replace(/[\u0000-\u001f\u007f/\\:*?"<>|]/g, "_")
      .replace(/[. ]+$/, "")
      .replace(/^[. ]+/, "_"),
    MAX_BYTES,
  ).replace(/[. ]+$/, "");
  if (cleaned === "") return "_";
  return RESERVED.test(cleaned) ? `_${cleaned}` : cleaned;
}

/** A resource's file name: safe, and always ending in `.ics`, as plakar's own CalDAV connector demands. */
export function safeResourceFile(name: string): string {
  const stem = /\.ics$/i.test(name) ? name.slice(0, -4) : name;
  return `${safeSegment(stem === "" ? "_" : stem)}.ics`;
}

/**
 * Gives names out once: the second owner of a name gets `name~2`, `name~3.ics`, …
 * Deterministic for one order of requests; ask in a stable order.
 */
export class UniqueNames {
  readonly #taken = new Set<string>();

  take(wanted: string): string {
    const [stem, extension] = /\.ics$/.test(wanted) ? [wanted.slice(0, -4), ".ics"] : [wanted, ""];
    for (let n = 1; ; n++) {
      const name = n === 1 ? wanted : `${stem}~${n}${extension}`;
      const key = name.toLowerCase();
      if (this.#taken.has(key)) continue;
      this.#taken.add(key);
      return name;
    }
  }
}
