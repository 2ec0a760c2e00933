/**
 * How a subscribed calendar follows what its server says of it. What the user changed in Thunderbird stays: it
 * differs from what Thunderbird was given last. Pure.
 */
import type { CalendarRights } from "../../shared/commands.ts";
import type { StoredCalendar } from "../settings/account-settings.ts";
import type { Whose } from "./whose.ts";

/** What a server says of a calendar, and Thunderbird may show. */
export interface ServerSide extends Whose {
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
  const capabilities = newCapabilities(stored, now);
  const changes = {
    ...(name === undefined ? {} : { name }),
    ...(color === undefined ? {} : { color }),
    ...(readOnly === undefined ? {} : { readOnly }),
    ...(capabilities === null ? {} : { capabilities }),
  };
  const next: StoredCalendar = {
    ...stored,
    components: [...now.components],
    relation: now.relation,
    owner: now.owner,
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
      rights: now.rights,
    },
  };
  return { changes, next: isSameData(next, stored) ? stored : next };
}

/** As the manifest has it. */
const ALL_KINDS = { events: true, tasks: true };
const ALL_RIGHTS: CalendarRights = { add: true, change: true, remove: true };

type Capabilities = Record<string, unknown>;

/** `null`: Thunderbird has them already. */
function newCapabilities(
  { components, given }: StoredCalendar,
  now: ServerSide,
): Capabilities | null {
  const kinds = kindsOf(now.components);
  const changed = {
    ...(isSameData(kindsOf(components), kinds) ? {} : kinds),
    ...(isSameData(given?.rights ?? ALL_RIGHTS, now.rights) ? {} : { items: editsOf(now.rights) }),
  };
  return Object.keys(changed).length === 0 ? null : changed;
}

/** What a new calendar has beside what the manifest says of all of them; `null`: nothing. */
export function firstCapabilities(
  now: Pick<ServerSide, "components" | "rights">,
): Capabilities | null {
  const kinds = kindsOf(now.components);
  const own = {
    ...(isSameData(kinds, ALL_KINDS) ? {} : kinds),
    ...(isSameData(now.rights, ALL_RIGHTS) ? {} : { items: editsOf(now.rights) }),
  };
  return Object.keys(own).length === 0 ? null : own;
}

/** In the words of `messenger.calendar` (docs/calendar-api.md). */
function editsOf({ add, change, remove }: CalendarRights): Capabilities {
  return { create: add, update: change, remove };
}

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
