/**
 * The offsets of one time zone as its VTIMEZONE (RFC 5545 §3.6.5) tells them, for any year. Rules without end are
 * evaluated for the years around the question only. Reads the rules that zone definitions use: yearly, in one month,
 * on the nth weekday, on a weekday among some days, or on a day of the month.
 */
import { innerComponents, isComponent, parseTree, properties } from "../ical/component-tree.ts";
import { type ContentLine, lineValue } from "../ical/content-line.ts";
import { DAY, wallTime } from "../ical/date-value.ts";
import { parseRule, type Rule } from "../ical/recurrence-rule.ts";

/** Offsets are milliseconds east of UTC; wall times are milliseconds read as if they were UTC. */
export interface ZoneRules {
  offsetAt(instant: number): number;
  /**
   * The offset of what clocks show. A time that a change of the clocks leaves out has the offset before the change; of
   * one that happens twice the first is meant (RFC 5545 §3.3.5).
   */
  offsetOf(wall: number): number;
}

/** One change of the clocks. */
interface Onset {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** Changes that come back every year for ever. */
type EndlessRule = (year: number) => Onset[];

const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

/** `null` for a text that holds no usable VTIMEZONE. */
export function zoneRules(vtimezone: string): ZoneRules | null {
  const zone = parseTree(vtimezone)
    .nodes.filter(isComponent)
    .find(({ name }) => name === "VTIMEZONE");
  if (!zone) return null;
  const dated: Onset[] = [];
  const endless: EndlessRule[] = [];
  for (const observance of innerComponents(zone)) {
    const read = readObservance(properties(observance));
    if (!read) return null;
    dated.push(...read.dated);
    endless.push(...read.endless);
  }
  dated.sort((a, b) => a.at - b.at);
  const [first] = dated;
  if (!first) return null;
  const before = first.before;

  const years = new Map<number, readonly Onset[]>();
  function yearly(year: number): readonly Onset[] {
    let onsets = years.get(year);
    if (!onsets) {
      onsets = endless.flatMap((rule) => rule(year));
      years.set(year, onsets);
    }
    return onsets;
  }

  function offset(time: number, passed: (onset: Onset) => boolean): number {
    const year = new Date(time).getUTCFullYear();
    const recent = [year - 1, year, year + 1]
      .flatMap(yearly)
      .filter(passed)
      .reduce<Onset | null>((last, onset) => (last && last.at > onset.at ? last : onset), null);
    const earlier = dated.findLast(passed);
    if (!recent || !earlier) return (recent ?? earlier)?.after ?? before;
    return (recent.at >= earlier.at ? recent : earlier).after;
  }

  return {
    offsetAt: (instant) => offset(instant, ({ at }) => at <= instant),
    offsetOf: (wall) =>
      offset(wall, ({ at, before, after }) => at + Math.max(before, after) <= wall),
  };
}

/** A STANDARD or DAYLIGHT component. The first onset of a rule is among the dated ones. */
function readObservance(
  lines: readonly ContentLine[],
): { dated: Onset[]; endless: EndlessRule[] } | null {
  const values = (name: string) => lines.filter((line) => line.name === name).map(lineValue);
  const start = wallTime(values("DTSTART")[0] ?? "");
  const before = offsetValue(values("TZOFFSETFROM")[0] ?? "");
  const after = offsetValue(values("TZOFFSETTO")[0] ?? "");
  if (start === null || before === null || after === null) return null;
  const onset = (wall: number): Onset => ({ at: wall - before, before, after });
  const dates = values("RDATE").flatMap((value) => value.split(","));
  const walls = [start, ...dates.flatMap((date) => wallTime(date) ?? [])];
  const endless: EndlessRule[] = [];
  for (const rule of values("RRULE").map(parseRule)) {
    const inYear = (year: number) => wallsIn(year, rule, start).filter((wall) => wall >= start);
    const until = rule.get("UNTIL");
    if (until === undefined) {
      endless.push((year) => inYear(year).map(onset));
      continue;
    }
    const end = wallTime(until);
    if (end === null) return null;
    const last = /Z$/i.test(until) ? end + before : end;
    for (let year = new Date(start).getUTCFullYear(); Date.UTC(year, 0, 1) <= last; year++)
      walls.push(...inYear(year).filter((wall) => wall <= last));
  }
  return { dated: walls.map(onset), endless };
}

/** `+0100` or `-005328` in milliseconds. */
function offsetValue(value: string): number | null {
  const match = /^([+-])(\d\d)(\d\d)(\d\d)?$/.exec(value.trim());
  if (!match) return null;
  const [hours = 0, minutes = 0, seconds = 0] = match.slice(2).map((part) => Number(part || 0));
  return (match[1] === "-" ? -1000 : 1000) * ((hours * 60 + minutes) * 60 + seconds);
}

/** When the clocks change in a year by a yearly rule that began at `start`. */
function wallsIn(year: number, rule: Rule, start: number): number[] {
  const began = new Date(start);
  const month = Number(rule.get("BYMONTH") ?? began.getUTCMonth() + 1) - 1;
  const firstDay = Date.UTC(year, month, 1);
  const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const day = /^([+-]?\d+)?(SU|MO|TU|WE|TH|FR|SA)$/.exec(rule.get("BYDAY") ?? "");
  const monthDays = rule.get("BYMONTHDAY")?.split(",").map(Number);
  let days = (monthDays ?? [began.getUTCDate()]).map((each) =>
    each < 0 ? length + each + 1 : each,
  );
  if (day) {
    const weekday = WEEKDAYS.indexOf(day[2] ?? "");
    const isThatDay = (each: number) =>
      new Date(firstDay + (each - 1) * DAY).getUTCDay() === weekday;
    const all = Array.from({ length }, (_, index) => index + 1).filter(isThatDay);
    const nth = Number(day[1] ?? 0);
    if (nth !== 0) days = all.slice(nth > 0 ? nth - 1 : nth).slice(0, 1);
    else days = monthDays ? all.filter((each) => days.includes(each)) : all;
  }
  const timeOfDay = ((start % DAY) + DAY) % DAY;
  return days
    .filter((each) => each >= 1 && each <= length)
    .map((each) => firstDay + (each - 1) * DAY + timeOfDay);
}
