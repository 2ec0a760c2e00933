/**
 * The properties of one component that columns are made of, taken from its content lines one by one while a
 * text is scanned. The first of a name counts; all other properties are passed over.
 */
import { ITEM_FLAG } from "../item-store.ts";
import { type ContentLine, lineParameter, lineValue } from "./content-line.ts";
import { durationOf, isDate, wallTime } from "./date-value.ts";
import { unescapeText } from "./text-value.ts";

export interface ScannedComponent {
  kind: number;
  uid: string | null;
  recurrenceId: boolean;
  start: DateProperty | null;
  end: DateProperty | null;
  duration: number | null;
  completed: number | null;
  isCompleted: boolean;
  rules: string[];
  lastDate: number | null;
  hasDates: boolean;
  flags: number;
  damaged: boolean;
  summary: string;
  location: string;
  status: string;
  classification: string;
  categories: string[];
  lastModified: number | null;
  stamp: number | null;
  sequence: number;
}

export interface DateProperty {
  /** `null` when the value is no date. */
  readonly time: number | null;
  readonly allDay: boolean;
  /** `"TZID|value"`. */
  readonly written: string;
}

export function emptyComponent(kind: number): ScannedComponent {
  return {
    kind,
    uid: null,
    recurrenceId: false,
    start: null,
    end: null,
    duration: null,
    completed: null,
    isCompleted: false,
    rules: [],
    lastDate: null,
    hasDates: false,
    flags: 0,
    damaged: false,
    summary: "",
    location: "",
    status: "",
    classification: "",
    categories: [],
    lastModified: null,
    stamp: null,
    sequence: 0,
  };
}

function flag(bit: number): (component: ScannedComponent) => void {
  return (component) => {
    component.flags |= bit;
  };
}

/** By property name. */
export const READERS: Readonly<
  Record<string, (component: ScannedComponent, line: ContentLine) => void>
> = Object.assign(Object.create(null), {
  UID: (component: ScannedComponent, line: ContentLine) => {
    component.uid ??= unescapeText(lineValue(line)).trim() || null;
  },
  "RECURRENCE-ID": (component: ScannedComponent) => {
    component.recurrenceId = true;
  },
  DTSTART: (component: ScannedComponent, line: ContentLine) => {
    component.start ??= dateProperty(line);
  },
  DTEND: (component: ScannedComponent, line: ContentLine) => {
    component.end ??= dateProperty(line);
  },
  DUE: (component: ScannedComponent, line: ContentLine) => {
    component.end ??= dateProperty(line);
  },
  DURATION: (component: ScannedComponent, line: ContentLine) => {
    component.duration ??= durationOf(lineValue(line));
  },
  COMPLETED: (component: ScannedComponent, line: ContentLine) => {
    component.completed ??= wallTime(lineValue(line));
    component.isCompleted = true;
  },
  "PERCENT-COMPLETE": (component: ScannedComponent, line: ContentLine) => {
    if (Number(lineValue(line)) === 100) component.isCompleted = true;
  },
  RRULE: (component: ScannedComponent, line: ContentLine) => {
    component.rules.push(lineValue(line));
  },
  RDATE: (component: ScannedComponent, line: ContentLine) => {
    component.hasDates = true;
    for (const value of lineValue(line).split(",")) {
      const [from = "", to = ""] = value.split("/");
      const start = wallTime(from);
      if (start === null) continue;
      const end = wallTime(to) ?? start + Math.max(0, durationOf(to) ?? 0);
      component.lastDate = Math.max(component.lastDate ?? end, end);
    }
  },
  SUMMARY: (component: ScannedComponent, line: ContentLine) => {
    component.summary ||= unescapeText(lineValue(line));
  },
  LOCATION: (component: ScannedComponent, line: ContentLine) => {
    component.location ||= unescapeText(lineValue(line));
  },
  STATUS: (component: ScannedComponent, line: ContentLine) => {
    component.status ||= lineValue(line).trim().toUpperCase();
    if (component.status === "COMPLETED") component.isCompleted = true;
  },
  CLASS: (component: ScannedComponent, line: ContentLine) => {
    component.classification ||= lineValue(line).trim().toUpperCase();
  },
  CATEGORIES: (component: ScannedComponent, line: ContentLine) => {
    component.categories.push(lineValue(line));
  },
  "LAST-MODIFIED": (component: ScannedComponent, line: ContentLine) => {
    component.lastModified ??= wallTime(lineValue(line));
  },
  DTSTAMP: (component: ScannedComponent, line: ContentLine) => {
    component.stamp ??= wallTime(lineValue(line));
  },
  SEQUENCE: (component: ScannedComponent, line: ContentLine) => {
    component.sequence = Number.parseInt(lineValue(line), 10) || 0;
  },
  ATTENDEE: flag(ITEM_FLAG.attendees),
  ORGANIZER: flag(ITEM_FLAG.organizer),
  ATTACH: flag(ITEM_FLAG.attachments),
});

function dateProperty(line: ContentLine): DateProperty {
  const value = lineValue(line).trim();
  return {
    time: wallTime(value),
    allDay: isDate(value),
    written: `${lineParameter(line, "TZID") ?? ""}|${value}`,
  };
}
