/** An item in words, one field after the other, and two versions of it side by side. Pure. */
import { durationOf } from "../../shared/ical/date-value.ts";
import type { Alarm, Attendee, Organizer } from "../../shared/ical/simple/simple-item.ts";
import type { Localizer } from "../localizer.ts";
import type { ReadableItem, ReadablePart, ReadTime } from "./readable-item.ts";
import { type RecurrenceLanguage, recurrenceWords } from "./recurrence-words.ts";
import { type TextDiff, textDiff } from "./text-diff.ts";

export type FieldName =
  | "title"
  | "when"
  | "repeats"
  | "leftOut"
  | "alsoOn"
  | "changedDates"
  | "where"
  | "organizer"
  | "people"
  | "notes"
  | "link"
  | "reminders"
  | "categories"
  | "status"
  | "progress"
  | "priority"
  | "privacy"
  | "attachments";

export interface Field {
  readonly name: FieldName;
  /** Lines; never markup. */
  readonly text: string;
}

/** Those that the item has, in the order a person asks for them. */
export function itemFields(item: ReadableItem, language: RecurrenceLanguage): Field[] {
  const { words } = language;
  const { simple } = item;
  const start = item.start?.wall ?? 0;
  const lines: [FieldName, readonly (string | undefined)[]][] = [
    ["title", [simple.title]],
    ["when", whenWords(item, language)],
    ["repeats", item.rules.map((rule) => recurrenceWords(rule, start, language))],
    ["alsoOn", item.added.map((time) => timeWords(time, language))],
    ["leftOut", item.leftOut.map((time) => timeWords(time, language))],
    [
      "changedDates",
      item.changed.map((part) =>
        words.text(
          "occurrenceBecame",
          timeWords(part.of, language),
          [part.simple.title, whenWords(part, language)[0], part.simple.location]
            .filter(Boolean)
            .join(" · "),
        ),
      ),
    ],
    ["where", [simple.location]],
    ["organizer", [simple.organizer && personWords(simple.organizer)]],
    ["people", (simple.attendees ?? []).map((person) => attendeeWords(person, language))],
    ["notes", [simple.description?.replace(/\s+$/, "")]],
    ["link", [simple.url]],
    ["attachments", item.attachments.map((name) => name || words.text("enclosedFile"))],
    ["reminders", (simple.alarms ?? []).map((alarm) => alarmWords(alarm, language))],
    ["categories", [words.list(simple.categories)]],
    ["status", [simple.status && keywordWords("status", simple.status, language)]],
    ["progress", progressWords(item, language)],
    ["priority", [simple.priority ? words.number(simple.priority) : undefined]],
    ["privacy", [simple.privacy && keywordWords("privacy", simple.privacy, language)]],
  ];
  return lines.flatMap(([name, each]) => {
    const text = each.filter((line) => line !== undefined && line !== "").join("\n");
    return text === "" ? [] : [{ name, text }];
  });
}

/** The first line in the user's zone; a second one as it was written, where that reads otherwise. */
export function whenWords(
  { start, end, simple }: ReadablePart,
  language: RecurrenceLanguage,
): string[] {
  const { words } = language;
  if (simple.type === "task") {
    return [
      start && words.text("taskStarts", timeWords(start, language)),
      end && words.text("taskDue", timeWords(end, language)),
    ].filter((line) => line !== null);
  }
  return start ? spanWords(start, end, language) : [];
}

const DAY = 86_400_000;

function spanWords(
  start: ReadTime,
  end: ReadTime | null,
  { words, dates }: RecurrenceLanguage,
): string[] {
  if (start.allDay) {
    const last = Math.max(start.wall, (end?.wall ?? 0) - DAY);
    return [last === start.wall ? dates.day(start.wall) : dates.days(start.wall, last)];
  }
  const length = (end?.instant ?? 0) - (start.instant ?? 0);
  if (start.instant === null || (end && end.instant === null)) {
    const last = Math.max(start.wall, end?.wall ?? start.wall);
    const shown = dates.times(start.wall, last, "UTC");
    return [start.zone === null ? shown : words.text("inZone", shown, start.zone)];
  }
  const finish = end ? start.instant + Math.max(0, length) : start.instant;
  const own = start.zone ?? "UTC";
  const [here, there] = [
    dates.times(start.instant, finish),
    dates.times(start.instant, finish, own),
  ];
  return start.zone === null || here === there ? [here] : [here, words.text("inZone", there, own)];
}

function timeWords({ wall, allDay, instant }: ReadTime, { dates }: RecurrenceLanguage): string {
  if (allDay) return dates.shortDay(wall);
  return instant === null ? dates.shortWall(wall) : dates.short(instant);
}

function personWords({ name, address }: Organizer): string {
  return name && name !== address ? `${name} <${address}>` : address;
}

