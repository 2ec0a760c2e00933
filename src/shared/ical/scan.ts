/**
 * The columns of a resource (see `ItemColumns`) read from its text in one pass, without building a tree:
 * VTIMEZONE is passed over, folded lines are joined only where they matter. Times are wall times as if UTC, for
 * a pre-filter; the exact times are Thunderbird's affair. Never throws.
 */
import { COMPONENT, ITEM_FLAG, type ItemColumns } from "../item-store.ts";
import { type ContentLine, contentLine, lineParameter, lineValue } from "./content-line.ts";
import { DAY, durationOf, isDate, wallTime } from "./date-value.ts";
import { isCostly, lastStart, parseRule } from "./recurrence-rule.ts";
import { unescapeText } from "./text-value.ts";

interface ScannedComponent {
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

interface DateProperty {
  /** `null` when the value is no date. */
  readonly time: number | null;
  readonly allDay: boolean;
  /** `"TZID|value"`. */
  readonly written: string;
}

interface Scan {
  readonly components: ScannedComponent[];
  readonly kinds: number;
  /** Every BEGIN has its END, and no line stands where none may stand. */
  readonly closed: boolean;
  readonly costlyZone: boolean;
}

/** More text than any real VTIMEZONE holds (the longest known are about 20 KB). */
const MAX_ZONE_LENGTH = 200_000;

const ITEM_KIND: Readonly<Record<string, number>> = {
  VEVENT: COMPONENT.event,
  VTODO: COMPONENT.todo,
  VJOURNAL: COMPONENT.journal,
};

export function scanColumns(text: string): ItemColumns {
  return columnsOf(scanComponents(text));
}

function scanComponents(text: string): Scan {
  const components: ScannedComponent[] = [];
  const open: string[] = [];
  let kinds = 0;
  let closed = true;
  let costlyZone = false;
  let zoneStart = 0;
  let item: ScannedComponent | null = null;
  let position = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (position < text.length) {
    const start = position;
    let end = text.indexOf("\n", start) + 1 || text.length;
    let folded = false;
    for (let next = text.charCodeAt(end); next === 32 || next === 9; next = text.charCodeAt(end)) {
      end = text.indexOf("\n", end) + 1 || text.length;
      folded = true;
    }
    position = end;
    const name = nameAt(text, start, end, folded);
    if (name === "BEGIN") {
      const component = lineValue(contentLine(text.slice(start, end)))
        .trim()
        .toUpperCase();
      if (component === "VTIMEZONE") zoneStart = end;
      open.push(component);
      const kind = ITEM_KIND[component];
      if (item) {
        if (component === "VALARM") item.flags |= ITEM_FLAG.alarms;
      } else if (kind !== undefined) {
        item = emptyComponent(kind);
        components.push(item);
        kinds |= kind;
      } else if (open.length === 2 && component !== "VTIMEZONE") kinds |= COMPONENT.other;
    } else if (name === "END") {
      const component = lineValue(contentLine(text.slice(start, end)))
        .trim()
        .toUpperCase();
      if (open.pop() !== component) closed = false;
      if (component === "VTIMEZONE") costlyZone ||= isCostlyZone(text.slice(zoneStart, start));
      if (ITEM_KIND[component] !== undefined) item = null;
    } else if (name === "") {
      if (text.slice(start, end).trim() === "") continue;
      closed = false;
      if (item) item.damaged = true;
    } else if (open.length === 0) closed = false;
    else if (item && ITEM_KIND[open[open.length - 1] ?? ""] !== undefined) {
      const read = READERS[name];
      if (read) read(item, lineAt(text, start, end, name, folded));
    }
  }
  return { components, kinds, closed: closed && open.length === 0, costlyZone };
}

/** Upper-case name of the logical line at `start`; `""` when it has none. */
function nameAt(text: string, start: number, end: number, folded: boolean): string {
  if (folded && !/^[^\s;:]+[;:]/.test(text.slice(start, Math.min(end, start + 80))))
    return contentLine(text.slice(start, end)).name;
  let index = start;
  for (; index < end; index++) {
    const code = text.charCodeAt(index);
    if (code === 58 || code === 59) break;
    if (code <= 32) return "";
  }
  if (index === end || index === start) return "";
  const name = text.slice(start, index);
  return READERS[name] || name === "BEGIN" || name === "END" ? name : name.toUpperCase();
}

/** Real zones change yearly; any other frequency makes every conversion of a time an endless search. */
function isCostlyZone(zone: string): boolean {
  if (zone.length > MAX_ZONE_LENGTH) return true;
  const unfolded = /\n[ \t]/.test(zone) ? zone.replace(/\r?\n[ \t]/g, "") : zone;
  return /FREQ=(?!YEARLY)|BY(?:HOUR|MINUTE|SECOND|SETPOS|WEEKNO|YEARDAY)=|INTERVAL=(?!1\b)/i.test(
    unfolded,
  );
}

/** The line whose name is known already; cheaper than `contentLine`. */
function lineAt(
  text: string,
  start: number,
  end: number,
  name: string,
  folded: boolean,
): ContentLine {
  if (folded) return contentLine(text.slice(start, end));
  let stop = end;
  if (text.charCodeAt(stop - 1) === 10) stop--;
  if (text.charCodeAt(stop - 1) === 13) stop--;
  return { raw: "", text: text.slice(start, stop), name };
}

function emptyComponent(kind: number): ScannedComponent {
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

/** The properties that columns are made of; all others are passed over. The first of a name counts. */
const READERS: Readonly<Record<string, (component: ScannedComponent, line: ContentLine) => void>> =
  Object.assign(Object.create(null), {
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

function columnsOf(scan: Scan): ItemColumns {
  const { components } = scan;
  const master = components.find((component) => !component.recurrenceId) ?? components[0];
  if (!master)
    return {
      ...EMPTY_COLUMNS,
      components: scan.kinds,
      flags: ITEM_FLAG.unreadable,
    };
  let flags = scan.costlyZone ? ITEM_FLAG.costly : 0;
  let start: number | null = null;
  let end: number | null = null;
  let endless = false;
  for (const component of components) {
    flags |= component.flags;
    const range = rangeOf(component);
    if (range.costly) flags |= ITEM_FLAG.costly;
    if (range.start !== null) start = Math.min(start ?? range.start, range.start);
    if (range.end === null && range.recurring) endless = true;
    if (range.end !== null) end = Math.max(end ?? range.end, range.end);
    if (range.recurring) flags |= ITEM_FLAG.recurring;
    if (!isReadable(component)) flags |= ITEM_FLAG.unreadable;
  }
  if (!scan.closed) flags |= ITEM_FLAG.unreadable;
  if (components.length > 1 || master.recurrenceId) flags |= ITEM_FLAG.overrides;
  if (master.start?.allDay ?? master.end?.allDay) flags |= ITEM_FLAG.allDay;
  const modified = components.map((component) => component.lastModified ?? component.stamp);
  const known = modified.filter((time) => time !== null);
  // An undated part of a resource is shown always, so the resource is a candidate always.
  const undated = components.some((component) => rangeOf(component).start === null);
  return {
    uid: master.uid,
    components: scan.kinds,
    flags,
    start: undated ? null : start,
    end: endless || undated ? null : end,
    completed: completedAt(master),
    summary: master.summary,
    location: master.location,
    status: master.status,
    classification: master.classification,
    categories: master.categories.join(","),
    startValue: master.start?.written ?? "",
    endValue: master.end?.written ?? "",
    lastModified: known.length > 0 ? Math.max(...known) : null,
    sequence: master.sequence,
  };
}

const EMPTY_COLUMNS: ItemColumns = {
  uid: null,
  components: 0,
  flags: 0,
  start: null,
  end: null,
  completed: null,
  summary: "",
  location: "",
  status: "",
  classification: "",
  categories: "",
  startValue: "",
  endValue: "",
  lastModified: null,
  sequence: 0,
};

interface Range {
  readonly start: number | null;
  /** `null` when unbounded or undated. */
  readonly end: number | null;
  readonly recurring: boolean;
  readonly costly: boolean;
}

/** From the first start to the last end of one component's instances. */
function rangeOf(component: ScannedComponent): Range {
  const recurring = component.rules.length > 0 || component.hasDates;
  const start = component.start?.time ?? component.end?.time ?? null;
  if (start === null) return { start, end: null, recurring, costly: false };
  const length = lengthOf(component, start);
  let last: number | null = start;
  let costly = false;
  for (const value of component.rules) {
    const rule = parseRule(value);
    const bound = lastStart(rule, start);
    if (isCostly(rule, start)) costly = true;
    last = last === null || bound === null ? null : Math.max(last, bound);
  }
  if (last !== null && component.lastDate !== null) last = Math.max(last, component.lastDate);
  return { start, end: last === null ? null : last + length, recurring, costly };
}

function lengthOf(component: ScannedComponent, start: number): number {
  if (component.end?.time != null) {
    // A date that ends on the day it starts on is taken for one day, as calendars show it.
    const least = component.end.allDay ? DAY : 0;
    return Math.max(least, component.end.time - start);
  }
  if (component.duration !== null) return Math.max(0, component.duration);
  return component.start?.allDay ? DAY : 0;
}

/** RFC 5545 §3.6.1–3.6.3: UID always; DTSTART in an event and wherever something recurs. */
function isReadable(component: ScannedComponent): boolean {
  if (!component.uid || component.damaged) return false;
  if (component.start) return component.start.time !== null;
  return component.kind !== COMPONENT.event && component.rules.length === 0;
}

function completedAt(component: ScannedComponent): number | null {
  if (component.kind !== COMPONENT.todo || !component.isCompleted) return null;
  const { completed, lastModified, stamp, end, start } = component;
  return completed ?? lastModified ?? stamp ?? end?.time ?? start?.time ?? 0;
}
