/** Lines and inner components of a component put in, exchanged and taken out in place. */
import { type Component, isComponent } from "../component-tree.ts";
import type { ContentLine } from "../content-line.ts";
import { canonicalLine } from "../property-value.ts";

type Node = ContentLine | Component;

/**
 * Lets the nodes that `isSlot` picks be exactly `wanted`, in this order: each takes the place of an old one, more of
 * them follow the last, and where there was none they stand after the last property (components: at the end).
 */
export function fillSlots(
  component: Component,
  isSlot: (node: Node) => boolean,
  wanted: readonly Node[],
): void {
  const left = [...wanted];
  const children: Node[] = [];
  let after = -1;
  for (const node of component.children) {
    if (!isSlot(node)) {
      children.push(node);
      continue;
    }
    const next = left.shift();
    if (next === undefined) continue;
    children.push(next);
    after = children.length;
  }
  if (after < 0) {
    const inner = children.findIndex(isComponent);
    const atEnd = inner < 0 || wanted.some(isComponent);
    after = atEnd ? children.length : inner;
  }
  children.splice(after, 0, ...left);
  component.children = children;
}

/** Lets a component have just these lines of a name. */
export function setLines(component: Component, name: string, lines: readonly ContentLine[]): void {
  fillSlots(component, (node) => !isComponent(node) && node.name === name, lines);
}

/** Sets a property that occurs once; a line that says the same already keeps its bytes. `null` takes it away. */
export function setLine(component: Component, name: string, line: ContentLine | null): void {
  const old = component.children.filter(
    (node): node is ContentLine => !isComponent(node) && node.name === name,
  );
  const [first, ...more] = old;
  const same = line && first && more.length === 0 && canonicalLine(first) === canonicalLine(line);
  if (!same) setLines(component, name, line ? [line] : []);
}
