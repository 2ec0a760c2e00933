/**
 * The change from one version of a component's properties to another, applied to a third version of it in
 * place. What the change does not touch keeps its bytes; what both sides changed differently is reported, and
 * this side's value stands. See `item-changes.ts` for what the four versions are.
 */
import { putUnit, removeUnit } from "./component-edit.ts";
import type { Component } from "./component-tree.ts";
import {
  DATE_LISTS,
  END_PROPERTIES,
  groupOf,
  HIGHEST_WINS,
  isBookkeeping,
} from "./property-names.ts";
import {
  changesBetween,
  repeatedNames,
  type Unit,
  type UnitChange,
  type Units,
  unitsOf,
} from "./property-units.ts";

export interface ComponentVersions {
  readonly from: Component | null;
  readonly to: Component;
  readonly base: Component | null;
  /** Changed in place. */
  readonly target: Component;
}

export interface ChangeSettings {
  readonly lineEnd: string;
  /** Properties of the change that are left alone. */
  readonly ignored: (name: string) => boolean;
}

export interface PropertyOutcome {
  /** Names of the properties both sides changed differently. */
  readonly conflicts: readonly string[];
  readonly changed: boolean;
}

interface ComponentEdit {
  readonly target: Component;
  readonly targetUnits: Units;
  readonly toUnits: Units;
  readonly mine: readonly UnitChange[];
  readonly theirs: readonly UnitChange[];
  readonly lineEnd: string;
}

/** Applies everything but bookkeeping. */
export function applyProperties(
  versions: ComponentVersions,
  settings: ChangeSettings,
): PropertyOutcome {
  const edit = prepare(versions, settings);
  const conflicts = new Set<string>();
  const theirs = grouped(edit.theirs);
  let changed = false;
  for (const [group, changes] of grouped(edit.mine.filter(({ name }) => !isBookkeeping(name)))) {
    const others = theirs.get(group) ?? [];
    const clash = others.length > 0 && !isSettled(changes, others, edit);
    if (clash) for (const { name } of [...changes, ...others]) conflicts.add(name);
    // In a clash the whole group becomes this side's.
    const wanted = clash
      ? [...others, ...changes].map(({ key, name }) => asMine(key, name, edit))
      : changes;
    for (const change of withEnd(wanted, group, edit)) if (applyUnit(change, edit)) changed = true;
  }
  return { conflicts: [...conflicts], changed };
}

/** Applies bookkeeping: time stamps and the like, of which the later one holds. Never a conflict. */
export function applyBookkeeping(versions: ComponentVersions, settings: ChangeSettings): void {
  const edit = prepare(versions, settings);
  for (const change of edit.mine)
    if (isBookkeeping(change.name) && !isOutdone(change, edit)) applyUnit(change, edit);
}

function prepare({ from, to, base, target }: ComponentVersions, settings: ChangeSettings) {
  const repeated = repeatedNames([from, to, base, target]);
  const toUnits = unitsOf(to, repeated);
  const targetUnits = unitsOf(target, repeated);
  const mine = changesBetween(unitsOf(from, repeated), toUnits);
  return {
    target,
    targetUnits,
    toUnits,
    mine: mine.filter(({ name }) => !settings.ignored(name)),
    theirs: changesBetween(unitsOf(base, repeated), targetUnits),
    lineEnd: settings.lineEnd,
  };
}

function grouped(changes: readonly UnitChange[]): Map<string, UnitChange[]> {
  const groups = new Map<string, UnitChange[]>();
  for (const change of changes) {
    const group = groupOf(change.name, change.key);
    const known = groups.get(group);
    if (known) known.push(change);
    else groups.set(group, [change]);
  }
  return groups;
}

/** True when there is nothing to decide: both sides say the same, or the higher number holds anyway. */
function isSettled(
  mine: readonly UnitChange[],
  theirs: readonly UnitChange[],
  edit: ComponentEdit,
): boolean {
  if (mine.every(({ name }) => HIGHEST_WINS.has(name))) return true;
  return [...mine, ...theirs].every(
    ({ key }) => edit.toUnits.get(key)?.content === edit.targetUnits.get(key)?.content,
  );
}

function asMine(key: string, name: string, { toUnits }: ComponentEdit): UnitChange {
  return { key, name, from: undefined, to: toUnits.get(key) };
}

/** True when the other side's value is higher (later), so that it holds. */
function isOutdone({ key, name, to }: UnitChange, { targetUnits }: ComponentEdit): boolean {
  const there = targetUnits.get(key);
  if (!there || !HIGHEST_WINS.has(name)) return false;
  if (!to) return true;
  const [mine = "", theirs = ""] = [to, there].map(({ content }) =>
    content.slice(content.lastIndexOf(":") + 1),
  );
  const number = name === "SEQUENCE" || name === "X-MOZ-GENERATION";
  return number ? !(Number(mine) > Number(theirs)) : theirs >= mine;
}

/**
 * Serialisers put DTEND in place of DURATION, or in place of nothing: a change of an item's time therefore
 * brings along this side's end wherever the text says it in another way.
 */
function withEnd(changes: UnitChange[], group: string, edit: ComponentEdit): UnitChange[] {
  if (group !== "time") return changes;
  const ends = (units: Units) => [...END_PROPERTIES].filter((name) => units.has(name));
  const [wanted, present] = [ends(edit.toUnits), ends(edit.targetUnits)];
  if (wanted.join() === present.join()) return changes;
  const all = new Map(changes.map((change) => [change.key, change]));
  for (const name of [...present, ...wanted]) all.set(name, asMine(name, name, edit));
  return [...all.values()];
}

/** @returns true when the target says something else afterwards */
function applyUnit(change: UnitChange, edit: ComponentEdit): boolean {
  const { target, targetUnits, lineEnd } = edit;
  const found = targetUnits.get(change.key) ?? sameWall(change, targetUnits);
  if (found?.content === change.to?.content || isOutdone(change, edit)) return false;
  if (change.to) putUnit(target, found, change.to, change.from, lineEnd);
  else if (found) removeUnit(target, current(target, found), lineEnd);
  return true;
}

/** The unit on its lines as they are now: values of one list line change one after another. */
function current(target: Component, unit: Unit): Unit {
  return unit.value === null ? unit : (unitsOf(target, new Set()).get(unit.key) ?? unit);
}

/** A date to be taken off a list, where the two texts name its zone differently. */
function sameWall(change: UnitChange, target: Units): Unit | undefined {
  const wall = change.from?.value;
  if (change.to || wall == null || !DATE_LISTS.has(change.name)) return undefined;
  return [...target.values()].find(({ name, value }) => name === change.name && value === wall);
}
