/**
 * The mass-change guard: decides when removals are so many that a mistake (an emptied server, a broken listing,
 * somebody else's wrong click) is likelier than an intention. Pure; confirming and the snapshot are the
 * engine's. Bodies that go back in time are not counted here.
 */
import type { SyncState } from "./ports.ts";

const DAY_MS = 24 * 60 * 60_000;
const MANY = 100;
const SEVERAL = 10;
const SEVERAL_SHARE = 0.2;
const HALF = 0.5;

/** A calendar this small is emptied by hand in a moment: half of it alone says nothing. */
const SMALL_CALENDAR = 4;

export type RecentRemovals = SyncState["recentRemovals"];

/** Removals of the last 24 hours. */
export function withinDay(recent: RecentRemovals, now: number): RecentRemovals {
  return recent.filter((removal) => removal.at > now - DAY_MS && removal.at <= now);
}

/**
 * True when removing `removals` of the `total` members known here has to be confirmed and a snapshot taken
 * first: at least 10 that are 20 %, or 100, or half of the calendar, counted with those of the last 24 hours.
 */
export function isMassRemoval(
  removals: number,
  total: number,
  recent: RecentRemovals,
  now: number,
): boolean {
  if (removals === 0) return false;
  const earlier = withinDay(recent, now).reduce((sum, removal) => sum + removal.count, 0);
  const removed = removals + earlier;
  const before = total + earlier;
  if (removed >= MANY) return true;
  if (removed >= SEVERAL && removed >= before * SEVERAL_SHARE) return true;
  return before >= SMALL_CALENDAR && removed >= before * HALF;
}
