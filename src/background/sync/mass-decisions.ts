/**
 * What the user decides about many changes at once: those the guard holds, and those that were made. Everything is
 * written to the item store, where texts that give way are kept; what the server has to learn of it waits to be
 * sent like any edit. While one of these runs, no synchronization of the calendar does.
 */
import type { ResourceName } from "../../shared/brands.ts";
import { AppError } from "../../shared/errors.ts";
import type {
  BatchOperation,
  PendingChange,
  StageOperation,
  SupersededVersion,
} from "../../shared/item-store.ts";
import { takeBack } from "./discard.ts";
import { rememberedChanges } from "./guard.ts";
import type {
  LocalCalendar,
  MassChange,
  MassChangeKind,
  RemoteCollection,
  SyncState,
} from "./ports.ts";
import { EMPTY_STATE, encodeMetadata } from "./sync-state.ts";
import type { CalendarTexts } from "./texts.ts";

export interface MassDecisionContext {
  readonly remote: RemoteCollection;
  readonly local: LocalCalendar;
  readonly texts: CalendarTexts;
  readonly now: () => number;
  /** Takes a snapshot of the calendar without syncing; false when there is none afterwards. */
  readonly beforeMassRemoval: () => Promise<boolean>;
}

/** "apply": let the change happen; "keep": leave things as they were, on both sides. */
export type MassDecision = "apply" | "keep";

/**
 * @returns how many items it concerned
 * @throws AppError "backup-incomplete" when no snapshot can be taken before; then nothing was changed
 */
export async function decideHeld(
  context: MassDecisionContext,
  kind: MassChangeKind,
  decision: MassDecision,
  options: { readonly withoutSnapshot: boolean; readonly signal: AbortSignal },
): Promise<number> {
  if (decision === "apply" && !options.withoutSnapshot && !(await context.beforeMassRemoval())) {
    throw noSnapshot();
  }
  if (kind === "deletions") return decideDeletions(context, decision);
  const change =
    kind === "removals"
      ? await applyRemovals(context)
      : await applyReversals(context, options.signal);
  if (decision === "keep") await undo(context, change);
  return change.names.length;
}

/** @returns how many items came back @throws AppError "item-unknown" when it cannot be undone any more */
export async function undoMassChange(
  context: MassDecisionContext,
  kind: MassChangeKind,
  at: number,
): Promise<number> {
  const { massChanges } = await stateOf(context);
  const change = massChanges.find((each) => each.kind === kind && each.at === at);
  if (change === undefined) {
    throw new AppError("item-unknown", "This change is no longer on the list.", {
      hint: "It was undone already, or is older than 30 days. The versions of before are in the snapshots.",
    });
  }
  return undo(context, change);
}

async function stateOf({ local }: MassDecisionContext): Promise<SyncState> {
  return (await local.getState()) ?? EMPTY_STATE;
}

function withChange(state: SyncState, change: MassChange): SyncState {
  return { ...state, massChanges: [...rememberedChanges(state.massChanges, change.at), change] };
}

/** What the server may still have is listed anew by the next run, as nothing says that it is gone. */
async function applyRemovals(context: MassDecisionContext): Promise<MassChange> {
  const state = await stateOf(context);
  const names = state.heldRemovals;
  const change: MassChange = { at: context.now(), kind: "removals", names };
  const next = { ...withChange(state, change), heldRemovals: [], token: null, ctag: null };
  const operations = names.map(
    (name) => ({ kind: "remove", name, reason: "removed on the server" }) as const,
  );
  await context.local.batch(operations, { state: next, notify: true });
  return change;
}

async function applyReversals(
  context: MassDecisionContext,
  signal: AbortSignal,
): Promise<MassChange> {
  const state = await stateOf(context);
  const at = context.now();
  const operations: BatchOperation[] = [];
  for (const member of state.heldReversals) {
    const body = await context.remote.fetchOne(member, signal);
    if (body === null) continue;
    const { name, href, etag, scheduleTag, text } = body;
    const metadata = encodeMetadata({ href, etag, scheduleTag });
    const columns = context.texts.scanColumns(text);
    operations.push({ kind: "put", name, text, metadata, columns });
  }
  const names = operations.map(({ name }) => name as ResourceName);
  const change: MassChange = { at, kind: "reversals", names };
  const next = { ...withChange(state, change), heldReversals: [] };
  await context.local.batch(operations, { state: next, notify: true });
  return change;
}

