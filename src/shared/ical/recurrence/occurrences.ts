/**
 * The occurrences of an item in a span of time: its start, what rules and RDATEs add, less what EXDATEs and EXRULEs
 * take away, with overrides in their places (RFC 5545 §3.8.5). Like `expand-rule.ts` a generator that comes back
 * often; times are compared as instants, floating ones and days in the zone of whoever asks.
 */
import { type Component, properties, property } from "../component-tree.ts";
import { lineParameter, lineValue } from "../content-line.ts";
import { DAY, durationOf, isDate, wallTime } from "../date-value.ts";
import { listValues } from "../property-units.ts";
import { icalDate, icalTime, inZone, isUtc, type Moment } from "../simple/iso-time.ts";
import { endMoment, momentOf } from "../simple/read-simple.ts";
import { instantKey, instantOf, wallTimeIn } from "../time-zone.ts";
import { type Bounds, expandRule } from "./expand-rule.ts";
import { ruleParts } from "./rule-parts.ts";

export interface Occurrence {
  /** RECURRENCE-ID in the form of the series' start; `null` for an item that does not recur. */
  readonly id: Moment | null;
  readonly start: Moment;
  readonly end: Moment | null;
  /** True when an override stands for it. */
  readonly changed: boolean;
}

export interface Span {
  /** Instants; the end is not part of it. */
  readonly from: number;
  readonly to: number;
  /** The zone in which floating times and days are taken. */
  readonly zone: string;
}

/** @yields occurrences, in order but for overrides (they come first), and `null` for a step without one */
export function* occurrences(
  master: Component | null,
  overrides: readonly Component[],
  span: Span,
): Generator<Occurrence | null, void> {
  const replaced = new Set<string>();
  for (const override of overrides) {
    const line = property(override, "RECURRENCE-ID");
    const id = momentOf(line);
    const found = line && id ? single(override, id) : null;
    if (id) replaced.add(instantKey(id.value, id.tzid));
    yield found && touches(found, span) ? { ...found, changed: true } : null;
  }
  const start = master && momentOf(property(master, "DTSTART"));
  if (!master) return;
  if (!start || !["RRULE", "RDATE"].some((name) => property(master, name))) {
    const only = single(master, null);
    yield only && touches(only, span) ? only : null;
    return;
  }
  yield* series(master, start, replaced, span);
}

function* series(
  master: Component,
  start: Moment,
  replaced: ReadonlySet<string>,
  span: Span,
): Generator<Occurrence | null, void> {
  const first = wallTime(start.value) ?? 0;
  const endOf = ends(master, start);
  const length = Math.max(0, wallOf(endOf(start)) - first);
  const bounds = wallBounds(start, length, span);
  const expand = (name: string) =>
    properties(master)
      .filter((line) => line.name === name)
      .flatMap((line) => {
        const local = (utc: string) => placedIn(utc, start);
        const parts = ruleParts(lineValue(line), first, local);
        return parts ? [expandRule(parts, first, bounds)] : [];
      });
  const dates = yield* datesOf(master, "RDATE", start);
  const exdates = yield* datesOf(master, "EXDATE", start);
  const excluded = new Set(exdates.map(({ wall }) => wall));
  const excludedDays = new Set(exdates.flatMap(({ day }) => day ?? []));
  const periods = new Map(dates.map((date) => [date.wall, date.end]));
  const exclusions = new Exclusions(merged(expand("EXRULE")));
  const explicit = [first, ...dates.map(({ wall }) => wall)].sort((a, b) => a - b);
  let previous = Number.NaN;
  for (const each of merged([...expand("RRULE"), explicit.values()])) {
    // A rule may count hours where the series has days.
    const wall = each !== null && isDate(start.value) ? Math.floor(each / DAY) * DAY : each;
    if (wall === null || wall === previous || wall > bounds.to) {
      yield null;
      continue;
    }
    previous = wall;
    const id = momentAt(wall, start);
    const gone = excluded.has(wall) || excludedDays.has(Math.floor(wall / DAY) * DAY);
    if (gone || (replaced.size > 0 && replaced.has(instantKey(id.value, id.tzid)))) {
      yield null;
      continue;
    }
    if (yield* exclusions.has(wall)) continue;
    const found = { id, start: id, end: periods.get(wall) ?? endOf(id), changed: false };
    yield touches(found, span) ? found : null;
  }
}

/** Values in order out of several that each are in order; `null`s are passed on. */
function* merged(
  sources: readonly Iterator<number | null>[],
): Generator<number | null, undefined, undefined> {
  const heads: { source: Iterator<number | null>; value: number }[] = [];
  function* pull(source: Iterator<number | null>): Generator<null, void> {
    for (;;) {
      const { done, value } = source.next();
      if (done) return;
      if (value !== null) {
        heads.push({ source, value });
        return;
      }
      yield null;
    }
  }
  for (const source of sources) yield* pull(source);
  while (heads.length > 0) {
    heads.sort((a, b) => a.value - b.value);
    const head = heads.shift();
    if (!head) return;
    yield head.value;
    yield* pull(head.source);
  }
}

