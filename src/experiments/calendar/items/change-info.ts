/** What changed between two versions of an item, in the members that callers know. Pure. */

export type Members = Readonly<Record<string, unknown>>;

/** How one occurrence of a series changed. */
export interface InstanceChange {
  /** The occurrence's recurrence id, as in `CalendarItem.instance`. */
  readonly instance: string;
  /** "modified" by a change of its own, "removed" from the series, or "restored" to it. */
  readonly change: "modified" | "removed" | "restored";
  /** Only of a modified one: its members that differ, with their new values. */
  readonly members?: Members;
}

/** A version of a series, as far as its occurrences differ from it; they go by keys that sort by time. */
export interface SeriesVersion {
  /** Occurrences that are left out. */
  readonly excluded: ReadonlySet<string>;
  /** Occurrences that differ from the series. */
  readonly overrides: ReadonlySet<string>;
  /** The members of those that are an override, or left out, in one of the versions; `instance` among them. */
  readonly occurrences: ReadonlyMap<string, Members>;
}

/** They tell which item it is, or hold all of it once more. */
const NOT_COMPARED = new Set([
  "id",
  "calendarId",
  "instance",
  "metadata",
  "resource",
  "format",
  "item",
  "formats",
  "raw",
]);

/** The members that differ, with their new values; `null` for one that is gone. */
export function changedMembers(now: Members, before: Members): Record<string, unknown> {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  const changed: Record<string, unknown> = {};
  for (const name of names) {
    if (NOT_COMPARED.has(name)) continue;
    const value = now[name] ?? null;
    if (JSON.stringify(value) !== JSON.stringify(before[name] ?? null)) changed[name] = value;
  }
  return changed;
}

/** By time. */
export function changedInstances(now: SeriesVersion, before: SeriesVersion): InstanceChange[] {
  const keys = new Set([...before.occurrences.keys(), ...now.occurrences.keys()]);
  return [...keys].sort(byTime).flatMap((key): InstanceChange[] => {
    const isExcluded = now.excluded.has(key);
    if (isExcluded && before.excluded.has(key)) return [];
    const occurrence = now.occurrences.get(key) ?? {};
    const { instance: recurrenceId } = occurrence;
    const instance = String(recurrenceId);
    if (isExcluded) return [{ instance, change: "removed" }];
    if (before.excluded.has(key)) return [{ instance, change: "restored" }];
    const isOverride = now.overrides.has(key) || before.overrides.has(key);
    const members = isOverride ? changedMembers(occurrence, before.occurrences.get(key) ?? {}) : {};
    if (Object.keys(members).length === 0) return [];
    return [{ instance, change: "modified", members }];
  });
}

const byTime = (one: string, other: string): number => (one < other ? -1 : 1);
