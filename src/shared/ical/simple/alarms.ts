/** VALARM (RFC 5545 §3.6.6) as an object. */
import { type Component, innerComponents, property } from "../component-tree.ts";
import { lineParameter, lineValue } from "../content-line.ts";
import { durationOf } from "../date-value.ts";
import { toIso } from "./iso-time.ts";
import { known } from "./people.ts";
import type { Alarm } from "./simple-item.ts";
import { integerOf, keywordOf, linesOf, plainAddress, textOf, wordOf } from "./values.ts";

export function readAlarms(item: Component): Alarm[] {
  return innerComponents(item, "VALARM").map(readAlarm);
}

export function readAlarm(alarm: Component): Alarm {
  return {
    action: keywordOf(alarm, "ACTION") ?? "display",
    ...readTrigger(alarm),
    ...known({
      description: textOf(alarm, "DESCRIPTION"),
      summary: textOf(alarm, "SUMMARY"),
      repeat: integerOf(alarm, "REPEAT"),
      repeatInterval: wordOf(alarm, "DURATION"),
      attendees: listOf(alarm, "ATTENDEE", plainAddress),
      attachments: listOf(alarm, "ATTACH", (uri) => uri),
    }),
  };
}

function readTrigger(alarm: Component): Pick<Alarm, "related" | "offset" | "date"> {
  const line = property(alarm, "TRIGGER");
  if (!line) return { related: "start", offset: "PT0S" };
  const value = lineValue(line).trim();
  if (durationOf(value) === null) return { related: "absolute", date: toIso(value) };
  const related = lineParameter(line, "RELATED")?.toUpperCase() === "END" ? "end" : "start";
  return { related, offset: value };
}

function listOf(
  alarm: Component,
  name: string,
  read: (value: string) => string,
): string[] | undefined {
  const values = linesOf(alarm, name).map((line) => read(lineValue(line)));
  return values.length > 0 ? values : undefined;
}
