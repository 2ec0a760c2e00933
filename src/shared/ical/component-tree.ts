/**
 * The components of a calendar text (RFC 5545 §3.6) as a tree over its content lines, without loss:
 * {@link joinTree} gives back the text, damaged or not. Never throws; {@link CalendarTree.wellFormed} says
 * whether the structure can be trusted. Knows no meaning of components or properties.
 */
import { type ContentLine, lineValue, splitContentLines } from "./content-line.ts";

export interface Component {
  /** Upper case, e.g. `VEVENT`. */
  readonly name: string;
  readonly begin: ContentLine;
  /** `null` when the text ends, or an outer component ends, before it. */
  end: ContentLine | null;
  /** In the order of the text. */
  children: (ContentLine | Component)[];
}

export interface CalendarTree {
  readonly nodes: (ContentLine | Component)[];
  /** Every component has its END, in order, and nesting is sane: a part can be changed without touching another. */
  readonly balanced: boolean;
  /** Balanced, and every line is a property within a component, or blank. */
  readonly wellFormed: boolean;
}

/** Deeper nesting than any calendar has; below it lines are kept as properties, so that recursion stays bounded. */
const MAX_DEPTH = 16;

export function isComponent(node: ContentLine | Component): node is Component {
  return "children" in node;
}

export function parseTree(text: string): CalendarTree {
  const nodes: (ContentLine | Component)[] = [];
  const open: Component[] = [];
  let balanced = true;
  let wellFormed = true;
  let tooDeep = 0;
  for (const line of splitContentLines(text)) {
    const inner = open.at(-1);
    const siblings = inner?.children ?? nodes;
    if (line.name === "BEGIN" && open.length < MAX_DEPTH) {
      const name = lineValue(line).trim().toUpperCase();
      const component: Component = { name, begin: line, end: null, children: [] };
      siblings.push(component);
      open.push(component);
      continue;
    }
    if (line.name === "BEGIN") tooDeep++;
    else if (line.name === "END" && tooDeep > 0) tooDeep--;
    else if (line.name === "END") {
      const name = lineValue(line).trim().toUpperCase();
      const depth = open.findLastIndex((component) => component.name === name);
      if (depth >= 0) {
        if (depth < open.length - 1) balanced = false;
        const closed = open[depth];
        if (closed) closed.end = line;
        open.length = depth;
        continue;
      }
      balanced = false;
    }
    const blank = line.text.trim() === "" && line.raw !== "\uFEFF";
    if (tooDeep > 0) balanced = false;
    if (!blank && (!line.name || !inner)) wellFormed = false;
    siblings.push(line);
  }
  balanced &&= open.length === 0;
  return { nodes, balanced, wellFormed: wellFormed && balanced };
}

export function joinTree(tree: Pick<CalendarTree, "nodes">): string {
  return tree.nodes.map(joinNode).join("");
}

export function joinNode(node: ContentLine | Component): string {
  if (!isComponent(node)) return node.raw;
  return node.begin.raw + node.children.map(joinNode).join("") + (node.end?.raw ?? "");
}

/** The properties of a component, without those of its inner components and without opaque lines. */
export function properties(component: Component): ContentLine[] {
  return component.children.filter(
    (node): node is ContentLine => !isComponent(node) && node.name !== "",
  );
}

export function property(component: Component, name: string): ContentLine | undefined {
  return properties(component).find((line) => line.name === name);
}

export function innerComponents(component: Component, name?: string): Component[] {
  return component.children.filter(
    (node): node is Component => isComponent(node) && (!name || node.name === name),
  );
}

/** The VCALENDAR objects; a text of bare components (an item serialised alone) counts as one without properties. */
export function calendars(tree: CalendarTree): { children: (ContentLine | Component)[] }[] {
  const found = tree.nodes.filter(isComponent).filter((node) => node.name === "VCALENDAR");
  return found.length > 0 ? found : [{ children: tree.nodes }];
}
