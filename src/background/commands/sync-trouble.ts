/**
 * What a synchronization's end means to the user: a network that fails for a while is nobody's business, one that
 * fails for hours is, and what only the user can help is said at once. Pure.
 */
import type { WireError } from "../../shared/errors.ts";
import type { CalendarStatus } from "../settings/sync-status.ts";
import { isPassing } from "../sync/outcome.ts";

/** After so long without an answer somebody who relies on the calendar wants to know. */
const LASTING_MS = 6 * 60 * 60_000;
/** Time between two attempts beyond this was no failing: the computer slept, or Thunderbird was closed. */
const LONGEST_GAP_MS = 90 * 60_000;
const LEAST_FAILURES = 3;

/** @param nextTry when it is tried again by itself, ms since the epoch */
export function statusAfter(
  before: CalendarStatus | undefined,
  error: WireError | null,
  { now, nextTry }: { readonly now: number; readonly nextTry: number | null },
): CalendarStatus {
  const kinds = heldAfter(before, error);
  const held = kinds.length === 0 ? {} : { held: kinds };
  if (error === null || !isPassing(error)) return { time: now, error, ...held };
  const known = before?.failing;
  const gap = before === undefined || known === undefined ? 0 : now - before.time;
  const lastingMs = (known?.lastingMs ?? 0) + Math.min(Math.max(gap, 0), LONGEST_GAP_MS);
  const count = (known?.count ?? 0) + 1;
  return {
    time: now,
    error,
    ...held,
    failing: {
      since: known?.since ?? now,
      count,
      lastingMs,
      nextTry,
      // Thunderbird being offline is the user's own doing, or known to them.
      isLasting: lastingMs >= LASTING_MS && count >= LEAST_FAILURES && error.code !== "offline",
    },
  };
}

/** Of any other failure nobody learns what is held: it is what it was. */
function heldAfter(before: CalendarStatus | undefined, error: WireError | null): string[] {
  if (error === null) return [];
  if (error.code !== "mass-change") return before?.held ?? [];
  const { heldDeletions, heldRemovals, heldReversals } = error.details;
  const counts = { deletions: heldDeletions, removals: heldRemovals, reversals: heldReversals };
  return Object.entries(counts).flatMap(([kind, count]) => (Number(count) > 0 ? [kind] : []));
}

/** Kinds of changes that are held back now, and of which the user was not told yet. */
export function newlyHeld(before: CalendarStatus | undefined, after: CalendarStatus): string[] {
  return (after.held ?? []).filter((kind) => before?.held?.includes(kind) !== true);
}

/** The warning in the calendar list; `null`: nothing to be alarmed about. */
export function warningOf({ error, failing }: CalendarStatus): string | null {
  if (error === null || (failing !== undefined && !failing.isLasting)) return null;
  return error.message;
}

/** True where nothing changed that a page or the next start would show otherwise. */
export function isSameStatus(before: CalendarStatus | undefined, after: CalendarStatus): boolean {
  if (after.failing !== undefined || before?.failing !== undefined) return false;
  if (String(before?.held ?? []) !== String(after.held ?? [])) return false;
  return (
    before?.error?.code === after.error?.code && before?.error?.message === after.error?.message
  );
}
