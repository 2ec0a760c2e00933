/** Mass changes that were made and can be undone, as the calendar's state lists them. */
import { rememberedChanges } from "./guard.ts";
import type { LocalCalendar, MassChange, SyncState } from "./ports.ts";
import { EMPTY_STATE } from "./sync-state.ts";

export function withChange(state: SyncState, change: MassChange): SyncState {
  const others = state.massChanges.filter((each) => !isSame(each, change));
  return { ...state, massChanges: [...rememberedChanges(others, change.at), change] };
}

export function withoutChange(state: SyncState, change: MassChange): SyncState {
  return { ...state, massChanges: state.massChanges.filter((each) => !isSame(each, change)) };
}

/** Before the first part of it is stored: it may be broken off in the middle, and must be undoable then, too. */
export async function noteChange(
  local: Pick<LocalCalendar, "getState" | "batch">,
  change: MassChange,
): Promise<void> {
  const state = (await local.getState()) ?? EMPTY_STATE;
  await local.batch([], { state: withChange(state, { ...change, underWay: true }), notify: false });
}

const isSame = (a: MassChange, b: MassChange): boolean => a.at === b.at && a.kind === b.kind;
