/**
 * Which component is which: items by UID, overrides by RECURRENCE-ID (RFC 5545 §3.8.4.4, RFC 4791 §4.1),
 * the same in every version of a resource.
 */
import {
  type CalendarTree,
  type Component,
  calendars,
  isComponent,
  parseTree,
  property,
} from "./component-tree.ts";
import { lineParameter, lineValue } from "./content-line.ts";
import { unescapeText } from "./text-value.ts";
import { instantKey } from "./time-zone.ts";

export interface IdentifiedComponent {
  readonly component: Component;
  /** Where it stands: the children of its VCALENDAR (or the top of a text without one). */
  readonly siblings: CalendarTree["nodes"];
  readonly uid: string;
  /** `null` for a master or single item. */
  readonly recurrenceId: string | null;
  /** RECURRENCE-ID as its value is written: finds the override where programs name the zone differently. */
  readonly recurrenceWall: string | null;
  readonly key: string;
}

/** UIDs of the items of a resource, in the order of the text; one for what RFC 4791 §4.1 allows. */
export function resourceUids(text: string): string[] {
  const uids = identifiedComponents(parseTree(text)).map(({ uid }) => uid);
  return [...new Set(uids)].filter((uid) => uid !== "");
}

/** Everything within the calendars of a text but time zones. */
export function identifiedComponents(tree: CalendarTree): IdentifiedComponent[] {
  const found: IdentifiedComponent[] = [];
  const counts = new Map<string, number>();
  for (const { children } of calendars(tree))
    for (const component of children) {
      if (!isComponent(component) || component.name === "VTIMEZONE") continue;
      const identified = identify(component, children);
      const count = counts.get(identified.key) ?? 0;
      counts.set(identified.key, count + 1);
      found.push(count === 0 ? identified : { ...identified, key: `${identified.key}#${count}` });
    }
  return found;
}

function identify(component: Component, siblings: CalendarTree["nodes"]): IdentifiedComponent {
  const uid = componentUid(component);
  const line = property(component, "RECURRENCE-ID");
  const recurrenceId = line ? instantKey(lineValue(line), lineParameter(line, "TZID")) : null;
  return {
    component,
    siblings,
    uid,
    recurrenceId,
    recurrenceWall: line ? lineValue(line).trim().toUpperCase() : null,
    key: `${component.name} ${uid} ${recurrenceId ?? ""}`,
  };
}

export function componentUid(component: Component): string {
  const line = property(component, "UID");
  return line ? unescapeText(lineValue(line)).trim() : "";
}

/** The same component in another version. */
export function counterpart(
  wanted: IdentifiedComponent,
  among: readonly IdentifiedComponent[],
): IdentifiedComponent | undefined {
  return (
    among.find(({ key }) => key === wanted.key) ??
    (wanted.recurrenceWall === null
      ? undefined
      : among.find(
          (other) =>
            other.recurrenceWall === wanted.recurrenceWall &&
            other.uid === wanted.uid &&
            other.component.name === wanted.component.name,
        ))
  );
}

/**
 * Whether two texts with one UID are versions of one resource: servers may keep an override apart from its master.
 * @returns true when `other` holds the master that `text` holds; of a text without one, all its overrides
 */
export function isSameResource(text: string, other: string): boolean {
  const held = identifiedComponents(parseTree(text));
  const among = identifiedComponents(parseTree(other));
  const masters = held.filter(({ recurrenceId }) => recurrenceId === null);
  const wanted = masters.length > 0 ? masters : held;
  return wanted.every((component) => counterpart(component, among) !== undefined);
}

/** The master that an override belongs to. */
export function masterOf(
  override: IdentifiedComponent,
  among: readonly IdentifiedComponent[],
): IdentifiedComponent | undefined {
  return among.find(
    ({ uid, recurrenceId, component }) =>
      recurrenceId === null && uid === override.uid && component.name === override.component.name,
  );
}
