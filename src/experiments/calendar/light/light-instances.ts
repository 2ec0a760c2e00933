/**
 * Instances of plain series without Thunderbird's recurrence engine and without parsing the series: objects of its event
 * class that refer to their master, with the dates that the engine gives. Which starts lie in a range is decided by its
 * own comparisons wherever zones could matter: near the range's ends and the rule's.
 */
import { DAY } from "../../../shared/ical/date-value.ts";
import { calendarUtils } from "../gecko-modules.ts";
import { wallTime } from "../item-filter.ts";
import { overridesOf } from "../resource-items.ts";
import { toMutableDateTime } from "./light-date-time.ts";
import type { LightDate } from "./light-dates.ts";
import { type PlainSeries, plainStarts } from "./plain-series.ts";

/** What is known of a light master. */
export interface LightSeries {
  readonly master: calIEvent;
  readonly start: LightDate;
  readonly series: PlainSeries;
}

/** Makes an instance that starts at a date, belongs to a master and ends at another date. */
export type CreateInstance = (
  master: calIItemBase,
  start: calIDateTime,
  end: calIDateTime,
) => calIItemBase;

/** Two zones' clocks are at most 26 hours apart, and change by two. */
const APART = 28 * 60 * 60_000;

/**
 * What the recurrence's `getOccurrences` gives of a range of date-times.
 * @returns `null` where only that can tell
 */
export function instancesIn(
  { master, start, series }: LightSeries,
  range: { readonly start: calIDateTime; readonly end: calIDateTime },
  most: number,
  create: CreateInstance,
): calIItemBase[] | null {
  const duration = master.duration;
  const seconds = duration.inSeconds;
  if (seconds < 0 || (start.isDate && (seconds * 1000) % DAY !== 0)) return null;
  const length = seconds * 1000;
  const [from, to] = [wallTime(range.start), wallTime(range.end)];
  if (!(from < to)) return null;
  const { overrides, exceptions, first } = series;
  const touching = overrides.filter((each) => each.start < to + APART && each.end > from - APART);
  if (touching.some((each) => exceptions.has(each.replaces))) return null;
  const replaced = new Set(overrides.map((each) => each.replaces));
  const near = new Edges(range, duration);
  const found: calIItemBase[] = [];
  let begun = false;
  for (const wall of plainStarts(series, from - length - APART, to + APART)) {
    const isInside = wall >= from + APART && wall <= to - APART;
    // Whether the engine applies an exception to what lies at an end depends on zones, too.
    if (!isInside && exceptions.has(wall)) return null;
    if (replaced.has(wall) || exceptions.has(wall)) {
      begun ||= isInside;
      continue;
    }
    const date = dateAt(wall, start);
    if (isOver(wall, date, series, start.isDate)) break;
    if (!isInside) {
      const isBase = wall === first && near.holdsWhole(master);
      begun ||= near.endsAfterStart(date);
      if (!isBase && !(begun && near.startsWithin(date))) continue;
    }
    begun = true;
    if (found.length === most) return null;
    // The engine gives the master's own date for its first instance.
    const own = wall === first ? master.startDate : date;
    found.push(create(master, own, dateAt(wall + length, start)));
  }
  if (touching.length === 0) return found;
  return withOverrides(master, range, found, most);
}

/** Overrides are the parser's affair: the series is parsed for them, but its rule is not followed again. */
function withOverrides(
  master: calIEvent,
  range: { readonly start: calIDateTime; readonly end: calIDateTime },
  found: readonly calIItemBase[],
  most: number,
): calIItemBase[] | null {
  const all = [...found];
  const overrides = overridesOf(master).map((each) => each as calIEvent);
  const { checkIfInRange } = calendarUtils().item;
  // In the engine's order they come before instances that start at the same time.
  for (const override of [...overrides].reverse()) {
    if (!checkIfInRange(override, range.start, range.end)) continue;
    const { startDate } = override;
    const next = all.findIndex((each) => (each as calIEvent).startDate.compare(startDate) >= 0);
    all.splice(next < 0 ? all.length : next, 0, override);
  }
  return all.length > most ? null : all;
}

