/**
 * Paths, decided without touching the disk: which relative paths may be used below a place, and which
 * directories lie at or below an allowed one. Links are looked for on the disk (links.ts).
 */

/** Why a relative path is refused; never shows the path itself (it may hold the name of an event). */
export type PathRefusal =
  | "absolute"
  | "empty-part"
  | "dot-part"
  | "forbidden-character"
  | "reserved-name"
  | "too-long";

const MAX_PART_BYTES = 255;
const WINDOWS_RESERVED = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?$/i;

/**
 * The parts of a "/"-separated path below a place; none for "" (the place itself).
 * Backslashes and control characters are refused everywhere, colons, reserved names and trailing dots only
 * on Windows, where they reach something else than a file of that name.
 */
export function relativeParts(
  path: string,
  windows: boolean,
): { parts: string[] } | { refused: PathRefusal } {
  if (path === "") return { parts: [] };
  if (path.startsWith("/")) return { refused: "absolute" };
  const parts = path.split("/");
  for (const part of parts) {
    if (part === "") return { refused: "empty-part" };
    if (part === "." || part === "..") return { refused: "dot-part" };
    if (hasForbiddenCharacter(part, windows)) return { refused: "forbidden-character" };
    if (windows && (WINDOWS_RESERVED.test(part) || /[. ]$/.test(part))) {
      return { refused: "reserved-name" };
    }
    if (utf8Length(part) > MAX_PART_BYTES) return { refused: "too-long" };
  }
  return { parts };
}

/** The parts of an absolute directory, the root or drive first; `null` when it is not absolute or has "." or "..". */
export function directoryParts(directory: string, windows: boolean): string[] | null {
  const text = windows ? directory.replaceAll("/", "\\") : directory;
  const separator = windows ? "\\" : "/";
  if (text.includes("\0")) return null;
  if (windows ? !/^(?:[a-z]:\\|\\\\[^\\]+\\[^\\]+)/i.test(text) : !text.startsWith("/")) {
    return null;
  }
  const parts = text.split(separator).filter((part) => part !== "");
  if (parts.some((part) => part === "." || part === "..")) return null;
  // Windows names are equal whatever their case.
  return windows ? parts.map((part) => part.toLowerCase()) : parts;
}

/** The allowed place at or above a directory, the deepest one if several; `null` when there is none. */
export function placeAbove(
  directory: string,
  places: readonly string[],
  windows: boolean,
): string | null {
  const wanted = directoryParts(directory, windows);
  if (!wanted) return null;
  let best: { place: string; depth: number } | null = null;
  for (const place of places) {
    const parts = directoryParts(place, windows);
    if (!parts?.every((part, index) => wanted[index] === part)) continue;
    // A whole disk is never a place: it would allow everything.
    if (parts.length === 0) continue;
    if (!best || parts.length > best.depth) best = { place, depth: parts.length };
  }
  return best?.place ?? null;
}

function hasForbiddenCharacter(part: string, windows: boolean): boolean {
  for (const character of part) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20 || code === 0x7f || character === "\\") return true;
    if (windows && '<>:"|?*'.includes(character)) return true;
  }
  // Half of a surrogate pair has no UTF-8 form.
  return /\p{Surrogate}/u.test(part);
}

function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}
