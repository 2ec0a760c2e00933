/**
 * Thunderbird may know a time zone by another name than the stored text (Windows names, vendors' prefixes), or
 * not at all and takes its times for floating. What it serialises is put back under the text's own names, so
 * that an edit leaves one item in one zone and new exceptions match the instants they are about.
 */
import { type CalendarTree, type Component, isComponent, property } from "./component-tree.ts";
import { type ContentLine, contentLine, lineParameter, lineValue } from "./content-line.ts";
import { wallTime } from "./date-value.ts";
import { counterpart, identifiedComponents } from "./identity.ts";

/** From Thunderbird's name (`""`: floating) to the one in the text. */
export type ZoneNames = ReadonlyMap<string, string>;

const ZONED = new Set(["DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "EXDATE", "RDATE"]);

/** Names that differ where both texts say the same wall time; a name that could mean two is left out. */
export function zoneNames(serialised: CalendarTree, stored: CalendarTree): ZoneNames {
  const names = new Map<string, string>();
  const ambiguous = new Set<string>();
  const known = identifiedComponents(stored);
  for (const item of identifiedComponents(serialised)) {
    const there = counterpart(item, known);
    for (const name of ["DTSTART", "DTEND", "DUE"]) {
      const [shown, kept] = [
        property(item.component, name),
        there && property(there.component, name),
      ];
      if (!shown || !kept || !isLocal(shown) || lineValue(shown) !== lineValue(kept)) continue;
      const [own, theirs] = [lineParameter(shown, "TZID") ?? "", lineParameter(kept, "TZID") ?? ""];
      if (theirs === "" || (names.get(own) ?? theirs) !== theirs) ambiguous.add(own);
      names.set(own, theirs);
    }
  }
  return new Map([...names].filter(([own, theirs]) => own !== theirs && !ambiguous.has(own)));
}

/** A copy of the tree with its items' times under other zone names. */
export function withZoneNames(tree: CalendarTree, names: ZoneNames): CalendarTree {
  if (names.size === 0) return tree;
  return { ...tree, nodes: tree.nodes.map((node) => renamed(node, names)) };
}

function renamed(node: ContentLine | Component, names: ZoneNames): ContentLine | Component {
  if (isComponent(node)) {
    if (node.name === "VTIMEZONE") return node;
    return { ...node, children: node.children.map((child) => renamed(child, names)) };
  }
  if (!ZONED.has(node.name) || !isLocal(node)) return node;
  const own = lineParameter(node, "TZID") ?? "";
  const zone = names.get(own);
  if (zone === undefined) return node;
  const written = `;TZID=${/[,;:]/.test(zone) ? `"${zone}"` : zone}`;
  const text = own
    ? node.text.replace(/;TZID=(?:"[^"]*"|[^;:]*)/i, () => written)
    : node.name + written + node.text.slice(node.name.length);
  return contentLine(`${text}\r\n`);
}

/** A date-time (or a list of them) that is not in UTC. */
function isLocal(line: ContentLine): boolean {
  const first = lineValue(line).split(/[,/]/)[0] ?? "";
  return /T/i.test(first) && !/Z$/i.test(first) && wallTime(first) !== null;
}
