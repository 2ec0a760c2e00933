/** A whole item as a caller gives it, made into a text that can be stored: otherwise as it is, byte for byte. */
import {
  type CalendarTree,
  type Component,
  calendars,
  isComponent,
  joinTree,
  parseTree,
  property,
} from "../../../shared/ical/component-tree.ts";
import { foldedLine, lineEnd } from "../../../shared/ical/content-line.ts";
import { componentUid, identifiedComponents } from "../../../shared/ical/identity.ts";
import { newResourceText } from "../../../shared/ical/new-resource.ts";
import { escapeText } from "../../../shared/ical/simple/values.ts";
import {
  addMissingZones,
  usedZones,
  zoneDefinitions,
} from "../../../shared/ical/zone-definitions.ts";
import { extensionError } from "../extension-error.ts";
import { thunderbirdZones } from "./zone-lookup.ts";

/**
 * A component alone gets a VCALENDAR around it and the time zones it uses; items without a UID get `id`.
 * @throws ExtensionError when there is no id to give them, and for a damaged text
 */
export function resourceText(text: string, id: string | null, argument: string): string {
  const tree = parseTree(text);
  assertWhole(tree, argument);
  const bare = !tree.nodes.some((node) => isComponent(node) && node.name === "VCALENDAR");
  const whole = bare ? withZones(newResourceText(text)) : text;
  return withUid(whole, id, argument);
}

/** What Thunderbird's parser would make an empty item of, to take the place of a stored one. */
function assertWhole(tree: CalendarTree, argument: string): void {
  if (!tree.balanced) throw extensionError(`${argument} is not well-formed iCalendar.`);
  for (const { component } of identifiedComponents(tree)) {
    if (component.name === "VEVENT" && property(component, "DTSTART") === undefined) {
      throw extensionError(`${argument} has an event without a start (DTSTART).`);
    }
  }
}

/** The UID of the first item of a text. */
export function uidOf(text: string): string | null {
  return identifiedComponents(parseTree(text))[0]?.uid || null;
}

/** The same item under another UID. */
export function withNewUid(text: string, uid: string, newUid: string): string {
  const tree = parseTree(text);
  for (const { component, uid: own } of identifiedComponents(tree)) {
    if (own === uid) setUid(component, newUid, lineEnd(text));
  }
  return joinTree(tree);
}

function withUid(text: string, id: string | null, argument: string): string {
  const tree = parseTree(text);
  const nameless = calendars(tree)
    .flatMap(({ children }) => children)
    .filter(isComponent)
    .filter(({ name }) => name === "VEVENT" || name === "VTODO")
    .filter((item) => componentUid(item) === "");
  if (nameless.length === 0) return text;
  if (id === null || id === "") throw extensionError(`${argument} has no UID, and id is missing.`);
  for (const item of nameless) setUid(item, id, lineEnd(text));
  return joinTree(tree);
}

function setUid(item: Component, uid: string, end: string): void {
  const line = foldedLine(`UID:${escapeText(uid)}`, end);
  const old = property(item, "UID");
  item.children = old
    ? item.children.map((node) => (node === old ? line : node))
    : [line, ...item.children];
}

function withZones(text: string): string {
  const tree = parseTree(text);
  const defined = zoneDefinitions(tree);
  const definitions = [...usedZones(tree)]
    .filter((tzid) => !defined.has(tzid))
    .map((tzid) => thunderbirdZones.definition(tzid) ?? "");
  const source = parseTree(`BEGIN:VCALENDAR\r\n${definitions.join("")}END:VCALENDAR\r\n`);
  addMissingZones(tree, source, new Set(), lineEnd(text));
  return joinTree(tree);
}
