/**
 * The events of calendars and of the provider as the pages' listeners get them, under the names by which Thunderbird
 * remembers them while the event page is suspended.
 */
import type { CalendarEvents } from "./calendar-events.ts";
import type { DetectionEvent } from "./dialogs/detection.ts";
import type { FreeBusyEvent } from "./free-busy.ts";
import { type EventSource, persistentEvent } from "./persistent-event.ts";
import type { SyncEvent } from "./sync-requests.ts";
import { toWireCalendar, visibleChange } from "./wire-calendar.ts";
import { type ReturnFormat, readReturnFormat, toWireItem, type WireItem } from "./wire-item.ts";

/** An item of an edit of the user, after its commit. */
export interface HookItem {
  readonly item: calIItemBase;
  /** The kept text of the item; `null`: what Thunderbird makes of it. */
  readonly text: string | null;
  /** The name of its row. */
  readonly resource: string;
  /** Absent where the provider keeps account of its edits itself. */
  readonly metadata?: unknown;
}

export interface HookOptions {
  /** The edit takes over a message about an invitation. */
  readonly invitation: boolean;
  /** The edit was made some time ago and is offered again. */
  readonly offline: boolean;
  /** The service shall take the edit even over a newer version. */
  readonly force: boolean;
}

/** The user's edits on their way to the provider's listeners. */
export interface EditEvents {
  readonly itemCreated: EventSource<readonly [calICalendar, HookItem, HookOptions]>;
  readonly itemUpdated: EventSource<readonly [calICalendar, HookItem, HookItem, HookOptions]>;
  readonly itemRemoved: EventSource<readonly [calICalendar, HookItem, HookOptions]>;
}

export interface ProviderEvents extends EditEvents {
  readonly ownType: string;
  readonly sync: SyncEvent;
  /** A calendar came. */
  readonly init: EventSource<readonly [calICalendar]>;
  /** A calendar is to be fetched anew. */
  readonly resetSync: EventSource<readonly [calICalendar]>;
  readonly detect: DetectionEvent;
  readonly freeBusy: FreeBusyEvent;
  /** The user goes on or back in the dialog for new calendars, while the add-on's page is shown there. */
  readonly advance: EventSource<readonly [string]>;
  /** The user had a calendar deleted, which is off the list already. */
  readonly calendarDeleted: EventSource<readonly [calICalendar]>;
}

export function createEvents(
  extension: GeckoExtension,
  provider: ProviderEvents,
  calendars: CalendarEvents,
): Record<string, GeckoPersistentEvent> {
  const { ownType } = provider;
  const wireEdit = (
    calendar: calICalendar,
    { item, text, resource, metadata }: HookItem,
    parameters: readonly unknown[],
  ): WireItem => {
    const asked = formatOf(parameters);
    // The draft's own example reads `item.raw` of a listener that asked for no format.
    const {
      format,
      item: whole,
      ...members
    } = toWireItem(item, calendar.id, asked ?? ["ical"], text === null ? null : () => text);
    return {
      ...members,
      ...(asked === null ? {} : { format, item: whole }),
      resource,
      ...(metadata === undefined ? {} : { metadata }),
    } as WireItem;
  };
  /** Under the draft's two names each. */
  const itemCreated = (name: string) =>
    persistentEvent(
      extension,
      name,
      provider.itemCreated,
      ([calendar, edit, options], parameters) => [
        toWireCalendar(calendar, ownType),
        wireEdit(calendar, edit, parameters),
        options,
      ],
    );
  const ofCalendar = (name: string, source: EventSource<readonly [calICalendar]>) =>
    persistentEvent(extension, name, source, ([calendar]) => [toWireCalendar(calendar, ownType)]);
  const asIs = <Args extends readonly unknown[]>(name: string, source: EventSource<Args>) =>
    persistentEvent(extension, name, source, (args) => args);
  const sync = (name: string) =>
    persistentEvent(extension, name, provider.sync, ([calendar, properties]) => [
      toWireCalendar(calendar, ownType),
      properties,
    ]);

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
      ([calendar, change]) => {
        const visible = visibleChange(calendar, change, ownType);
        return visible === null ? null : [toWireCalendar(calendar, ownType), visible];
      },
    ),
    "calendars.onRemoved": persistentEvent(
      extension,
      "calendars.onRemoved",
      calendars.calendarRemoved,
      ([id]) => [id],
    ),
    "provider.onItemCreated": itemCreated("provider.onItemCreated"),
    "provider.onItemAdded": itemCreated("provider.onItemAdded"),
    "provider.onItemUpdated": persistentEvent(
      extension,
      "provider.onItemUpdated",
      provider.itemUpdated,
      ([calendar, edit, old, options], parameters) => [
        toWireCalendar(calendar, ownType),
        wireEdit(calendar, edit, parameters),
        wireEdit(calendar, old, parameters),
        options,
      ],
    ),
    "provider.onItemRemoved": persistentEvent(
      extension,
      "provider.onItemRemoved",
      provider.itemRemoved,
      ([calendar, edit, options], parameters) => [
        toWireCalendar(calendar, ownType),
        wireEdit(calendar, edit, parameters),
        options,
      ],
    ),
    "provider.onInit": ofCalendar("provider.onInit", provider.init),
    "provider.onResetSync": ofCalendar("provider.onResetSync", provider.resetSync),
    "provider.onCalendarDeleted": ofCalendar(
      "provider.onCalendarDeleted",
      provider.calendarDeleted,
    ),
    "provider.onDetectCalendars": asIs("provider.onDetectCalendars", provider.detect),
    "provider.onFreeBusy": asIs("provider.onFreeBusy", provider.freeBusy),
    "provider.onAdvanceNewCalendar": asIs("provider.onAdvanceNewCalendar", provider.advance),
    "provider.onSync": sync("provider.onSync"),
    "calendars.onSync": sync("calendars.onSync"),
  };
}

function formatOf(parameters: readonly unknown[]): ReturnFormat {
  const options = parameters[0] as { returnFormat?: string | string[] | null } | null | undefined;
  return readReturnFormat(options?.returnFormat);
}
