/**
 * VTIMEZONE components (RFC 5545 §3.6.5) of a merged text: one that a change newly refers to comes along from
 * the version that made the change; what is there is never touched.
 */
import { withLineEnds } from "./component-edit.ts";
import {
  type CalendarTree,
  type Component,
  calendars,
  innerComponents,
  isComponent,
  properties,
  property,
} from "./component-tree.ts";
import { foldedLine, lineParameter, lineValue } from "./content-line.ts";
import { canonicalComponent } from "./inner-changes.ts";

/** TZIDs that properties refer to. */
export function usedZones(tree: CalendarTree): Set<string> {
  const used = new Set<string>();
  for (const { children } of calendars(tree))
    for (const node of children)
      if (isComponent(node) && node.name !== "VTIMEZONE") collectZones(node, used);
  return used;
}

function collectZones(component: Component, used: Set<string>): void {
  for (const line of properties(component)) {
    if (!/;TZID=/i.test(line.text)) continue;
    const tzid = lineParameter(line, "TZID");
    if (tzid) used.add(tzid);
  }
  for (const inner of innerComponents(component)) collectZones(inner, used);
}

export function zoneDefinitions(tree: CalendarTree): Map<string, Component> {
  const defined = new Map<string, Component>();
  for (const { children } of calendars(tree))
    for (const node of children) {
      if (!isComponent(node) || node.name !== "VTIMEZONE") continue;
      const tzid = property(node, "TZID");
      if (tzid && !defined.has(lineValue(tzid))) defined.set(lineValue(tzid), node);
    }
  return defined;
}

/** Adds to `target` the definitions it has come to need, from `source`, before its first item. */
export function addMissingZones(
  target: CalendarTree,
  source: CalendarTree,
  usedBefore: ReadonlySet<string>,
  lineEnd: string,
): void {
  const defined = zoneDefinitions(target);
  const offered = zoneDefinitions(source);
  const missing = [...usedZones(target)]
    .filter((tzid) => !defined.has(tzid) && !usedBefore.has(tzid))
    .flatMap((tzid) => offered.get(tzid) ?? [])
    .map((zone) => withShortOffsets(withLineEnds(zone, lineEnd), lineEnd));
  const calendar = calendars(target)[0];
  if (missing.length === 0 || !calendar) return;
  const index = calendar.children.findIndex(
    (node) => isComponent(node) && node.name !== "VTIMEZONE",
  );
  calendar.children.splice(index < 0 ? calendar.children.length : index, 0, ...missing);
}

/** Offsets with seconds (`+010000`), which some servers refuse, in the four digits all understand. */
export function withShortOffsets(zone: Component, lineEnd: string): Component {
  return {
    ...zone,
    children: zone.children.map((node) => {
      if (isComponent(node)) return withShortOffsets(node, lineEnd);
      const long = /^(TZOFFSET(?:FROM|TO)(?:;[^:]*)?:[+-]\d{4})\d\d$/i.exec(node.text);
      return long ? foldedLine(long[1] ?? node.text, lineEnd) : node;
    }),
  };
}

/**
 * Definitions that one side changed and the other left alone: the change holds. Where both changed one, that of
 * `target` stays, and the items with it.
 * @returns true when one was replaced
 */
export function replaceChangedZones(
  versions: { from: CalendarTree; to: CalendarTree; target: CalendarTree },
  lineEnd: string,
): boolean {
  const [before, after] = [zoneDefinitions(versions.from), zoneDefinitions(versions.to)];
  let replaced = false;
  for (const [tzid, zone] of zoneDefinitions(versions.target)) {
    const [old, now] = [before.get(tzid), after.get(tzid)];
    if (!old || !now) continue;
    const content = canonicalComponent(old);
    if (canonicalComponent(now) === content || canonicalComponent(zone) !== content) continue;
    for (const { children } of calendars(versions.target)) {
      const index = children.indexOf(zone);
      if (index >= 0) children.splice(index, 1, withLineEnds(now, lineEnd));
    }
    replaced = true;
  }
  return replaced;
}
