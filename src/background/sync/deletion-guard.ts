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
 * True when deletions that wait have to be held.
 * @param counts of those that {@link countedDeletions} tells
 */
export function areTooMany({ pending, confirmed, onServer }: DeletionCounts, now: number): boolean {
  return isMassRemoval(pending, onServer, [{ at: now, count: confirmed }], now);
}

/**
 * Deletions are counted over a day, and from the user's last word on. What was agreed to within the day does not count,
 * neither as waiting nor as done; what was agreed to and not done leaves no room for others.
 */
export function countedDeletions(
  approval: Approval,
  now: number,
): { readonly since: number; readonly except: ResourceName[] } {
  const yesterday = now - DAY_MS;
  if (approval === null || approval.at <= yesterday) return { since: yesterday, except: [] };
  return { since: approval.at, except: [...approval.names] };
}

/** @returns what may be deleted on the server although others have to wait; `null`: everything */
export async function agreedDeletions(
  local: Pick<LocalCalendar, "getState" | "countDeletions">,
  now: number,
): Promise<ReadonlySet<ResourceName> | null> {
  const approval = (await local.getState())?.approvedDeletions ?? null;
  const { since, except } = countedDeletions(approval, now);
  const counts = await local.countDeletions(since, except);
  return areTooMany(counts, now) ? new Set(approval?.names) : null;
}