async function decideDeletions(
  { local, texts, now }: MassDecisionContext,
  decision: MassDecision,
): Promise<number> {
  const pending = await waitingDeletions(local);
  if (decision === "keep") {
    await takeBack(local, texts, pending);
    const state = (await local.getState()) ?? EMPTY_STATE;
    const kept = withoutApproval(state, pending.map(nameOf));
    if (kept !== state) await local.batch([], { state: kept, notify: false });
    return pending.length;
  }
  await approveDeletions({ local, now }, null);
  return pending.length;
}

/**
 * Deletions that wait now may be sent, however many they are.
 * @param agreed their names; others go on waiting for the user's word. `null`: all of them
 */
export async function approveDeletions(
  { local, now }: Pick<MassDecisionContext, "local" | "now">,
  agreed: ReadonlySet<string> | null,
): Promise<void> {
  const waiting = await waitingDeletions(local);
  const pending = waiting.filter(({ name }) => agreed === null || agreed.has(name));
  if (pending.length === 0) return;
  const state = (await local.getState()) ?? EMPTY_STATE;
  const names = pending.map(({ name }) => name as ResourceName);
  const at = now();
  const change: MassChange = { at, kind: "deletions", names };
  // The last word counts, and what it was given for before and could not be sent yet.
  const before = new Set<string>(state.approvedDeletions?.names);
  const unsent = waiting.flatMap(({ name }) =>
    before.has(name) && !names.includes(name as ResourceName) ? [name as ResourceName] : [],
  );
  const approvedDeletions = { at, names: [...names, ...unsent] };
  await local.batch([], {
    state: { ...withChange(state, change), approvedDeletions },
    notify: false,
  });
}

async function waitingDeletions(
  local: Pick<LocalCalendar, "getPending">,
): Promise<readonly PendingChange[]> {
  return (await local.getPending()).filter(({ kind, moved }) => kind === "delete" && !moved);
}

/** The versions of before are the first that gave way since the change began. */
async function undo(context: MassDecisionContext, change: MassChange): Promise<number> {
  const { local, texts } = context;
  const unsent = change.kind === "deletions" ? await takeBackUnsent(context, change) : 0;
  const before = new Map<string, SupersededVersion>();
  for (const version of await local.listSuperseded(change.at)) before.set(version.name, version);
  const names = new Set<string>(change.names);
  const present = new Set(
    (await local.listResources()).filter(({ pending }) => pending !== "delete").map(nameOf),
  );
  const operations: StageOperation[] = [];
  for (const [name, { text }] of before) {
    if (!names.has(name) || present.has(name) !== (change.kind === "reversals")) continue;
    operations.push({ kind: "create", name, text, columns: texts.scanColumns(text) });
  }
  await local.stage(operations, "restore");
  const state = await stateOf(context);
  const massChanges = state.massChanges.filter(
    ({ at, kind }) => at !== change.at || kind !== change.kind,
  );
  const left = change.kind === "deletions" ? withoutApproval(state, change.names) : state;
  await local.batch([], { state: { ...left, massChanges }, notify: true });
  return unsent + operations.length;
}

/** Who takes deletions back has not agreed to others in their place, whether they had been sent or not. */
function withoutApproval(state: SyncState, names: readonly string[]): SyncState {
  const approval = state.approvedDeletions;
  if (approval === null) return state;
  const takenBack = new Set(names);
  const left = approval.names.filter((name) => !takenBack.has(name));
  return { ...state, approvedDeletions: { ...approval, names: left } };
}

/** What was agreed to and has not been sent yet needs no making again. */
async function takeBackUnsent(
  { local, texts }: MassDecisionContext,
  change: MassChange,
): Promise<number> {
  const names = new Set<string>(change.names);
  const unsent = (await waitingDeletions(local)).filter(({ name }) => names.has(name));
  await takeBack(local, texts, unsent);
  return unsent.length;
}

const nameOf = ({ name }: { readonly name: string }): string => name;

const noSnapshot = (): AppError =>
  new AppError("backup-incomplete", "No snapshot of the calendar could be taken before.", {
    hint: "Nothing was changed. Look at the backups' settings, or decide again without a snapshot.",
    retry: "after-user",
  });
