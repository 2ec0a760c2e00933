/**
 * Thunderbird's calendars as `messenger.calendar.calendars.Calendar`, and the properties of the latter as
 * Thunderbird's. A calendar of the asking add-on has a second id that addresses its server side.
 */
import { colorOf } from "./calendar-query.ts";
import { DEFAULT_COLOR, normalColor } from "./css-color.ts";
import { calendarUtils } from "./gecko-modules.ts";

/** What follows a calendar's id in its `cacheId`. */
const CACHE_SUFFIX = "#cache";

export interface WireCalendar {
  id: string;
  cacheId?: string;
  type: string;
  name: string;
  url: string;
  /** The draft's own example reads it under this name. */
  uri: string;
  /** `#rrggbb` */
  color: string;
  readOnly: boolean;
  enabled: boolean;
  visible: boolean;
  showReminders: boolean;
  capabilities?: unknown;
  lastError?: string | null;
  refreshInterval?: number | null;
}

export function cacheIdOf(calendarId: string): string {
  return calendarId + CACHE_SUFFIX;
}

/** The calendar's id and whether its server side is meant. */
export function parseCalendarId(id: string): { id: string; serverSide: boolean } {
  return id.endsWith(CACHE_SUFFIX)
    ? { id: id.slice(0, -CACHE_SUFFIX.length), serverSide: true }
    : { id, serverSide: false };
}

/** @param ownType the calendar type of the asking add-on */
export function toWireCalendar(calendar: calICalendar, ownType: string): WireCalendar {
  const interval = calendar.getProperty("refreshInterval");
  const wire: WireCalendar = {
    id: calendar.id,
    type: calendar.type,
    name: calendar.name,
    url: calendar.uri.spec,
    uri: calendar.uri.spec,
    color: colorOf(calendar),
    readOnly: calendar.readOnly,
    enabled: !calendar.getProperty("disabled"),
    visible: Boolean(calendar.getProperty("calendar-main-in-composite")),
    showReminders: !calendar.getProperty("suppressAlarms"),
    refreshInterval: interval == null ? null : Number(interval),
  };
  if (calendar.type !== ownType) return wire;
  const lastError = calendar.getProperty("lastError");
  return {
    ...wire,
    cacheId: cacheIdOf(calendar.id),
    capabilities: calendar.getProperty("capabilities") ?? null,
    lastError: typeof lastError === "string" && lastError !== "" ? lastError : null,
  };
}

/** A registered calendar, by its id; `null` also before Thunderbird has read its calendars. */
export function findCalendar(id: string): calICalendar | null {
  const { manager } = calendarUtils();
  // The manager answers an id lookup only after it has read its calendars.
  return manager.getCalendars().find((calendar) => calendar.id === id) ?? null;
}

/** Which members of {@link WireCalendar} a change of a calendar property shows in, with their new values. */
export function wireChange(name: string, value: unknown): Partial<WireCalendar> | null {
  switch (name) {
    case "name":
      return { name: String(value) };
    case "color":
      return { color: typeof value === "string" ? (normalColor(value) ?? value) : DEFAULT_COLOR };
    case "uri": {
      const url = String((value as nsIURI | null)?.spec ?? value);
      return { url, uri: url };
    }
    case "readOnly":
      return { readOnly: Boolean(value) };
    case "disabled":
      return { enabled: !value };
    case "calendar-main-in-composite":
      return { visible: Boolean(value) };
    case "suppressAlarms":
      return { showReminders: !value };
    case "refreshInterval":
      return { refreshInterval: value == null ? null : Number(value) };
    case "lastError":
      return { lastError: value ? String(value) : null };
    case "capabilities":
      return { capabilities: value };
    default:
      return null;
  }
}

/** A change as the asking add-on may see it. @returns `null` when nothing is left of it */
export function visibleChange(
  calendar: calICalendar,
  change: Partial<WireCalendar>,
  ownType: string,
): Partial<WireCalendar> | null {
  if (calendar.type === ownType) return change;
  const { capabilities: _capabilities, lastError: _lastError, ...rest } = change;
  return Object.keys(rest).length === 0 ? null : rest;
}
