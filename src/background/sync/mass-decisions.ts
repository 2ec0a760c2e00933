/**
 * What the user decides about many changes at once: those the guard holds, and those that were made. Everything is
 * written to the item store, where texts that give way are kept; what the server has to learn of it waits to be
 * sent like any edit. While one of these runs, no synchronization of the calendar does.
 */

import type { ResourceName } from "../../shared/brands.ts";
import type { Undone } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import type { BatchOperation } from "../../shared/item-store.ts";
import { forEachBounded } from "./bounded.ts";
import { approveDeletions, withoutApproval } from "./deletion-approval.ts";
import { takeBack } from "./discard.ts";
import { type HeldChange, heldChanges, requireShown } from "./held-changes.ts";
import { noteChange, withChange } from "./mass-change-list.ts";
import { undoChange } from "./mass-undo.ts";
import type {
  LocalCalendar,
  MassChange,
  MassChangeKind,
  RemoteCollection,
  SyncState,
} from "./ports.ts";
import { type Accompanied, type BeforeMassRemoval, tookSnapshot } from "./sync-run.ts";
import { EMPTY_STATE, encodeMetadata } from "./sync-state.ts";
import { markOf } from "./text-mark.ts";
import type { CalendarTexts } from "./texts.ts";
import { REMOVED } from "./undo-plan.ts";

export interface MassDecisionContext {
  readonly remote: RemoteCollection;
  readonly local: LocalCalendar;
  readonly texts: CalendarTexts;
  readonly now: () => number;
  readonly beforeMassRemoval: BeforeMassRemoval;
}

/** "apply": let the change happen; "keep": leave things as they were, on both sides. */
export type MassDecision = "apply" | "keep";

export interface DecisionOptions {
  /** Of what the user has seen ({@link HeldChange}). */
  readonly preview: string;
  readonly withoutSnapshot: boolean;
}

const SINGLE_REQUESTS = 6;
/** Bodies that are asked for before they are stored. */
const SLICE = 100;

/**
 * @throws AppError "preview-outdated": something else is held by now; "backup-incomplete": no snapshot can be taken
 *   before. Then nothing was changed
 */
export async function decideHeld(
  context: MassDecisionContext,
  kind: MassChangeKind,
  decision: MassDecision,
  { preview, withoutSnapshot }: DecisionOptions,
  work: Accompanied,
): Promise<Undone> {
  let held = await shown(context, kind, preview);
  if (decision === "apply" && !withoutSnapshot) {
    if (!(await tookSnapshot({ ...context, ...work }))) throw noSnapshot();
    held = await shown(context, kind, preview);
  }
  if (kind === "deletions") return decideDeletions(context, decision, held);
  const change =
    kind === "removals" ? await applyRemovals(context) : await applyReversals(context, work);
  return decision === "keep" ? undoChange(context, change, work) : changed(change.names.length);
}

/** @throws AppError "item-unknown" when it cannot be undone any more */
export async function undoMassChange(
  context: MassDecisionContext,
  kind: MassChangeKind,
  at: number,
  work: Accompanied,
): Promise<Undone> {
  const { massChanges } = await stateOf(context);
  const change = massChanges.find((each) => each.kind === kind && each.at === at);
  if (change === undefined) {
    throw new AppError("item-unknown", "This change is no longer on the list.", {
      hint: "Nothing was changed. It was undone already, or is older than 30 days: the versions of before are in the snapshots.",
    });
  }
  return undoChange(context, change, work);
}

async function shown(
  { local, now }: MassDecisionContext,
  kind: MassChangeKind,
  preview: string,
): Promise<HeldChange> {
  const held = (await heldChanges(local, now())).find((each) => each.kind === kind);
  return requireShown(held, preview);
}

async function stateOf({ local }: Pick<MassDecisionContext, "local">): Promise<SyncState> {
  return (await local.getState()) ?? EMPTY_STATE;
}

/** What the server may still have is listed anew by the next run, as nothing says that it is gone. */
async function applyRemovals(context: MassDecisionContext): Promise<MassChange> {
  const state = await stateOf(context);
  const names = state.heldRemovals;
  const change = brokenOff(state, names) ?? { at: context.now(), kind: "removals", names };
  const next = { ...withChange(state, change), heldRemovals: [], token: null, ctag: null };
  await noteChange(context.local, change);
  const operations = names.map((name) => ({ kind: "remove", name, reason: REMOVED }) as const);
  await context.local.batch(operations, { state: next, notify: true });
  return change;
}

/** An earlier try of the same decision: it is gone on with. */
function brokenOff(
  { massChanges }: SyncState,
  names: readonly ResourceName[],
): MassChange | undefined {
  const found = massChanges.find((change) => {
    const noted = new Set(change.names);
    const isSame = noted.size === names.length && names.every((name) => noted.has(name));
    return change.underWay && change.kind === "removals" && isSame;
  });
  return found && { at: found.at, kind: found.kind, names: found.names };
}

/** Slice by slice, each with the state that tells of it: what is broken off is held on, or can be undone. */
async function applyReversals(
  context: MassDecisionContext,
  { signal, onProgress }: Accompanied,
): Promise<MassChange> {
  const { remote, local, texts } = context;
  const { heldReversals: held } = await stateOf(context);
  let change: MassChange = { at: context.now(), kind: "reversals", names: [], taken: [] };
  let done = 0;
  for (let start = 0; start < held.length; start += SLICE) {
    const operations: (BatchOperation & { readonly kind: "put" })[] = [];
    const { names, taken = [] } = change;
    const [moreNames, moreTaken] = [[...names], [...taken]];
    await forEachBounded(held.slice(start, start + SLICE), SINGLE_REQUESTS, async (member) => {
      const body = await remote.fetchOne(member, signal);
      onProgress({ done: ++done, total: held.length, note: "receiving" });
      if (body === null) return;
      const { name, href, etag, scheduleTag, text } = body;
      const metadata = encodeMetadata({ href, etag, scheduleTag });
      operations.push({ kind: "put", name, text, metadata, columns: texts.scanColumns(text) });
      moreNames.push(name);
      moreTaken.push(markOf(text));
    });
    signal.throwIfAborted();
    change = { ...change, names: moreNames, taken: moreTaken };
    const state = withChange(await stateOf(context), change);
    const heldReversals = held.slice(start + SLICE);
    await local.batch(operations, { state: { ...state, heldReversals }, notify: true });
  }
  return change;
}

async function decideDeletions(
  { local, texts, now }: MassDecisionContext,
  decision: MassDecision,
  { names, deletions }: HeldChange,
): Promise<Undone> {
  if (decision === "apply") {
    await approveDeletions({ local, now }, new Set(names));
    return changed(names.length);
  }
  await takeBack(local, texts, deletions);
  const state = await stateOf({ local });
  const kept = withoutApproval(state, names);
  if (kept !== state) await local.batch([], { state: kept, notify: false });
  return changed(names.length);
}

const changed = (count: number): Undone => ({ changed: count, merged: 0, left: [] });

const noSnapshot = (): AppError =>
  new AppError("backup-incomplete", "No snapshot of the calendar could be taken before.", {
    hint: "Nothing was changed. Look at the backups' settings, or decide again without a snapshot.",
    retry: "after-user",
  });
