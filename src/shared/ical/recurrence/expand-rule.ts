/**
 * The starts a recurrence rule gives (RFC 5545 §3.3.10), in wall time, one period after another. A generator that
 * comes back after every period, with or without a start: whoever asks decides how long to go on, so that no rule,
 * however seldom it matches, keeps anybody waiting.
 */
import { DAY } from "../date-value.ts";
import { passesDay, weekBegin } from "./day-filter.ts";
import type { Frequency, RuleParts } from "./rule-parts.ts";

export interface Bounds {
  /** Starts before it are not needed. */
  readonly from: number;
  /** Nothing after it is looked at. */
  readonly to: number;
}

const FINE: Readonly<Partial<Record<Frequency, number>>> = {
  SECONDLY: 1000,
  MINUTELY: 60_000,
  HOURLY: 3_600_000,
};

/**
 * @param start wall time of DTSTART as if UTC
 * @yields starts in order, and `null` for a period without any
 */
export function* expandRule(
  rule: RuleParts,
  start: number,
  bounds: Bounds,
): Generator<number | null, void> {
  const last = Math.min(bounds.to, rule.until ?? bounds.to);
  let left = rule.count ?? Number.POSITIVE_INFINITY;
  let index = rule.count === null ? periodBefore(rule, start, bounds.from) : 0;
  if (rule.count !== null && isPlain(rule, start)) {
    // Every period has one start, so those before the bounds need no look.
    index = Math.min(periodBefore(rule, start, bounds.from), rule.count);
    left -= index;
  }
  const times = timesOfDay(rule, start);
  while (left > 0) {
    const begin = periodBegin(rule, start, index);
    if (begin > last) return;
    const { starts, next } = startsIn(rule, times, begin, index);
    index = next;
    let any = false;
    for (const each of starts) {
      if (each < start) continue;
      if (each > last || left <= 0) return;
      left--;
      any = true;
      yield each;
    }
    if (!any) yield null;
  }
}

/** No BY part and no month without the day: each period has exactly one start. */
function isPlain({ frequency, ...rule }: RuleParts, start: number): boolean {
  const fine = frequency === "DAILY" || FINE[frequency] !== undefined;
  const [only, second] = rule.weekdays;
  const own = only?.weekday === new Date(start).getUTCDay() && second === undefined;
  const weekly = frequency === "WEEKLY" && own;
  const parts = [rule.months, rule.weekNumbers, rule.yearDays, rule.monthDays, rule.hours];
  const more = [rule.minutes, rule.seconds, rule.positions, weekly ? [] : rule.weekdays];
  return (fine || weekly) && [...parts, ...more].every((list) => list.length === 0);
}

/** The first moment of a period; of coarse ones the first day. */
function periodBegin(rule: RuleParts, start: number, index: number): number {
  const { frequency, interval } = rule;
  const date = new Date(start);
  const day = Math.floor(start / DAY) * DAY;
  const steps = index * interval;
  switch (frequency) {
    case "YEARLY":
      return Date.UTC(date.getUTCFullYear() + steps, 0, 1);
    case "MONTHLY":
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + steps, 1);
    case "WEEKLY":
      return weekBegin(day, rule.weekStart) + steps * 7 * DAY;
    case "DAILY":
      return day + steps * DAY;
    default: {
      const unit = FINE[frequency] ?? DAY;
      return Math.floor(start / unit) * unit + steps * unit;
    }
  }
}

/** A period that is sure to end before `from`; 0 when that is the first. */
function periodBefore(rule: RuleParts, start: number, from: number): number {
  const longest: Readonly<Partial<Record<Frequency, number>>> = {
    YEARLY: 366 * DAY,
    MONTHLY: 31 * DAY,
    WEEKLY: 7 * DAY,
    DAILY: DAY,
    ...FINE,
  };
  const period = (longest[rule.frequency] ?? DAY) * rule.interval;
  return Math.max(0, Math.floor((from - start) / period) - 1);
}

interface PeriodStarts {
  readonly starts: Iterable<number>;
  /** The period to look at next. */
  readonly next: number;
}

