/**
 * Mass changes that were noted and broken off. Another try goes on with what is left of them: no second change is made of
 * it, and no snapshot taken for it. What was not taken in the end is no part of them.
 */
import { DAY_MS } from "./guard.ts";
import type { LocalCalendar, MassChange, MassChangeKind } from "./ports.ts";
import { REASONS } from "./undo-plan.ts";

/** Mark of the text that was taken over; `undefined` for what is gone. */
export type Taken = ReadonlyMap<string, string | undefined>;

interface Entry {
  readonly change: MassChange;
  readonly marks: Taken;
  /** Names of what earlier tries took. */
  readonly taken: ReadonlySet<string>;
}

export class UnfinishedChanges {
  readonly #entries: readonly Entry[];
  readonly #now: number;

  private constructor(entries: readonly Entry[], now: number) {
    this.#entries = entries;
    this.#now = now;
  }

  /** Before this try takes anything. @param now ms since the epoch */
  static async read(
    local: Pick<LocalCalendar, "listSuperseded">,
    changes: readonly MassChange[],
    kind: MassChangeKind,
    now: number,
  ): Promise<UnfinishedChanges> {
    const entries: Entry[] = [];
    for (const change of changes) {
      if (change.underWay !== true || change.kind !== kind) continue;
      const versions = await local.listSuperseded(change.at);
      const fitting = versions.filter(({ reason }) => REASONS[kind].includes(reason));
      const marks = new Map(change.names.map((name, index) => [name, change.taken?.[index]]));
      entries.push({ change, marks, taken: new Set(fitting.map(({ name }) => name)) });
    }
    return new UnfinishedChanges(entries, now);
  }

  /** False for what a snapshot may not hold as it was before. */
  concerns(name: string, mark?: string): boolean {
    return this.#entries.some(
      ({ change, marks }) =>
        change.at > this.#now - DAY_MS && marks.has(name) && marks.get(name) === mark,
    );
  }

  /** @returns the changes, with the unfinished ones ended. @param taken by this try */
  ended(changes: readonly MassChange[], taken: Taken): MassChange[] {
    const byChange = new Map(this.#entries.map((entry) => [entry.change, entry]));
    return changes.flatMap((change) => {
      const entry = byChange.get(change);
      return entry === undefined ? [change] : endedEntry(entry, taken);
    });
  }
}

function endedEntry({ change, marks, taken: before }: Entry, taken: Taken): MassChange[] {
  const names = change.names.filter((name) => before.has(name) || taken.has(name));
  if (names.length === 0) return [];
  const { at, kind } = change;
  if (change.taken === undefined) return [{ at, kind, names }];
  return [
    { at, kind, names, taken: names.map((name) => taken.get(name) ?? marks.get(name) ?? "") },
  ];
}
