/**
 * Checks of values that a caller gives, whatever their type may be: each gives the value back in its one canonical
 * form, or throws an error that names the member.
 */
import { AppError } from "../../errors.ts";
import { durationOf } from "../date-value.ts";
import { fromIso, isUtc, toIso } from "./iso-time.ts";
import { sameValue } from "./same-value.ts";

/**
 * A check of one value; `name` is how the error calls it, e.g. `attendees[0].address`. `shown` is what the item has:
 * what stays in a list as it is need not be right, other programs wrote it.
 */
export type Check<T> = (value: unknown, name: string, shown?: unknown) => T;

export function wrong(name: string, value: unknown, what: string): AppError {
  const problem = value === undefined ? "is missing" : `${shown(value)} is not ${what}`;
  return new AppError("bad-argument", `${name}: ${problem}.`);
}

export function refused(name: string, why: string): AppError {
  return new AppError("bad-argument", `${name}: ${why}`);
}

/** Short enough for a message; values may be anything. */
function shown(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // Cyclic, or a bigint: its type says enough.
  }
  text ??= typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 5545 §3.3.11 allows none of them in a text
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

export const text: Check<string> = (value, name) => {
  if (typeof value !== "string") throw wrong(name, value, "a string");
  if (CONTROL.test(value)) throw refused(name, "control characters are not allowed in a text.");
  return value.replace(/\r\n?/g, "\n");
};

/** A text of one line that holds something. */
export const word: Check<string> = (value, name) => {
  const found = text(value, name).trim();
  if (found === "") throw refused(name, "must not be empty.");
  if (found.includes("\n")) throw refused(name, "must be one line.");
  return found;
};

export const flag: Check<boolean> = (value, name) => {
  if (typeof value !== "boolean") throw wrong(name, value, "true or false");
  return value;
};

export function integer(least: number, most: number): Check<number> {
  return (value, name) => {
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most)
      return value;
    throw wrong(name, value, `a whole number from ${least} to ${most}`);
  };
}

/** One of some words, in any case; the result is in lower case. */
export function oneOf(words: readonly string[]): Check<string> {
  return (value, name) => {
    const found = typeof value === "string" ? value.trim().toLowerCase() : "";
    if (words.includes(found)) return found;
    throw wrong(name, value, `one of ${words.join(", ")}`);
  };
}

/** A keyword that RFC 5545 lets anybody add to: a token, in lower case. */
export const keyword: Check<string> = (value, name) => {
  if (typeof value === "string" && /^[a-z0-9-]+$/i.test(value.trim()))
    return value.trim().toLowerCase();
  throw wrong(name, value, "a keyword of letters, digits and hyphens");
};

/** A day, a local time or one in UTC. */
export const time: Check<string> = (value, name) => {
  const found = typeof value === "string" ? fromIso(value) : null;
  if (found !== null) return toIso(found);
  throw wrong(
    name,
    value,
    "a day (2026-01-31), a local time (2026-01-31T09:00:00) or a time in UTC (2026-01-31T08:00:00Z)",
  );
};

export const utcTime: Check<string> = (value, name) => {
  const found = typeof value === "string" ? fromIso(value) : null;
  if (found !== null && isUtc(found)) return toIso(found);
  throw wrong(name, value, "a time in UTC (2026-01-31T08:00:00Z)");
};

export const duration: Check<string> = (value, name) => {
  if (typeof value === "string" && durationOf(value) !== null) return value.trim().toUpperCase();
  throw wrong(name, value, "a duration (-PT15M, P1D)");
};

export const uri: Check<string> = (value, name) => {
  if (typeof value === "string" && /^[a-z][a-z0-9+.-]*:\S+$/i.test(value.trim()))
    return value.trim();
  throw wrong(name, value, "a URL");
};

export function listOf<T>(check: Check<T>): Check<T[]> {
  return (value, name, shown) => {
    if (!Array.isArray(value)) throw wrong(name, value, "a list");
    const known: readonly unknown[] = Array.isArray(shown) ? shown : [];
    return value.map((each: unknown, index) =>
      known.some((old) => sameValue(old, each)) ? (each as T) : check(each, `${name}[${index}]`),
    );
  };
}

export type Members = Readonly<Record<string, unknown>>;

/** An object with no other members than these. */
export function membersOf(value: unknown, name: string, allowed: readonly string[]): Members {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrong(name, value, "an object");
  const unknown = Object.keys(value).find((member) => !allowed.includes(member));
  if (unknown !== undefined) {
    throw refused(`${name}.${unknown}`, `is not known; ${allowed.join(", ")} are.`);
  }
  return value as Members;
}

/** A member that may be missing: absent, null or undefined. */
export function optional<T>(
  members: Members,
  member: string,
  check: Check<T>,
  name: string,
): T | undefined {
  const value = members[member];
  return value === undefined || value === null ? undefined : check(value, `${name}.${member}`);
}
