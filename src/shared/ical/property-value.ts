/**
 * When two property lines mean the same (RFC 5545 §3.2, §3.3): a canonical form in which folding, order and
 * quoting of parameters, defaults, escapes and the spelling of numbers, rules and durations make no difference.
 * For comparing only; never written into a text.
 */
import { type ContentLine, lineParameter, lineParameters, lineValue } from "./content-line.ts";
import { durationOf } from "./date-value.ts";
import { compareText, splitList, unescapeText } from "./text-value.ts";
import { canonicalZone, instantKey } from "./time-zone.ts";

/** Values that are compared without regard to case. */
const KEYWORDS = new Set(["STATUS", "CLASS", "TRANSP", "ACTION", "METHOD", "CALSCALE", "VERSION"]);
const DATES = new Set(["DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "EXDATE", "RDATE"]);
const STAMPS = new Set([
  "DTSTAMP",
  "CREATED",
  "LAST-MODIFIED",
  "COMPLETED",
  "ACKNOWLEDGED",
  "X-MOZ-LASTACK",
]);
const NUMBERS = new Set(["SEQUENCE", "PRIORITY", "PERCENT-COMPLETE", "REPEAT", "X-MOZ-GENERATION"]);
const ADDRESSES = new Set(["ATTENDEE", "ORGANIZER"]);
const LISTS = new Set(["CATEGORIES", "RESOURCES"]);
/** Properties whose escapes mean something; X- properties are compared as written. */
const TEXTS = new Set([
  "SUMMARY",
  "DESCRIPTION",
  "LOCATION",
  "COMMENT",
  "CONTACT",
  "UID",
  "RELATED-TO",
  "TZID",
  "PRODID",
]);

/** RFC 5545 §3.2: what an absent parameter means. */
const PARAMETER_DEFAULTS: Readonly<Record<string, string>> = {
  ROLE: "REQ-PARTICIPANT",
  PARTSTAT: "NEEDS-ACTION",
  CUTYPE: "INDIVIDUAL",
  RSVP: "FALSE",
  RELATED: "START",
  RELTYPE: "PARENT",
  FBTYPE: "BUSY",
};
const KEYWORD_PARAMETERS = new Set([
  ...Object.keys(PARAMETER_DEFAULTS),
  "VALUE",
  "ENCODING",
  "RANGE",
]);
const ADDRESS_PARAMETERS = new Set(["DELEGATED-TO", "DELEGATED-FROM", "MEMBER", "SENT-BY"]);
const DEFAULT_TYPES = new Set(["DATE-TIME", "TEXT", "URI", "DURATION", "CAL-ADDRESS", "RECUR"]);

export function canonicalLine(line: ContentLine): string {
  const parameters = lineParameters(line)
    .flatMap(({ name, value }) => canonicalParameter(line.name, name, value))
    .sort(compareText);
  return `${[line.name, ...parameters].join(";")}:${canonicalValue(line)}`;
}

function canonicalParameter(property: string, name: string, value: string): string[] {
  if (KEYWORD_PARAMETERS.has(name)) {
    const keyword = value.toUpperCase();
    if (PARAMETER_DEFAULTS[name] === keyword) return [];
    // The form of a date shows whether it is one.
    const shown = name === "VALUE" && (DATES.has(property) || DEFAULT_TYPES.has(keyword));
    return shown && !property.startsWith("X-") ? [] : [`${name}=${keyword}`];
  }
  // Part of the value's canonical form.
  if (name === "TZID" && DATES.has(property)) return [];
  if (ADDRESS_PARAMETERS.has(name)) return [`${name}=${value.toLowerCase()}`];
  return [`${name}=${value}`];
}

/** The value of a line in canonical form, its TZID included where it has one. */
export function canonicalValue(line: ContentLine): string {
  const value = lineValue(line);
  const { name } = line;
  if (TEXTS.has(name)) return unescapeText(value);
  if (LISTS.has(name)) return splitList(value).map(unescapeText).sort(compareText).join("\u0000");
  if (DATES.has(name)) return canonicalDates(value, lineParameter(line, "TZID"));
  if (STAMPS.has(name)) return value.trim().toUpperCase();
  if (KEYWORDS.has(name)) return value.trim().toUpperCase();
  if (NUMBERS.has(name)) return String(Number.parseInt(value, 10));
  if (ADDRESSES.has(name)) return canonicalAddress(value);
  if (name === "RRULE" || name === "EXRULE") return canonicalRule(value);
  if (name === "DURATION" || name === "TRIGGER") return String(durationOf(value) ?? value.trim());
  if (name === "GEO") return value.split(";").map(Number).join(";");
  return value;
}

export function canonicalAddress(value: string): string {
  return value.trim().toLowerCase();
}

/** Start and end keep their zone: the same instant in another zone recurs differently. */
function canonicalDates(value: string, tzid: string | null): string {
  const zone = tzid ? canonicalZone(tzid) : "";
  return value
    .split(",")
    .map((part) => {
      const written = part.trim().toUpperCase();
      return written.endsWith("Z") || !zone || !written.includes("T")
        ? written
        : `${written}|${zone}`;
    })
    .sort(compareText)
    .join(",");
}

/** One value of an EXDATE or RDATE line: a date, a date-time or a period. */
export function canonicalInstant(value: string, tzid: string | null): string {
  const [start = "", ...rest] = value.trim().split("/");
  return [instantKey(start, tzid), ...rest].join("/");
}

function canonicalRule(value: string): string {
  return value
    .toUpperCase()
    .split(";")
    .map((part) => {
      const [name = "", list = ""] = part.split("=");
      return `${name.trim()}=${list.replaceAll("+", "").split(",").sort(compareText).join(",")}`;
    })
    .filter((part) => part !== "=" && part !== "INTERVAL=1" && part !== "WKST=MO")
    .sort(compareText)
    .join(";");
}
