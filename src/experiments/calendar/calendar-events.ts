/**
 * `calendars.onCreated/onUpdated/onRemoved` from Thunderbird's own observers. A calendar that only comes back with its provider (start-up, enabling) is not a new one, and one
 * that loses its provider is not removed.
 */

import { calendarUtils } from "./gecko-modules.ts";
import { EventSource } from "./persistent-event.ts";
import { attempt } from "./registration.ts";
import { isServerSideAnnouncement } from "./server-announcements.ts";
import { type WireCalendar, wireChange } from "./wire-calendar.ts";

export interface CalendarEvents {
  readonly calendarCreated: EventSource<readonly [calICalendar]>;
  readonly calendarUpdated: EventSource<readonly [calICalendar, Partial<WireCalendar>]>;
  readonly calendarRemoved: EventSource<readonly [string]>;
  start(): void;
  stop(): void;
}

const REGISTRY = "calendar.registry.";

/** Called before listeners are. */
export interface CalendarListHooks {
  /** A calendar is in the list: a new one, or one whose provider came. */
  registered(calendar: calICalendar): void;
  /** The user or an add-on removes it. */
  removed(calendar: calICalendar): void;
}

export function createCalendarEvents(hooks: CalendarListHooks): CalendarEvents {
  const calendarCreated: CalendarEvents["calendarCreated"] = new EventSource();
  const calendarUpdated: CalendarEvents["calendarUpdated"] = new EventSource();
  const calendarRemoved: CalendarEvents["calendarRemoved"] = new EventSource();
  let known = new Set<string>();

  const managerObserver: calICalendarManagerObserver = {
    QueryInterface: ChromeUtils.generateQI(["calICalendarManagerObserver"]),
    onCalendarRegistered(calendar) {
      attempt("start a calendar", () => hooks.registered(calendar));
      if (known.has(calendar.id)) return;
      known.add(calendar.id);
      void calendarCreated.emit(calendar);
    },
    onCalendarUnregistering() {
      // Also sent when a provider comes or goes: onCalendarDeleting says that the calendar is removed.
    },
    onCalendarDeleting(calendar) {
      known.delete(calendar.id);
      attempt("put a removed calendar away", () => hooks.removed(calendar));
      void calendarRemoved.emit(calendar.id);
    },
  };

  const calendarObserver: calIObserver = {
    QueryInterface: ChromeUtils.generateQI(["calIObserver"]),
    onStartBatch() {},
    onEndBatch() {},
    onLoad() {},
    onAddItem() {},
    onModifyItem() {},
    onDeleteItem() {},
    onError() {},
    onPropertyChanged(calendar, name, value) {
      // A way to make views read again, not a change.
      if (isServerSideAnnouncement()) return;
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
