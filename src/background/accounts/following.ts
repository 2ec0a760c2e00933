/**
 * How a subscribed calendar follows what its server says of it. What the user changed in Thunderbird stays: it
 * differs from what Thunderbird was given last. Pure.
 */
import type { CalendarRights } from "../../shared/commands.ts";
import type { StoredCalendar } from "../settings/account-settings.ts";

/** What a server says of a calendar, and Thunderbird may show. */
export interface ServerSide {
  readonly name: string | null;
  readonly color: string | null;
  readonly readOnly: boolean;
  readonly rights: CalendarRights;
  readonly components: readonly string[];
  readonly description: string;
  readonly timeZone: string | null;
}

/** What Thunderbird shows now. */
export interface Shown {
  readonly name: string;
  readonly color: string;
  readonly readOnly: boolean;
}

export interface Following {
  /** For `calendars.update`; empty: nothing to change in Thunderbird. */
  readonly changes: messenger.calendar.calendars.CalendarProperties;
  /** The record as it is to be stored; the same object when nothing differs. */
  readonly next: StoredCalendar;
}

export function follow(stored: StoredCalendar, shown: Shown | null, now: ServerSide): Following {
  const { seen } = stored;
  const given = stored.given ?? {
    name: seen.name ?? "",
    color: seen.color,
    readOnly: seen.readOnly,
  };
  const isGiven = {
    name: shown === null || shown.name === given.name || shown.name === seen.name,
    color:
      shown === null || given.color === null || isSameColor(shown.color, given.color, seen.color),
    readOnly: shown === null || shown.readOnly === given.readOnly,
  };
  const name = now.name && now.name !== seen.name && isGiven.name ? now.name : undefined;
  const color =
    now.color && !isSameColor(now.color, seen.color) && isGiven.color ? now.color : undefined;
  const readOnly = now.readOnly !== seen.readOnly && isGiven.readOnly ? now.readOnly : undefined;
  const kinds = kindsOf(now.components);
  const changes = {
    ...(name === undefined ? {} : { name }),
    ...(color === undefined ? {} : { color }),
    ...(readOnly === undefined ? {} : { readOnly }),
    ...(isSameData(kindsOf(stored.components), kinds) ? {} : { capabilities: kinds }),
  };
  const next: StoredCalendar = {
    ...stored,
    components: [...now.components],
    seen: {
      name: now.name ?? seen.name,
      color: now.color ?? seen.color,
      readOnly: now.readOnly,
      rights: now.rights,
      description: now.description,
      timeZone: now.timeZone,
    },
    given: {
      name: name ?? given.name,
      color: color ?? given.color,
      readOnly: readOnly ?? given.readOnly,
    },
  };
  return { changes, next: isSameData(next, stored) ? stored : next };
}

/** As the manifest has it. */
export const ALL_KINDS = { events: true, tasks: true };

/** Which kinds of items Thunderbird's dialogs offer for a calendar (RFC 4791 §5.2.3). */
export function kindsOf(components: readonly string[]): { events: boolean; tasks: boolean } {
  return { events: components.includes("VEVENT"), tasks: components.includes("VTODO") };
}

function isSameColor(color: string, ...others: readonly (string | null)[]): boolean {
  return others.some((other) => other?.toLowerCase() === color.toLowerCase());
}

/** Of plain data with its members in the same order. */
function isSameData(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
