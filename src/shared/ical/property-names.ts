/**
 * What is known of properties beyond their values: which ones are bookkeeping rather than something a person
 * entered, which hold lists, and which only make sense together.
 */

/** Alarm acknowledgements Thunderbird writes into items. */
export function isAcknowledgement(name: string): boolean {
  return name === "X-MOZ-LASTACK" || name.startsWith("X-MOZ-SNOOZE-TIME");
}

/** Our own lines that travel through Thunderbird and never reach a store or a server. */
export function isMarker(name: string): boolean {
  return name.startsWith("X-KEEPER-");
}

/** A difference in these alone is no edit. */
export function isBookkeeping(name: string): boolean {
  return (
    name === "LAST-MODIFIED" ||
    name === "DTSTAMP" ||
    name === "CREATED" ||
    name === "X-MOZ-GENERATION" ||
    isAcknowledgement(name) ||
    isMarker(name)
  );
}

/** Of two different values the higher (later) one holds, whoever wrote it. */
export const HIGHEST_WINS: ReadonlySet<string> = new Set([
  "LAST-MODIFIED",
  "DTSTAMP",
  "SEQUENCE",
  "X-MOZ-GENERATION",
  "X-MOZ-LASTACK",
]);

/** Facts about the text as a whole that no person changes. */
export const CALENDAR_FACTS: ReadonlySet<string> = new Set([
  "PRODID",
  "VERSION",
  "CALSCALE",
  "METHOD",
]);

/** One line holds several values, and several lines are one list. */
export const LIST_PROPERTIES: ReadonlySet<string> = new Set([
  "CATEGORIES",
  "RESOURCES",
  "EXDATE",
  "RDATE",
]);
export const DATE_LISTS: ReadonlySet<string> = new Set(["EXDATE", "RDATE"]);

/** Each line is an instance of its own, whatever the number of them. */
export const REPEATED_PROPERTIES: ReadonlySet<string> = new Set([
  "ATTENDEE",
  "ATTACH",
  "COMMENT",
  "CONTACT",
  "RELATED-TO",
  "REQUEST-STATUS",
  "CONFERENCE",
  "IMAGE",
]);

/** RFC 5545 §3.6: at most once in a component; more lines are one (damaged) value. */
export const SINGLE_PROPERTIES: ReadonlySet<string> = new Set([
  "UID",
  "DTSTAMP",
  "DTSTART",
  "DTEND",
  "DUE",
  "DURATION",
  "RECURRENCE-ID",
  "RRULE",
  "CLASS",
  "CREATED",
  "DESCRIPTION",
  "GEO",
  "LAST-MODIFIED",
  "LOCATION",
  "ORGANIZER",
  "PRIORITY",
  "SEQUENCE",
  "STATUS",
  "SUMMARY",
  "TRANSP",
  "URL",
  "COMPLETED",
  "PERCENT-COMPLETE",
  "COLOR",
  "ACTION",
  "TRIGGER",
  "REPEAT",
]);

/** At most one of them says when an item ends. */
export const END_PROPERTIES: ReadonlySet<string> = new Set(["DTEND", "DUE", "DURATION"]);

/** What makes the set of a series' instances. */
export const SERIES_PROPERTIES: ReadonlySet<string> = new Set([
  "DTSTART",
  "RRULE",
  "RDATE",
  "EXRULE",
  "EXDATE",
]);

const GROUPS: Readonly<Record<string, string>> = {
  DTSTART: "time",
  DTEND: "time",
  DUE: "time",
  DURATION: "time",
  STATUS: "status",
  COMPLETED: "status",
  "PERCENT-COMPLETE": "status",
};

/** Properties of one group merge only together; `key` is that of the property when it stands alone. */
export function groupOf(name: string, key: string): string {
  return GROUPS[name] ?? key;
}
