/**
 * The properties of a component as units that can be changed, compared and merged one by one: a property that
 * occurs once is one unit, an attendee is one, and so is each value of a list such as EXDATE or CATEGORIES.
 */
import { type Component, properties } from "./component-tree.ts";
import { type ContentLine, lineParameter, lineValue } from "./content-line.ts";
import {
  DATE_LISTS,
  isMarker,
  LIST_PROPERTIES,
  REPEATED_PROPERTIES,
  SINGLE_PROPERTIES,
} from "./property-names.ts";
import {
  canonicalAddress,
  canonicalInstant,
  canonicalLine,
  canonicalValue,
} from "./property-value.ts";
import { splitList, unescapeText } from "./text-value.ts";

export interface Unit {
  /** The same in every version of the component. */
  readonly key: string;
  readonly name: string;
  /** Equal content, equal meaning. */
  readonly content: string;
  /** The lines that hold it; a line of a list holds other units too. */
  readonly lines: readonly ContentLine[];
  /** As written, for one value of a list. */
  readonly value: string | null;
}

export interface UnitChange {
  readonly key: string;
  readonly name: string;
  readonly from: Unit | undefined;
  readonly to: Unit | undefined;
}

export type Units = ReadonlyMap<string, Unit>;

/** Names that count as repeated in all of these versions, so that a key means the same in each. */
export function repeatedNames(versions: readonly (Component | null)[]): ReadonlySet<string> {
  const repeated = new Set(REPEATED_PROPERTIES);
  for (const version of versions) {
    const seen = new Set<string>();
    for (const { name } of version ? properties(version) : []) {
      if (seen.has(name) && !SINGLE_PROPERTIES.has(name)) repeated.add(name);
      seen.add(name);
    }
  }
  return repeated;
}

export function unitsOf(component: Component | null, repeated: ReadonlySet<string>): Units {
  const parts = new Map<string, Unit[]>();
  for (const line of component ? properties(component) : []) {
    if (isMarker(line.name)) continue;
    for (const unit of LIST_PROPERTIES.has(line.name)
      ? listUnits(line)
      : [lineUnit(line, repeated)]) {
      const known = parts.get(unit.key);
      if (known) known.push(unit);
      else parts.set(unit.key, [unit]);
    }
  }
  return new Map([...parts].map(([key, units]) => [key, joined(units)]));
}

function lineUnit(line: ContentLine, repeated: ReadonlySet<string>): Unit {
  const { name } = line;
  const key = !repeated.has(name)
    ? name
    : name === "ATTENDEE"
      ? `${name}=${canonicalAddress(lineValue(line))}`
      : `${name}=${canonicalValue(line)}`;
  return { key, name, content: canonicalLine(line), lines: [line], value: null };
}

function listUnits(line: ContentLine): Unit[] {
  const dates = DATE_LISTS.has(line.name);
  const tzid = dates ? lineParameter(line, "TZID") : null;
  return listValues(line).map((value) => {
    const content = dates ? canonicalInstant(value, tzid) : unescapeText(value).trim();
    return { key: `${line.name}=${content}`, name: line.name, content, lines: [line], value };
  });
}

/** The values of a list line as written, empty ones left out. */
export function listValues(line: ContentLine): string[] {
  return splitList(lineValue(line)).filter((value) => value.trim() !== "");
}

/** A value listed twice is still one; a single property written twice is one with two lines. */
function joined(units: readonly Unit[]): Unit {
  const [first] = units as [Unit];
  if (units.length === 1) return first;
  const lines = units.flatMap((unit) => unit.lines);
  if (first.value !== null) return { ...first, lines };
  return { ...first, lines, content: units.map(({ content }) => content).join("\n") };
}

export function changesBetween(from: Units, to: Units): UnitChange[] {
  const changes: UnitChange[] = [];
  for (const key of new Set([...from.keys(), ...to.keys()])) {
    const before = from.get(key);
    const after = to.get(key);
    if (before?.content === after?.content) continue;
    changes.push({ key, name: (after ?? before)?.name ?? key, from: before, to: after });
  }
  return changes;
}
