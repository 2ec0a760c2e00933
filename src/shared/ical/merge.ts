/**
 * Three-way merge of whole resources (a master, its overrides, alarms and time zones). The result is made from
 * the bytes of `theirs`; only what `mine` changed since `base` differs from them. Where both changed the same
 * thing differently, mine stands and its name is reported, so that the caller can keep the other version.
 * Never throws: a text too damaged to be changed in part is taken or left as a whole.
 */

import { changedProperties } from "./changed-properties.ts";
import {
  type CalendarTree,
  type Component,
  isComponent,
  joinTree,
  parseTree,
} from "./component-tree.ts";
import { lineEnd } from "./content-line.ts";
import { identifiedComponents } from "./identity.ts";
import { applyItems, type Outcome, type Versions } from "./item-changes.ts";
import { applyProperties, type ChangeSettings } from "./property-changes.ts";
import { CALENDAR_FACTS, isMarker } from "./property-names.ts";
import { type InstanceCheck, settleSeries } from "./series-clash.ts";
import { addMissingZones, replaceChangedZones, usedZones } from "./zone-definitions.ts";

export interface MergeVersions {
  /** What both sides started from. */
  readonly base: string;
  readonly mine: string;
  readonly theirs: string;
}

export interface MergedText {
  readonly text: string;
  /** Names of the properties (or components) both sides changed differently; empty: merged silently. */
  readonly conflicts: string[];
  /** False when `text` says nothing that `theirs` does not say; it is `theirs` byte for byte then. */
  readonly changed: boolean;
}

/** The name of a conflict between texts that can only be compared as a whole. */
export const WHOLE_TEXT = "VCALENDAR";

/** @param check tells more exactly than arithmetic whether a series has an instance (optional) */
export function mergeTexts(
  { base, mine, theirs }: MergeVersions,
  check?: InstanceCheck,
): MergedText {
  const unchanged = { text: theirs, conflicts: [], changed: false };
  if (mine === base || mine === theirs) return unchanged;
  if (theirs === base)
    return changedProperties(base, mine).length > 0
      ? { text: mine, conflicts: [], changed: true }
      : unchanged;
  const target = parseTree(theirs);
  const from = parseTree(base);
  const versions = { from, to: parseTree(mine), base: from, theirs: parseTree(theirs), target };
  if (![from, versions.to, target].every(isMergeable))
    return { text: mine, conflicts: [WHOLE_TEXT], changed: true };
  const settings = { lineEnd: lineEnd(theirs), ignored: isMarker };
  const outcome: Outcome = { conflicts: new Set(), changed: false };
  const zones = usedZones(target);
  applyItems(versions, settings, outcome);
  applyCalendarProperties(versions, settings, outcome);
  settleSeries(versions, settings, outcome, check);
  if (replaceChangedZones(versions, settings.lineEnd)) outcome.changed = true;
  if (!outcome.changed) return { ...unchanged, conflicts: [...outcome.conflicts] };
  addMissingZones(target, versions.to, zones, settings.lineEnd);
  return { text: joinTree(target), conflicts: [...outcome.conflicts], changed: true };
}

/** True when parts of the text can be changed without guessing where others begin. */
export function isMergeable(tree: CalendarTree): boolean {
  return tree.balanced && identifiedComponents(tree).length > 0;
}

/** Properties of the calendar object itself; what kind of text it is stays the server's affair. */
function applyCalendarProperties(
  versions: Versions,
  settings: ChangeSettings,
  outcome: Outcome,
): void {
  const [from, to, base, target] = [versions.from, versions.to, versions.base, versions.target].map(
    calendarComponent,
  );
  if (!from || !to || !base || !target) return;
  const ignored = (name: string) => CALENDAR_FACTS.has(name) || settings.ignored(name);
  const result = applyProperties({ from, to, base, target }, { ...settings, ignored });
  for (const name of result.conflicts) outcome.conflicts.add(name);
  if (result.changed) outcome.changed = true;
}

function calendarComponent(tree: CalendarTree): Component | undefined {
  return tree.nodes.filter(isComponent).find(({ name }) => name === "VCALENDAR");
}
