import type { SnapshotSummary } from "../../shared/commands.ts";

/** The newest snapshot of everything before this one: what it is compared with. */
export function snapshotBefore(
  snapshots: readonly SnapshotSummary[],
  id: string,
): SnapshotSummary | undefined {
  const at = snapshots.findIndex((snapshot) => snapshot.id === id);
  return at < 0 ? undefined : snapshots.slice(at + 1).find(({ partial }) => partial !== true);
}
