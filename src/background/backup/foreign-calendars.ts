/**
 * Which folders of another program's snapshot count as calendars: each one that holds .ics files. Pure. They get
 * the names that a calendar of ours would have, so that everything else works on them unchanged.
 */
import type { CalendarFolder } from "./calendar-folders.ts";
import { safeSegment, UniqueNames } from "./safe-names.ts";

export interface ForeignCalendar extends CalendarFolder {
  /** Where it lies in the snapshot. */
  readonly directory: string;
}

/** By its name alone: what is in it is looked at when it is read. */
export function isCalendarFile(path: string): boolean {
  return /[^/]\.ics$/i.test(path);
}

/**
 * A calendar is called like its folder, its account like the folder above; at the top of what was backed up, like
 * the place it was backed up from.
 * @param root the directory that was backed up, absolute
 * @param origin names the place
 */
export function nameCalendars(
  directories: readonly string[],
  root: string,
  origin: string,
): ForeignCalendar[] {
  const names = new UniqueNames();
  const above = parts(root).at(-1) ?? "";
  const unnamed = above || origin || "calendar";
  return directories.map((directory) => {
    const inside = directory === root || directory.startsWith(root === "/" ? "/" : `${root}/`);
    const relative = parts(inside ? directory.slice(root.length) : directory);
    const account = safeSegment(relative.at(-2) ?? unnamed);
    const path = names.take(`${account}/${safeSegment(relative.at(-1) ?? unnamed)}`);
    return { directory, account, calendar: path.slice(account.length + 1) };
  });
}

function parts(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}
