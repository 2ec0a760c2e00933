/** The notes of an item without taking its whole text apart: of ten thousand texts that is most of reading them. Pure. */
import { parseTree, property } from "../../shared/ical/component-tree.ts";
import { contentLine, lineValue } from "../../shared/ical/content-line.ts";
import { identifiedComponents } from "../../shared/ical/identity.ts";
import { unescapeText } from "../../shared/ical/text-value.ts";

/** Where components begin and end, and what may be notes, with what stands behind the name. */
const MARKS = /(?:^|\n)(BEGIN|END|DESCRIPTION)(?=[;:])([^\r\n]*)/gi;
/** A calendar's own are no item's. */
const ZONE = "VTIMEZONE";
const ITEM_DEPTH = 2;

/** The first DESCRIPTION of an item in the text, none of its alarms'; "" without one. */
export function firstNotes(text: string): string {
  if (!/\nDESCRIPTION[;:]/i.test(text)) return "";
  const place = firstPlace(text);
  if (place === undefined) return byTree(text);
  return place === null ? "" : unescapeText(lineValue(contentLine(logicalLine(text, place))));
}

/** Where it begins; `null` without one; `undefined` for a text whose structure is not that of a calendar object. */
function firstPlace(text: string): number | null | undefined {
  const open: string[] = [];
  let found: number | null = null;
  let calendars = 0;
  MARKS.lastIndex = 0;
  for (let match = MARKS.exec(text); match !== null; match = MARKS.exec(text)) {
    const kind = (match[1] as string).toUpperCase();
    if (kind === "DESCRIPTION") {
      const isItems = open.length === ITEM_DEPTH && open[1] !== ZONE;
      if (isItems) found ??= match.index + (text[match.index] === "\n" ? 1 : 0);
      continue;
    }
    const name = (match[2] as string).slice(1).trim().toUpperCase();
    if (kind === "BEGIN") {
      if (open.length === 0 && (name !== "VCALENDAR" || calendars++ > 0)) return undefined;
      open.push(name);
    } else if (open.pop() !== name) return undefined;
  }
  return open.length > 0 || calendars === 0 ? undefined : found;
}

/** With its folded lines. */
function logicalLine(text: string, start: number): string {
  let end = text.indexOf("\n", start) + 1 || text.length;
  while (text[end] === " " || text[end] === "\t") end = text.indexOf("\n", end) + 1 || text.length;
  return text.slice(start, end);
}

function byTree(text: string): string {
  const notes = identifiedComponents(parseTree(text)).map(({ component }) =>
    property(component, "DESCRIPTION"),
  );
  const first = notes.find((line) => line !== undefined);
  return first ? unescapeText(lineValue(first)) : "";
}
