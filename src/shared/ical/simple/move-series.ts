/**
 * A series that starts at another time takes its exceptions along: excluded and further dates, the overrides'
 * RECURRENCE-IDs and the end of its rules keep their distance from the start, as Thunderbird does it when a series is
 * dragged. Otherwise what was deleted would come back and what was changed would stand beside the series.
 */
import { type Component, properties, property } from "../component-tree.ts";
import { type ContentLine, lineParameter, lineValue } from "../content-line.ts";
import { isDate, wallTime } from "../date-value.ts";
import { listValues } from "../property-units.ts";
import { icalDate, icalTime, inZone, isUtc, type Moment, shiftedValue } from "./iso-time.ts";
import { setLine, setLines } from "./nodes.ts";
import type { SimpleChanges } from "./simple-item.ts";
import { linesOf, lineWith } from "./values.ts";

/**
 * @param master with its new start already
 * @param overrides the series' other components
 * @param changes members given beside: what they set is theirs
 */
export function moveSeries(
  master: Component,
  overrides: readonly Component[],
  from: Moment,
  to: Moment,
  changes: SimpleChanges,
  lineEnd: string,
): void {
  if (from.value === to.value && from.tzid === to.tzid) return;
  const move = mover(from, to);
  const moveLines = (component: Component, name: string) => {
    const lines = linesOf(component, name).map((line) => movedLine(line, move, lineEnd));
    setLines(component, name, lines);
  };
  if (changes.excludedDates === undefined) moveLines(master, "EXDATE");
  if (changes.recurrenceDates === undefined) moveLines(master, "RDATE");
  if (changes.recurrenceRules === undefined) moveRules(master, from, to, lineEnd);
  for (const override of overrides) {
    const id = property(override, "RECURRENCE-ID");
    if (id) setLine(override, "RECURRENCE-ID", movedLine(id, move, lineEnd));
  }
}

type Mover = (moment: Moment) => Moment;

/** Instances keep the distance, in wall time, that they have from the start. */
function mover(from: Moment, to: Moment): Mover {
  const distance = (wallTime(to.value) ?? 0) - (wallTime(from.value) ?? 0);
  return (moment) => {
    const local = from.tzid === null ? moment : inZone(moment, from.tzid);
    const wall = wallTime(local.value);
    if (wall === null) return moment;
    const moved = wall + distance;
    if (isDate(to.value)) return { value: icalDate(moved), tzid: null };
    return { value: `${icalTime(moved)}${isUtc(to.value) ? "Z" : ""}`, tzid: to.tzid };
  };
}

function movedLine(line: ContentLine, move: Mover, lineEnd: string): ContentLine {
  const tzid = lineParameter(line, "TZID");
  // A period's end may be a time too; its start alone names the instance, so it is left as it is.
  const moved = listValues(line).map((value) => {
    const zoned = !isDate(value) && !isUtc(value);
    return value.includes("/") ? null : move({ value, tzid: zoned ? tzid : null });
  });
  const [first] = moved;
  if (first == null || moved.includes(null)) return line;
  const parameters = { VALUE: isDate(first.value) ? "DATE" : null, TZID: first.tzid };
  const values = moved.map((moment) => moment?.value ?? "");
  return lineWith(line.name, values.join(","), parameters, lineEnd, line);
}

/** UNTIL would cut off the last instances of a series that moved to a later time. */
function moveRules(master: Component, from: Moment, to: Moment, lineEnd: string): void {
  const distance = (wallTime(to.value) ?? 0) - (wallTime(from.value) ?? 0);
  const rules = properties(master).filter(({ name }) => name === "RRULE");
  const moved = rules.map((line) => {
    const rule = lineValue(line);
    const until = /(?:^|;)UNTIL=([^;]*)/i.exec(rule)?.[1];
    if (until === undefined || distance === 0 || isDate(until) !== isDate(to.value)) return line;
    const value = rule.replace(/((?:^|;)UNTIL=)[^;]*/i, `$1${shiftedValue(until, distance)}`);
    return lineWith("RRULE", value, {}, lineEnd, line);
  });
  setLines(master, "RRULE", moved);
}
