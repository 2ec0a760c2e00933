/**
 * Changes to an item's members written into its component, in place: what is not named keeps its bytes. Everything is
 * checked before anything is written that could fail, but for times and series, which are written first.
 */
import { type Component, property } from "../component-tree.ts";
import { fromIso } from "./iso-time.ts";
import { setLine } from "./nodes.ts";
import type { SimpleChanges } from "./simple-item.ts";
import type { TextZones } from "./text-zones.ts";
import { escapeText, lineWith, type ParameterChanges } from "./values.ts";
import { writeAlarms } from "./write-alarms.ts";
import { writePeople } from "./write-people.ts";
import { writeSeries } from "./write-series.ts";
import { writeTimes } from "./write-times.ts";

/** @throws AppError "bad-argument" for members that do not fit together; the component is half changed then */
export function writeSimple(
  item: Component,
  changes: SimpleChanges,
  zones: TextZones,
  lineEnd: string,
): void {
  writeTimes(item, changes, zones, lineEnd);
  writeSeries(item, changes, lineEnd);
  for (const [member, write] of Object.entries(SINGLE)) {
    const value = changes[member as keyof SimpleChanges];
    if (value === undefined) continue;
    const { name, parameters = {} } = write;
    const old = property(item, name);
    const line =
      value === null ? null : lineWith(name, write.value(value), parameters, lineEnd, old);
    setLine(item, name, line);
  }
  writePeople(item, changes, lineEnd);
  writeAlarms(item, changes.alarms, lineEnd);
}

interface SingleProperty {
  readonly name: string;
  readonly value: (value: unknown) => string;
  readonly parameters?: ParameterChanges;
}

const text = (name: string, parameters?: ParameterChanges): SingleProperty => ({
  name,
  value: (value) => escapeText(String(value)),
  ...(parameters && { parameters }),
});
const keyword = (name: string): SingleProperty => ({
  name,
  value: (value) => String(value).toUpperCase(),
});
const plain = (name: string): SingleProperty => ({ name, value: String });
const stamp = (name: string): SingleProperty => ({
  name,
  value: (value) => fromIso(String(value)) ?? String(value),
});

/** Another representation (ALTREP) of a text is not that of a new text. */
const FORMATTED = { ALTREP: null };

const SINGLE: { readonly [K in keyof SimpleChanges]?: SingleProperty } = {
  title: text("SUMMARY", FORMATTED),
  description: text("DESCRIPTION", FORMATTED),
  location: text("LOCATION", FORMATTED),
  categories: {
    name: "CATEGORIES",
    value: (value) => (value as string[]).map(escapeText).join(","),
  },
  status: keyword("STATUS"),
  privacy: keyword("CLASS"),
  priority: plain("PRIORITY"),
  completed: stamp("COMPLETED"),
  percentComplete: plain("PERCENT-COMPLETE"),
  url: plain("URL"),
  created: stamp("CREATED"),
  updated: stamp("LAST-MODIFIED"),
  sequence: plain("SEQUENCE"),
};
