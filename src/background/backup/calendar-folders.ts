/**
 * Which folder of a snapshot each calendar gets. A calendar keeps the folder it had in the snapshot before,
 * so that renaming it, or adding a namesake, never moves its history.
 */
import { safeSegment, UniqueNames } from "./safe-names.ts";

export interface CalendarFolder {
  readonly account: string;
  readonly calendar: string;
}

export interface PlacedCalendar {
  readonly calendarId: string;
  readonly account: string;
  readonly collection: string;
}

/** @param before folders of the snapshot before, by calendar id */
export function assignFolders(
  calendars: readonly PlacedCalendar[],
  before: ReadonlyMap<string, CalendarFolder>,
): Map<string, CalendarFolder> {
  const assigned = new Map<string, CalendarFolder>();
  const names = new UniqueNames();
  for (const [calendarId, folder] of before) {
    const isKnown = calendars.some((calendar) => calendar.calendarId === calendarId);
    if (isKnown && safeSegment(folder.account) === folder.account) assigned.set(calendarId, folder);
    names.take(`${folder.account}/${folder.calendar}`);
  }
  for (const calendar of calendars) {
    const kept = assigned.get(calendar.calendarId);
    const account = safeSegment(calendar.account);
    if (kept && kept.account === account) continue;
    const path = names.take(`${account}/${safeSegment(calendar.collection)}`);
    assigned.set(calendar.calendarId, { account, calendar: path.slice(account.length + 1) });
  }
  return assigned;
}

/** The last part of a collection's address, decoded where that is possible. */
export function lastSegment(url: string): string {
  const segment =
    url
      .replace(/[#?].*$/, "")
      .replace(/\/+$/, "")
      .split("/")
      .at(-1) ?? "";
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
