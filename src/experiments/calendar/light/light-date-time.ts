/** Thunderbird's dates from light ones, with the zone objects that full items have. */
import { calendarUtils } from "../gecko-modules.ts";
import { parseWithSharedZones } from "../shared-zones.ts";
import type { LightDate, LightZone } from "./light-dates.ts";

/** Definitions remembered; crafted files may bring a new one each. */
const MOST_ZONES = 200;
const ownZones = new Map<string, calITimezone>();

/** Immutable. */
export function toDateTime(date: LightDate): calIDateTime {
  const made = calendarUtils().createDateTime();
  const { year, month, day, hour, minute, second } = date;
  made.resetTo(year, month, day, hour, minute, second, timezoneOf(date.zone));
  if (date.isDate) made.isDate = true;
  made.makeImmutable();
  return made;
}

function timezoneOf(zone: LightZone | null): calITimezone {
  const { dtz, timezoneService } = calendarUtils();
  if (zone === null) return dtz.floating;
  if (zone.definition !== null) return ownZone(zone.tzid, zone.definition);
  return zone.tzid === "UTC" ? dtz.UTC : (timezoneService.getTimezone(zone.tzid) ?? dtz.floating);
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
