/**
 * The mass-change guard: decides when removals, or versions that go back in time, are so many that a mistake (an
 * emptied server, a broken listing, a server restored from its own backup, somebody's wrong click) is likelier than
 * an intention. Pure; confirming and the snapshot are the engine's.
 */
import type { ItemColumns } from "../../shared/item-store.ts";
import type { MassChange, SyncState } from "./ports.ts";

export const DAY_MS = 24 * 60 * 60_000;
const MANY = 100;
/** As few as these may well be meant. */
export const SEVERAL = 10;
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

/** True for a version that was made before the known one: its SEQUENCE, or with the same one its LAST-MODIFIED. */
export function isOlder(
  version: Pick<ItemColumns, "sequence" | "lastModified">,
  known: Pick<ItemColumns, "sequence" | "lastModified">,
): boolean {
  if (version.sequence !== known.sequence) return version.sequence < known.sequence;
  if (version.lastModified === null || known.lastModified === null) return false;
  return version.lastModified < known.lastModified;
}

/** How long a mass change can be undone. */
const UNDO_MS = 30 * DAY_MS;

export function rememberedChanges(changes: readonly MassChange[], now: number): MassChange[] {
  return changes.filter(({ at }) => at > now - UNDO_MS);
}
