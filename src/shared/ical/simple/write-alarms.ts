/** Alarms written: those that stay as they are keep their text, a changed one what has no member. */
import { type Component, isComponent } from "../component-tree.ts";
import { foldedLine } from "../content-line.ts";
import { readAlarm } from "./alarms.ts";
import { fromIso } from "./iso-time.ts";
import { fillSlots, setLine, setLines } from "./nodes.ts";
import { sameValue } from "./same-value.ts";
import type { Alarm } from "./simple-item.ts";
import { addressUri, escapeText, linesOf, lineWith } from "./values.ts";

export function writeAlarms(
  item: Component,
  alarms: readonly Alarm[] | null | undefined,
  lineEnd: string,
): void {
  if (alarms === undefined) return;
  const isAlarm = (node: Component["children"][number]): node is Component =>
    isComponent(node) && node.name === "VALARM";
  const left = item.children.filter(isAlarm);
  const take = (found: Component | undefined) => {
    if (found) left.splice(left.indexOf(found), 1);
    return found;
  };
  const wanted = alarms ?? [];
  const same = wanted.map((alarm) => take(left.find((each) => sameValue(readAlarm(each), alarm))));
  const written = wanted.map((alarm, index) => {
    const kept = same[index];
    if (kept) return kept;
    const changed = take(left.find((each) => readAlarm(each).action === alarm.action));
    return alarmWith(alarm, changed, lineEnd);
  });
  fillSlots(item, isAlarm, written);
}

function alarmWith(alarm: Alarm, old: Component | undefined, lineEnd: string): Component {
  const result: Component = old
    ? { ...old, children: [...old.children] }
    : {
        name: "VALARM",
        begin: foldedLine("BEGIN:VALARM", lineEnd),
        end: foldedLine("END:VALARM", lineEnd),
        children: [],
      };
  const set = (name: string, value: string | undefined, parameters = {}) => {
    const [first] = linesOf(result, name);
    const line = value === undefined ? null : lineWith(name, value, parameters, lineEnd, first);
    setLine(result, name, line);
  };
  const before = old && readAlarm(old);
  set("ACTION", alarm.action.toUpperCase());
  if (alarm.related === "absolute") {
    set("TRIGGER", fromIso(alarm.date ?? "") ?? "", { VALUE: "DATE-TIME", RELATED: null });
  } else {
    set("TRIGGER", alarm.offset, {
      VALUE: null,
      RELATED: alarm.related === "end" ? "END" : null,
    });
  }
  // RFC 5545 §3.6.6 wants one in every alarm that is shown or sent.
  const needsText = alarm.action === "display" || alarm.action === "email";
  for (const [name, member] of [
    ["DESCRIPTION", "description"],
    ["SUMMARY", "summary"],
  ] as const) {
    if (before && before[member] === alarm[member]) continue;
    const empty =
      needsText && (name === "DESCRIPTION" || alarm.action === "email") ? "" : undefined;
    const value = alarm[member];
    set(name, value === undefined ? empty : escapeText(value), { ALTREP: null });
  }
  set("REPEAT", alarm.repeat === undefined ? undefined : String(alarm.repeat));
  set("DURATION", alarm.repeatInterval);
  const list = (name: string, values: readonly string[] | undefined) => {
    const present = linesOf(result, name);
    const lines = (values ?? []).map(
      (value) =>
        present.find((line) => line.text.endsWith(`:${value}`)) ??
        lineWith(name, value, {}, lineEnd),
    );
    setLines(result, name, lines);
  };
  if (!before || !sameValue(before.attendees, alarm.attendees))
    list("ATTENDEE", alarm.attendees?.map(addressUri));
  if (!before || !sameValue(before.attachments, alarm.attachments))
    list("ATTACH", alarm.attachments);
  return result;
}
