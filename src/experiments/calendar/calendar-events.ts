/**
 * `calendars.onCreated/onUpdated/onRemoved` and `items.onCreated/onUpdated/onRemoved` from Thunderbird's own
 * observers. A calendar that only comes back with its provider (start-up, enabling) is not a new one, and one
 * that loses its provider is not removed.
 */

import { calendarUtils } from "./gecko-modules.ts";
import { EventSource } from "./persistent-event.ts";
import { attempt } from "./registration.ts";
import { type WireCalendar, wireChange } from "./wire-calendar.ts";

export interface CalendarEvents {
  readonly calendarCreated: EventSource<readonly [calICalendar]>;
  readonly calendarUpdated: EventSource<readonly [calICalendar, Partial<WireCalendar>]>;
  readonly calendarRemoved: EventSource<readonly [string]>;
  readonly itemCreated: EventSource<readonly [calIItemBase]>;
  readonly itemUpdated: EventSource<readonly [calIItemBase, calIItemBase]>;
  readonly itemRemoved: EventSource<readonly [calIItemBase]>;
  start(): void;
  stop(): void;
}

const REGISTRY = "calendar.registry.";

/** @param onRemoved called for each calendar that the user or an add-on removes, before listeners are */
export function createCalendarEvents(onRemoved: (calendar: calICalendar) => void): CalendarEvents {
  const calendarCreated: CalendarEvents["calendarCreated"] = new EventSource();
  const calendarUpdated: CalendarEvents["calendarUpdated"] = new EventSource();
  const calendarRemoved: CalendarEvents["calendarRemoved"] = new EventSource();
  const itemCreated: CalendarEvents["itemCreated"] = new EventSource();
  const itemUpdated: CalendarEvents["itemUpdated"] = new EventSource();
  const itemRemoved: CalendarEvents["itemRemoved"] = new EventSource();
  let known = new Set<string>();

  const managerObserver: calICalendarManagerObserver = {
    QueryInterface: ChromeUtils.generateQI(["calICalendarManagerObserver"]),
    onCalendarRegistered(calendar) {
      if (known.has(calendar.id)) return;
      known.add(calendar.id);
      void calendarCreated.emit(calendar);
    },
    onCalendarUnregistering() {
      // Also sent when a provider comes or goes: onCalendarDeleting says that the calendar is removed.
    },
    onCalendarDeleting(calendar) {
      known.delete(calendar.id);
      attempt("put a removed calendar away", () => onRemoved(calendar));
      void calendarRemoved.emit(calendar.id);
    },
  };

  const calendarObserver: calIObserver = {
    QueryInterface: ChromeUtils.generateQI(["calIObserver"]),
    onStartBatch() {},
    onEndBatch() {},
    onLoad() {},
    onAddItem(item) {
      void itemCreated.emit(item);
    },
    onModifyItem(newItem, oldItem) {
      void itemUpdated.emit(newItem, oldItem);
    },
    onDeleteItem(item) {
      void itemRemoved.emit(item);
    },
    onError() {},
    onPropertyChanged(calendar, name, value) {
      const change = wireChange(name, value);
      if (change !== null) void calendarUpdated.emit(calendar, change);
    },
    onPropertyDeleting(calendar, name) {
      const change = wireChange(name, null);
      if (change !== null) void calendarUpdated.emit(calendar, change);
    },
  };

  return {
    calendarCreated,
    calendarUpdated,
    calendarRemoved,
    itemCreated,
    itemUpdated,
    itemRemoved,
    start() {
      known = registeredIds();
      const { manager } = calendarUtils();
      attempt("watch the calendar list", () => manager.addObserver(managerObserver));
      attempt("watch the calendars", () => manager.addCalendarObserver(calendarObserver));
    },
    stop() {
      const { manager } = calendarUtils();
      attempt("stop watching the calendar list", () => manager.removeObserver(managerObserver));
      attempt("stop watching the calendars", () =>
        manager.removeCalendarObserver(calendarObserver),
      );
    },
  };
}

/** Calendars that Thunderbird has in its preferences, loaded or not. */
function registeredIds(): Set<string> {
  const names = Services.prefs.getChildList(REGISTRY);
  return new Set(names.map((name) => name.slice(REGISTRY.length).split(".")[0] ?? ""));
}
