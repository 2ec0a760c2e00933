/**
 * The provider in the network step of Thunderbird's "new calendar" dialog: what the add-on finds for an address or
 * host is listed there, and the user subscribes to it.
 */
import { type CalendarProperties, readProperties, readUrl } from "../calendar-properties.ts";
import { extensionError } from "../extension-error.ts";
import { calendarUtils, deadline } from "../gecko-modules.ts";
import type { EventSource } from "../persistent-event.ts";

/** What the user entered; what was left out is `null`. */
export type DetectionQuery = readonly [
  username: string | null,
  password: string | null,
  location: string | null,
  savePassword: boolean,
  extraProperties: object,
];

export type DetectionEvent = EventSource<DetectionQuery>;

/** The dialog waits for every provider. */
const LONGEST_DETECTION_MS = 60_000;

export interface Detection {
  start(): void;
  stop(): void;
}

/** @param name as the user reads it where several providers found something */
export function createDetection(
  type: string,
  name: () => string,
  event: DetectionEvent,
): Detection {
  const provider = {
    QueryInterface: ChromeUtils.generateQI(["calICalendarProvider"]),
    type,
    get displayName() {
      return name();
    },
    get shortName() {
      return name();
    },
    createCalendar: notHere,
    deleteCalendar: notHere,
    async detectCalendars(
      username: string,
      password?: string | null,
      location?: string | null,
      savePassword?: boolean | number | null,
      extraProperties?: object | null,
    ): Promise<calICalendar[]> {
      if (!event.hasListeners) return [];
      const limit = deadline(LONGEST_DETECTION_MS, () => new Error("no answer in time"));
      try {
        const asked = event.emit(
          username || null,
          password || null,
          location || null,
          // A tick that the user left alone comes as 1.
          Boolean(savePassword),
          extraProperties ?? {},
        );
        const results = await Promise.race([asked, limit.expired]);
        return results.flatMap((result) => calendarsOf(result, type));
      } finally {
        limit.clear();
      }
    },
  };
  return {
    start: () => calendarUtils().provider.register(provider),
    stop: () => void calendarUtils().provider.unregister(type),
  };
}

function notHere(): never {
  throw Components.Exception("Not implemented", Cr.NS_ERROR_NOT_IMPLEMENTED);
}

function calendarsOf(result: PromiseSettledResult<unknown>, type: string): calICalendar[] {
  if (result.status === "rejected" || result.value == null) return [];
  const { value } = result;
  if (!Array.isArray(value)) {
    const { error } = value as { readonly error?: unknown };
    const { AuthFailedError, CanceledError, NoneFoundError } = calendarUtils().provider.detection;
    // The dialog asks for a password, and asks the provider again.
    if (error === "AUTH_FAILED") throw new AuthFailedError("the provider wants a password");
    if (error === "CANCELED") throw new CanceledError("the provider gave up");
    throw new NoneFoundError("the provider found no calendars");
  }
  return value.flatMap((each: unknown, index) => {
    try {
      return [makeCalendar(each as CalendarProperties, type)];
    } catch (error) {
      console.warn(`onDetectCalendars: calendar ${index} of the answer is left out:`, error);
      return [];
    }
  });
}

/** Not registered yet: that is the user's decision. */
function makeCalendar(properties: CalendarProperties, type: string): calICalendar {
  const { name, url } = properties;
  if (!name) throw extensionError("name is missing.");
  if (!url) throw extensionError("url is missing.");
  if (properties.type != null && properties.type !== type) {
    throw extensionError("type is none of the provider's.");
  }
  const uri = readUrl(url, "url");
  // The dialog shows what is switched off as subscribed to already.
  const steps = readProperties({ ...properties, enabled: null }, true, null);
  const calendar = calendarUtils().manager.createCalendar(type, uri);
  if (calendar === null) throw extensionError("the provider is not registered.");
  for (const step of steps) step(calendar);
  return calendar;
}
