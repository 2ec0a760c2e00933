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
  makeDateTime ??= shortWay() ?? longWay;
  return makeDateTime(date);
}

type MakeDateTime = (date: LightDate) => calIDateTime;

let makeDateTime: MakeDateTime | undefined;

function longWay({
  year,
  month,
  day,
  hour,
  minute,
  second,
  isDate,
  zone,
}: LightDate): calIDateTime {
  const made = calendarUtils().createDateTime();
  made.resetTo(year, month, day, hour, minute, second, timezoneOf(zone));
  if (isDate) made.isDate = true;
  return made;
}

/** What Thunderbird's dates and zones are wrapped around. */
interface Wrapper {
  readonly wrappedJSObject?: { readonly innerObject?: object };
}

type InnerTime = new (parts: Omit<LightDate, "zone">, zone: object | undefined) => object;

/** The same by Thunderbird's constructors, in half the time; `null` where it does not give the same. */
function shortWay(): MakeDateTime | null {
  try {
    const { CalDateTime } = ChromeUtils.importESModule("resource:///modules/CalDateTime.sys.mjs");
    const epoch = calendarUtils().createDateTime() as calIDateTime & Wrapper;
    const Time = epoch.wrappedJSObject?.innerObject?.constructor as InnerTime;
    const make: MakeDateTime = ({ year, month, day, hour, minute, second, isDate, zone }) => {
      const { wrappedJSObject } = timezoneOf(zone) as calITimezone & Wrapper;
      const parts = { year, month: month + 1, day, hour, minute, second, isDate };
      return new CalDateTime(new Time(parts, wrappedJSObject?.innerObject));
    };
    const answers = (each: calIDateTime) =>
      [each.icalString, each.timezone.tzid, each.nativeTime, each.isDate, each.hour].join();
    const same = SAMPLES.every((each) => answers(make(each)) === answers(longWay(each)));
    return same ? make : null;
  } catch {
    return null;
  }
}

const MOMENT = { year: 2026, month: 6, day: 31, hour: 23, minute: 5, second: 9, isDate: false };
const SAMPLES: readonly LightDate[] = [
  { ...MOMENT, zone: { tzid: "Europe/Berlin", definition: null } },
  { ...MOMENT, zone: { tzid: "UTC", definition: null } },
  { ...MOMENT, zone: null },
  { ...MOMENT, hour: 0, minute: 0, second: 0, isDate: true, zone: null },
];

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
