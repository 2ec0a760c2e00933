/** Paths inside a snapshot: absolute, "/"-separated, clean; and the two orders of Kloset's trees. */
import { AppError } from "../../shared/errors.ts";

const LONE_SURROGATE = /\p{Surrogate}/u;

export function joinPath(parent: string, name: string): string {
  if (name === "/") return "/";
  return parent.endsWith("/") ? parent + name : `${parent}/${name}`;
}

/** "/" of "/" itself. */
export function parentOf(path: string): string {
  const cut = path.lastIndexOf("/");
  return cut <= 0 ? "/" : path.slice(0, cut);
}

export function nameOf(path: string): string {
  return path === "/" ? "/" : path.slice(path.lastIndexOf("/") + 1);
}

/** True for one segment of a clean path. */
export function isFileName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !name.includes("/");
}

/**
 * Refuses what plakar could not list or restore.
 * @throws AppError "bad-argument"
 */
export function requireFilePath(path: string): void {
  const names = path.split("/");
  const clean = names.length > 1 && names[0] === "" && names.slice(1).every(isFileName);
  if (!clean || path.includes("\0") || LONE_SURROGATE.test(path))
    throw new AppError("bad-argument", "A path in the snapshot is not usable.", {
      hint: "Nothing was written. Please report this.",
    });
}

/** Order of the UTF-8 bytes. UTF-16 units would put characters beyond U+FFFF before U+E000. */
export function compareText(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates behind every other unit. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function depth(path: string): number {
  let count = 0;
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) count++;
  return count;
}

/** Order of the main tree: fewer slashes first, then bytes. "/" and "/a" have one slash each. */
export function comparePaths(a: string, b: string): number {
  return depth(a) - depth(b) || compareText(a, b);
}
