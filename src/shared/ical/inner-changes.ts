/**
 * Alarms and other components within an item (RFC 5545 §3.6.6). They have no dependable identity, so they are
 * recognised by their content, else by a UID, else by action and trigger.
 */
import { insertComponent, withLineEnds } from "./component-edit.ts";
import {
  type Component,
  innerComponents,
  isComponent,
  properties,
  property,
} from "./component-tree.ts";
import { isBookkeeping } from "./property-names.ts";
import { canonicalLine } from "./property-value.ts";
import { compareText } from "./text-value.ts";

/** Equal for two components that mean the same; bookkeeping apart. */
export function canonicalComponent(component: Component): string {
  const lines = properties(component)
    .filter(({ name }) => !isBookkeeping(name))
    .map(canonicalLine)
    .sort(compareText);
  const inner = innerComponents(component).map(canonicalComponent).sort(compareText);
  return [component.name, ...lines, ...inner].join("\n");
}

export interface InnerChanges {
  readonly removed: readonly Component[];
  readonly added: readonly Component[];
}

export function innerChanges(from: Component | null, to: Component): InnerChanges {
  const before = from ? innerComponents(from) : [];
  const after = innerComponents(to);
  return { removed: without(before, after), added: without(after, before) };
}

/** Those of `list` that `other` does not hold, counting each as often as it occurs. */
function without(list: readonly Component[], other: readonly Component[]): Component[] {
  const left = other.map(canonicalComponent);
  return list.filter((component) => {
    const index = left.indexOf(canonicalComponent(component));
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

export interface InnerMerge {
  /** What `removed` looked like in the other side's base: finds it where serialisers change its very action. */
  origin(removed: Component): Component | undefined;
  /** Changes one component on top of another. */
  patch(from: Component, to: Component, target: Component): void;
  readonly lineEnd: string;
}

/**
 * Applies `mine` to `target`, which carries `theirs` already.
 * @returns names of the components both sides changed differently (mine is in `target` then)
 */
export function applyInner(
  target: Component,
  mine: InnerChanges,
  theirs: InnerChanges,
  { origin, patch, lineEnd }: InnerMerge,
): string[] {
  const conflicts = new Set<string>();
  const toAdd = without(mine.added, innerComponents(target));
  const lost: Component[] = [];
  for (const removed of mine.removed) {
    const earlier = origin(removed);
    const found =
      findInner(target, removed, theirs.added) ??
      (earlier && findInner(target, earlier, theirs.added));
    if (!found) {
      lost.push(removed);
      continue;
    }
    const index = toAdd.findIndex((added) => added.name === removed.name);
    const [replacement] = index < 0 ? [] : toAdd.splice(index, 1);
    if (replacement) patch(removed, replacement, found);
    else target.children = target.children.filter((node) => node !== found);
  }
  for (const removed of lost) {
    const others = theirs.added.filter(({ name }) => name === removed.name);
    const same = without(others, mine.added);
    if (same.length === 0 || !mine.added.some(({ name }) => name === removed.name)) continue;
    conflicts.add(removed.name);
    target.children = target.children.filter((node) => !isComponent(node) || !same.includes(node));
  }
  for (const added of toAdd)
    insertComponent(
      target.children,
      withLineEnds(added, lineEnd),
      innerComponents(target, added.name).at(-1),
    );
  return [...conflicts];
}

/** Pairs the inner components of two forms of one item by their order, where each kind is as frequent in both. */
export function pairedByOrder(
  wanted: Component,
  item: Component | null,
  other: Component | null,
): Component | undefined {
  if (!item || !other) return undefined;
  const [own, theirs] = [item, other].map((each) => innerComponents(each, wanted.name));
  return own && own.length === theirs?.length ? theirs[own.indexOf(wanted)] : undefined;
}

/** The component of `target` that `wanted` is another form of; never one the other side has just added. */
function findInner(
  target: Component,
  wanted: Component,
  addedThere: readonly Component[],
): Component | undefined {
  const all = innerComponents(target, wanted.name);
  const content = canonicalComponent(wanted);
  const exact = all.find((component) => canonicalComponent(component) === content);
  if (exact) return exact;
  const old = all.filter((component) => !addedThere.includes(component));
  const identity = (component: Component, names: readonly string[]) =>
    names.map((name) => {
      const line = property(component, name);
      return line ? canonicalLine(line) : "";
    });
  for (const names of [["UID"], ["X-WR-ALARMUID"], ["ACTION", "TRIGGER"], ["TRIGGER"]]) {
    const key = identity(wanted, names);
    if (key.includes("")) continue;
    const found = old.find((component) => identity(component, names).join() === key.join());
    if (found) return found;
  }
  return undefined;
}