/** The range's ends, asked as the engine asks them. */
class Edges {
  readonly #range: { readonly start: calIDateTime; readonly end: calIDateTime };
  readonly #duration: calIDuration;
  #searchStart: calIDateTime | undefined;

  constructor(
    range: { readonly start: calIDateTime; readonly end: calIDateTime },
    duration: calIDuration,
  ) {
    this.#range = range;
    this.#duration = duration;
  }

  holdsWhole(master: calIItemBase): boolean {
    const { start, end } = this.#range;
    return Boolean(calendarUtils().item.checkIfInRange(master, start, end));
  }

  endsAfterStart(date: calIDateTime): boolean {
    const end = date.clone();
    end.addDuration(this.#duration);
    return this.#range.start.compare(end) < 0;
  }

  startsWithin(date: calIDateTime): boolean {
    const { dtz } = calendarUtils();
    const { nativeTime } = dtz.ensureDateTime(date);
    this.#searchStart ??= this.#rangeStartLess();
    return nativeTime >= this.#searchStart.nativeTime && nativeTime < this.#range.end.nativeTime;
  }

  #rangeStartLess(): calIDateTime {
    const start = this.#range.start.clone();
    const back = this.#duration.clone();
    back.isNegative = true;
    start.addDuration(back);
    return start;
  }
}

/** Behind the rule's UNTIL. */
function isOver(
  wall: number,
  date: calIDateTime,
  { until }: PlainSeries,
  isDate: boolean,
): boolean {
  if (until === null) return false;
  if (isDate || Math.abs(wall - until) > APART) return wall > until;
  return date.nativeTime / 1000 > until;
}

/** Mutable, as the engine makes them. */
function dateAt(wall: number, { isDate, zone }: LightDate): calIDateTime {
  const date = new Date(wall);
  return toMutableDateTime({
    year: date.getUTCFullYear(),
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    isDate,
    zone,
  });
}

const OWN = new Set([
  "wrappedJSObject",
  "mHashId",
  "mProperties",
  "mPropertyParams",
  "mEndDate",
  "mParentItem",
  "mCalendar",
]);

/** Thunderbird's private fields of an instance. */
interface InstanceFields {
  wrappedJSObject: object;
  mHashId: string | null;
  mProperties: ReadonlyMap<string, unknown>;
  mPropertyParams: object;
  mEndDate: calIDateTime;
  mParentItem: object;
  mCalendar: calICalendar | null;
}

/** @param sample an instance that the engine made, of an immutable master */
export function instanceCreator(sample: calIItemBase): CreateInstance {
  const fields = (sample.wrappedJSObject ?? sample) as unknown as InstanceFields;
  const prototype = Object.getPrototypeOf(fields) as object;
  const shared = Object.fromEntries(Object.entries(fields).filter(([name]) => !OWN.has(name)));
  // Of immutable items nobody changes them.
  const parameters = Object.freeze({ ...fields.mPropertyParams });
  const properties = [...fields.mProperties.keys()];
  return (master, start, end) => {
    const values: Readonly<Record<string, unknown>> = {
      CREATED: now(),
      DTSTART: start,
      DTEND: end,
      "RECURRENCE-ID": start,
    };
    const instance = Object.assign(Object.create(prototype) as InstanceFields, shared);
    instance.wrappedJSObject = instance;
    instance.mHashId = null;
    instance.mPropertyParams = parameters;
    instance.mProperties = new Map(properties.map((name) => [name, values[name]]));
    instance.mEndDate = end;
    instance.mParentItem = master.wrappedJSObject ?? master;
    instance.mCalendar = master.calendar;
    return instance as unknown as calIItemBase;
  };
}

let second = 0;
let created: calIDateTime | undefined;

/** An instance was created when it was made, to Thunderbird. */
function now(): calIDateTime {
  const current = Math.floor(Date.now() / 1000);
  if (created === undefined || current !== second) {
    second = current;
    created = calendarUtils().dtz.jsDateToDateTime(new Date());
  }
  return created;
}
