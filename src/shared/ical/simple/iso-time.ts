/** DATE and DATE-TIME values (RFC 5545 §3.3.4, §3.3.5) as ISO 8601, and back. */
import { DAY, isDate, wallTime } from "../date-value.ts";
import { instantOf, wallTimeIn } from "../time-zone.ts";

/** A moment as it is written: the value and the zone it is read in. */
export interface Moment {
  /** `20260131`, `20260131T090000` or `20260131T080000Z` */
  readonly value: string;
  /** `null`: in UTC, floating or a date. */
  readonly tzid: string | null;
}

/** From `TZID|value`, the form of `ItemColumns.startValue`; `null` where there is no value. */
export function writtenMoment(written: string): Moment | null {
  const at = written.lastIndexOf("|");
  const value = written.slice(at + 1).trim();
  return value === "" ? null : { value, tzid: at > 0 ? written.slice(0, at) : null };
}

/** The ISO form of a value; values that are none are given back as they are. */
export function toIso(value: string): string {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/i.exec(value.trim());
  if (!match) return value;
  const [, year, month, day, hour, minute, second, utc = ""] = match;
  const date = `${year}-${month}-${day}`;
  return hour === undefined ? date : `${date}T${hour}:${minute}:${second}${utc.toUpperCase()}`;
}

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/i;

/**
 * The value an ISO 8601 or iCalendar date or time stands for, `null` when it is neither or no such day exists.
 * Fractions of seconds are dropped; an offset other than Z gives the time in UTC.
 */
export function fromIso(text: string): string | null {
  const written = text.trim();
  const match = ISO.exec(written);
  if (!match) return isRealTime(written.toUpperCase()) ? written.toUpperCase() : null;
  const [, year, month, day, hour, minute, second = "00", zone = ""] = match;
  const date = `${year}${month}${day}`;
  if (hour === undefined) return isRealTime(date) ? date : null;
  const local = `${date}T${hour}${minute}${second}`;
  if (!isRealTime(local)) return null;
  if (zone === "") return local;
  const wall = wallTime(local) ?? 0;
  return zone.toUpperCase() === "Z" ? `${local}Z` : `${icalTime(wall - offsetOf(zone))}Z`;
}

/** ms since the epoch (or wall time as if UTC) as `20260131T090000`. */
export function icalTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, "");
}

export function icalDate(ms: number): string {
  return icalTime(ms).slice(0, 8);
}

export function isUtc(value: string): boolean {
  return /Z$/i.test(value.trim());
}

/** A moment in another zone, the instant kept; as it is where the runtime does not know a zone. */
export function inZone(moment: Moment, tzid: string): Moment {
  if (isDate(moment.value) || moment.tzid === tzid) return moment;
  const instant = instantOf(moment.value, moment.tzid);
  const wall = instant === null ? null : wallTimeIn(tzid, instant);
  return wall === null ? moment : { value: icalTime(wall), tzid };
}

/** `value` moved by ms of wall time, in its own form. */
export function shiftedValue(value: string, ms: number): string {
  const wall = wallTime(value);
  if (wall === null) return value;
  const moved = icalTime(wall + ms);
  if (isDate(value)) return moved.slice(0, 8);
  return isUtc(value) ? `${moved}Z` : moved;
}

/** The first midnight at or after a wall time: where a span of whole days ends that holds it. */
export function nextMidnight(wall: number): number {
  return Math.ceil(wall / DAY) * DAY;
}

function offsetOf(zone: string): number {
  const [hours, minutes] = [zone.slice(1, 3), zone.slice(-2)].map(Number);
  const offset = ((hours ?? 0) * 60 + (minutes ?? 0)) * 60_000;
  return zone.startsWith("-") ? -offset : offset;
}

/** Days and months are checked, too: 30 February is no date. */
function isRealTime(value: string): boolean {
  const wall = wallTime(value);
  if (wall === null || !/^\d{8}(?:T\d{6}Z?)?$/.test(value)) return false;
  const seconds = value.slice(13, 15) === "60" ? 1000 : 0;
  const again = icalTime(wall - seconds);
  return value.slice(0, 8) === again.slice(0, 8) && !/T24/.test(value);
}
