/** The user's word about many deletions made here, as the calendar's state keeps it. */
import type { ResourceName } from "../../shared/brands.ts";
import type { PendingChange } from "../../shared/item-store.ts";
import { withChange } from "./mass-change-list.ts";
import type { LocalCalendar, MassChange, SyncState } from "./ports.ts";
import { EMPTY_STATE } from "./sync-state.ts";

interface Where {
  readonly local: Pick<LocalCalendar, "getPending" | "getState" | "batch">;
  readonly now: () => number;
}

/** Halves of moves are none. */
export const isDeletion = ({ kind, moved }: PendingChange): boolean => kind === "delete" && !moved;

export async function waitingDeletions(
  local: Pick<LocalCalendar, "getPending">,
): Promise<readonly PendingChange[]> {
  return (await local.getPending()).filter(isDeletion);
}

/** Deletions that wait now may be sent, however many they are. Others go on waiting for the user's word. */
export async function approveDeletions(
  { local, now }: Where,
  agreed: ReadonlySet<string>,
): Promise<void> {
  const waiting = await waitingDeletions(local);
  const pending = waiting.filter(({ name }) => agreed.has(name));
  if (pending.length === 0) return;
  const state = (await local.getState()) ?? EMPTY_STATE;
  const names = pending.map(({ name }) => name as ResourceName);
  const at = now();
  const deletedAt = pending.map(({ changedAt }) => changedAt);
  const change: MassChange = { at, kind: "deletions", names, deletedAt };
  // The last word counts, and what it was given for before and could not be sent yet.
  const before = new Set<string>(state.approvedDeletions?.names);
  const unsent = waiting.flatMap(({ name }) =>
    before.has(name) && !agreed.has(name) ? [name as ResourceName] : [],
  );
  const approvedDeletions = { at, names: [...names, ...unsent] };
  await local.batch([], {
    state: { ...withChange(state, change), approvedDeletions },
    notify: false,
  });
}

/** Who takes deletions back has not agreed to others in their place, whether they had been sent or not. */
export function withoutApproval(state: SyncState, names: readonly string[]): SyncState {
  const approval = state.approvedDeletions;
  if (approval === null) return state;
  const takenBack = new Set(names);
  const left = approval.names.filter((name) => !takenBack.has(name));
  return { ...state, approvedDeletions: { ...approval, names: left } };
}
