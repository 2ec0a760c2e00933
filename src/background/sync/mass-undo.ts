/**
 * Undoes a mass change, as far as nothing came later: what was removed comes back, what went back in time goes forward
 * again. Everything is written as an edit that waits to be sent, and each write expects the row as it was read, so that
 * what the user does meanwhile is not overwritten.
 */
import type { LeftItem, Undone } from "../../shared/commands.ts";
import type { StageOperation, SupersededVersion } from "../../shared/item-store.ts";
import { waitingDeletions, withoutApproval } from "./deletion-approval.ts";
import { takeBack } from "./discard.ts";
import { withoutChange } from "./mass-change-list.ts";
import type { LocalCalendar, MassChange } from "./ports.ts";
import type { Accompanied } from "./sync-run.ts";
import { EMPTY_STATE } from "./sync-state.ts";
import type { CalendarTexts } from "./texts.ts";
import {
  type Present,
  presentOf,
  Rows,
  type UndoStep,
  undoRemoval,
  undoReversal,
  type Verdict,
  Versions,
} from "./undo-plan.ts";

export interface UndoContext {
  readonly local: LocalCalendar;
  readonly texts: CalendarTexts;
}

/** Read and written at a time. */
const SLICE = 200;
/** How often an item may be edited while it is being brought back. */
const MOST_ROUNDS = 4;

/** @throws the signal's reason; what was brought back until then stays, and the rest can be undone later */
export async function undoChange(
  { local, texts }: UndoContext,
  change: MassChange,
  { signal, onProgress }: Accompanied,
): Promise<Undone> {
  const total = change.names.length;
  const unsent = change.kind === "deletions" ? await takeBackUnsent({ local, texts }, change) : [];
  const undoing = new Undoing({ local, texts }, change);
  const isBack = new Set<string>(unsent);
  let names: readonly string[] = change.names.filter((name) => !isBack.has(name));
  for (let round = 0; names.length > 0; round++) {
    await undoing.read(names);
    const again: string[] = [];
    for (let start = 0; start < names.length; start += SLICE) {
      signal.throwIfAborted();
      const slice = names.slice(start, start + SLICE);
      again.push(...(await undoing.undo(slice, round === MOST_ROUNDS - 1)));
      const done = Math.min(total, total - names.length + start + slice.length);
      onProgress({ done, total, note: "restoring" });
    }
    names = again;
  }
  signal.throwIfAborted();
  const state = withoutChange((await local.getState()) ?? EMPTY_STATE, change);
  const left = change.kind === "deletions" ? withoutApproval(state, change.names) : state;
  await local.batch([], { state: left, notify: true });
  return undoing.report(unsent.length);
}

class Undoing {
  readonly #context: UndoContext;
  readonly #change: MassChange;
  readonly #marks: ReadonlyMap<string, string | undefined>;
  readonly #left = new Map<string, LeftItem>();
  /** Names of rows that this made. */
  readonly #made = new Set<string>();
  #versions: Versions;
  #rows = new Rows([], []);
  #changed = 0;
  #merged = 0;

  constructor(context: UndoContext, change: MassChange) {
    this.#context = context;
    this.#change = change;
    this.#marks = new Map(change.names.map((name, index) => [name, change.taken?.[index]]));
    this.#versions = new Versions(change, [], context.texts);
  }

  /** What gave way, and what is there. */
  async read(names: readonly string[]): Promise<void> {
    const { local, texts } = this.#context;
    const { at, deletedAt = [] } = this.#change;
    const first = deletedAt.reduce((early, one) => Math.min(early, one), at);
    const since = await local.listSuperseded(first);
    this.#versions = new Versions(this.#change, since, texts);
    // What was deleted before it was ever sent gave way then.
    if (names.some((name) => this.#versions.taken(name) === undefined))
      this.#versions = new Versions(this.#change, await local.listSuperseded(0), texts);
    const others = [...this.#change.names, ...this.#made];
    this.#rows = new Rows(await local.listResources(), others);
  }

  /** @returns names of those that were edited meanwhile */
  async undo(names: readonly string[], isLast: boolean): Promise<string[]> {
    const { local, texts } = this.#context;
    const concerned: (readonly [string, SupersededVersion, readonly string[]])[] = [];
    for (const name of names) {
      const before = this.#versions.taken(name);
      if (before === undefined) this.#left.set(name, { name, summary: "", why: "lost" });
      else concerned.push([name, before, this.#rows.candidates(before)]);
    }
    const present = await this.#presentAmong(concerned.flatMap(([, , rows]) => rows));
    const again: string[] = [];
    const steps: (readonly [string, SupersededVersion, UndoStep])[] = [];
    for (const [name, before, rows] of concerned) {
      const candidates = rows.flatMap((row) => present.get(row) ?? []);
      if (candidates.length < rows.length) {
        if (isLast) this.#leave(name, before, "changed");
        else again.push(name);
        continue;
      }
      const verdict = this.#judge(name, before, presentOf(before, candidates, texts));
      if (typeof verdict === "string") this.#leave(name, before, verdict);
      else steps.push([name, before, verdict]);
    }
    const operations: StageOperation[] = [];
    const skipped = new Set<string>();
    for (const [, , step] of steps) {
      if (step.kind === "stage") operations.push(step.operation);
      else if (!(await local.settle(step.name, step.revision, step.settlement)).applied)
        skipped.add(step.name);
    }
    for (const name of await local.stage(operations, "restore")) skipped.add(name);
    for (const [name, before, step] of steps) {
      const written = step.kind === "stage" ? step.operation.name : step.name;
      if (!skipped.has(written)) {
        this.#made.add(written);
        this.#changed++;
        if (step.merged) this.#merged++;
      } else if (isLast) this.#leave(name, before, "changed");
      else again.push(name);
    }
    return again;
  }

  /** @param more brought back by another way */
  report(more: number): Undone {
    const left = this.#change.names.flatMap((name) => this.#left.get(name) ?? []);
    return { changed: this.#changed + more, merged: this.#merged, left };
  }

  #judge(name: string, before: SupersededVersion, present: Present | undefined): Verdict {
    const { texts } = this.#context;
    return this.#change.kind === "reversals"
      ? undoReversal(before, present, this.#versions, this.#marks.get(name), texts)
      : undoRemoval(before, present, this.#versions, this.#rows, texts);
  }

  /** Without those that changed while they were read. */
  async #presentAmong(names: readonly string[]): Promise<ReadonlyMap<string, Present>> {
    if (names.length === 0) return new Map();
    const { local } = this.#context;
    const bodies = await local.getResources(names);
    const changes = new Map((await local.getPending(names)).map((each) => [each.name, each]));
    const present = new Map<string, Present>();
    for (const body of bodies) {
      const change = changes.get(body.name);
      const isSame =
        body.pending === null ? change === undefined : change?.revision === body.revision;
      if (isSame) present.set(body.name, { body, change });
    }
    return present;
  }

  #leave(name: string, { text }: SupersededVersion, why: LeftItem["why"]): void {
    const { summary } = this.#context.texts.scanColumns(text);
    this.#left.set(name, { name, summary, why });
  }
}

/**
 * What was agreed to and has not been sent yet needs no making again. What was deleted once more since is none of it.
 * @returns names
 */
async function takeBackUnsent(
  { local, texts }: UndoContext,
  { at, names }: MassChange,
): Promise<string[]> {
  const agreed = new Set<string>(names);
  const unsent = (await waitingDeletions(local)).filter(
    ({ name, changedAt }) => agreed.has(name) && changedAt <= at,
  );
  await takeBack(local, texts, unsent);
  return unsent.map(({ name }) => name);
}
