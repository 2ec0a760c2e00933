/**
 * Which time zones Thunderbird knows, and whether a file's VTIMEZONE agrees with it. Each name and each distinct
 * VTIMEZONE is asked about once: a store of ten thousand items has a handful of them.
 */
import { calendarUtils } from "./gecko-modules.ts";
import type { ZoneKnowledge } from "./parseable-text.ts";

/** Distinct VTIMEZONE texts remembered; crafted files may bring a new one each. */
const MOST_DEFINITIONS = 500;

export function createZoneKnowledge(): ZoneKnowledge {
  const names = new Map<string, boolean>();
  const definitions = new Map<string, boolean>();
  return {
    knows(tzid) {
      let known = names.get(tzid);
      if (known === undefined) {
        known = isKnown(tzid);
        names.set(tzid, known);
      }
      return known;
    },
    agrees(vtimezone, knownTzid) {
      const key = `${knownTzid}\n${vtimezone}`;
      let same = definitions.get(key);
      if (same === undefined) {
        same = sameOffsets(vtimezone, knownTzid);
        if (definitions.size >= MOST_DEFINITIONS) definitions.clear();
        definitions.set(key, same);
      }
      return same;
    },
  };
}

let canonicalNames: ReadonlySet<string> | undefined;

function isKnown(tzid: string): boolean {
  if (tzid === "") return false;
  const { timezoneService } = calendarUtils();
  canonicalNames ??= new Set(timezoneService.timezoneIds);
  if (canonicalNames.has(tzid)) return true;
  // Asking the service for an unknown name writes an error into the console; the platform knows the aliases.
  try {
    new Intl.DateTimeFormat("en", { timeZone: tzid });
  } catch {
    return false;
  }
  return timezoneService.getTimezone(tzid) !== null;
}

/** Winter and summer, past and present: definitions under one name differ by their rules, not by a day. */
function sampleDates(): string[] {
  const year = new Date().getFullYear();
  return [2008, year - 1, year, year + 1].flatMap((each) => [
    `${each}0115T120000`,
    `${each}0715T120000`,
  ]);
}

function sameOffsets(vtimezone: string, knownTzid: string): boolean {
  const { timezoneService, icsService, createDateTime } = calendarUtils();
  const known = timezoneService.getTimezone(knownTzid);
  const tzid = /^TZID[^:\r\n]*:(.*?)[ \t]*\r?$/im.exec(vtimezone)?.[1];
  if (known === null || tzid === undefined) return false;
  const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
  const events = sampleDates().map(
    (date) => `BEGIN:VEVENT\r\nUID:zone\r\nDTSTART;TZID="${tzid}":${date}\r\nEND:VEVENT\r\n`,
  );
  try {
    // One text: for each the zone's rules would be expanded anew.
    const text = `BEGIN:VCALENDAR\r\n${vtimezone.trimEnd()}\r\n${events.join("")}END:VCALENDAR\r\n`;
    const root = icsService.parseICS(text);
    let component = root.getFirstSubcomponent("VEVENT");
    return sampleDates().every((date) => {
      if (component === null) return false;
      const event = new CalEvent();
      event.icalComponent = component;
      component = root.getNextSubcomponent("VEVENT");
      const here = createDateTime(date);
      here.timezone = known;
      return event.startDate.timezoneOffset === here.timezoneOffset;
    });
  } catch {
    // A definition that cannot be evaluated is no better than Thunderbird's.
    return true;
  }
}
