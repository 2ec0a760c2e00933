/**
 * Thunderbird's items as `messenger.calendar.items.CalendarItem`, and back: what the files of `formats/` do, under
 * the names that the rest of this folder uses.
 */
import { readShown, type ShownItem } from "../../shared/ical/simple/shown-item.ts";
import { instanceId } from "./formats/instance-id.ts";
import { itemComponent } from "./formats/item-component.ts";
import { type FormatMembers, formatMembers, type ReturnFormat } from "./formats/return-format.ts";
import { zoneName } from "./formats/zone-lookup.ts";
import { serialiseResource } from "./resource-items.ts";

export { type ItemProperties, readItemText, type StoredItem } from "./formats/item-input.ts";
export { type ReturnFormat, readReturnFormat } from "./formats/return-format.ts";

export interface WireItem extends ShownItem, Partial<FormatMembers> {
  calendarId: string;
  /** RECURRENCE-ID of an occurrence: in UTC, a date, or local for floating times. */
  instance: string | null;
  metadata?: unknown;
  resource?: string;
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
  const shown = readShown(itemComponent(item, text), zoneName);
  return {
    ...shown,
    id: item.id ?? shown.id,
    calendarId,
    instance: instanceOf(item),
    ...formatMembers(format, text ?? (() => serialiseResource(item.parentItem))),
  };
}

function instanceOf(item: calIItemBase): string | null {
  return item.recurrenceId === null ? null : instanceId(item.recurrenceId);
}
