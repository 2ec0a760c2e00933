/** The properties that make a series (RFC 5545 §3.8.5), and moving a series with its exceptions. */
import { type Component, property } from "../component-tree.ts";
import { type ContentLine, lineParameter } from "../content-line.ts";
import { isDate } from "../date-value.ts";
import { listValues } from "../property-units.ts";
import { canonicalInstant, canonicalLine } from "../property-value.ts";
import { refused } from "./checks.ts";
import { fromIso, inZone, isUtc, type Moment } from "./iso-time.ts";
import { setLines } from "./nodes.ts";
import { momentOf, seriesDate } from "./read-simple.ts";
import type { SimpleChanges } from "./simple-item.ts";
import { linesOf, lineWith } from "./values.ts";

/** After the item's times are written: dates take the zone and the form of its start. */
export function writeSeries(item: Component, changes: SimpleChanges, lineEnd: string): void {
  writeRules(item, "RRULE", changes.recurrenceRules, lineEnd);
  writeRules(item, "EXRULE", changes.excludedRecurrenceRules, lineEnd);
  writeDates(item, "RDATE", changes.recurrenceDates, "recurrenceDates", lineEnd);
  writeDates(item, "EXDATE", changes.excludedDates, "excludedDates", lineEnd);
}

function writeRules(
  item: Component,
  name: string,
  rules: readonly string[] | null | undefined,
  lineEnd: string,
): void {
  if (rules === undefined) return;
  if (rules !== null && !property(item, "DTSTART")) {
    throw refused("recurrenceRules", "an item that recurs needs a start.");
  }
  const old = linesOf(item, name);
  const lines = (rules ?? []).map((rule, index) => {
    const line = lineWith(name, rule, {}, lineEnd, old[index]);
    return old.find((each) => canonicalLine(each) === canonicalLine(line)) ?? line;
  });
  setLines(item, name, lines);
}

function writeDates(
  item: Component,
  name: string,
  dates: readonly string[] | null | undefined,
  member: string,
  lineEnd: string,
): void {
  if (dates === undefined) return;
  const start = momentOf(property(item, "DTSTART"));
  if (dates !== null && start === null) throw refused(member, "an item that recurs needs a start.");
  const old = linesOf(item, name);
  const known = new Map(old.flatMap((line) => datesOn(line, start)));
  const wanted = new Map<string, Moment | null>();
  for (const [index, date] of (dates ?? []).entries()) {
    const key = known.get(date);
    if (key !== undefined) {
      wanted.set(key, null);
      continue;
    }
    const moment = seriesMoment(date, start, `${member}[${index}]`);
    wanted.set(canonicalInstant(moment.value, moment.tzid), moment);
  }
  const kept = old.flatMap((line) => {
    const tzid = lineParameter(line, "TZID");
    const values = listValues(line);
    const left = values.filter((value) => wanted.delete(canonicalInstant(value, tzid)));
    if (left.length === values.length) return [line];
    return left.length === 0 ? [] : [lineWith(name, left.join(","), {}, lineEnd, line)];
  });
  // Each on a line of its own: some programs read the first value only.
  const added = [...wanted.values()].flatMap((moment) =>
    moment === null ? [] : [dateLine(name, moment, lineEnd)],
  );
  setLines(item, name, [...kept, ...added]);
}

/** The values of a line as they are shown, with their meaning: what is in the text stays, whatever its form. */
function datesOn(line: ContentLine, start: Moment | null): [shown: string, key: string][] {
  const tzid = lineParameter(line, "TZID");
  return listValues(line).map((value) => [
    seriesDate(value, tzid, start?.tzid ?? null),
    canonicalInstant(value, tzid),
  ]);
}

function seriesMoment(date: string, start: Moment | null, name: string): Moment {
  const [first = "", ...period] = date.split("/");
  const value = fromIso(first) ?? first;
  if (start !== null && isDate(value) !== isDate(start.value)) {
    throw refused(name, "must be a day where start is one, and have a time where start has one.");
  }
  const local = inSeries(value, start);
  const zoned = !isDate(local) && !isUtc(local) ? (start?.tzid ?? null) : null;
  const rest = period.map((part) => fromIso(part) ?? part);
  return { value: [local, ...rest].join("/"), tzid: zoned };
}

/** A time as the series tells its own: local in the zone of its start, in UTC where that is. */
export function inSeries(value: string, start: Moment | null): string {
  if (start === null || isDate(value)) return value;
  if (isUtc(start.value)) return isUtc(value) ? value : `${value}Z`;
  if (!isUtc(value) || start.tzid === null) return value;
  return inZone({ value, tzid: null }, start.tzid).value;
}

function dateLine(name: string, { value, tzid }: Moment, lineEnd: string): ContentLine {
  const type = value.includes("/") ? "PERIOD" : isDate(value) ? "DATE" : null;
  return lineWith(name, value, { VALUE: type, TZID: tzid }, lineEnd);
}
