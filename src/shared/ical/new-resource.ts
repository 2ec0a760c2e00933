/**
 * The text of a resource that does not exist yet, from Thunderbird's serialisation of a new item: what
 * RFC 4791 §4.1 asks of a calendar object resource, in canonical form (CRLF, folded at 75 octets).
 */
import { type Component, isComponent, parseTree } from "./component-tree.ts";
import { type ContentLine, foldedLine } from "./content-line.ts";
import { isAcknowledgement, isMarker } from "./property-names.ts";
import { withShortOffsets } from "./zone-definitions.ts";

/** Of whoever calls the API: no add-on in particular. */
export const PRODID = "PRODID:-//messenger.calendar//Thunderbird calendar provider//EN";
const END = "\r\n";

/** A text of bare components gets the VCALENDAR around it. Lines that are no properties are left out. */
export function newResourceText(serialised: string): string {
  const { nodes } = parseTree(serialised);
  const calendars = nodes.filter(isComponent).filter(({ name }) => name === "VCALENDAR");
  const children = calendars.length > 0 ? calendars.flatMap((node) => node.children) : nodes;
  return [
    ...["BEGIN:VCALENDAR", PRODID, "VERSION:2.0"].map((line) => foldedLine(line, END).raw),
    ...children.map(written),
    `END:VCALENDAR${END}`,
  ].join("");
}

const REPLACED = new Set(["PRODID", "VERSION", "METHOD"]);

function written(node: ContentLine | Component): string {
  if (!isComponent(node)) return REPLACED.has(node.name) ? "" : writtenLine(node);
  const component = node.name === "VTIMEZONE" ? withShortOffsets(node, END) : node;
  return writtenComponent(component);
}

function writtenComponent({ name, children }: Component): string {
  const inner = children.map((node) =>
    isComponent(node) ? writtenComponent(node) : writtenLine(node),
  );
  return [`BEGIN:${name}${END}`, ...inner, `END:${name}${END}`].join("");
}

function writtenLine(line: ContentLine): string {
  const dropped = line.name === "" || isMarker(line.name) || isAcknowledgement(line.name);
  return dropped ? "" : foldedLine(line.text, END).raw;
}
