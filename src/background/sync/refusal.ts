/**
 * How a refused edit remembers when it is to be tried again: in the details of its last error, which the item
 * store keeps beside the pending change. Pure.
 */
import type { WireError } from "../../shared/errors.ts";
import type { Json, PendingChange } from "../../shared/item-store.ts";
import { backOffMs } from "./outcome.ts";

/** @param retryAt ms since the epoch; `null`: not before the user or the server changes something */
export function encodeRefusal(error: WireError, revision: number, retryAt: number | null): Json {
  return {
    code: error.code,
    message: error.message,
    hint: error.hint,
    details: { ...(error.details as Record<string, Json>), revision, retryAt },
  };
}

export const refusalRetryAt = (attempts: number, now: number, random: number): number =>
  now + backOffMs(attempts + 1, random);

/** When a refused change is tried again by itself, ms since the epoch; `null`: with the next synchronization. */
export function refusalTime(change: PendingChange): number | null {
  const retryAt = detailsOf(change)?.retryAt;
  return typeof retryAt === "number" ? retryAt : null;
}

/**
 * True while trying again would only repeat the refusal.
 * @param impatient the user asked: waiting times do not count, only "not before something changes"
 */
export function isPostponed(change: PendingChange, now: number, impatient: boolean): boolean {
  const details = detailsOf(change);
  if (details === undefined) return false;
  if (details.retryAt === null) return change.serverText === null;
  return typeof details.retryAt === "number" && !impatient && details.retryAt > now;
}

/** Of the last refusal, unless the user has edited the item since. */
function detailsOf({ lastError, revision }: PendingChange): { retryAt?: Json } | undefined {
  if (lastError === null || typeof lastError !== "object" || Array.isArray(lastError))
    return undefined;
  const { details } = lastError as { details?: { revision?: Json; retryAt?: Json } };
  return details?.revision === revision ? details : undefined;
}
