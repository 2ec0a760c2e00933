/** What browsing and restoring need of a snapshot, in the layout of layout.ts; whoever wrote it. */
import type { Kloset } from "../kloset/kloset.ts";
import type { SnapshotReader } from "../kloset/snapshot-reader.ts";
import { ForeignSnapshot } from "./foreign-snapshot.ts";

export type SnapshotFiles = Pick<
  SnapshotReader,
  "info" | "stat" | "list" | "readFile" | "entryName"
> & {
  /** Files of another program's snapshot that are no calendar files: they cannot be seen here. */
  readonly ignoredFiles?: number;
  /** Absent where another program's listing does not lie in such parts. */
  readonly listingPieces?: SnapshotReader["listingPieces"];
};

/**
 * Opens a snapshot; one of another program's shows its folders of .ics files as calendars.
 * @throws AppError "snapshot-unknown", "store-corrupt", "blob-missing", "aborted"
 */
export async function openSnapshotFiles(
  store: Kloset,
  snapshotId: string,
  signal: AbortSignal,
): Promise<SnapshotFiles> {
  const snapshot = await store.openSnapshot(snapshotId, signal);
  return (await isOurs(snapshot)) ? snapshot : ForeignSnapshot.read(snapshot);
}

async function isOurs(snapshot: SnapshotReader): Promise<boolean> {
  if (snapshot.info.files === 0 || snapshot.info.origin.startsWith("thunderbird:")) return true;
  const kinds = await Promise.all(
    ["/calendars", "/manifest"].map(async (path) => (await snapshot.stat(path))?.kind),
  );
  return kinds.every((kind) => kind === "directory");
}
