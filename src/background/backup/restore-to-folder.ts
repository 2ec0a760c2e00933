/**
 * Restores resources of a snapshot into a folder of .ics files, byte for byte: the way out that needs neither a
 * server nor Thunderbird's calendar.
 */
import { equalBytes } from "../../shared/bytes.ts";
import type { RestoreReport, RestoreSelection } from "../../shared/commands.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import type { SnapshotReader } from "../kloset/snapshot-reader.ts";
import type { Work } from "./ports.ts";
import { type Failure, failure, unreadableFailures } from "./restore-failures.ts";
import { readSelection, type SavedResource } from "./restore-selection.ts";

/** Where files are put by a restore to a folder. */
export interface FolderTarget {
  /** @returns false when a file of that name is there already. @throws AppError of the place */
  create(path: string, bytes: Uint8Array, modifiedMs: number): Promise<boolean>;
  /** `undefined` when there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
}

/** Files go to `<account>/<calendar>/<resource>.ics`. A file that is there is never written over. */
export async function restoreToFolder(
  snapshot: SnapshotReader,
  selection: RestoreSelection,
  folder: FolderTarget,
  dryRun: boolean,
  work: Work,
): Promise<RestoreReport> {
  const selected = await readSelection(snapshot, selection, work.signal);
  const failed: Failure[] = selected.flatMap(unreadableFailures);
  const resources = selected.flatMap((part) => part.resources);
  let created = 0;
  let unchanged = 0;
  for (const [index, resource] of resources.entries()) {
    work.signal.throwIfAborted();
    try {
      const outcome = await restoreFile(resource, folder, dryRun);
      if (outcome === "created") created++;
      else unchanged++;
    } catch (error) {
      if (!isAppError(error)) throw error;
      if (!concernsOneFile(error)) throw error;
      failed.push(failure(resource.path, error));
    }
    if (index % 50 === 0) {
      work.onProgress({ done: index + 1, total: resources.length, note: resource.name });
    }
  }
  return {
    created,
    updated: 0,
    removed: 0,
    unchanged,
    failed,
    notifies: [],
    safetySnapshotId: null,
  };
}

/** Another file of that name, or a name that this computer's file systems do not take. */
function concernsOneFile(error: AppError): boolean {
  return error.code === "file-exists" || "refusal" in error.details;
}

async function restoreFile(
  resource: SavedResource,
  folder: FolderTarget,
  dryRun: boolean,
): Promise<"created" | "unchanged"> {
  const path = resource.path.replace(/^\/calendars\//, "");
  const there = await folder.read(path);
  if (there !== undefined) {
    if (equalBytes(there, resource.bytes)) return "unchanged";
    throw fileExists();
  }
  if (dryRun) return "created";
  if (!(await folder.create(path, resource.bytes, resource.modifiedMs))) throw fileExists();
  const written = await folder.read(path);
  if (written === undefined || !equalBytes(written, resource.bytes)) {
    throw new AppError("place-io", "A file could not be read back as it was written.", {
      hint: "Check the disk, and restore into another folder. The snapshot is unharmed.",
    });
  }
  return "created";
}

function fileExists(): AppError {
  return new AppError(
    "file-exists",
    "A different file of this name is in the folder already; it was left alone.",
    {
      hint: "Restore into an empty folder.",
    },
  );
}
