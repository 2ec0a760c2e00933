/** Which days a month view shows, and on which of them something takes place. Wall times as if UTC. Pure. */
import type { SnapshotOccurrence } from "../../shared/commands.ts";
import { wallTimeIn } from "../../shared/ical/time-zone.ts";

export const DAY = 86_400_000;

/** The midnight of a day in the zone, or of the first of its month. */
export function monthStart(instant: number, zone: string, day = false): number {
  const wall = wallTimeIn(zone, instant) ?? instant;
  const date = new Date(wall);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), day ? date.getUTCDate() : 1);
}

/** Weeks of seven days that hold the whole month. @param first weekday the week begins with, from 0 (Sunday) */
export function monthGrid(month: number, first: number): number[][] {
  const begin = month - ((new Date(month).getUTCDay() - first + 7) % 7) * DAY;
  const date = new Date(month);
  const end = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  const weeks: number[][] = [];
  for (let week = begin; week < end; week += 7 * DAY)
    weeks.push(Array.from({ length: 7 }, (_, day) => week + day * DAY));
  return weeks;
}

/** From 0 (Sunday). Monday where the runtime does not know (ISO 8601). */
export function firstWeekday(language: string): number {
  const locale = new Intl.Locale(language) as Intl.Locale & {
    getWeekInfo?(): { firstDay: number };
    weekInfo?: { firstDay: number };
  };
  const day = (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay;
  if (day !== undefined) return day % 7;
  return SUNDAY_FIRST.has(locale.maximize().region ?? "") ? 0 : 1;
}

/** The most populous of the regions whose week begins on Sunday (Unicode CLDR, weekData). */
const SUNDAY_FIRST: ReadonlySet<string> = new Set([
  ...["US", "CA", "MX", "BR", "CO", "PE", "VE", "JP", "KR", "TW", "HK", "IN", "PK", "BD", "TH"],
  ...["ID", "PH", "IL", "SA", "ZA", "KE", "ET"],
]);

/** By day, in the order they are given. An occurrence lies on each day that it touches. */
export function placeOccurrences(
  occurrences: readonly SnapshotOccurrence[],
  zone: string,
  days: readonly number[],
): Map<number, SnapshotOccurrence[]> {
  const byDay = new Map(days.map((day): [number, SnapshotOccurrence[]] => [day, []]));
  // Some span centuries: nothing beyond the days that are shown is looked at.
  const [first, last] = [(days[0] ?? 0) - DAY, (days.at(-1) ?? 0) + 2 * DAY];
  for (const occurrence of occurrences) {
    const from = monthStart(Math.max(first, occurrence.start), zone, true);
    // What ends at midnight does not touch the day that begins then.
    const finish = Math.max(occurrence.start, occurrence.end - 1);
    const to = monthStart(Math.min(last, finish), zone, true);
    for (let day = from; day <= to; day += DAY) byDay.get(day)?.push(occurrence);
  }
  return byDay;
}