/** The starts that excluding rules give, followed as far as they are asked for. */
class Exclusions {
  readonly #starts: Iterator<number | null>;
  #last = Number.NEGATIVE_INFINITY;

  constructor(starts: Iterator<number | null>) {
    this.#starts = starts;
  }

  /** True for such a start; asked in order. */
  *has(wall: number): Generator<null, boolean> {
    while (this.#last < wall) {
      const { done, value } = this.#starts.next();
      if (done) this.#last = Number.POSITIVE_INFINITY;
      else if (value === null) yield null;
      else this.#last = value;
    }
    return this.#last === wall;
  }
}

interface SeriesDate {
  readonly wall: number;
  /** Where the value is a day: its midnight. */
  readonly day: number | null;
  readonly end: Moment | null;
}

/** RDATEs or EXDATEs as wall times of the series; there may be very many. */
function* datesOf(
  master: Component,
  name: string,
  start: Moment,
): Generator<null, readonly SeriesDate[]> {
  const dates: SeriesDate[] = [];
  for (const line of properties(master)) {
    if (line.name !== name) continue;
    const tzid = lineParameter(line, "TZID");
    for (const value of listValues(line)) {
      yield null;
      const [begin = "", period] = value.trim().toUpperCase().split("/");
      const wall = wallTime(placedIn(begin, start, tzid));
      if (wall === null) continue;
      const end = period === undefined ? null : periodEnd(period, wall, start, tzid);
      dates.push({ wall, day: isDate(begin) ? wall : null, end });
    }
  }
  return dates;
}

function periodEnd(period: string, wall: number, start: Moment, tzid: string | null): Moment {
  const duration = durationOf(period);
  const end = duration === null ? wallTime(placedIn(period, start, tzid)) : wall + duration;
  return momentAt(end ?? wall, start);
}

/** A value as it reads in the zone of the series. */
function placedIn(value: string, start: Moment, tzid: string | null = null): string {
  if (isDate(value)) return value;
  const moment = { value, tzid: isUtc(value) ? null : tzid };
  if (isUtc(start.value)) {
    const instant = instantOf(moment.value, moment.tzid);
    return instant === null ? value : icalTime(instant);
  }
  return start.tzid === null ? value : inZone(moment, start.tzid).value;
}

function momentAt(wall: number, start: Moment): Moment {
  if (isDate(start.value)) return { value: icalDate(wall), tzid: null };
  return { value: `${icalTime(wall)}${isUtc(start.value) ? "Z" : ""}`, tzid: start.tzid };
}

/** How an occurrence's end follows from its start. */
function ends(master: Component, start: Moment): (occurrence: Moment) => Moment | null {
  const end = endMoment(master);
  if (end === null) return () => null;
  if (end.tzid === start.tzid && isUtc(end.value) === isUtc(start.value)) {
    const length = wallOf(end) - wallOf(start);
    return (occurrence) => momentAt(wallOf(occurrence) + length, start);
  }
  const [from, to] = [start, end].map(({ value, tzid }) => instantOf(value, tzid));
  return (occurrence) => {
    const begin = instantOf(occurrence.value, occurrence.tzid);
    if (begin === null || from == null || to == null) return null;
    const utc = { value: `${icalTime(begin + to - from)}Z`, tzid: null };
    return end.tzid === null ? utc : inZone(utc, end.tzid);
  };
}

function wallOf(moment: Moment | null): number {
  return wallTime(moment?.value ?? "") ?? 0;
}

/** An item that stands for itself. */
function single(item: Component, id: Moment | null): Occurrence | null {
  const end = endMoment(item);
  const start = momentOf(property(item, "DTSTART")) ?? end;
  return start && { id, start, end, changed: false };
}

function touches({ start, end }: Occurrence, { from, to, zone }: Span): boolean {
  const begin = instantIn(start, zone);
  const least = isDate(start.value) ? begin + DAY : begin;
  const finish = end === null ? least : Math.max(begin, instantIn(end, zone));
  return begin < to && (finish > from || (finish === begin && begin >= from));
}

/** The instant of a moment, floating ones and days in the given zone. */
export function instantIn({ value, tzid }: Moment, zone: string): number {
  const timed = isDate(value) ? `${value}T000000` : value;
  return instantOf(timed, tzid) ?? instantOf(timed, zone) ?? wallTime(timed) ?? 0;
}

/** The span on the clocks of the series: somewhat wider, as clocks change and days begin at another hour elsewhere. */
function wallBounds(start: Moment, length: number, span: Span): Bounds {
  const zone = isUtc(start.value) ? "UTC" : (start.tzid ?? span.zone);
  const [from, to] = [wallTimeIn(zone, span.from), wallTimeIn(zone, span.to)];
  if (from === null || to === null)
    return { from: span.from - length - 2 * DAY, to: span.to + 2 * DAY };
  const margin = isUtc(start.value) ? 0 : isDate(start.value) ? DAY : DAY / 8;
  return { from: from - length - margin, to: to + margin };
}
