/** Which days a rule's BY parts let through (RFC 5545 §3.3.10). Days are midnights in ms as if UTC. */
import { DAY } from "../date-value.ts";
import type { RuleParts } from "./rule-parts.ts";

export function passesDay(rule: RuleParts, day: number): boolean {
  const { months, weekdays, monthDays, yearDays } = rule;
  if (months.length + weekdays.length + monthDays.length + yearDays.length === 0)
    return passesWeek(rule, day);
  const date = new Date(day);
  const month = date.getUTCMonth();
  if (months.length > 0 && !months.includes(month + 1)) return false;
  const year = date.getUTCFullYear();
  const yearStart = Date.UTC(year, 0, 1);
  const inYear = span(yearStart, Date.UTC(year + 1, 0, 1), day);
  if (yearDays.length > 0 && !includesEither(yearDays, inYear)) return false;
  const inMonth = span(Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1), day);
  if (monthDays.length > 0 && !includesEither(monthDays, inMonth)) return false;
  return passesWeekday(rule, date.getUTCDay(), inMonth, inYear) && passesWeek(rule, day);
}

/** A day's place in a span of days, counted from both ends. */
interface Place {
  readonly fromStart: number;
  readonly fromEnd: number;
}

function span(start: number, end: number, day: number): Place {
  return { fromStart: (day - start) / DAY + 1, fromEnd: (day - end) / DAY };
}

function includesEither(days: readonly number[], { fromStart, fromEnd }: Place): boolean {
  return days.includes(fromStart) || days.includes(fromEnd);
}

function passesWeekday(rule: RuleParts, weekday: number, inMonth: Place, inYear: Place): boolean {
  if (rule.weekdays.length === 0) return true;
  const { frequency } = rule;
  const ordinals = frequency === "MONTHLY" || frequency === "YEARLY";
  const place = frequency === "MONTHLY" || rule.months.length > 0 ? inMonth : inYear;
  const nths = [Math.ceil(place.fromStart / 7), Math.floor(place.fromEnd / 7)];
  return rule.weekdays.some(
    (part) => part.weekday === weekday && (!ordinals || part.nth === 0 || nths.includes(part.nth)),
  );
}

function passesWeek(rule: RuleParts, day: number): boolean {
  if (rule.weekNumbers.length === 0) return true;
  const { number, weeks } = weekOf(day, rule.weekStart);
  return rule.weekNumbers.includes(number) || rule.weekNumbers.includes(number - weeks - 1);
}

/** The week's number in its year, and how many that year has; week 1 has at least four days of it (ISO 8601). */
function weekOf(day: number, weekStart: number): { number: number; weeks: number } {
  const middle = weekBegin(day, weekStart) + 3 * DAY;
  const year = new Date(middle).getUTCFullYear();
  const first = weekBegin(Date.UTC(year, 0, 4), weekStart);
  const next = weekBegin(Date.UTC(year + 1, 0, 4), weekStart);
  return {
    number: (weekBegin(day, weekStart) - first) / (7 * DAY) + 1,
    weeks: (next - first) / (7 * DAY),
  };
}

export function weekBegin(day: number, weekStart: number): number {
  return day - ((new Date(day).getUTCDay() - weekStart + 7) % 7) * DAY;
}
