/** One occurrence of a series, as it is named and as the override that it becomes when it is changed. */
import { withLineEnds } from "../component-edit.ts";
import { type Component, property } from "../component-tree.ts";
import { lineParameter } from "../content-line.ts";
import { isDate } from "../date-value.ts";
import type { IdentifiedComponent } from "../identity.ts";
import { derivedOverride } from "../override-origin.ts";
import { mayHaveInstance } from "../series-check.ts";
import { instantKey } from "../time-zone.ts";
import { refused, wrong } from "./checks.ts";
import { fromIso, isUtc, type Moment } from "./iso-time.ts";
import { momentOf } from "./read-simple.ts";
import { lineWith } from "./values.ts";
import { inSeries } from "./write-series.ts";

/** The override there is of an occurrence. @throws AppError "bad-argument" when `instance` is no time */
export function findOverride(
  parts: readonly IdentifiedComponent[],
  master: Component | undefined,
  instance: string,
): IdentifiedComponent | undefined {
  const { value, tzid } = instanceMoment(master, instance);
  const key = instantKey(value, tzid);
  return parts.find(
    ({ recurrenceId, recurrenceWall }) =>
      recurrenceId !== null && (recurrenceId === key || recurrenceWall === value),
  );
}

/**
 * A new override: the master as it is at that time.
 * @throws AppError "bad-argument" when the series has no such occurrence
 */
export function addedOverride(master: Component, instance: string, lineEnd: string): Component {
  const start = property(master, "DTSTART");
  const recurs = ["RRULE", "RDATE"].some((name) => property(master, name));
  if (!start || !recurs) throw refused("instance", "the item does not recur.");
  const { value, tzid } = instanceMoment(master, instance);
  const parameters = { VALUE: isDate(value) ? "DATE" : null, TZID: tzid };
  const id = lineWith("RECURRENCE-ID", value, parameters, lineEnd);
  if (!mayHaveInstance(master, id)) {
    throw refused("instance", `the series has no occurrence at ${instance}.`);
  }
  return withLineEnds(derivedOverride(master, { ...master, children: [id] }), lineEnd);
}

/** The value by which the series would name it. */
function instanceMoment(master: Component | undefined, instance: string): Moment {
  const given = fromIso(instance);
  if (given === null) throw wrong("instance", instance, "a day or a time");
  const line = master && property(master, "DTSTART");
  const start = momentOf(line);
  if (line === undefined || start === null) return { value: given, tzid: null };
  if (isDate(start.value) !== isDate(given)) {
    throw refused("instance", "must be a day for a series of days, else have a time.");
  }
  const floating = start.tzid === null && !isUtc(start.value);
  const value = inSeries(floating ? given.replace(/Z$/i, "") : given, start);
  const zoned = !isDate(value) && !isUtc(value);
  return { value, tzid: zoned ? lineParameter(line, "TZID") : null };
}
