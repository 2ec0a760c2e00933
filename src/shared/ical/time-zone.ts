/**
 * Date-times as points in time, as far as their zone is known to the runtime (IANA names). A zone that only
 * a VTIMEZONE defines stays a name: two values in it are compared as written.
 */
import { isDate, wallTime } from "./date-value.ts";

const formats = new Map<string, Intl.DateTimeFormat | null>();

function format(zone: string): Intl.DateTimeFormat | null {
  let known = formats.get(zone);
  if (known === undefined) {
    try {
      known = new Intl.DateTimeFormat("en-US", {
        timeZone: zone,
        calendar: "gregory",
        hourCycle: "h23",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
      });
    } catch {
      known = null;
    }
    formats.set(zone, known);
  }
  return known;
}

/**
 * A TZID without what programs put around the IANA name (`/freeassociation.sourceforge.net/Europe/Berlin`,
 * `/mozilla.org/20050126_1/Europe/Berlin`); unknown ones as they are.
 */
export function canonicalZone(tzid: string): string {
  if (!tzid.startsWith("/")) return tzid;
  const parts = tzid.split("/");
  for (let length = 3; length >= 1; length--) {
    const name = parts.slice(-length).join("/");
    if (parts.length > length && format(name)) return name;
  }
  return tzid;
}

/** Wall time (ms as if UTC) that clocks of an IANA zone show at an instant; `null` for an unknown zone. */
export function wallTimeIn(zone: string, instant: number): number | null {
  const name = canonicalZone(zone);
  const found = format(name);
  if (!found) return null;
  // Clocks go on alike through a day that begins and ends with the same offset: the runtime is asked twice for all of it.
  const day = Math.floor(instant / DAY);
  if (day < FIRST_SHARED_DAY || day > LAST_SHARED_DAY) return wallTimeOf(found, instant);
  const offset = offsetAt(name, found, day);
  if (offset !== offsetAt(name, found, day + 1)) return wallTimeOf(found, instant);
  return Math.floor(instant / 1000) * 1000 + offset;
}

const DAY = 86_400_000;
/** 1850 and 2150. */
const [FIRST_SHARED_DAY, LAST_SHARED_DAY] = [-43_830, 65_744];
/** Ahead of UTC when a day begins there, in ms, by zone and day since 1970. */
const offsets = new Map<string, Map<number, number>>();
const MAX_OFFSETS = 20_000;

function offsetAt(zone: string, found: Intl.DateTimeFormat, day: number): number {
  let known = offsets.get(zone);
  if (known === undefined || known.size >= MAX_OFFSETS) {
    known = new Map();
    offsets.set(zone, known);
  }
  let offset = known.get(day);
  if (offset === undefined) {
    offset = wallTimeOf(found, day * DAY) - day * DAY;
    known.set(day, offset);
  }
  return offset;
}

function wallTimeOf(found: Intl.DateTimeFormat, instant: number): number {
  const parts: Record<string, number> = {};
  for (const part of found.formatToParts(instant)) parts[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The instant of a DATE-TIME; `null` for dates, floating times and zones unknown to the runtime. */
export function instantOf(value: string, tzid: string | null): number | null {
  const wall = wallTime(value);
  if (wall === null || isDate(value)) return null;
  if (/Z$/i.test(value.trim())) return wall;
  if (!tzid) return null;
  const shown = wallTimeIn(tzid, wall);
  if (shown === null) return null;
  const guess = wall - (shown - wall);
  const corrected = wallTimeIn(tzid, guess);
  return corrected === null ? null : guess - (corrected - wall);
}

/** A series asks for the same few instants again and again, and the runtime takes microseconds for each. */
const keys = new Map<string, string>();
const MAX_KEYS = 20_000;

/** Equal for two values that name the same date or point in time. */
export function instantKey(value: string, tzid: string | null): string {
  const plain = value.trim().toUpperCase();
  const written = `${plain}|${tzid ? canonicalZone(tzid) : ""}`;
  let key = keys.get(written);
  if (key === undefined) {
    const instant = instantOf(plain, tzid);
    key = instant !== null ? `@${instant}` : isDate(plain) ? plain : written;
    if (keys.size >= MAX_KEYS) keys.clear();
    keys.set(written, key);
  }
  return key;
}
