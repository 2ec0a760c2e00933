/** Values of properties as a person reads them: dates, durations, rules, attendees, alarms. Never parsed again. */
import { type Component, property } from "./component-tree.ts";
import { type ContentLine, lineParameter, lineValue } from "./content-line.ts";
import { durationOf } from "./date-value.ts";
import type { Unit } from "./property-units.ts";
import { unescapeText } from "./text-value.ts";

const DATES: ReadonlySet<string> = new Set([
  "DTSTART",
  "DTEND",
  "DUE",
  "COMPLETED",
  "RECURRENCE-ID",
  "EXDATE",
  "RDATE",
]);

export function unitWords({ name, lines, value }: Unit): string {
  const [line] = lines as readonly [ContentLine, ...ContentLine[]];
  if (value === null) return lineWords(line);
  return DATES.has(name) ? dateWords(value, lineParameter(line, "TZID")) : unescapeText(value);
}

export function lineWords(line: ContentLine): string {
  const value = lineValue(line);
  if (DATES.has(line.name)) return dateWords(value, lineParameter(line, "TZID"));
  if (line.name === "DURATION") return durationWords(value);
  if (line.name === "RRULE" || line.name === "EXRULE") return ruleWords(value);
  if (line.name === "ATTENDEE" || line.name === "ORGANIZER") return personWords(line);
  if (line.name === "TRIGGER") return triggerWords(line);
  if (line.name === "STATUS" || line.name === "CLASS") return keyword(value);
  return unescapeText(value);
}

/** An item by its title, an alarm by what it does and when. */
export function componentWords(component: Component): string {
  const trigger = property(component, "TRIGGER");
  if (component.name !== "VALARM" && !trigger) {
    const summary = property(component, "SUMMARY");
    return summary ? lineWords(summary) : "";
  }
  const action = keyword(lineValue(property(component, "ACTION") ?? NO_LINE)) || "alarm";
  return trigger ? `${action}, ${triggerWords(trigger)}` : action;
}

const NO_LINE: ContentLine = { raw: "", text: "", name: "" };

/** `2026-06-01`, `2026-06-01 10:00 UTC`, `2026-06-01 10:00 Europe/Berlin`; as written where it is no date. */
export function dateWords(value: string, tzid: string | null): string {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/i.exec(value.trim());
  if (!match) return value.trim();
  const [, year, month, day, hour, minute, second, utc] = match;
  const date = `${year}-${month}-${day}`;
  if (hour === undefined) return date;
  const time = second === "00" ? `${hour}:${minute}` : `${hour}:${minute}:${second}`;
  const zone = utc ? "UTC" : tzid;
  return zone ? `${date} ${time} ${zone}` : `${date} ${time}`;
}

const LENGTHS = [
  ["week", 604_800_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** `1 hour 30 minutes`, without regard to the sign. */
export function durationWords(value: string): string {
  const duration = durationOf(value);
  if (duration === null) return value.trim();
  let left = Math.abs(duration);
  const parts: string[] = [];
  for (const [name, length] of LENGTHS) {
    const count = Math.floor(left / length);
    left -= count * length;
    if (count > 0) parts.push(counted(count, name));
  }
  return parts.join(" ") || "0 minutes";
}

function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

function triggerWords(line: ContentLine): string {
  const value = lineValue(line);
  const offset = durationOf(value);
  if (offset === null) return `at ${dateWords(value, null)}`;
  const point = lineParameter(line, "RELATED")?.toUpperCase() === "END" ? "the end" : "the start";
  if (offset === 0) return `at ${point}`;
  return `${durationWords(value)} ${offset < 0 ? "before" : "after"} ${point}`;
}

function personWords(line: ContentLine): string {
  const address = lineValue(line).replace(/^mailto:/i, "");
  const name = lineParameter(line, "CN");
  const facts = [
    lineParameter(line, "PARTSTAT"),
    lineParameter(line, "ROLE"),
    lineParameter(line, "CUTYPE"),
  ]
    .filter((fact) => fact !== null)
    .map(keyword);
  const person = name ? `${name} <${address}>` : address;
  return facts.length > 0 ? `${person} (${facts.join(", ")})` : person;
}

const DAYS: Readonly<Record<string, string>> = {
  MO: "Monday",
  TU: "Tuesday",
  WE: "Wednesday",
  TH: "Thursday",
  FR: "Friday",
  SA: "Saturday",
  SU: "Sunday",
};
const UNITS: Readonly<Record<string, string>> = {
  SECONDLY: "second",
  MINUTELY: "minute",
  HOURLY: "hour",
  DAILY: "day",
  WEEKLY: "week",
  MONTHLY: "month",
  YEARLY: "year",
};

/** `every 2 weeks, Monday and Friday, 10 times`; parts beyond the usual ones are shown as written. */
function ruleWords(value: string): string {
  const parts = new Map(
    value
      .trim()
      .toUpperCase()
      .split(";")
      .map((part): [string, string] => {
        const at = part.indexOf("=");
        return [part.slice(0, at), part.slice(at + 1)];
      }),
  );
  const unit = UNITS[parts.get("FREQ") ?? ""];
  if (!unit) return value;
  const interval = Number(parts.get("INTERVAL") ?? 1);
  const words = [interval === 1 ? `every ${unit}` : `every ${interval} ${unit}s`];
  for (const [name, part] of parts) {
    if (name === "BYDAY")
      words.push(
        part
          .split(",")
          .map((day) => DAYS[day] ?? day)
          .join(" and "),
      );
    else if (name === "COUNT") words.push(counted(Number(part), "time"));
    else if (name === "UNTIL") words.push(`until ${dateWords(part, null)}`);
    else if (!["FREQ", "INTERVAL", "WKST"].includes(name)) words.push(`${name}=${part}`);
  }
  return words.join(", ");
}

/** `IN-PROCESS` → `in process` */
function keyword(value: string): string {
  return value.trim().toLowerCase().replaceAll("-", " ");
}
