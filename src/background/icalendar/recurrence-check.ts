/**
 * Whether a series really has an instance at a RECURRENCE-ID, by expanding its rules with ical.js up to that
 * instance: exact where `shared/ical/series-check.ts` is generous. Every expansion has a cap, and rules that an
 * expansion might never come back from (kewisch/ical.js#318) are not expanded at all.
 */
import ICAL from "ical.js";
import { type Component, properties, property } from "../../shared/ical/component-tree.ts";
import { type ContentLine, lineParameter, lineValue } from "../../shared/ical/content-line.ts";
import { DAY, isDate, wallTime } from "../../shared/ical/date-value.ts";
import { isCostly, parseRule } from "../../shared/ical/recurrence-rule.ts";
import { mayHaveInstance, wallInZoneOf } from "../../shared/ical/series-check.ts";
import { instantOf, wallTimeIn } from "../../shared/ical/time-zone.ts";

/** Instances a rule is expanded to; the longest daily series of a lifetime has fewer. */
const MAX_INSTANCES = 20_000;

/** `null` when it cannot be told: a zone the runtime does not know, a rule too dear, a text ical.js refuses. */
export function hasInstance(master: Component, recurrenceId: ContentLine): boolean | null {
  if (!mayHaveInstance(master, recurrenceId)) return false;
  const start = property(master, "DTSTART");
  const wall = start ? wallInZoneOf(start, recurrenceId) : null;
  const first = start ? wallTime(lineValue(start)) : null;
  const extra = properties(master).some(({ name }) => name === "RDATE" || name === "EXRULE");
  if (!start || wall === null || first === null || extra) return null;
  if (wall === first) return true;
  let answer: boolean | null = false;
  for (const line of properties(master)) {
    if (line.name !== "RRULE") continue;
    const rule = lineValue(line);
    const until = lastPossible(rule, start);
    if (until !== null && wall > until.wall + until.doubt) continue;
    const found = ruleHas(rule, { first, allDay: isDate(lineValue(start)) }, wall);
    const isSure = until === null || wall <= until.wall - until.doubt;
    if (found && isSure) return true;
    if (found !== false) answer = null;
  }
  return answer;
}

/**
 * The rule's end as wall time of the series, and by how much it may be wrong. RFC 5545 §3.3.10 wants UNTIL in UTC
 * where DTSTART has a zone; `null`: without end.
 */
function lastPossible(
  value: string,
  start: ContentLine,
): { readonly wall: number; readonly doubt: number } | null {
  const until = parseRule(value).get("UNTIL") ?? "";
  const written = wallTime(until);
  if (written === null) return null;
  if (isDate(until)) return { wall: written + DAY - 1, doubt: 0 };
  const isAllDay = isDate(lineValue(start));
  const zone = lineParameter(start, "TZID");
  if (!until.endsWith("Z") || isAllDay || zone === null) return { wall: written, doubt: 0 };
  const instant = instantOf(until, null);
  const wall = instant === null ? null : wallTimeIn(zone, instant);
  return wall === null ? { wall: written, doubt: DAY } : { wall, doubt: 0 };
}

/** All in wall time: a rule steps by the clock on the wall (RFC 5545 §3.3.10). */
function ruleHas(
  value: string,
  start: { readonly first: number; readonly allDay: boolean },
  wall: number,
): boolean | null {
  if (isCostly(parseRule(value), start.first)) return null;
  try {
    // Its end is in UTC, and the steps are not.
    const rule = ICAL.Recur.fromString(value.replace(/UNTIL=[^;]*;?/i, "").replace(/;$/, ""));
    const iterator = rule.iterator(floating(start.first, start.allDay));
    for (let count = 0; count < MAX_INSTANCES; count++) {
      const next = iterator.next();
      if (!next) return false;
      const time = wallTime(next.toICALString());
      if (time === wall) return true;
      if (time === null || time > wall) return time === null ? null : false;
    }
  } catch {
    // A rule ical.js refuses; the text is kept, and the generous check decides.
  }
  return null;
}

function floating(time: number, allDay: boolean): ICAL.Time {
  const date = new Date(time);
  const parts = {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    isDate: allDay,
  };
  return new ICAL.Time(parts, ICAL.Timezone.localTimezone);
}
