/**
 * A recurrence rule (RFC 5545 §3.3.10) taken apart, an upper bound of when it ends, and whether expanding
 * it would be too dear. Bounds are generous and need no expansion; `null` means "may go on for ever".
 */
import { DAY, wallTime } from "./date-value.ts";

export type Rule = ReadonlyMap<string, string>;

const PERIOD: Readonly<Record<string, number>> = {
  SECONDLY: 1000,
  MINUTELY: 60_000,
  HOURLY: 3_600_000,
  DAILY: DAY,
  WEEKLY: 7 * DAY,
  MONTHLY: 31 * DAY,
  YEARLY: 366 * DAY,
};

/** Instances within a day that a rule may have before it counts as too dear. */
const MAX_A_DAY = 48;
/** Periods a reader must step through from DTSTART to today before a rule counts as too dear. */
const MAX_PERIODS = 50_000;
/** The same for rules finer than a day. */
const MAX_FINE_PERIODS = 1_000;
/** Rules without end are judged up to here; a constant, so that a text is always scanned to the same columns. */
const HORIZON = Date.UTC(2040, 0, 1);

const LONGEST_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function parseRule(value: string): Rule {
  const rule = new Map<string, string>();
  for (const part of value.toUpperCase().split(";")) {
    const equals = part.indexOf("=");
    if (equals > 0) rule.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  return rule;
}

/**
 * Upper bound of the start of the last instance, on the scale of `wallTime`; `null` without end, or where a
 * bound would need an expansion.
 */
export function lastStart(rule: Rule, start: number): number | null {
  const until = wallTime(rule.get("UNTIL") ?? "");
  // UNTIL is in UTC or a date: a day covers every zone.
  if (until !== null) return Math.max(start, until + DAY);
  const count = Number(rule.get("COUNT") ?? Number.NaN);
  if (!Number.isFinite(count)) return null;
  const periods = periodsPerInstance(rule, start);
  const period = PERIOD[rule.get("FREQ") ?? ""];
  if (periods === null || period === undefined) return null;
  const end = start + (Math.max(count, 1) * periods + 1) * interval(rule) * period;
  return end < 8e15 ? end : null;
}

function interval(rule: Rule): number {
  const value = Number(rule.get("INTERVAL") ?? 1);
  return Number.isFinite(value) && value >= 1 ? value : 1;
}

function numbers(rule: Rule, name: string): number[] {
  const value = rule.get(name);
  return value ? value.split(",").map(Number) : [];
}

function dayOrdinals(rule: Rule): number[] {
  const days = rule.get("BYDAY");
  return days ? days.split(",").map((day) => Number.parseInt(day, 10) || 0) : [];
}

/** How many periods may pass, at worst, for each instance; `null` when unknown. */
function periodsPerInstance(rule: Rule, start: number): number | null {
  const by = [...rule.keys()].filter((name) => name.startsWith("BY"));
  const only = (...names: string[]) => by.every((name) => names.includes(name));
  const date = new Date(start);
  const monthDays = numbers(rule, "BYMONTHDAY");
  const days = rule.has("BYDAY");
  // A weekday together with a day of the month ("Friday the 13th") may be years apart.
  if (days && monthDays.length > 0) return null;
  switch (rule.get("FREQ")) {
    case "DAILY":
      if (by.length === 0) return 1;
      return only("BYDAY") && interval(rule) % 7 !== 0 ? 7 : null;
    case "WEEKLY":
      return only("BYDAY") ? 1 : null;
    case "MONTHLY":
      if (!only("BYDAY", "BYMONTHDAY", "BYSETPOS") || !firstOrLast(rule)) return null;
      if (days) return dayOrdinals(rule).every((nth) => Math.abs(nth) < 5) ? 1 : null;
      if (monthDays.length > 0) return monthDays.some((day) => Math.abs(day) <= 28) ? 1 : null;
      return date.getUTCDate() <= 28 ? 1 : 12;
    case "YEARLY":
      if (!only("BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS") || !firstOrLast(rule)) return null;
      if (days) return dayOrdinals(rule).every((nth) => Math.abs(nth) < 5) ? 1 : null;
      if (monthDays.length > 0) return monthDays.some((day) => Math.abs(day) <= 28) ? 1 : null;
      return date.getUTCDate() <= 28 ? 1 : 8;
    default:
      return by.length === 0 ? 1 : null;
  }
}

function firstOrLast(rule: Rule): boolean {
  return numbers(rule, "BYSETPOS").every((position) => Math.abs(position) === 1);
}

/** True when a reader that expands the rule from its start would take too long, or never come back. */
export function isCostly(rule: Rule, start: number): boolean {
  const frequency = rule.get("FREQ") ?? "";
  const period = PERIOD[frequency];
  if (period === undefined) return true;
  const given = Number(rule.get("INTERVAL") ?? 1);
  if (!(given >= 1 && given <= 10_000)) return true;
  const aDay =
    Math.max(1, numbers(rule, "BYHOUR").length) *
    Math.max(1, numbers(rule, "BYMINUTE").length) *
    Math.max(1, numbers(rule, "BYSECOND").length);
  if (aDay > MAX_A_DAY || neverMatches(rule, start)) return true;
  const end = lastStart(rule, start) ?? HORIZON;
  const fine = period < DAY;
  const count = Number(rule.get("COUNT") ?? Number.NaN);
  if (fine && Number.isFinite(count) && count > MAX_FINE_PERIODS) return true;
  return (end - start) / (period * interval(rule)) > (fine ? MAX_FINE_PERIODS + 2 : MAX_PERIODS);
}

/** Rules without any instance after DTSTART: a naive expansion searches them for ever. */
function neverMatches(rule: Rule, start: number): boolean {
  const months = numbers(rule, "BYMONTH");
  if (months.some((month) => !(month >= 1 && month <= 12))) return true;
  const monthDays = numbers(rule, "BYMONTHDAY").map(Math.abs);
  if (monthDays.some((day) => !(day >= 1 && day <= 31))) return true;
  const frequency = rule.get("FREQ") ?? "";
  const fixed = frequency === "MONTHLY" && interval(rule) % 12 === 0;
  const inMonths = months.length > 0 ? months : fixed ? [new Date(start).getUTCMonth() + 1] : [1];
  const longest = Math.max(...inMonths.map((month) => LONGEST_MONTH[month - 1] ?? 31));
  if (monthDays.length > 0 && monthDays.every((day) => day > longest)) return true;
  const nth = dayOrdinals(rule).map(Math.abs);
  const within = frequency === "MONTHLY" || months.length > 0 ? 5 : 53;
  if (nth.length > 0 && nth.every((ordinal) => ordinal > within)) return true;
  const positions = numbers(rule, "BYSETPOS").map(Math.abs);
  if (positions.some((position) => !(position >= 1 && position <= 366))) return true;
  if (frequency !== "MONTHLY" || positions.length === 0) return false;
  const largestSet = Math.max(monthDays.length, nth.length * 5, 1);
  return positions.every((position) => position > largestSet);
}
