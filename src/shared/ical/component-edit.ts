/**
 * Changes to the lines of one component, in place: what is not named keeps its bytes and its position. Lines
 * from another text take over this text's line ends; lines made anew are folded at 75 octets.
 */
import { type Component, isComponent } from "./component-tree.ts";
import {
  type ContentLine,
  foldedLine,
  lineParameters,
  lineValue,
  type Parameter,
  valueStart,
  withLineEnd,
} from "./content-line.ts";
import type { Unit } from "./property-units.ts";
import { listValues } from "./property-units.ts";
import { canonicalValue } from "./property-value.ts";

/** Puts a unit of another version in the place of `target` (`undefined`: adds it). */
export function putUnit(
  component: Component,
  target: Unit | undefined,
  unit: Unit,
  from: Unit | undefined,
  lineEnd: string,
): void {
  if (unit.value !== null) {
    if (!target) addListValue(component, unit, lineEnd);
    return;
  }
  if (!target) {
    insertLines(component, unit, lineEnd);
    return;
  }
  const lines = patchedLines(target, unit, from, lineEnd);
  const first = target.lines[0];
  const rest = new Set(target.lines.slice(1));
  component.children = component.children.flatMap((node) =>
    node === first ? lines : !isComponent(node) && rest.has(node) ? [] : [node],
  );
}

export function removeUnit(component: Component, target: Unit, lineEnd: string): void {
  const lines = new Set<unknown>(target.lines);
  component.children = component.children.flatMap((node) => {
    if (isComponent(node) || !lines.has(node)) return [node];
    if (target.value === null) return [];
    return withoutValue(node, target, lineEnd);
  });
}

/** Inserts a component of another version after `after`, or at the end. */
export function insertComponent(
  siblings: (ContentLine | Component)[],
  added: Component,
  after: Component | undefined,
): void {
  const index = after ? siblings.indexOf(after) : -1;
  siblings.splice(index < 0 ? siblings.length : index + 1, 0, added);
}

/** A component of another text with this text's line ends. */
export function withLineEnds(component: Component, lineEnd: string): Component {
  return {
    ...component,
    begin: withLineEnd(component.begin, lineEnd),
    end: component.end && withLineEnd(component.end, lineEnd),
    children: component.children.map((node) =>
      isComponent(node) ? withLineEnds(node, lineEnd) : withLineEnd(node, lineEnd),
    ),
  };
}

/** Drops properties by name, inner components included. */
export function withoutProperties(
  component: Component,
  dropped: (name: string) => boolean,
): Component {
  return {
    ...component,
    children: component.children.flatMap((node): (ContentLine | Component)[] => {
      if (isComponent(node)) return [withoutProperties(node, dropped)];
      return dropped(node.name) ? [] : [node];
    }),
  };
}

/**
 * The lines that carry the change `from` → `to` on top of `target`: one line is patched parameter by
 * parameter, so that those only the target has survive.
 */
function patchedLines(
  target: Unit,
  to: Unit,
  from: Unit | undefined,
  lineEnd: string,
): ContentLine[] {
  const [old, next, base] = [target.lines[0], to.lines[0], from?.lines[0]];
  const alone = target.lines.length === 1 && to.lines.length === 1 && from?.lines.length === 1;
  if (!alone || !old || !next || !base || target.content === from.content)
    return to.lines.map((line) => withLineEnd(line, lineEnd));
  const before = parameterMap(base);
  const after = parameterMap(next);
  const changed = (name: string) => before.get(name)?.value !== after.get(name)?.value;
  const kept = lineParameters(old).flatMap((parameter) =>
    changed(parameter.name) ? (after.get(parameter.name) ?? []) : parameter,
  );
  const known = new Set(kept.map(({ name }) => name));
  const added = [...after.values()].filter(({ name }) => changed(name) && !known.has(name));
  const value = canonicalValue(base) === canonicalValue(next) ? lineValue(old) : lineValue(next);
  const head = [old.text.slice(0, old.name.length), ...[...kept, ...added].map(({ raw }) => raw)];
  return [foldedLine(`${head.join(";")}:${value}`, lineEnd)];
}

function parameterMap(line: ContentLine): Map<string, Parameter> {
  return new Map(lineParameters(line).map((parameter) => [parameter.name, parameter]));
}

/** After the last line of the same name, else after the last property. */
function insertLines(component: Component, unit: Unit, lineEnd: string): void {
  const { children } = component;
  const same = children.findLastIndex((node) => !isComponent(node) && node.name === unit.name);
  const inner = children.findIndex(isComponent);
  const index = same >= 0 ? same + 1 : inner >= 0 ? inner : children.length;
  const lines = unit.lines.map((line) => withLineEnd(line, lineEnd));
  component.children = [...children.slice(0, index), ...lines, ...children.slice(index)];
}

/** Onto an existing list of words (some programs read the first line only); dates get a line of their own. */
function addListValue(component: Component, unit: Unit, lineEnd: string): void {
  const source = unit.lines[0];
  if (!source || unit.value === null) return;
  const words = unit.name === "CATEGORIES" || unit.name === "RESOURCES";
  const list = words
    ? component.children.find(
        (node): node is ContentLine => !isComponent(node) && node.name === unit.name,
      )
    : undefined;
  if (list) {
    const separator = listValues(list).length > 0 ? "," : "";
    const line = foldedLine(`${list.text}${separator}${unit.value}`, lineEnd);
    component.children = component.children.map((node) => (node === list ? line : node));
    return;
  }
  const line = foldedLine(source.text.slice(0, valueStart(source.text)) + unit.value, lineEnd);
  insertLines(component, { ...unit, lines: [line] }, lineEnd);
}

function withoutValue(line: ContentLine, unit: Unit, lineEnd: string): ContentLine[] {
  const values = listValues(line);
  const kept = values.filter((value) => value !== unit.value);
  if (kept.length === values.length) return [line];
  if (kept.length === 0) return [];
  const head = line.text.slice(0, valueStart(line.text));
  return [foldedLine(head + kept.join(","), lineEnd)];
}
