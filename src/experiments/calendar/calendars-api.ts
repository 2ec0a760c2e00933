/**
 * `messenger.calendar.calendars`: the list of calendars, of any type. Removing one of the own type by anyone
 * hands its items to the item store's keeping; that happens in the provider, not here.
 */
import { type CalendarProperties, readProperties, readUrl } from "./calendar-properties.ts";
import { type CalendarQuery, readQuery } from "./calendar-query.ts";
import { getItemsOf } from "./disabled-calendar.ts";
import { extensionError } from "./extension-error.ts";
import { calendarUtils } from "./gecko-modules.ts";
import { refusalInWords } from "./items/calendar-refusal.ts";
import type { ItemAccess } from "./items/item-access.ts";
import {
  findCalendar,
  parseCalendarId,
  toWireCalendar,
  type WireCalendar,
} from "./wire-calendar.ts";

export type { CalendarProperties } from "./calendar-properties.ts";

export interface CalendarsPort {
  /** The calendar type of the asking add-on. */
  readonly ownType: string;
  /** Forgets the server side of an own calendar. */
  clear(calendarId: string): Promise<void>;
  /** An own calendar got another URL. */
  calendarMoved(calendar: calICalendar): void;
  /** A sync that the page asked for. */
  synchronize(calendar: calICalendar): void;
}

export interface RemoveOptions {
  readonly mode?: "unsubscribe" | "delete" | null;
}

export function createCalendarsApi(port: CalendarsPort, access: () => Promise<ItemAccess>) {
  const { ownType } = port;

  /** @throws ExtensionError for an unknown id, and for the cacheId of another add-on's calendar */
  function known(id: string): calICalendar {
    const calendar = existing(id);
    if (parseCalendarId(id).serverSide && calendar.type !== ownType) throw unknown(id);
    return calendar;
  }

  return {
    async create(properties: CalendarProperties): Promise<WireCalendar> {
      const { type, name, url } = properties;
      if (!type) throw extensionError("type is missing: which kind of calendar it shall be.");
      if (!name) throw extensionError("name is missing.");
      if (!url) throw extensionError("url is missing.");
      const uri = readUrl(url, "url");
      const isShown = properties.visible !== false;
      const given = isShown ? { ...properties, visible: null } : properties;
      const steps = readProperties(given, type === ownType, null);
      const { manager } = calendarUtils();
      const calendar = manager.createCalendar(type, uri);
      if (calendar === null) {
        throw extensionError(`type: there is no provider for calendars of the type "${type}".`);
      }
      // Everything that is set before registration is stored with it.
      for (const step of steps) step(calendar);
      manager.registerCalendar(calendar);
      // Not before: windows take a calendar into their task lists only while nobody has said whether it is shown.
      if (isShown) calendar.setProperty("calendar-main-in-composite", true);
      return toWireCalendar(existing(calendar.id), ownType);
    },

    async get(id: string): Promise<WireCalendar | null> {
      const calendar = findCalendar(parseCalendarId(id).id);
      if (calendar === null) return null;
      if (parseCalendarId(id).serverSide && calendar.type !== ownType) return null;
      return toWireCalendar(calendar, ownType);
    },

    async update(id: string, properties: CalendarProperties): Promise<WireCalendar> {
      const calendar = known(id);
      if (properties.type != null && properties.type !== calendar.type) {
        throw extensionError("type: the type of a calendar cannot be changed.");
      }
      const { spec } = calendar.uri;
      const steps = readProperties(properties, calendar.type === ownType, calendar);
      for (const step of steps) step(calendar);
      if (calendar.uri.spec !== spec) port.calendarMoved(calendar);
      return toWireCalendar(calendar, ownType);
    },

    async remove(id: string, options: RemoveOptions | null): Promise<void> {
      const calendar = known(id);
      const modes = (calendar.getProperty("capabilities.removeModes") ?? [
        "unsubscribe",
      ]) as string[];
      if (modes.length === 0) {
        throw extensionError(
          `id: the calendar "${id}" cannot be removed, its remove_modes are empty.`,
        );
      }
      // Thunderbird's own local calendars know no unsubscribing.
      const usual = calendar.type === ownType || modes.includes("unsubscribe");
      const mode = options?.mode ?? (usual ? "unsubscribe" : "delete");
      if (mode === "delete" && !modes.includes(mode)) {
        throw extensionError(`mode: "delete" is none of the calendar's remove_modes.`);
      }
      const { REMOVE_NO_DELETE } = Ci.calICalendarManager;
      calendarUtils().manager.removeCalendar(calendar, mode === "delete" ? 0 : REMOVE_NO_DELETE);
    },

    async clear(id: string): Promise<void> {
      const calendar = known(id);
      if (parseCalendarId(id).serverSide) return port.clear(calendar.id);
      (await access()).writing(id, "id");
      const all = Ci.calICalendar.ITEM_FILTER_ALL_ITEMS;
      const items: calIItemBase[] = [];
      const stream = getItemsOf(calendar, all, 0, null, null);
      for await (const some of calendarUtils().iterate.streamValues(stream)) items.push(...some);
      calendar.startBatch();
      try {
        for (const item of items) await refusalInWords(calendar.deleteItem(item));
      } finally {
        calendar.endBatch();
      }
    },

    async query(query: CalendarQuery): Promise<WireCalendar[]> {
      return calendarUtils()
        .manager.getCalendars()
        .filter(readQuery(query))
        .map((calendar) => toWireCalendar(calendar, ownType));
    },

    async synchronize(ids: string | string[] | null): Promise<void> {
      const calendars =
        ids === null ? calendarUtils().manager.getCalendars() : [ids].flat().map(known);
      for (const calendar of calendars) {
        if (calendar.canRefresh && !calendar.getProperty("disabled")) port.synchronize(calendar);
      }
    },
  };
}

/** @throws ExtensionError in words if there is no such calendar */
export function existing(id: string): calICalendar {
  const calendar = findCalendar(parseCalendarId(id).id);
  if (calendar === null) throw unknown(id);
  return calendar;
}

function unknown(id: string): Error {
  return extensionError(`id: there is no calendar with the id "${id}".`);
}
