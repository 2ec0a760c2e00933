/**
 * Entity tags (RFC 9110 §8.8.3) and the headers made from them. Tags stay as the server wrote them: unquoted,
 * weak and URL-shaped ones occur. Pure.
 */
import { brandAs, type ETag, type ScheduleTag } from "../../shared/brands.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const CONTROL = /[\u0000-\u001F\u007F]/;

/** A header's or a property's value; `null` for none, and for one that no header can carry. */
export function parseETag(value: string | null | undefined): ETag | null {
  const text = tagText(value);
  return text === "" || text === '""' ? null : brandAs<ETag>(text);
}

export function parseScheduleTag(value: string | null | undefined): ScheduleTag | null {
  const text = tagText(value);
  return text === "" ? null : brandAs<ScheduleTag>(text);
}

function tagText(value: string | null | undefined): string {
  const text = value?.trim() ?? "";
  return CONTROL.test(text) ? "" : text;
}

/** A weak tag says "means the same", not "is the same bytes" (RFC 9110 §8.8.1). */
export function isWeak(etag: ETag): boolean {
  return etag.startsWith("W/");
}

/**
 * The tag without its weakness. Proxies that compress answers weaken the tag on the way out, and the server
 * behind them knows only the strong one.
 */
export function strengthen(etag: ETag): ETag {
  return brandAs<ETag>(etag.replace(/^W\//, ""));
}

export interface WritePrecondition {
  readonly etag: ETag | null;
  readonly scheduleTag: ScheduleTag | null;
}

/**
 * Headers that make a write conditional. The ETag goes first: unlike the schedule tag (RFC 6638 §3.2.10) it
 * protects what attendees changed too. Without any tag the resource must at least still exist.
 */
export function preconditionHeaders(
  precondition: WritePrecondition | "create",
): Record<string, string> {
  if (precondition === "create") return { "If-None-Match": "*" };
  if (precondition.etag !== null) return { "If-Match": headerValue(precondition.etag) };
  if (precondition.scheduleTag !== null) {
    return { "If-Schedule-Tag-Match": headerValue(precondition.scheduleTag) };
  }
  return { "If-Match": "*" };
}

/**
 * A tag out of XML may hold any character, a header only bytes (`fetch` takes one character for each): such a tag
 * goes out in the UTF-8 that the server wrote it in. One that came in a header is bytes already.
 */
function headerValue(tag: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that are bytes
  if (/^[\u0000-\u00FF]*$/.test(tag)) return tag;
  return String.fromCharCode(...new TextEncoder().encode(tag));
}
