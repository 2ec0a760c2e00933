/**
 * A series is one thing: where one side changed when it happens and the other changed single occurrences, the
 * merged result is kept only if it holds together; else this side's version of what clashes stands.
 */
import { type Component, properties, property } from "./component-tree.ts";
import type { ContentLine } from "./content-line.ts";
import { counterpart, type IdentifiedComponent, identifiedComponents } from "./identity.ts";
import { differs, type Outcome, removeItem, type Versions } from "./item-changes.ts";
import { applyProperties, type ChangeSettings } from "./property-changes.ts";
import { SERIES_PROPERTIES } from "./property-names.ts";
import { changesBetween, unitsOf } from "./property-units.ts";
import { endsAfterStart, mayHaveInstance } from "./series-check.ts";

/** Answers whether a series has an instance at a RECURRENCE-ID; `null` when it cannot tell. */
export type InstanceCheck = (master: Component, recurrenceId: ContentLine) => boolean | null;

const NONE: ReadonlySet<string> = new Set();

/** Runs after `applyItems` on the same versions. */
export function settleSeries(
  versions: Versions,
  settings: ChangeSettings,
  outcome: Outcome,
  check: InstanceCheck = () => null,
): void {
  const from = identifiedComponents(versions.from);
  const to = identifiedComponents(versions.to);
  const base = identifiedComponents(versions.base);
  const theirs = identifiedComponents(versions.theirs);
  const target = identifiedComponents(versions.target);
  for (const master of target) {
    if (master.recurrenceId !== null) continue;
    const here = seriesChanges(counterpart(master, from), counterpart(master, to));
    const there = seriesChanges(counterpart(master, base), counterpart(master, theirs));
    if (here.length + there.length === 0) continue;
    const overrides = target.filter(
      (item) => item.recurrenceId !== null && item.uid === master.uid,
    );
    const broken = (before: Items, after: Items) =>
      overrides.filter(
        (override) => isChanged(override, before, after) && !isSound(master, override, check),
      );
    const brokenThere = here.length > 0 ? broken(base, theirs) : [];
    const brokenHere = there.length > 0 ? broken(from, to) : [];
    const mine = counterpart(master, to)?.component;
    if (brokenThere.length > 0) {
      for (const name of [...here, "RECURRENCE-ID"]) outcome.conflicts.add(name);
      for (const override of brokenThere) if (!counterpart(override, to)) removeItem(override);
    }
    if (brokenHere.length > 0 && mine) {
      for (const name of [...there, "RECURRENCE-ID"]) outcome.conflicts.add(name);
      takeSeries(master.component, mine, settings);
      outcome.changed = true;
    }
  }
}

type Items = readonly IdentifiedComponent[];

function isSound(
  master: IdentifiedComponent,
  override: IdentifiedComponent,
  check: InstanceCheck,
): boolean {
  const recurrenceId = property(override.component, "RECURRENCE-ID");
  if (!recurrenceId) return true;
  const exists =
    check(master.component, recurrenceId) ?? mayHaveInstance(master.component, recurrenceId);
  return exists && endsAfterStart(override.component);
}

function isChanged(override: IdentifiedComponent, before: Items, after: Items): boolean {
  const [old, now] = [counterpart(override, before), counterpart(override, after)];
  return now !== undefined && (!old || differs(old.component, now.component));
}

/** Names of the properties by which the set of instances changed. */
function seriesChanges(
  before: IdentifiedComponent | undefined,
  after: IdentifiedComponent | undefined,
): string[] {
  if (!before || !after) return [];
  const [old, now] = [unitsOf(before.component, NONE), unitsOf(after.component, NONE)];
  const names = changesBetween(old, now).map(({ name }) => name);
  return [...new Set(names)].filter((name) => SERIES_PROPERTIES.has(name));
}

/** Gives `target` the series of `mine`, times included. */
function takeSeries(target: Component, mine: Component, settings: ChangeSettings): void {
  const time = new Set([...SERIES_PROPERTIES, "DTEND", "DUE", "DURATION"]);
  const only = (component: Component): Component => ({
    ...component,
    children: properties(component).filter(({ name }) => time.has(name)),
  });
  const now = only(target);
  applyProperties({ from: now, to: only(mine), base: now, target }, settings);
}
