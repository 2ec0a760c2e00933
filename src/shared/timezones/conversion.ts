/**
 * Offsets and conversions between time zones, for every form of {@link readDateTime}.
 *
 * Floating times (RFC 5545 §3.3.5) are no point in time: to and from "floating" the clock shows the same. Dates have no
 * zone and stay. A value that tells its own zone (`Z`, an offset, a Date, a jCal `tzid`) is taken at its word.
 */
import { AppError } from "../errors.ts";
import {
  type DateTime,
  isJcalProperty,
  type JcalProperty,
  readDateTime,
  type WrittenZone,
} from "./date-time.ts";
import type { ZoneRules } from "./zone-rules.ts";

export interface Zone extends WrittenZone {
  readonly rules: ZoneRules;
}

/** @throws AppError "bad-argument" naming a zone that is not known */
export type ZoneLookup = (tzid: string) => Zone;

/** For UTC and floating times. */
export const NO_OFFSET: ZoneRules = { offsetAt: () => 0, offsetOf: () => 0 };

/**
 * Seconds east of UTC that clocks of the zone are at a date-time, at the start of a date; 0 for "floating".
 * @throws AppError "bad-argument" for an unknown zone, and for what is no date-time
 */
export function utcOffset(value: unknown, tzid: string, zoneOf: ZoneLookup): number {
  const zone = zoneOf(tzid);
  const [dateTime, own] = single(value, zone, zoneOf);
  if (dateTime.kind === "instant") return zone.rules.offsetAt(dateTime.instant) / 1000;
  if (own === zone || own.kind === "floating") return zone.rules.offsetOf(dateTime.wall) / 1000;
  return zone.rules.offsetAt(dateTime.wall - own.rules.offsetOf(dateTime.wall)) / 1000;
}

/**
 * The same point in time in another zone, in the form of `value`.
 * @throws AppError "bad-argument" for an unknown zone, for what is no date-time, and for a year beyond 0 to 9999
 */
export function convertedTime(
  value: unknown,
  fromTzid: string,
  toTzid: string,
  zoneOf: ZoneLookup,
): unknown {
  const from = zoneOf(fromTzid);
  const to = zoneOf(toTzid);
  if (!isJcalProperty(value)) return converted(readOrThrow(value), from, to);
  const [name, { tzid: own, ...parameters }, type, ...values] = value;
  if (type === "date") return value;
  const source = typeof own === "string" ? zoneOf(own) : from;
  const property: JcalProperty = [
    name,
    to.kind === "named" ? { ...parameters, tzid: to.tzid } : parameters,
    type,
    ...values.map((each) => String(converted(readOrThrow(each), source, to))),
  ];
  return property;
}

function converted(dateTime: DateTime, from: Zone, to: Zone): string | Date {
  if (dateTime.kind === "date") return dateTime.write(dateTime.wall, 0, to);
  const isFloating = from.kind === "floating" || to.kind === "floating";
  let result: { wall: number; offset: number };
  if (dateTime.kind === "wall" && isFloating) {
    result = { wall: dateTime.wall, offset: to.rules.offsetOf(dateTime.wall) };
  } else {
    const instant =
      dateTime.kind === "instant"
        ? dateTime.instant
        : dateTime.wall - from.rules.offsetOf(dateTime.wall);
    const offset = to.rules.offsetAt(instant);
    result = { wall: instant + offset, offset };
  }
  try {
    return dateTime.write(result.wall, result.offset, to);
  } catch (error) {
    if (error instanceof RangeError)
      throw new AppError("bad-argument", `dateTime: ${error.message}`);
    throw error;
  }
}

/** A date-time and the zone it is written in. */
function single(value: unknown, zone: Zone, zoneOf: ZoneLookup): [DateTime, Zone] {
  if (!isJcalProperty(value)) return [readOrThrow(value), zone];
  const { tzid: own } = value[1];
  return [readOrThrow(value[3]), typeof own === "string" ? zoneOf(own) : zone];
}

function readOrThrow(value: unknown): DateTime {
  const dateTime = readDateTime(value);
  if (dateTime) return dateTime;
  const shown = typeof value === "string" ? `"${value.slice(0, 40)}"` : "this value";
  throw new AppError(
    "bad-argument",
    `dateTime: ${shown} is no date-time. It must be an ISO 8601 string, a Date, or a jCal or iCalendar value.`,
  );
}
