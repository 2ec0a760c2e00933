/** `utilities.expandRecurrence`: bounded in steps and in results, whatever the rule. */
import { type Component, parseTree } from "../../../shared/ical/component-tree.ts";
import { isDate } from "../../../shared/ical/date-value.ts";
import { type IdentifiedComponent, identifiedComponents } from "../../../shared/ical/identity.ts";
import {
  instantIn,
  type Occurrence,
  occurrences,
  type Span,
} from "../../../shared/ical/recurrence/occurrences.ts";
import {
  fromIso,
  icalTime,
  isUtc,
  type Moment,
  toIso,
} from "../../../shared/ical/simple/iso-time.ts";
import { instantOf } from "../../../shared/ical/time-zone.ts";
import { extensionError } from "../extension-error.ts";
import { zoneName } from "../formats/zone-lookup.ts";
import { calendarUtils } from "../gecko-modules.ts";
import { Slices } from "./steps.ts";

/** One occurrence as callers get it. */
export interface WireOccurrence {
  id: string;
  instance: string | null;
  start: string;
  end?: string;
  timeZone?: string;
  endTimeZone?: string;
  allDay: boolean;
  changed: boolean;
}

const DEFAULT_LIMIT = 1_000;
const MOST_OCCURRENCES = 10_000;
/** Periods that are looked at, some ten microseconds each: a rule that never matches ends here. */
const MOST_STEPS = 100_000;

export interface ExpandOptions {
  readonly limit?: unknown;
}

/** @throws ExtensionError naming the argument, and when a rule is too dear to be followed into the range */
export async function expandRecurrence(
  text: string,
  rangeStart: unknown,
  rangeEnd: unknown,
  options: ExpandOptions | null,
): Promise<WireOccurrence[]> {
  const span = readSpan(rangeStart, rangeEnd);
  const limit = readLimit(options?.limit);
  const { master, overrides, uid } = oneItem(text);
  const found: Occurrence[] = [];
  const fixed: Occurrence[] = [];
  const slices = new Slices();
  let steps = 0;
  for (const each of occurrences(master, overrides, span)) {
    if (each?.changed) fixed.push(each);
    else if (each !== null) found.push(each);
    if (found.length >= limit) break;
    if (++steps > MOST_STEPS) {
      throw extensionError(
        "The item's recurrence rule is too costly to be followed into this range: give a narrower one.",
      );
    }
    // The clock is slower than a step.
    if (steps % 64 === 0) await slices.pause();
  }
  const order = (occurrence: Occurrence) => instantIn(occurrence.start, span.zone);
  return [...fixed, ...found]
    .sort((a, b) => order(a) - order(b))
    .slice(0, limit)
    .map((occurrence) => wire(uid, occurrence));
}

interface OneItem {
  readonly uid: string;
  readonly master: Component | null;
  readonly overrides: readonly Component[];
}

function oneItem(text: string): OneItem {
  const items = identifiedComponents(parseTree(text)).filter(
    ({ component }) => component.name === "VEVENT" || component.name === "VTODO",
  );
  const [first] = items;
  if (first === undefined) throw extensionError("item has no event and no task.");
  if (items.some(({ uid }) => uid !== first.uid)) {
    throw extensionError("item must be one item: utilities.parse takes a calendar apart.");
  }
  const isMaster = ({ recurrenceId }: IdentifiedComponent) => recurrenceId === null;
  return {
    uid: first.uid,
    master: items.find(isMaster)?.component ?? null,
    overrides: items.filter((item) => !isMaster(item)).map(({ component }) => component),
  };
}

function readSpan(rangeStart: unknown, rangeEnd: unknown): Span {
  const { tzid, isUTC, isFloating } = calendarUtils().dtz.defaultTimezone;
  const zone = isUTC || isFloating ? "UTC" : tzid;
  const from = readTime(rangeStart, "rangeStart", zone);
  const to = readTime(rangeEnd, "rangeEnd", zone);
  if (to < from) throw extensionError("rangeEnd is before rangeStart.");
  return { from, to, zone };
}

/** A day or local time is one of the user's clock. */
function readTime(value: unknown, argument: string, zone: string): number {
  const time = typeof value === "string" ? fromIso(value) : null;
  if (time === null) {
    throw extensionError(
      `${argument} ${JSON.stringify(value)} is neither an iCalendar nor an ISO 8601 time.`,
    );
  }
  return instantIn({ value: time, tzid: null }, zone);
}

function readLimit(limit: unknown): number {
  if (limit == null) return DEFAULT_LIMIT;
  const whole = typeof limit === "number" && Number.isInteger(limit);
  if (whole && limit >= 1 && limit <= MOST_OCCURRENCES) return limit;
  throw extensionError(`options.limit must be a whole number from 1 to ${MOST_OCCURRENCES}.`);
}

function wire(uid: string, { id, start, end, changed }: Occurrence): WireOccurrence {
  const [zone, endZone] = [start, end ?? start].map(zoneOf);
  return {
    id: uid,
    instance: id && instanceOf(id),
    start: toIso(start.value),
    ...(end === null ? {} : { end: toIso(end.value) }),
    ...(zone === undefined ? {} : { timeZone: zone }),
    ...(endZone === undefined || endZone === zone ? {} : { endTimeZone: endZone }),
    allDay: isDate(start.value),
    changed,
  };
}

/** As `CalendarItem.instance` names it; where the runtime does not know the zone, in local time. */
function instanceOf({ value, tzid }: Moment): string {
  const instant = tzid === null ? null : instantOf(value, zoneName(tzid));
  return toIso(instant === null ? value : `${icalTime(instant)}Z`);
}

function zoneOf({ value, tzid }: Moment): string | undefined {
  if (isUtc(value)) return "UTC";
  return tzid === null || isDate(value) ? undefined : zoneName(tzid);
}
