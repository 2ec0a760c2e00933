/**
 * `messenger.calendar.timezones` in the extension's own process, where a property and a result can be had at once.
 * `onUpdated` is the parent's.
 */
import { isAppError } from "../../shared/errors.ts";
import { convertedTime, utcOffset } from "../../shared/timezones/conversion.ts";
import { currentZone, findZone, timezoneIds, zoneDefinition } from "./zone-database.ts";

export class calendar_timezones extends ExtensionAPI {
  override getAPI(context: GeckoBaseContext): object {
    /** Objects of this process are closed to the page until they are made anew in its world. */
    const forPage = <T>(value: T): T => Cu.cloneInto(value, context.cloneScope);
    return {
      calendar: {
        timezones: {
          get currentZone(): string {
            return currentZone();
          },
          get timezoneIds(): string[] {
            return forPage(timezoneIds());
          },
          getDefinition: (tzid: string, format: "ical" | "jcal" | null): unknown =>
            inWords(() => {
              const vtimezone = zoneDefinition(tzid);
              return format === "jcal" ? forPage(jcal(vtimezone)) : vtimezone;
            }),
          getUTCOffset: (dateTime: unknown, tzid: string): number =>
            inWords(() => utcOffset(ownCopy(dateTime), tzid, findZone)),
          convertTime: (dateTime: unknown, fromTzid: string, toTzid: string): unknown =>
            inWords(() => forPage(convertedTime(ownCopy(dateTime), fromTzid, toTzid, findZone))),
        },
      },
    };
  }
}

/** What a page handed over, out of reach of the page. Things that cannot be copied are no date-times. */
function ownCopy(value: unknown): unknown {
  try {
    return Cu.cloneInto(value, globalThis);
  } catch {
    return null;
  }
}

function jcal(vtimezone: string): unknown {
  const { default: ICAL } = ChromeUtils.importESModule("resource:///modules/calendar/Ical.sys.mjs");
  return ICAL.parse(vtimezone);
}

/** Only an ExtensionError keeps its words on the way to the page. */
function inWords<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (isAppError(error)) throw new ExtensionUtils.ExtensionError(error.message);
    throw error;
  }
}
