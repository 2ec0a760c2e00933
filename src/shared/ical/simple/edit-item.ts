/**
 * Changes to an item's members laid over its text: an event, task, series or one occurrence of it. Pure, and all or
 * nothing: a change that does not fit is an error, and no text comes of it.
 */
import { AppError } from "../../errors.ts";
import { insertComponent } from "../component-edit.ts";
import {
  type CalendarTree,
  type Component,
  joinTree,
  parseTree,
  property,
} from "../component-tree.ts";
import { lineEnd } from "../content-line.ts";
import { type IdentifiedComponent, identifiedComponents } from "../identity.ts";
import { checkMembers } from "./check-members.ts";
import { type Members, refused } from "./checks.ts";
import { moveSeries } from "./move-series.ts";
import { setLine } from "./nodes.ts";
import { addedOverride, findOverride } from "./occurrence.ts";
import { momentOf } from "./read-simple.ts";
import { sameValue } from "./same-value.ts";
import { readShown, type ShownItem } from "./shown-item.ts";
import type { SimpleChanges } from "./simple-item.ts";
import { TextZones, type ZonePort } from "./text-zones.ts";
import { lineWith } from "./values.ts";
import { writeSimple } from "./write-simple.ts";

export interface ItemEdit {
  /** The text that is changed. */
  readonly text: string;
  readonly uid: string;
  /** The occurrence that is meant, as {@link SimpleItem.start} says times; `null` for the whole item. */
  readonly instance: string | null;
  /** Members as a caller gives them; absent and undefined ones stay. */
  readonly members: Members;
  /** The text the caller has seen, where that is another one: what still says the same as it is no change. */
  readonly seen?: string | null;
  /** The time of the change (RFC 5545 form, UTC), for its stamps; `null` to leave those alone. */
  readonly now: string | null;
}

/**
 * @returns the changed text; `edit.text` itself when nothing changes
 * @throws AppError "bad-argument" naming the member that is wrong or does not fit
 */
export function editItem(edit: ItemEdit, port: ZonePort): string {
  const { text, uid, instance, members } = edit;
  const tree = parseTree(text);
  if (!tree.balanced) {
    throw new AppError("bad-argument", "The item's text is damaged: give the whole item.");
  }
  const end = lineEnd(text);
  const parts = identifiedComponents(tree).filter(
    (each) => each.uid === uid && isItem(each.component),
  );
  if (parts.length === 0) {
    throw new AppError("bad-argument", `The text has no item with the id "${uid}".`);
  }
  const target = targetOf(parts, instance, end);
  const type = target.component.name === "VTODO" ? "task" : "event";
  const { type: asked } = members;
  if (asked != null && asked !== type) {
    throw refused("type", `the item is ${type === "event" ? "an event" : "a task"}.`);
  }
  const changes = changesFor(target.component, edit, type, port);
  if (Object.keys(changes).length === 0) return text;
  if (instance !== null) assertNoSeries(changes);
  if (target.isNew) insertComponent(target.siblings, target.component, parts.at(-1)?.component);
  const before = momentOf(property(target.component, "DTSTART"));
  const zones = new TextZones(tree, port);
  writeSimple(target.component, changes, zones, end);
  const after = momentOf(property(target.component, "DTSTART"));
  if (instance === null && before && after) {
    const overrides = parts.map(({ component }) => component);
    moveSeries(target.component, overrides, before, after, changes, end);
  }
  stamp(target.component, edit.now, changes, end);
  zones.complete(end);
  return joinTree(tree);
}

interface Target {
  readonly component: Component;
  readonly siblings: CalendarTree["nodes"];
  readonly isNew: boolean;
}

function targetOf(
  parts: readonly IdentifiedComponent[],
  instance: string | null,
  end: string,
): Target {
  const master = parts.find(({ recurrenceId }) => recurrenceId === null);
  if (instance === null) {
    if (master) return { ...master, isNew: false };
    throw refused("instance", "is missing: only single occurrences of this series are here.");
  }
  const known = findOverride(parts, master?.component, instance);
  if (known) return { ...known, isNew: false };
  if (!master) throw refused("instance", `the item has no occurrence at ${instance}.`);
  return {
    component: addedOverride(master.component, instance, end),
    siblings: master.siblings,
    isNew: true,
  };
}

/** Only what differs, both from what the caller has seen and from what is there. */
function changesFor(
  component: Component,
  { text, seen, uid, instance, members }: ItemEdit,
  type: "event" | "task",
  port: ZonePort,
): SimpleChanges {
  const shown = readShown(component, port.name);
  const known = seen == null || seen === text ? shown : shownBefore(seen, uid, instance, port);
  const given = Object.entries(members).filter(([name, value]) => !says(known, name, value));
  const changes = Object.entries(checkMembers(Object.fromEntries(given), type, shown));
  return Object.fromEntries(changes.filter(([name, value]) => !says(shown, name, value)));
}

/** True when an item shows this value already; nothing, an empty text and an empty list are the same. */
function says(item: ShownItem | null, name: string, value: unknown): boolean {
  const shown = item?.[name as keyof ShownItem];
  return sameValue(orNull(value), orNull(shown));
}

function orNull(value: unknown): unknown {
  return value === undefined || value === "" || (Array.isArray(value) && value.length === 0)
    ? null
    : value;
}

function shownBefore(
  seen: string,
  uid: string,
  instance: string | null,
  port: ZonePort,
): ShownItem | null {
  const parts = identifiedComponents(parseTree(seen)).filter((each) => each.uid === uid);
  try {
    return readShown(targetOf(parts, instance, "\r\n").component, port.name);
  } catch {
    return null;
  }
}

const SERIES = [
  "recurrenceRules",
  "excludedRecurrenceRules",
  "recurrenceDates",
  "excludedDates",
] as const;

function assertNoSeries(changes: SimpleChanges): void {
  const member = SERIES.find((name) => changes[name] != null);
  if (member !== undefined) throw refused(member, "one occurrence has none of its own.");
}

function stamp(item: Component, now: string | null, changes: SimpleChanges, end: string): void {
  if (now === null) return;
  const names = changes.updated === undefined ? ["LAST-MODIFIED", "DTSTAMP"] : ["DTSTAMP"];
  for (const name of names) {
    setLine(item, name, lineWith(name, now, {}, end, property(item, name)));
  }
}

function isItem({ name }: Component): boolean {
  return name === "VEVENT" || name === "VTODO";
}
