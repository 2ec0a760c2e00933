/**
 * Thunderbird's items as `messenger.calendar.items.CalendarItem`. With a return format the whole resource goes
 * along as text, in both shapes of the draft: `{ format, item }` and `{ formats: { use, ical } }`.
 */
import { extensionError } from "./extension-error.ts";
import { serialiseResource } from "./resource-items.ts";

export type ReturnFormat = "ical" | null;

export interface WireItem {
  id: string;
  calendarId: string;
  type: "event" | "task";
  title: string;
  description?: string;
  location?: string;
  status?: string;
  categories: string[];
  /** iCalendar values with their zone, e.g. `Europe/Berlin|20260101T090000`; floating and dates without one. */
  start?: string;
  end?: string;
  instance: string | null;
  metadata?: unknown;
  resource?: string;
  format?: string;
  item?: unknown;
  formats?: { use: string | null; ical?: string };
}

/** An item to be stored, as a caller gives it; optional members that are missing arrive as `null`. */
export interface ItemProperties {
  id?: string | null;
  metadata?: unknown;
  returnFormat?: string | string[] | null;
  format?: string | null;
  item?: unknown;
  formats?: { use?: unknown; ical?: unknown } | null;
  raw?: { use?: unknown; ical?: unknown } | null;
}

/** The formats a caller asked for: one that is known, or none. @throws ExtensionError for others */
export function readReturnFormat(format: string | string[] | null | undefined): ReturnFormat {
  if (format == null) return null;
  const formats = [format].flat();
  const unknown = formats.find((each) => each !== "ical");
  if (unknown !== undefined) {
    throw extensionError(`returnFormat "${unknown}" is not supported; "ical" is.`);
  }
  return formats.length === 0 ? null : "ical";
}

/**
 * The kept text of an item that somebody wants to store, from any of the accepted shapes.
 * @throws ExtensionError naming the argument that is missing or not supported
 */
export function readItemText(properties: ItemProperties): string {
  const { format } = properties;
  if (format != null) {
    if (format !== "ical") throw extensionError(`format "${format}" is not supported; "ical" is.`);
    return requireText(properties.item, "item");
  }
  for (const name of ["formats", "raw"] as const) {
    const formats = properties[name];
    if (formats == null) continue;
    const { use, ical } = formats;
    if (use === "ical" || (use == null && ical != null)) return requireText(ical, `${name}.ical`);
    throw extensionError(`${name}.use "${String(use)}" is not supported; "ical" is.`);
  }
  const simple = Object.entries(properties).find(
    ([name, value]) => !["id", "type", "metadata", "returnFormat"].includes(name) && value != null,
  )?.[0];
  throw extensionError(
    simple === undefined
      ? 'The item has no text: give { format: "ical", item }.'
      : `Writing an item by "${simple}" is not supported; give { format: "ical", item }.`,
  );
}

function requireText(value: unknown, argument: string): string {
  if (typeof value === "string" && /BEGIN:VCALENDAR/i.test(value)) return value;
  throw extensionError(`${argument} must be iCalendar text with a VCALENDAR.`);
}

/**
 * @param item a master, a single item or an occurrence
 * @param text the kept text of its resource, where there is one; else Thunderbird's serialisation
 */
export function toWireItem(
  item: calIItemBase,
  calendarId: string,
  format: ReturnFormat,
  text: (() => string) | null,
): WireItem {
  const [start, end] = item.isEvent()
    ? [(item as calIEvent).startDate, (item as calIEvent).endDate]
    : [(item as calITodo).entryDate, (item as calITodo).dueDate];
  const wire: WireItem = {
    id: item.id ?? "",
    calendarId,
    type: item.isEvent() ? "event" : "task",
    title: item.title ?? "",
    categories: item.getCategories(),
    instance: item.recurrenceId?.icalString ?? null,
    ...textProperty(item, "description", "DESCRIPTION"),
    ...textProperty(item, "location", "LOCATION"),
    ...textProperty(item, "status", "STATUS"),
    ...(start === null ? {} : { start: dateValue(start) }),
    ...(end === null ? {} : { end: dateValue(end) }),
  };
  if (format === null) return wire;
  const ical = text === null ? serialiseResource(item.parentItem) : text();
  return { ...wire, format, item: ical, formats: { use: format, ical } };
}

function textProperty(
  item: calIItemBase,
  name: "description" | "location" | "status",
  property: string,
): { [K in typeof name]?: string } {
  const value = item.getProperty(property);
  return typeof value === "string" && value !== "" ? { [name]: value } : {};
}

function dateValue(date: calIDateTime): string {
  const { timezone, icalString } = date;
  if (date.isDate || timezone.isUTC || timezone.isFloating) return icalString;
  return `${timezone.tzid}|${icalString}`;
}
