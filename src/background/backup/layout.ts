/**
 * Where things lie in a snapshot:
 *
 *   /calendars/<account>/<calendar>/<resource>.ics   what the server holds
 *   /pending/<account>/<calendar>/<resource>.ics     the user's unsent versions
 *   /conflicts/<account>/<calendar>/<resource>.ics   losers of conflicts
 *   /replaced/<account>/<calendar>/<resource>.ics    versions that were replaced or removed since the snapshot before
 *   /manifest/<account>/<calendar>.json              the calendar itself (manifest.ts)
 */

export const SECTIONS = ["calendars", "pending", "conflicts"] as const;
/** Besides, texts an item no longer had when the snapshot was made; a file is as new as its replacement is. */
export const REPLACED = "replaced";
export type Section = (typeof SECTIONS)[number] | typeof REPLACED;

/** `/calendars/<account>/<calendar>`: what commands call a calendar's path. */
export function calendarPath(account: string, calendar: string): string {
  return `/calendars/${account}/${calendar}`;
}

/** One calendar's directory in a section. */
export function sectionPath(section: Section, account: string, calendar: string): string {
  return `/${section}/${account}/${calendar}`;
}

export function resourcePath(
  section: Section,
  account: string,
  calendar: string,
  file: string,
): string {
  return `${sectionPath(section, account, calendar)}/${file}`;
}

export function manifestPath(account: string, calendar: string): string {
  return `/manifest/${account}/${calendar}.json`;
}

export interface ResourcePlace {
  readonly section: Section;
  readonly account: string;
  readonly calendar: string;
  readonly file: string;
}

/** The parts of a resource's path; `undefined` for any other path. */
export function parseResourcePath(path: string): ResourcePlace | undefined {
  const [empty, section, account, calendar, file, ...rest] = path.split("/");
  if (empty !== "" || rest.length > 0 || !account || !calendar || !file) return undefined;
  const known = [...SECTIONS, REPLACED].find((one) => one === section) as Section | undefined;
  return known && { section: known, account, calendar, file };
}

/** Losers of conflicts and replaced versions carry a number in front of the resource's file name, so that there is room for several. */
export function resourceName(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return /^\/(?:conflicts|replaced)\//.test(path) ? name.replace(/^\d+-/, "") : name;
}

/** The account and calendar of `/calendars/<account>/<calendar>`; `undefined` for any other path. */
export function parseCalendarPath(path: string): { account: string; calendar: string } | undefined {
  const match = /^\/calendars\/([^/]+)\/([^/]+)\/?$/.exec(path);
  return match ? { account: match[1] as string, calendar: match[2] as string } : undefined;
}
