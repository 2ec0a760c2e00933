/** A recurrence rule (RFC 5545 §3.3.10) as numbers, what DTSTART has to add to it included. */
import { DAY, wallTime } from "../date-value.ts";
import { parseRule } from "../recurrence-rule.ts";

export type Frequency =
  | "SECONDLY"
  | "MINUTELY"
  | "HOURLY"
  | "DAILY"
  | "WEEKLY"
  | "MONTHLY"
  | "YEARLY";

export interface WeekdayPart {
  /** From 0 (Sunday). */
  readonly weekday: number;
  /** Which one of its month or year, from the end if negative; 0: every one. */
  readonly nth: number;
}

export interface RuleParts {
  readonly frequency: Frequency;
  readonly interval: number;
  readonly count: number | null;
  /** The last possible start: wall time as if UTC. */
  readonly until: number | null;
  /** First day of the week, from 0 (Sunday). */
  readonly weekStart: number;
  readonly months: readonly number[];
  readonly weekNumbers: readonly number[];
  readonly yearDays: readonly number[];
  readonly monthDays: readonly number[];
  readonly weekdays: readonly WeekdayPart[];
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
  readonly seconds: readonly number[];
  readonly positions: readonly number[];
}

const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const FREQUENCIES: ReadonlySet<string> = new Set([
  "SECONDLY",
  "MINUTELY",
  "HOURLY",
  "DAILY",
  "WEEKLY",
  "MONTHLY",
  "YEARLY",
]);

/**
 * @param value e.g. `FREQ=WEEKLY;COUNT=3`
 * @param start wall time of DTSTART as if UTC
 * @param local an UNTIL in UTC as wall time of the series' zone
 * @returns `null` for a rule without a known frequency
 */
export function ruleParts(
  value: string,
  start: number,
  local: (utc: string) => string,
): RuleParts | null {
  const rule = parseRule(value);
  const frequency = rule.get("FREQ") ?? "";
  if (!FREQUENCIES.has(frequency)) return null;
  const numbers = (name: string, most = Number.MAX_SAFE_INTEGER, least = -most) => {
    const written = (rule.get(name) ?? "").split(",").filter((part) => /^[+-]?\d+$/.test(part));
    const valid = written.map(Number).filter((value) => value >= least && value <= most);
    return [...new Set(valid)].sort((a, b) => a - b);
  };
  const parts: RuleParts = {
    frequency: frequency as Frequency,
    interval: Math.max(1, numbers("INTERVAL")[0] ?? 1),
    count: numbers("COUNT")[0] ?? null,
    until: untilOf(rule.get("UNTIL"), local),
    weekStart: Math.max(0, WEEKDAYS.indexOf(rule.get("WKST") ?? "MO")),
    months: numbers("BYMONTH", 12, 1),
    weekNumbers: numbers("BYWEEKNO", 53),
    yearDays: numbers("BYYEARDAY", 366),
    monthDays: numbers("BYMONTHDAY", 31),
    weekdays: (rule.get("BYDAY") ?? "").split(",").flatMap(weekdayPart),
    hours: numbers("BYHOUR", 23, 0),
    minutes: numbers("BYMINUTE", 59, 0),
    seconds: numbers("BYSECOND", 60, 0),
    positions: numbers("BYSETPOS", 366),
  };
  return withStart(parts, new Date(start));
}

/** "Information missing from the rule is taken from DTSTART." */
function withStart(parts: RuleParts, start: Date): RuleParts {
  const { frequency, months, weekNumbers, yearDays, monthDays, weekdays } = parts;
  const ownWeekday = [{ weekday: start.getUTCDay(), nth: 0 }];
  const dayOfYear = yearDays.length + weekdays.length + weekNumbers.length + months.length === 0;
  if (frequency === "YEARLY" && monthDays.length > 0 && dayOfYear) {
    // As Thunderbird shows such a rule; others read it as a day of every month.
    return { ...parts, months: [start.getUTCMonth() + 1] };
  }
  if (yearDays.length + monthDays.length + weekdays.length > 0) return parts;
  if (frequency === "WEEKLY") return { ...parts, weekdays: ownWeekday };
  if (frequency === "YEARLY" && weekNumbers.length > 0) return { ...parts, weekdays: ownWeekday };
  if (frequency !== "YEARLY" && frequency !== "MONTHLY") return parts;
  const ownMonth = frequency === "YEARLY" && months.length === 0;
  return {
    ...parts,
    months: ownMonth ? [start.getUTCMonth() + 1] : months,
    monthDays: [start.getUTCDate()],
  };
}

function weekdayPart(text: string): WeekdayPart[] {
  const match = /^([+-]?\d+)?(SU|MO|TU|WE|TH|FR|SA)$/.exec(text.trim());
  if (!match) return [];
  return [{ weekday: WEEKDAYS.indexOf(match[2] ?? ""), nth: Number(match[1] ?? 0) }];
}

function untilOf(value: string | undefined, local: (utc: string) => string): number | null {
  if (value === undefined) return null;
  const wall = wallTime(value.endsWith("Z") ? local(value) : value);
  if (wall === null) return null;
  // A day holds whatever happens on it.
  return value.includes("T") ? wall : wall + DAY - 1;
}
