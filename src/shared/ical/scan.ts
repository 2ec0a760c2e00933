/**
 * The columns of a resource (see `ItemColumns`) from its text. Times are wall times as if UTC, for a pre-filter;
 * the exact times are Thunderbird's affair. Never throws: what cannot be read has the flag `unreadable`.
 */
import { COMPONENT, ITEM_FLAG, type ItemColumns } from "../item-store.ts";
import { DAY } from "./date-value.ts";
import { isCostly, lastStart, parseRule } from "./recurrence-rule.ts";
import { type Scan, scanComponents } from "./scan-components.ts";
import type { ScannedComponent } from "./scanned-component.ts";

export function scanColumns(text: string): ItemColumns {
  return columnsOf(scanComponents(text));
}

/** Of a text that was scanned already. */
export function columnsOf(scan: Scan): ItemColumns {
  const { components } = scan;
  const first = components[0];
  const master =
    first?.recurrenceId === false
      ? first
      : (components.find((component) => !component.recurrenceId) ?? first);
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
  let undated = false;
  let lastModified: number | null = null;
  for (const component of components) {
    flags |= component.flags;
    const range = rangeOf(component);
    if (range.costly) flags |= ITEM_FLAG.costly;
    if (range.start !== null) start = Math.min(start ?? range.start, range.start);
    // An undated part of a resource is shown always, so the resource is a candidate always.
    else undated = true;
    const modified = component.lastModified ?? component.stamp;
    if (modified !== null) lastModified = Math.max(lastModified ?? modified, modified);
    if (range.end === null && range.recurring) endless = true;
    if (range.end !== null) end = Math.max(end ?? range.end, range.end);
    if (range.recurring) flags |= ITEM_FLAG.recurring;
    if (!isReadable(component)) flags |= ITEM_FLAG.unreadable;
  }
  if (!scan.closed) flags |= ITEM_FLAG.unreadable;
  if (components.length > 1 || master.recurrenceId) flags |= ITEM_FLAG.overrides;
  if (master.start?.allDay ?? master.end?.allDay) flags |= ITEM_FLAG.allDay;
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
    lastModified,
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
