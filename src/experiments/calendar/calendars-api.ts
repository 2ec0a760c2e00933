/**
 * `messenger.calendar.calendars`: the list of calendars, of any type. Removing one of the own type by anyone
 * hands its items to the item store's keeping; that happens in the provider, not here.
 */
import { extensionError } from "./extension-error.ts";
import { calendarUtils } from "./gecko-modules.ts";
import {
  findCalendar,
  parseCalendarId,
  toWireCalendar,
  type WireCalendar,
} from "./wire-calendar.ts";

/** Optional members that are missing arrive as `null`. */
export type CalendarProperties = {
  [K in keyof Omit<WireCalendar, "id" | "cacheId">]?: WireCalendar[K] | null;
};

export interface CalendarQuery {
  type?: string | null;
  url?: string | string[] | null;
  name?: string | null;
  color?: string | null;
  readOnly?: boolean | null;
  enabled?: boolean | null;
  visible?: boolean | null;
}

export interface CalendarsPort {
  /** The calendar type of the asking add-on. */
  readonly ownType: string;
  /** Forgets the server side of an own calendar. */
  clear(calendarId: string): Promise<void>;
  /** A sync that the page asked for. */
  synchronize(calendar: calICalendar): void;
}

export function createCalendarsApi(port: CalendarsPort) {
  const { ownType } = port;
  return {
    async create(properties: CalendarProperties): Promise<WireCalendar> {
      const { type, name, url } = properties;
      if (!type || !name || !url) {
        throw extensionError("calendars.create needs type, name and url.");
      }
      const { manager } = calendarUtils();
      const calendar = manager.createCalendar(type, parseUrl(url));
      if (calendar === null) {
        throw extensionError(`There is no provider for calendars of the type "${type}".`);
      }
      calendar.name = name;
      // Everything that is set before registration is stored with it.
      calendar.setProperty("calendar-main-in-composite", properties.visible !== false);
      applyProperties(calendar, { ...properties, name: null, url: null, visible: null }, ownType);
      manager.registerCalendar(calendar);
      return toWireCalendar(existing(calendar.id), ownType);
    },

    async get(id: string): Promise<WireCalendar | null> {
      const calendar = findCalendar(parseCalendarId(id).id);
      return calendar === null ? null : toWireCalendar(calendar, ownType);
    },

    async update(id: string, properties: CalendarProperties): Promise<WireCalendar> {
      const calendar = existing(id);
      if (properties.type != null && properties.type !== calendar.type) {
        throw extensionError("The type of a calendar cannot be changed.");
      }
      applyProperties(calendar, properties, ownType);
      return toWireCalendar(calendar, ownType);
    },

    async remove(id: string): Promise<void> {
      const { manager } = calendarUtils();
      manager.removeCalendar(existing(id));
    },

    async clear(id: string): Promise<void> {
      const calendar = existing(id);
      if (parseCalendarId(id).serverSide && calendar.type === ownType) {
        return port.clear(calendar.id);
      }
      if (calendar.readOnly) throw extensionError("The calendar is read-only.");
      const items = await calendar.getItemsAsArray(
        Ci.calICalendar.ITEM_FILTER_ALL_ITEMS,
        0,
        null,
        null,
      );
      for (const item of items) await calendar.deleteItem(item);
    },

    async query(query: CalendarQuery): Promise<WireCalendar[]> {
      const { manager } = calendarUtils();
      return manager
        .getCalendars()
        .filter((calendar) => matches(calendar, query))
        .map((calendar) => toWireCalendar(calendar, ownType));
    },

    async synchronize(ids: string | string[] | null): Promise<void> {
      const { manager } = calendarUtils();
      const wanted = ids === null ? null : [ids].flat();
      const calendars = wanted === null ? manager.getCalendars() : wanted.map(existing);
      for (const calendar of calendars) {
        if (calendar.canRefresh && !calendar.getProperty("disabled")) port.synchronize(calendar);
      }
    },
  };
}

/** @throws ExtensionError in words if there is no such calendar */
export function existing(id: string): calICalendar {
  const calendar = findCalendar(parseCalendarId(id).id);
  if (calendar === null) throw extensionError(`There is no calendar with the id "${id}".`);
  return calendar;
}

function applyProperties(
  calendar: calICalendar,
  properties: CalendarProperties,
  ownType: string,
): void {
  const own = calendar.type === ownType;
  if (properties.url != null && properties.url !== calendar.uri.spec) {
    if (!own) throw extensionError("Only the url of the add-on's own calendars can be changed.");
    moveCalendar(calendar, parseUrl(properties.url));
  }
  if (properties.capabilities != null) {
    if (!own) throw extensionError("Only the add-on's own calendars have capabilities to change.");
    calendar.setProperty("capabilities", properties.capabilities);
  }
  if (properties.lastError !== undefined && own) {
    calendar.setProperty("lastError", properties.lastError ?? "");
  }
  if (properties.name != null) calendar.name = properties.name;
  if (properties.color != null) calendar.setProperty("color", properties.color);
  if (properties.readOnly != null) {
    // The user may tick and untick "read-only"; what the provider says holds all the same.
    if (own) calendar.setProperty("providerReadOnly", properties.readOnly);
    calendar.readOnly = properties.readOnly;
  }
  if (properties.showReminders != null) {
    calendar.setProperty("suppressAlarms", !properties.showReminders);
  }
  if (properties.refreshInterval != null) {
    calendar.setProperty("refreshInterval", String(properties.refreshInterval));
  }
  if (properties.visible != null) {
    calendar.setProperty("calendar-main-in-composite", properties.visible);
  }
  if (properties.enabled != null) calendar.setProperty("disabled", !properties.enabled);
}

function moveCalendar(calendar: calICalendar, uri: nsIURI): void {
  (calendar.wrappedJSObject ?? calendar).uri = uri;
  Services.prefs.setStringPref(`calendar.registry.${calendar.id}.uri`, uri.spec);
}

function parseUrl(url: string): nsIURI {
  try {
    return Services.io.newURI(url);
  } catch {
    throw extensionError(`"${url}" is not a URL.`);
  }
}

/** `name` is a glob (`*`, `?`); `url` one or more match patterns (`https://*.example.org/*`) or exact URLs. */
function matches(calendar: calICalendar, query: CalendarQuery): boolean {
  const color = calendar.getProperty("color");
  return (
    (query.type == null || calendar.type === query.type) &&
    (query.name == null || globToRegExp(query.name).test(calendar.name)) &&
    (query.url == null ||
      [query.url].flat().some((pattern) => urlPattern(pattern).test(calendar.uri.spec))) &&
    (query.color == null || color === query.color) &&
    (query.readOnly == null || calendar.readOnly === query.readOnly) &&
    (query.enabled == null || !calendar.getProperty("disabled") === query.enabled) &&
    (query.visible == null ||
      Boolean(calendar.getProperty("calendar-main-in-composite")) === query.visible)
  );
}

function escapeAllBut(wildcards: RegExp, pattern: string): string {
  return pattern.replace(/[.+^${}()|[\]\\*?]/g, (each) =>
    wildcards.test(each) ? each : `\\${each}`,
  );
}

function globToRegExp(glob: string): RegExp {
  const source = escapeAllBut(/[*?]/, glob).replace(/[*]/g, ".*").replace(/[?]/g, ".");
  return new RegExp(`^${source}$`, "s");
}

/** In a URL the question mark starts the query: only `*` stands for anything. */
function urlPattern(pattern: string): RegExp {
  return new RegExp(`^${escapeAllBut(/[*]/, pattern).replace(/[*]/g, ".*")}$`, "s");
}
