/**
 * Whether a series still holds together after both sides changed it: every override names an instance the
 * master may have, and nothing ends before it starts. Pure arithmetic without expansion: "may have" is
 * generous where a rule is too intricate, strict where dates plainly do not fit.
 */
import { type Component, properties, property } from "./component-tree.ts";
import { type ContentLine, lineParameter, lineValue } from "./content-line.ts";
import { DAY, isDate, wallTime } from "./date-value.ts";
import { listValues } from "./property-units.ts";
import { canonicalInstant } from "./property-value.ts";
import { lastStart, parseRule, type Rule } from "./recurrence-rule.ts";
import { canonicalZone, instantKey, instantOf, wallTimeIn } from "./time-zone.ts";

const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

/** False when the master cannot have an instance at `recurrenceId` (a RECURRENCE-ID line). */
export function mayHaveInstance(master: Component, recurrenceId: ContentLine): boolean {
  const start = property(master, "DTSTART");
  if (!start) return true;
  const key = keyOf(recurrenceId);
  if (dateKeys(master, "EXDATE").has(key)) return false;
  if (key === keyOf(start) || dateKeys(master, "RDATE").has(key)) return true;
  const rules = properties(master).filter(({ name }) => name === "RRULE");
  const wall = wallInZoneOf(start, recurrenceId);
  const first = wallTime(lineValue(start));
  if (isDate(lineValue(start)) !== isDate(lineValue(recurrenceId))) return false;
  if (first === null || wall === null) return rules.length > 0;
  return rules.some((rule) => fits(parseRule(lineValue(rule)), first, wall));
}

export function endsAfterStart(component: Component): boolean {
  const start = property(component, "DTSTART");
  const end = property(component, "DTEND") ?? property(component, "DUE");
  if (!start || !end) return true;
  const [from, to] = [start, end].map((line) => {
    const zone = lineParameter(line, "TZID");
    return instantOf(lineValue(line), zone) ?? wallTime(lineValue(line));
  });
  if (from == null || to == null) return true;
  // A date and a time may differ by what the zone adds.
  return to >= from - (isDate(lineValue(start)) === isDate(lineValue(end)) ? 0 : DAY);
}

function keyOf(line: ContentLine): string {
  return instantKey(lineValue(line), lineParameter(line, "TZID"));
}

function dateKeys(component: Component, name: string): Set<string> {
  const keys = new Set<string>();
  for (const line of properties(component)) {
    if (line.name !== name) continue;
    const tzid = lineParameter(line, "TZID");
    for (const value of listValues(line))
      keys.add(canonicalInstant(value, tzid).split("/")[0] ?? "");
  }
  return keys;
}

/** Wall time of `line` on the clocks of DTSTART's zone; `null` when the runtime does not know a zone. */
export function wallInZoneOf(start: ContentLine, line: ContentLine): number | null {
  const value = lineValue(line);
  const zone = lineParameter(start, "TZID");
  const own = lineParameter(line, "TZID");
  const utc = /Z$/i.test(value);
  const startUtc = /Z$/i.test(lineValue(start));
  if (utc === startUtc && canonicalZone(zone ?? "") === canonicalZone(own ?? ""))
    return wallTime(value);
  const instant = instantOf(value, own);
  if (instant === null) return null;
  return startUtc ? instant : zone ? wallTimeIn(zone, instant) : null;
}

function fits(rule: Rule, first: number, wall: number): boolean {
  const bound = lastStart(rule, first);
  if (wall < first || (bound !== null && wall > bound)) return false;
  const has = (name: string) => rule.has(name);
  const timed = has("BYHOUR") || has("BYMINUTE") || has("BYSECOND");
  const frequency = rule.get("FREQ") ?? "";
  const fine = ["SECONDLY", "MINUTELY", "HOURLY"].includes(frequency);
  if (!timed && !fine && (wall - first) % DAY !== 0) return false;
  if (fine || has("BYSETPOS") || has("BYWEEKNO") || has("BYYEARDAY")) return true;
  return inPeriod(rule, frequency, first, wall) && onDay(rule, frequency, first, wall);
}

/** Whether the interval leads to the period the instance lies in. */
function inPeriod(rule: Rule, frequency: string, first: number, wall: number): boolean {
  const interval = Math.max(1, Number(rule.get("INTERVAL") ?? 1) || 1);
  const [from, to] = [new Date(first), new Date(wall)];
  const years = to.getUTCFullYear() - from.getUTCFullYear();
  const months = years * 12 + to.getUTCMonth() - from.getUTCMonth();
  const weekStart = Math.max(0, WEEKDAYS.indexOf(rule.get("WKST") ?? "MO"));
  const day = (time: number) => Math.floor(time / DAY);
  // 1970-01-01 was a Thursday.
  const week = (time: number) => Math.floor((day(time) + 4 - weekStart) / 7);
  const periods: Readonly<Record<string, number>> = {
    DAILY: day(wall) - day(first),
    WEEKLY: week(wall) - week(first),
    MONTHLY: months,
    YEARLY: years,
  };
  return (periods[frequency] ?? 0) % interval === 0;
}

function onDay(rule: Rule, frequency: string, first: number, wall: number): boolean {
  const list = (name: string) => rule.get(name)?.split(",") ?? null;
  const [from, to] = [new Date(first), new Date(wall)];
  const weekday = WEEKDAYS[to.getUTCDay()] ?? "";
  const byDay = list("BYDAY");
  const byMonthDay = list("BYMONTHDAY");
  const byMonth = list("BYMONTH");
  if (byMonth && !byMonth.some((month) => Number(month) === to.getUTCMonth() + 1)) return false;
  if (byMonthDay) {
    const length = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate();
    const date = to.getUTCDate();
    if (!byMonthDay.some((day) => [date, date - length - 1].includes(Number(day)))) return false;
  }
  if (byDay) return byDay.some((day) => day.endsWith(weekday));
  if (byMonthDay || frequency === "DAILY") return true;
  if (frequency === "WEEKLY") return to.getUTCDay() === from.getUTCDay();
  const sameMonth = byMonth !== null || to.getUTCMonth() === from.getUTCMonth();
  return to.getUTCDate() === from.getUTCDate() && (frequency === "MONTHLY" || sameMonth);
}
