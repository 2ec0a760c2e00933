/** A list of changes that tells everything which is there leaves out what is gone; only a listing shows that. */
import type { KnownRows } from "./known-rows.ts";
import { tellsEverything } from "./plan.ts";
import type { SyncRun } from "./sync-run.ts";

/** What a server told as its changes. */
export interface ToldChanges {
  /** How many of them are here as they are. */
  readonly current: number;
  readonly seen: ReadonlySet<string>;
  /** Stated to be gone. */
  readonly stated: readonly string[];
}

/** True when members known here may be gone although the server did not say so. Own writes are told again, too. */
export async function mayHideRemovals(
  { counts, local, now }: SyncRun,
  rows: KnownRows,
  { current, seen, stated }: ToldChanges,
): Promise<boolean> {
  if (current === 0 || counts.pushed > 0) return false;
  const { onServer } = await local.countDeletions(now());
  if (!tellsEverything(current, onServer)) return false;
  const told = new Set<string>([...seen, ...stated]);
  return [...(await rows.all()).keys()].some((name) => !told.has(name));
}
