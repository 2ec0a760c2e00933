/**
 * The heart of merging and of committing an edit: the change from one version of a resource to another is
 * applied to a third text, in place, so that everything the change does not touch keeps its bytes.
 *
 * `from` → `to` is what was done here, `base` → `theirs` what was done elsewhere. For a merge `from` is `base`;
 * for an edit `from` and `to` are Thunderbird's own serialisations, whose form differs from the stored text.
 */
import { insertComponent, withLineEnds, withoutProperties } from "./component-edit.ts";
import type { CalendarTree, Component } from "./component-tree.ts";
import {
  counterpart,
  type IdentifiedComponent,
  identifiedComponents,
  masterOf,
} from "./identity.ts";
import { applyInner, canonicalComponent, innerChanges, pairedByOrder } from "./inner-changes.ts";
import { derivedOverride } from "./override-origin.ts";
import {
  applyBookkeeping,
  applyProperties,
  type ChangeSettings,
  type ComponentVersions,
} from "./property-changes.ts";
import { isMarker } from "./property-names.ts";

export interface Versions {
  readonly from: CalendarTree;
  readonly to: CalendarTree;
  readonly base: CalendarTree;
  readonly theirs: CalendarTree;
  /** A copy of `theirs`, changed in place. */
  readonly target: CalendarTree;
}

/** What came of it; filled while the change is applied. */
export interface Outcome {
  /** Names of properties or components that both sides changed differently. */
  readonly conflicts: Set<string>;
  /** True when something a person entered was applied. */
  changed: boolean;
}

/** Applies the change of every item but VTIMEZONEs. */
export function applyItems(versions: Versions, settings: ChangeSettings, outcome: Outcome): void {
  const from = identifiedComponents(versions.from);
  const to = identifiedComponents(versions.to);
  const base = identifiedComponents(versions.base);
  const target = identifiedComponents(versions.target);
  for (const after of to) {
    const before = counterpart(after, from);
    const there = counterpart(after, target);
    if (there) {
      const components: ComponentVersions = {
        from: (before ?? origin(after, from))?.component ?? null,
        to: after.component,
        base: (counterpart(after, base) ?? origin(after, base))?.component ?? null,
        target: there.component,
      };
      applyComponent(components, settings, outcome);
    } else if (!before || differs(before.component, after.component)) {
      if (before && counterpart(after, base)) outcome.conflicts.add(nameOf(after));
      target.push(addItem(versions.target, target, after, settings));
      outcome.changed = true;
    }
  }
  for (const before of from) {
    if (counterpart(before, to)) continue;
    const there = counterpart(before, target);
    if (!there) continue;
    const earlier = counterpart(before, base);
    if (earlier && differs(earlier.component, there.component))
      outcome.conflicts.add(nameOf(before));
    removeItem(there);
    outcome.changed = true;
  }
}

/** True when two components differ in more than bookkeeping. */
export function differs(first: Component, second: Component): boolean {
  return canonicalComponent(first) !== canonicalComponent(second);
}

/** How a conflict, or a change, of a whole component is called. */
export function nameOf({ component, recurrenceId }: IdentifiedComponent): string {
  return recurrenceId === null ? component.name : "RECURRENCE-ID";
}

export function removeItem({ siblings, component }: IdentifiedComponent): void {
  siblings.splice(siblings.indexOf(component), 1);
}

/** A new override starts as a copy of its master: only what differs from that was changed. */
function origin(
  override: IdentifiedComponent,
  among: readonly IdentifiedComponent[],
): IdentifiedComponent | undefined {
  if (override.recurrenceId === null) return undefined;
  const master = masterOf(override, among);
  return master && { ...master, component: derivedOverride(master.component, override.component) };
}

/** Adds an item of another version after the last one with its UID. */
function addItem(
  target: CalendarTree,
  items: readonly IdentifiedComponent[],
  item: IdentifiedComponent,
  settings: ChangeSettings,
): IdentifiedComponent {
  const neighbour = items.findLast(({ uid }) => uid === item.uid) ?? items.at(-1);
  const siblings = neighbour?.siblings ?? target.nodes;
  const clean = withoutProperties(
    item.component,
    (name) => isMarker(name) || settings.ignored(name),
  );
  const component = withLineEnds(clean, settings.lineEnd);
  insertComponent(siblings, component, neighbour?.component);
  return { ...item, component, siblings };
}

/** Applies the change of one component; time stamps follow only where something else changed. */
function applyComponent(
  versions: ComponentVersions,
  settings: ChangeSettings,
  outcome: Outcome,
): void {
  const { from, to, base, target } = versions;
  const untouched = { ...target };
  const inner = innerChanges(from, to);
  const innerThere = innerChanges(base, untouched);
  const properties = applyProperties(versions, settings);
  const before = canonicalComponent(target);
  const conflicts = applyInner(target, inner, innerThere, {
    lineEnd: settings.lineEnd,
    origin: (removed) => pairedByOrder(removed, from, base),
    patch: (removed, added, found) => {
      // A copy as it is now: what was found here is what the other side has.
      const same = { ...found };
      applyComponent({ from: removed, to: added, base: same, target: found }, settings, outcome);
    },
  });
  for (const name of [...properties.conflicts, ...conflicts]) outcome.conflicts.add(name);
  if (!properties.changed && canonicalComponent(target) === before) return;
  outcome.changed = true;
  applyBookkeeping(versions, settings);
}
