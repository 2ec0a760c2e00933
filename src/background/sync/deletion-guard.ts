/**
 * The guard on the way out: deletions made here that are so many that a mistake is likelier than an intention wait
 * for the user's word. Halves of moves are no deletions: their text is confirmed elsewhere.
 */
import type { ResourceName } from "../../shared/brands.ts";
import type { DeletionCounts } from "../../shared/item-store.ts";
import { DAY_MS, isMassRemoval } from "./guard.ts";
import type { LocalCalendar, SyncState } from "./ports.ts";

type Approval = SyncState["approvedDeletions"];

/**
 * True when deletions that wait have to be held. What the user agreed to within the day counts no more, neither as
 * waiting nor as done.
 * @param counts since {@link countedSince}
 */
export function areTooMany(counts: DeletionCounts, approval: Approval, now: number): boolean {
  const { pending, confirmed, onServer } = counts;
  const agreed = approval !== null && approval.at > now - DAY_MS ? approval.names.length : 0;
  const fromPending = Math.min(pending, Math.max(0, agreed - confirmed));
  const waiting = pending - fromPending;
  const done = Math.max(0, confirmed - agreed);
  return isMassRemoval(waiting, onServer, [{ at: now, count: done }], now);
}

/** Deletions are counted over a day, and from the user's last word on. */
export function countedSince(approval: Approval, now: number): number {
  return Math.max(now - DAY_MS, approval?.at ?? 0);
}

/** @returns what may be deleted on the server although others have to wait; `null`: everything */
export async function agreedDeletions(
  local: Pick<LocalCalendar, "getState" | "countDeletions">,
  now: number,
): Promise<ReadonlySet<ResourceName> | null> {
  const approval = (await local.getState())?.approvedDeletions ?? null;
  const counts = await local.countDeletions(countedSince(approval, now));
  return areTooMany(counts, approval, now) ? new Set(approval?.names) : null;
}
