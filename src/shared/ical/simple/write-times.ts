/**
 * Start, end and due of an item, with their zones. The forms given are kept: a local time stays one, a time in UTC
 * is told in the item's zone where it has one.
 */
import { type Component, property } from "../component-tree.ts";
import { DAY, isDate, wallTime } from "../date-value.ts";
import { instantOf } from "../time-zone.ts";
import { refused } from "./checks.ts";
import { fromIso, icalDate, inZone, isUtc, type Moment, nextMidnight, toIso } from "./iso-time.ts";
import { setLine } from "./nodes.ts";
import { endMoment, momentOf } from "./read-simple.ts";
import type { SimpleChanges } from "./simple-item.ts";
import type { TextZones, Zone } from "./text-zones.ts";
import { lineWith } from "./values.ts";

interface Times {
  start: Moment | null;
  end: Moment | null;
}

/** @throws AppError "bad-argument" naming the member that does not fit; the item is as it was then */
export function writeTimes(
  item: Component,
  changes: SimpleChanges,
  zones: TextZones,
  lineEnd: string,
): void {
  const endMember = item.name === "VTODO" ? "due" : "end";
  const members = ["start", endMember, "timeZone", "endTimeZone", "allDay"] as const;
  if (members.every((member) => changes[member] === undefined)) return;
  const before: Times = { start: momentOf(property(item, "DTSTART")), end: endMoment(item) };
  const times = daysWhereAsked(zonedTimes(before, changes, endMember, zones), changes);
  assertSound(item, times, changes, endMember);
  if (!same(before.start, times.start)) setMoment(item, "DTSTART", times.start, lineEnd);
  const byDuration = property(item, "DURATION") !== undefined;
  if (same(before.end, times.end) && (same(before.start, times.start) || !byDuration)) return;
  setLine(item, "DURATION", null);
  setMoment(item, item.name === "VTODO" ? "DUE" : "DTEND", times.end, lineEnd);
}

/** The moments as asked for, in the zones asked for. */
function zonedTimes(
  before: Times,
  changes: SimpleChanges,
  endMember: "end" | "due",
  zones: TextZones,
): Times {
  const { timeZone, endTimeZone } = changes;
  const first = before.start ?? before.end;
  const asked = timeZone == null ? null : zones.find(timeZone, "timeZone");
  const zone = timeZone === undefined ? zoneOf(first) : asked;
  const start = moved(before.start, changes.start, zone, timeZone !== undefined);

  const ownEnd = before.end !== null && !sameZone(zoneOf(before.end), zoneOf(first));
  const keptEnd = ownEnd && !isDate(before.end?.value ?? "") ? zoneOf(before.end) : zone;
  const askedEnd = endTimeZone == null ? zone : zones.find(endTimeZone, "endTimeZone");
  const endZone = endTimeZone === undefined ? keptEnd : askedEnd;
  const rezoned = endTimeZone !== undefined || (timeZone !== undefined && !ownEnd);
  return { start, end: moved(before.end, changes[endMember], endZone, rezoned) };
}

/** @param rezoned whether a moment that stays is told in `zone`, too */
function moved(
  old: Moment | null,
  given: string | null | undefined,
  zone: Zone,
  rezoned: boolean,
): Moment | null {
  if (given === null) return null;
  if (given !== undefined) return placed(fromIso(given) ?? given, zone);
  if (old === null || !rezoned || isDate(old.value)) return old;
  // Without a zone its reading is all that is left of it.
  if (zone === null) return { value: old.value.replace(/Z$/i, ""), tzid: null };
  return placed(old.value, zone);
}

function placed(value: string, zone: Zone): Moment {
  if (isDate(value)) return { value, tzid: null };
  if (zone === "UTC") return { value: isUtc(value) ? value : `${value}Z`, tzid: null };
  if (isUtc(value)) {
    return zone === null ? { value, tzid: null } : inZone({ value, tzid: null }, zone.tzid);
  }
  return { value, tzid: zone?.tzid ?? null };
}

function zoneOf(moment: Moment | null): Zone {
  if (moment === null) return null;
  if (isUtc(moment.value)) return "UTC";
  return moment.tzid === null ? null : { tzid: moment.tzid };
}

function sameZone(first: Zone, second: Zone): boolean {
  const [a, b] = [first, second].map((zone) => (zone && zone !== "UTC" ? zone.tzid : zone));
  return a === b;
}

function daysWhereAsked(times: Times, { allDay }: SimpleChanges): Times {
  const first = times.start ?? times.end;
  if (allDay == null || first === null) return times;
  if (!allDay) {
    if (isDate(first.value)) {
      throw refused("allDay", "is false, but the item starts on a day: give start with a time.");
    }
    return times;
  }
  const start = times.start && { value: times.start.value.slice(0, 8), tzid: null };
  const end = times.end && dayAfter(times.end, start);
  return { start, end };
}

/** Whole days end at the midnight after the last of them, and at the earliest after their first. */
function dayAfter(end: Moment, start: Moment | null): Moment {
  const wall = nextMidnight(wallTime(end.value) ?? 0);
  const least = start === null ? wall : (wallTime(start.value) ?? 0) + DAY;
  return { value: icalDate(Math.max(wall, least)), tzid: null };
}

function assertSound(
  item: Component,
  { start, end }: Times,
  changes: SimpleChanges,
  endMember: "end" | "due",
): void {
  if (start === null) {
    if (item.name !== "VTODO") throw refused("start", "an event cannot be without it.");
    if (property(item, "RRULE") && changes.recurrenceRules !== null)
      throw refused("start", "a task that recurs cannot be without it.");
    return;
  }
  if (end === null) return;
  const blamed = changes[endMember] == null ? "start" : endMember;
  if (isDate(start.value) !== isDate(end.value)) {
    throw refused(blamed, `start and ${endMember} must both be days, or both have a time.`);
  }
  const [from, to] = [start, end].map(({ value, tzid }) => instantOf(value, tzid));
  const [fromWall = 0, toWall = 0] = [start, end].map(({ value }) => wallTime(value) ?? 0);
  const length = from != null && to != null ? to - from : toWall - fromWall;
  if (length > 0 || (length === 0 && (!isDate(start.value) || item.name === "VTODO"))) return;
  const hint = isDate(start.value) ? "; for days it is the day after the last one" : "";
  throw refused(
    blamed,
    `the item would end (${toIso(end.value)}) before it starts (${toIso(start.value)})${hint}.`,
  );
}

function same(first: Moment | null, second: Moment | null): boolean {
  return first?.value === second?.value && first?.tzid === second?.tzid;
}

function setMoment(item: Component, name: string, moment: Moment | null, lineEnd: string): void {
  const parameters = moment && { VALUE: isDate(moment.value) ? "DATE" : null, TZID: moment.tzid };
  const line =
    moment && parameters
      ? lineWith(name, moment.value, parameters, lineEnd, property(item, name))
      : null;
  setLine(item, name, line);
}