function attendeeWords(person: Attendee, language: RecurrenceLanguage): string {
  const facts = [
    keywordWords("attendance", person.status, language),
    person.role === "opt-participant" ? language.words.text("attendeeOptional") : undefined,
    person.role === "non-participant" ? language.words.text("attendeeInformed") : undefined,
  ];
  return `${personWords(person)} — ${facts.filter(Boolean).join(", ")}`;
}

function alarmWords(
  { offset, date, related }: Alarm,
  { words, dates }: RecurrenceLanguage,
): string {
  const at = date === undefined ? Number.NaN : Date.parse(date);
  if (!Number.isNaN(at)) return dates.short(at);
  const length = durationOf(offset ?? "");
  if (length === null) return offset ?? "";
  const point = words.text(related === "end" ? "theEnd" : "theStart");
  if (length === 0) return words.text("alarmAt", point);
  return words.text(
    length < 0 ? "alarmBefore" : "alarmAfter",
    words.duration(Math.abs(length)),
    point,
  );
}

function progressWords({ simple }: ReadableItem, { words, dates }: RecurrenceLanguage): string[] {
  const { completed, percentComplete } = simple;
  const done = completed === undefined ? Number.NaN : Date.parse(completed);
  return [
    ...(Number.isNaN(done) ? [] : [words.text("taskCompleted", dates.short(done))]),
    ...(percentComplete === undefined
      ? []
      : [words.text("percent", words.number(percentComplete))]),
  ];
}

/** Keywords with a text of their own, by its key (RFC 5545 §3.8.1.11, §3.8.1.3, §3.2.12). */
const KEYWORDS: ReadonlySet<string> = new Set([
  ...["tentative", "confirmed", "cancelled", "needs_action", "completed", "in_process"].map(
    (word) => `status_${word}`,
  ),
  ...["public", "private", "confidential"].map((word) => `privacy_${word}`),
  ...["needs_action", "accepted", "declined", "tentative", "delegated"].map(
    (word) => `attendance_${word}`,
  ),
]);

/** As written where it is none of the usual ones. */
function keywordWords(
  kind: "status" | "privacy" | "attendance",
  written: string,
  { words }: RecurrenceLanguage,
): string {
  const key = `${kind}_${written.replaceAll("-", "_")}`;
  return KEYWORDS.has(key) ? words.text(key) : written.replaceAll("-", " ");
}

export interface ComparedField {
  readonly name: FieldName;
  readonly before: string | null;
  readonly after: string | null;
  /** `null` where both say the same. */
  readonly diff: TextDiff | null;
}

/** Every field that either side has, in order. */
export function compareFields(before: readonly Field[], after: readonly Field[]): ComparedField[] {
  const order = FIELD_ORDER.filter((name) =>
    [...before, ...after].some((field) => field.name === name),
  );
  return order.map((name) => {
    const [old, recent] = [before, after].map(
      (fields) => fields.find((field) => field.name === name)?.text ?? null,
    ) as [string | null, string | null];
    const diff = old === recent ? null : textDiff(old ?? "", recent ?? "");
    return { name, before: old, after: recent, diff };
  });
}

const FIELD_ORDER: readonly FieldName[] = [
  "title",
  "when",
  "repeats",
  "alsoOn",
  "leftOut",
  "changedDates",
  "where",
  "organizer",
  "people",
  "notes",
  "link",
  "attachments",
  "reminders",
  "categories",
  "status",
  "progress",
  "priority",
  "privacy",
];

/** The fields that differences of `snapshots.versions` and `snapshots.diff` are about, in words; `""` for none. */
export function fieldsChanged(
  differences: readonly { readonly name: string }[],
  words: Localizer,
): string {
  const fields = new Set(differences.map(({ name }) => PROPERTY_FIELDS.get(name)));
  return words.list(
    FIELD_ORDER.filter((field) => fields.has(field)).map((field) => words.text(`field_${field}`)),
  );
}

const PROPERTY_FIELDS: ReadonlyMap<string, FieldName> = new Map([
  ["SUMMARY", "title"],
  ["DTSTART", "when"],
  ["DTEND", "when"],
  ["DUE", "when"],
  ["DURATION", "when"],
  ["RRULE", "repeats"],
  ["EXRULE", "repeats"],
  ["RDATE", "alsoOn"],
  ["EXDATE", "leftOut"],
  ["RECURRENCE-ID", "changedDates"],
  ["LOCATION", "where"],
  ["ORGANIZER", "organizer"],
  ["ATTENDEE", "people"],
  ["DESCRIPTION", "notes"],
  ["URL", "link"],
  ["ATTACH", "attachments"],
  ["VALARM", "reminders"],
  ["CATEGORIES", "categories"],
  ["STATUS", "status"],
  ["COMPLETED", "progress"],
  ["PERCENT-COMPLETE", "progress"],
  ["PRIORITY", "priority"],
  ["CLASS", "privacy"],
]);
