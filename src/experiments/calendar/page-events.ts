/**
 * The events of all three namespaces as the pages' listeners get them, under the names by which Thunderbird
 * remembers them while the event page is suspended.
 */
import type { CalendarEvents } from "./calendar-events.ts";
import { type EventSource, persistentEvent } from "./persistent-event.ts";
import type { SyncEvent } from "./sync-requests.ts";
import { toWireCalendar } from "./wire-calendar.ts";
import { readReturnFormat, toWireItem, type WireItem } from "./wire-item.ts";

/** An edit of the user, after its commit. */
export interface EditEvent {
  readonly calendar: calICalendar;
  readonly item: calIItemBase;
  /** The kept text of the item. */
  readonly text: string;
  /** The name of its row. */
  readonly resource: string;
}

export interface ProviderEvents {
  readonly ownType: string;
  readonly sync: SyncEvent;
  readonly itemCreated: EventSource<readonly [EditEvent]>;
  readonly itemUpdated: EventSource<readonly [EditEvent, calIItemBase]>;
  readonly itemRemoved: EventSource<readonly [EditEvent]>;
}

export function createEvents(
  extension: GeckoExtension,
  provider: ProviderEvents,
  calendars: CalendarEvents,
): Record<string, GeckoPersistentEvent> {
  const { ownType } = provider;
  const wireEdit = (edit: EditEvent, parameters: readonly unknown[]): WireItem => ({
    ...toWireItem(edit.item, edit.calendar.id, formatOf(parameters), () => edit.text),
    resource: edit.resource,
  });
  const wireItem = (item: calIItemBase, parameters: readonly unknown[]): WireItem =>
    toWireItem(item, item.calendar?.id ?? "", formatOf(parameters), null);

  return {
    "calendars.onCreated": persistentEvent(
      extension,
      "calendars.onCreated",
      calendars.calendarCreated,
      ([calendar]) => [toWireCalendar(calendar, ownType)],
    ),
    "calendars.onUpdated": persistentEvent(
      extension,
      "calendars.onUpdated",
      calendars.calendarUpdated,
      ([calendar, change]) => [toWireCalendar(calendar, ownType), change],
    ),
    "calendars.onRemoved": persistentEvent(
      extension,
      "calendars.onRemoved",
      calendars.calendarRemoved,
      ([id]) => [id],
    ),
    "items.onCreated": persistentEvent(
      extension,
      "items.onCreated",
      calendars.itemCreated,
      ([item], parameters) => [wireItem(item, parameters)],
    ),
    "items.onUpdated": persistentEvent(
      extension,
      "items.onUpdated",
      calendars.itemUpdated,
      ([item, old], parameters) => [wireItem(item, parameters), changesOf(item, old)],
    ),
    "items.onRemoved": persistentEvent(
      extension,
      "items.onRemoved",
      calendars.itemRemoved,
      ([item]) => [item.calendar?.id ?? "", item.id ?? ""],
    ),
    "provider.onItemCreated": persistentEvent(
      extension,
      "provider.onItemCreated",
      provider.itemCreated,
      ([edit], parameters) => [toWireCalendar(edit.calendar, ownType), wireEdit(edit, parameters)],
    ),
    "provider.onItemUpdated": persistentEvent(
      extension,
      "provider.onItemUpdated",
      provider.itemUpdated,
      ([edit, old], parameters) => [
        toWireCalendar(edit.calendar, ownType),
        wireEdit(edit, parameters),
        wireItem(old, parameters),
      ],
    ),
    "provider.onItemRemoved": persistentEvent(
      extension,
      "provider.onItemRemoved",
      provider.itemRemoved,
      ([edit], parameters) => [toWireCalendar(edit.calendar, ownType), wireEdit(edit, parameters)],
    ),
    "provider.onSync": persistentEvent(
      extension,
      "provider.onSync",
      provider.sync,
      ([calendar, properties]) => [toWireCalendar(calendar, ownType), properties],
    ),
  };
}

function formatOf(parameters: readonly unknown[]): "ical" | null {
  const options = parameters[0] as { returnFormat?: string | string[] | null } | null | undefined;
  return readReturnFormat(options?.returnFormat);
}

/** The simple members that differ, with their new values. */
function changesOf(item: calIItemBase, old: calIItemBase): Record<string, unknown> {
  const now: Record<string, unknown> = { ...toWireItem(item, "", null, null) };
  const before: Record<string, unknown> = { ...toWireItem(old, "", null, null) };
  const names = new Set([...Object.keys(now), ...Object.keys(before)]);
  return Object.fromEntries(
    [...names]
      .filter((name) => JSON.stringify(now[name]) !== JSON.stringify(before[name]))
      .map((name) => [name, now[name] ?? null]),
  );
}
