/** Thunderbird's dates from light ones, with the zone objects that full items have. */
import { calendarUtils } from "../gecko-modules.ts";
import { parseWithSharedZones } from "../shared-zones.ts";
import type { LightDate, LightZone } from "./light-dates.ts";

/** Definitions remembered; crafted files may bring a new one each. */
const MOST_ZONES = 200;
const ownZones = new Map<string, calITimezone>();

/** Immutable. */
export function toDateTime(date: LightDate): calIDateTime {
  const made = toMutableDateTime(date);
  made.makeImmutable();
  return made;
}

export function toMutableDateTime(date: LightDate): calIDateTime {
  const made = calendarUtils().createDateTime();
  const { year, month, day, hour, minute, second } = date;
  made.resetTo(year, month, day, hour, minute, second, timezoneOf(date.zone));
  if (date.isDate) made.isDate = true;
  return made;
}

/** Thunderbird asks its database, or a list, for each of these. */
const knownZones = new Map<string | null, calITimezone>();

function timezoneOf(zone: LightZone | null): calITimezone {
  if (zone !== null && zone.definition !== null) return ownZone(zone.tzid, zone.definition);
  const name = zone === null ? null : zone.tzid;
  let known = knownZones.get(name);
  if (known === undefined) {
    const { dtz, timezoneService } = calendarUtils();
    if (name === null) known = dtz.floating;
    else known = name === "UTC" ? dtz.UTC : (timezoneService.getTimezone(name) ?? dtz.floating);
    knownZones.set(name, known);
  }
  return known;
}

function ownZone(tzid: string, definition: string): calITimezone {
  const known = ownZones.get(definition);
  if (known !== undefined) return known;
  const { icsService, dtz } = calendarUtils();
  const text = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${definition}BEGIN:VEVENT\r\nUID:zone\r\nDTSTART;TZID="${tzid}":19700101T000000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
  const root = parseWithSharedZones(text, (whole) => icsService.parseICS(whole));
  const zone = root.getFirstSubcomponent("VEVENT")?.startTime?.timezone ?? dtz.floating;
  if (ownZones.size >= MOST_ZONES) ownZones.clear();
  ownZones.set(definition, zone);
  return zone;
}
