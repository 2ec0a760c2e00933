/**
 * In what two versions of a resource differ, by name: for people to read and for telling an edit from
 * bookkeeping. Form (folding, order, quoting, spelled-out defaults) and time stamps make no difference.
 */
import { type Component, parseTree } from "./component-tree.ts";
import { counterpart, type IdentifiedComponent, identifiedComponents } from "./identity.ts";
import { innerChanges } from "./inner-changes.ts";
import { nameOf } from "./item-changes.ts";
import { isBookkeeping } from "./property-names.ts";
import { changesBetween, repeatedNames, unitsOf } from "./property-units.ts";

/**
 * Names of the properties that differ, e.g. `["SUMMARY", "EXDATE", "VALARM"]`, each once, in the order met. A
 * whole override that one text lacks is `RECURRENCE-ID`, a whole item its component's name. Empty when the
 * texts say the same; texts that hold no item are compared as they are (`VCALENDAR`).
 */
export function changedProperties(first: string, second: string): string[] {
  if (first === second) return [];
  const [before, after] = [parseTree(first), parseTree(second)].map(identifiedComponents);
  if (!before?.length || !after?.length) return ["VCALENDAR"];
  const names = new Set<string>();
  for (const item of before) {
    const other = counterpart(item, after);
    for (const name of other ? between(item.component, other.component) : [nameOf(item)])
      names.add(name);
  }
  for (const item of missing(after, before)) names.add(nameOf(item));
  return [...names];
}

function missing(
  items: readonly IdentifiedComponent[],
  among: readonly IdentifiedComponent[],
): IdentifiedComponent[] {
  return items.filter((item) => !counterpart(item, among));
}

function between(first: Component, second: Component): string[] {
  const repeated = repeatedNames([first, second]);
  const changes = changesBetween(unitsOf(first, repeated), unitsOf(second, repeated));
  const inner = innerChanges(first, second);
  return [
    ...changes.map(({ name }) => name).filter((name) => !isBookkeeping(name)),
    ...[...inner.removed, ...inner.added].map(({ name }) => name),
  ];
}
