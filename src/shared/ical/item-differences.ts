/**
 * What differs between two versions of a resource, one by one: properties with both values, attendees, alarms,
 * occurrences of a series. Form (folding, order, spelled-out defaults) and bookkeeping make no difference.
 * Said in words by difference-words.ts.
 */
import { type Component, parseTree, property } from "./component-tree.ts";
import { lineParameter, lineValue } from "./content-line.ts";
import {
  counterpart,
  type IdentifiedComponent,
  identifiedComponents,
  masterOf,
} from "./identity.ts";
import { innerChanges } from "./inner-changes.ts";
import { derivedOverride } from "./override-origin.ts";
import { isBookkeeping } from "./property-names.ts";
import { changesBetween, repeatedNames, type UnitChange, unitsOf } from "./property-units.ts";
import { componentWords, dateWords, unitWords } from "./value-words.ts";

/** `exception`: an EXDATE, a date on which the series does not take place. `text`: not two readable items. */
export type DifferenceKind =
  | "item"
  | "property"
  | "attendee"
  | "alarm"
  | "occurrence"
  | "exception"
  | "text";

export interface ItemDifference {
  readonly kind: DifferenceKind;
  readonly change: "added" | "removed" | "changed";
  /** Of the property or component, e.g. `SUMMARY`, `ATTENDEE`, `VALARM`; `RECURRENCE-ID` for an occurrence. */
  readonly name: string;
  /** What of: the date in words of the occurrence it concerns; `null` for the item or the whole series. */
  readonly occurrence: string | null;
  /** The values as a person reads them; `null` where there is none. */
  readonly from: string | null;
  readonly to: string | null;
}

/** Empty when the two say the same. */
export function itemDifferences(first: string, second: string): ItemDifference[] {
  if (first === second) return [];
  const [before, after] = [first, second].map((text) => identifiedComponents(parseTree(text))) as [
    IdentifiedComponent[],
    IdentifiedComponent[],
  ];
  if (before.length === 0 || after.length === 0) {
    const same = { name: "VCALENDAR", occurrence: null, from: null, to: null };
    return [{ kind: "text", change: "changed", ...same }];
  }
  const found: ItemDifference[] = [];
  for (const item of before) {
    const other = counterpart(item, after);
    if (other) found.push(...between(item.component, other.component, occurrenceOf(item)));
    else found.push(...wholeItem(item, "removed", before));
  }
  for (const item of after)
    if (!counterpart(item, before)) found.push(...wholeItem(item, "added", after));
  return found;
}

function occurrenceOf({ component }: IdentifiedComponent): string | null {
  const line = property(component, "RECURRENCE-ID");
  return line ? dateWords(lineValue(line), lineParameter(line, "TZID")) : null;
}

/** An item, or an occurrence that one of the versions says nothing of: there it is as the series has it. */
function wholeItem(
  item: IdentifiedComponent,
  change: "added" | "removed",
  among: readonly IdentifiedComponent[],
): ItemDifference[] {
  const occurrence = occurrenceOf(item);
  const words = componentWords(item.component);
  const sides = change === "added" ? { from: null, to: words } : { from: words, to: null };
  if (occurrence === null)
    return [{ kind: "item", change, name: item.component.name, occurrence, ...sides }];
  const whole: ItemDifference = {
    kind: "occurrence",
    change,
    name: "RECURRENCE-ID",
    occurrence,
    ...sides,
  };
  const master = masterOf(item, among);
  if (!master) return [whole];
  const asInSeries = derivedOverride(master.component, item.component);
  const [from, to] =
    change === "added" ? [asInSeries, item.component] : [item.component, asInSeries];
  return [whole, ...between(from, to, occurrence)];
}

function between(first: Component, second: Component, occurrence: string | null): ItemDifference[] {
  const repeated = repeatedNames([first, second]);
  const changes = changesBetween(unitsOf(first, repeated), unitsOf(second, repeated));
  return [
    ...changes
      .filter(({ name }) => !isBookkeeping(name))
      .map((change) => unitDifference(change, occurrence)),
    ...alarmDifferences(first, second, occurrence),
  ];
}

function unitDifference({ name, from, to }: UnitChange, occurrence: string | null): ItemDifference {
  return {
    kind: name === "ATTENDEE" ? "attendee" : name === "EXDATE" ? "exception" : "property",
    change: !from ? "added" : !to ? "removed" : "changed",
    name,
    occurrence,
    from: from ? unitWords(from) : null,
    to: to ? unitWords(to) : null,
  };
}

/** Alarms have no dependable identity: one with the same UID, else the next one that changed, is the same. */
function alarmDifferences(
  first: Component,
  second: Component,
  occurrence: string | null,
): ItemDifference[] {
  const { removed, added } = innerChanges(first, second);
  const left = [...added];
  const found: ItemDifference[] = [];
  const uid = (component: Component) => property(component, "UID")?.text;
  for (const before of removed) {
    const same = left.findIndex((after) => uid(before) !== undefined && uid(after) === uid(before));
    const alike = left.findIndex((after) => after.name === before.name);
    const at = same >= 0 ? same : alike;
    const after = at < 0 ? undefined : left.splice(at, 1)[0];
    found.push({
      kind: "alarm",
      change: after ? "changed" : "removed",
      name: before.name,
      occurrence,
      from: componentWords(before),
      to: after ? componentWords(after) : null,
    });
  }
  for (const after of left) {
    const sides = { occurrence, from: null, to: componentWords(after) };
    found.push({ kind: "alarm", change: "added", name: after.name, ...sides });
  }
  return found;
}