function startsIn(rule: RuleParts, times: TimesOfDay, begin: number, index: number): PeriodStarts {
  const unit = FINE[rule.frequency];
  if (unit !== undefined) return fineStarts(rule, times, begin, index, unit);
  const days = daysOf(rule, begin).filter((day) => passesDay(rule, day));
  return { starts: startsOn(days, times.all, rule.positions), next: index + 1 };
}

/** Every time of every day, of which BYSETPOS picks some; one after another, as there may be very many. */
function* startsOn(
  days: readonly number[],
  times: readonly number[],
  positions: readonly number[],
): Generator<number, void> {
  const count = days.length * times.length;
  const at = (index: number) =>
    (days[Math.floor(index / times.length)] ?? 0) + (times[index % times.length] ?? 0);
  if (positions.length === 0) {
    for (let index = 0; index < count; index++) yield at(index);
    return;
  }
  const picked = positions.map((position) => (position > 0 ? position - 1 : count + position));
  const there = [...new Set(picked)].filter((index) => index >= 0 && index < count);
  for (const index of there.sort((a, b) => a - b)) yield at(index);
}

function daysOf({ frequency }: RuleParts, begin: number): number[] {
  const date = new Date(begin);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const end = {
    YEARLY: Date.UTC(year + 1, 0, 1),
    MONTHLY: Date.UTC(year, month + 1, 1),
    WEEKLY: begin + 7 * DAY,
  };
  const last = end[frequency as keyof typeof end] ?? begin + DAY;
  return Array.from({ length: (last - begin) / DAY }, (_, nth) => begin + nth * DAY);
}

/** Times as the rule or else DTSTART has them; `all` in ms since midnight, in order. */
interface TimesOfDay {
  readonly minutes: readonly number[];
  readonly seconds: readonly number[];
  readonly all: readonly number[];
}

function timesOfDay(rule: RuleParts, start: number): TimesOfDay {
  const date = new Date(start);
  const hours = rule.hours.length > 0 ? rule.hours : [date.getUTCHours()];
  const minutes = rule.minutes.length > 0 ? rule.minutes : [date.getUTCMinutes()];
  const seconds = rule.seconds.length > 0 ? rule.seconds : [date.getUTCSeconds()];
  const all = hours.flatMap((hour) => within(hour * 3_600_000, minutes, seconds));
  return { minutes, seconds, all };
}

function within(hour: number, minutes: readonly number[], seconds: readonly number[]): number[] {
  return minutes.flatMap((minute) => seconds.map((second) => hour + (minute * 60 + second) * 1000));
}

/** A period shorter than a day: it is let through or not, and is divided by the parts that are finer still. */
function fineStarts(
  rule: RuleParts,
  times: TimesOfDay,
  begin: number,
  index: number,
  unit: number,
): PeriodStarts {
  const skipTo = (moment: number) => {
    const steps = Math.ceil((moment - begin) / (unit * rule.interval));
    return { starts: [], next: index + Math.max(1, steps) };
  };
  const misses = (list: readonly number[], value: number) =>
    list.length > 0 && !list.includes(value);
  const [day, hour, minute] = [DAY, 3_600_000, 60_000].map(
    (length) => Math.floor(begin / length) * length,
  ) as [number, number, number];
  const date = new Date(begin);
  if (!passesDay(rule, day)) return skipTo(day + DAY);
  if (misses(rule.hours, date.getUTCHours())) return skipTo(hour + 3_600_000);
  const hourly = rule.frequency === "HOURLY";
  if (!hourly && misses(rule.minutes, date.getUTCMinutes())) return skipTo(minute + 60_000);
  const secondly = rule.frequency === "SECONDLY";
  if (secondly && misses(rule.seconds, date.getUTCSeconds())) return skipTo(begin + 1000);
  const minutes = hourly ? times.minutes : [date.getUTCMinutes()];
  const seconds = secondly ? [date.getUTCSeconds()] : times.seconds;
  const starts = startsOn([hour], within(0, minutes, seconds), rule.positions);
  return { starts, next: index + 1 };
}
