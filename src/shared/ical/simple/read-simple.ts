/**
 * An event or task of a text as a {@link SimpleItem}. Never throws: a value that cannot be read has no member, or
 * is shown as it is written.
 */
import { type Component, property } from "../component-tree.ts";
import { type ContentLine, lineParameter, lineValue } from "../content-line.ts";
import { DAY, durationOf, isDate, wallTime } from "../date-value.ts";
import { listValues } from "../property-units.ts";
import { unescapeText } from "../text-value.ts";
import { canonicalZone, instantOf } from "../time-zone.ts";
import { readAlarms } from "./alarms.ts";
import { icalTime, isUtc, type Moment, shiftedValue, toIso } from "./iso-time.ts";
import { known, readAttendee, readOrganizer } from "./people.ts";
import type { SimpleItem } from "./simple-item.ts";
import { integerOf, keywordOf, linesOf, textOf, wordOf } from "./values.ts";

/** The name callers see for a TZID of the text. */
export type ZoneName = (tzid: string) => string;

export function readSimple(item: Component, zoneName: ZoneName = canonicalZone): SimpleItem {
  const organizer = property(item, "ORGANIZER");
  const attendees = linesOf(item, "ATTENDEE").map(readAttendee);
  const alarms = readAlarms(item);
  return {
    id: textOf(item, "UID")?.trim() ?? "",
    type: item.name === "VTODO" ? "task" : "event",
    title: textOf(item, "SUMMARY") ?? "",
    categories: linesOf(item, "CATEGORIES").flatMap((line) => listValues(line).map(unescapeText)),
    ...known({
      description: textOf(item, "DESCRIPTION"),
      location: textOf(item, "LOCATION"),
      status: keywordOf(item, "STATUS"),
      privacy: keywordOf(item, "CLASS"),
      priority: integerOf(item, "PRIORITY"),
    }),
    ...readTimes(item, zoneName),
    ...known({
      completed: stampOf(item, "COMPLETED"),
      percentComplete: integerOf(item, "PERCENT-COMPLETE"),
      recurrenceRules: rulesOf(item, "RRULE"),
      excludedRecurrenceRules: rulesOf(item, "EXRULE"),
      recurrenceDates: datesOf(item, "RDATE"),
      excludedDates: datesOf(item, "EXDATE"),
      organizer: organizer ? readOrganizer(organizer) : undefined,
      attendees: attendees.length > 0 ? attendees : undefined,
      alarms: alarms.length > 0 ? alarms : undefined,
      url: wordOf(item, "URL"),
      created: stampOf(item, "CREATED"),
      updated: stampOf(item, "LAST-MODIFIED"),
      sequence: integerOf(item, "SEQUENCE"),
    }),
  };
}

type Times = Pick<SimpleItem, "start" | "end" | "due" | "timeZone" | "endTimeZone" | "allDay">;

function readTimes(item: Component, zoneName: ZoneName): Times {
  const start = momentOf(property(item, "DTSTART"));
  const end = endMoment(item);
  const first = start ?? end;
  if (!first) return {};
  const [zone, endZone] = [first, end ?? first].map((moment) => zoneOf(moment, zoneName));
  return {
    ...(start ? { start: toIso(start.value) } : {}),
    ...(end ? { [item.name === "VTODO" ? "due" : "end"]: toIso(end.value) } : {}),
    ...(zone === undefined ? {} : { timeZone: zone }),
    ...(endZone === zone || endZone === undefined ? {} : { endTimeZone: endZone }),
    allDay: isDate(first.value),
  };
}

/** The end as the text says it, by DURATION included; `null` for none. */
export function endMoment(item: Component): Moment | null {
  const end = property(item, "DTEND") ?? property(item, "DUE");
  if (end) return momentOf(end);
  const start = momentOf(property(item, "DTSTART"));
  const duration = durationOf(wordOf(item, "DURATION") ?? "");
  if (!start || duration === null) return null;
  if (!isDate(start.value) || duration % DAY === 0)
    return { ...start, value: shiftedValue(start.value, duration) };
  return { ...start, value: `${icalTime((wallTime(start.value) ?? 0) + duration)}` };
}

export function momentOf(line: ContentLine | undefined): Moment | null {
  if (!line) return null;
  const value = lineValue(line).trim().toUpperCase();
  if (wallTime(value) === null) return null;
  const zoned = !isDate(value) && !isUtc(value);
  return { value, tzid: zoned ? lineParameter(line, "TZID") : null };
}

function zoneOf({ value, tzid }: Moment, zoneName: ZoneName): string | undefined {
  if (isUtc(value)) return "UTC";
  return tzid === null || tzid === "" ? undefined : zoneName(tzid);
}

function stampOf(item: Component, name: string): string | undefined {
  const moment = momentOf(property(item, name));
  return moment ? toIso(moment.value) : undefined;
}

function rulesOf(item: Component, name: string): string[] | undefined {
  const rules = linesOf(item, name).map((line) => lineValue(line).trim());
  return rules.length > 0 ? rules : undefined;
}

function datesOf(item: Component, name: string): string[] | undefined {
  const start = property(item, "DTSTART");
  const zone = start ? lineParameter(start, "TZID") : null;
  const dates = linesOf(item, name).flatMap((line) =>
    listValues(line).map((value) => seriesDate(value, lineParameter(line, "TZID"), zone)),
  );
  return dates.length > 0 ? dates : undefined;
}

/** One date of a series: local in the zone of its start, else in UTC. */
export function seriesDate(value: string, tzid: string | null, startZone: string | null): string {
  const [first = "", ...rest] = value.trim().toUpperCase().split("/");
  const foreign = tzid !== null && tzid !== startZone && !isUtc(first);
  const instant = foreign ? instantOf(first, tzid) : null;
  const shown = instant === null ? first : `${icalTime(instant)}Z`;
  return [toIso(shown), ...rest.map(toIso)].join("/");
}
