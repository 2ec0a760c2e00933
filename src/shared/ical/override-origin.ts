/**
 * What an override (RFC 5545 §3.8.4.4) looked like before anyone changed it: the master at the time of that
 * instance. Two sides that each make an override of one instance are merged on this ground.
 */
import { type Component, isComponent, property } from "./component-tree.ts";
import { type ContentLine, contentLine, lineValue, valueStart } from "./content-line.ts";
import { isDate, wallTime } from "./date-value.ts";
import { SERIES_PROPERTIES } from "./property-names.ts";

/** The master's properties with the times of the instance `override` stands for. */
export function derivedOverride(master: Component, override: Component): Component {
  const recurrenceId = property(override, "RECURRENCE-ID");
  const start = property(master, "DTSTART");
  const children = master.children.filter(
    (node) => isComponent(node) || !SERIES_PROPERTIES.has(node.name),
  );
  if (!recurrenceId || !start) return { ...master, children };
  const shift = (wallTime(lineValue(recurrenceId)) ?? 0) - (wallTime(lineValue(start)) ?? 0);
  return {
    ...master,
    children: [
      recurrenceId,
      contentLine(recurrenceId.text.replace(/^[^;:]+/, "DTSTART")),
      ...children.map((node) =>
        isComponent(node) || (node.name !== "DTEND" && node.name !== "DUE")
          ? node
          : shifted(node, shift),
      ),
    ],
  };
}

function shifted(line: ContentLine, shift: number): ContentLine {
  const value = lineValue(line);
  const wall = wallTime(value);
  if (wall === null) return line;
  const moved = new Date(wall + shift).toISOString().replace(/[-:]/g, "");
  const written = isDate(value) ? moved.slice(0, 8) : moved.slice(0, 15);
  const zone = /Z$/i.test(value) ? "Z" : "";
  return contentLine(line.text.slice(0, valueStart(line.text)) + written + zone);
}
