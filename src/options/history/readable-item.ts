/** The text of an item as what a person asks about it: when, how often, where, who. Never throws. Pure. */
import { type Component, parseTree } from "../../shared/ical/component-tree.ts";
import { lineParameter, lineValue } from "../../shared/ical/content-line.ts";
import { isDate, wallTime } from "../../shared/ical/date-value.ts";
import { identifiedComponents } from "../../shared/ical/identity.ts";
import { icalTime, isUtc, type Moment } from "../../shared/ical/simple/iso-time.ts";
import { endMoment, momentOf, readSimple } from "../../shared/ical/simple/read-simple.ts";
import type { SimpleItem } from "../../shared/ical/simple/simple-item.ts";
import { linesOf } from "../../shared/ical/simple/values.ts";
import { canonicalZone, instantOf, wallTimeIn } from "../../shared/ical/time-zone.ts";
import { knownZone } from "../../shared/timezones/known-zone.ts";

/** A point in time as it was written. */
export interface ReadTime {
  /** Milliseconds as if UTC: what clocks in its own zone show. */
  readonly wall: number;
  readonly allDay: boolean;
  /** Milliseconds since the epoch; `null` for days, floating times and zones nobody knows. */
  readonly instant: number | null;
  /** Its own zone's name; `null` for days, floating times and UTC. */
  readonly zone: string | null;
}

export interface ReadablePart {
  readonly simple: SimpleItem;
  readonly start: ReadTime | null;
  readonly end: ReadTime | null;
  readonly attachments: readonly string[];
}

export interface ReadableItem extends ReadablePart {
  readonly kind: "event" | "task" | "journal";
  /** RRULEs, each with UNTIL in the zone of the start. */
  readonly rules: readonly string[];
  /** EXDATEs and RDATEs. */
  readonly leftOut: readonly ReadTime[];
  readonly added: readonly ReadTime[];
  /** Occurrences that were set apart from the series, with the date each stands for. */
  readonly changed: readonly (ReadablePart & { readonly of: ReadTime })[];
}

const KINDS = new Map([
  ["VEVENT", "event"],
  ["VTODO", "task"],
  ["VJOURNAL", "journal"],
] as const);

/** `null` where the text holds nothing that can be shown as an item. */
export function readItem(text: string): ReadableItem | null {
  const parts = identifiedComponents(parseTree(text)).filter(({ component }) =>
    KINDS.has(component.name as "VEVENT"),
  );
  const master = parts.find(({ recurrenceId }) => recurrenceId === null) ?? parts[0];
  if (!master) return null;
  const { component } = master;
  return {
    ...readPart(component),
    kind: KINDS.get(component.name as "VEVENT") ?? "event",
    rules: linesOf(component, "RRULE").map((line) => localUntil(lineValue(line).trim(), component)),
    leftOut: timesOf(component, "EXDATE"),
    added: timesOf(component, "RDATE"),
    changed: parts.flatMap((part) => {
      const of = readTime(momentOf(linesOf(part.component, "RECURRENCE-ID")[0]));
      return part !== master && of && part.uid === master.uid
        ? [{ ...readPart(part.component), of }]
        : [];
    }),
  };
}

function readPart(component: Component): ReadablePart {
  return {
    simple: readSimple(component, zoneName),
    start: readTime(momentOf(linesOf(component, "DTSTART")[0])),
    end: readTime(endMoment(component)),
    attachments: linesOf(component, "ATTACH").map((line) =>
      // What lies within the event itself is megabytes of letters.
      lineParameter(line, "VALUE")?.toUpperCase() === "BINARY"
        ? (lineParameter(line, "FILENAME") ?? lineParameter(line, "X-FILENAME") ?? "")
        : lineValue(line).trim(),
    ),
  };
}

function readTime(moment: Moment | null): ReadTime | null {
  const wall = moment && wallTime(moment.value);
  if (!moment || wall === null) return null;
  const zone = moment.tzid === null ? null : zoneName(moment.tzid);
  return {
    wall,
    allDay: isDate(moment.value),
    instant: instantOf(moment.value, zone),
    zone,
  };
}

function timesOf(component: Component, name: string): ReadTime[] {
  return linesOf(component, name).flatMap((line) => {
    const tzid = lineParameter(line, "TZID");
    return lineValue(line)
      .split(",")
      .map((value) => value.split("/")[0]?.trim().toUpperCase() ?? "")
      .flatMap((value) => readTime({ value, tzid: isUtc(value) ? null : tzid }) ?? []);
  });
}

/** UNTIL is in UTC where the start has a zone: its day is the one of that zone. */
function localUntil(rule: string, component: Component): string {
  const zone = readTime(momentOf(linesOf(component, "DTSTART")[0]))?.zone;
  return rule.replace(/UNTIL=(\d{8}T\d{6}Z)/i, (all, value: string) => {
    const wall = zone ? wallTimeIn(zone, wallTime(value) ?? 0) : null;
    return wall === null ? all : `UNTIL=${icalTime(wall)}`;
  });
}

/** As the runtime calls the zone; as written where it knows none by that name. */
function zoneName(tzid: string): string {
  const knows = (name: string): boolean => wallTimeIn(name, 0) !== null;
  return knownZone(tzid, { knows }) ?? canonicalZone(tzid);
}
