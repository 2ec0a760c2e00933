/**
 * Restores resources of a snapshot into a folder of .ics files, byte for byte: the way out that needs neither a
 * server nor Thunderbird's calendar.
 */
import type { RestoreReport, RestoreSelection } from "../../shared/commands.ts";
import { type AppError, isAppError } from "../../shared/errors.ts";
import { inParallel } from "../../shared/parallel.ts";
import { type FolderTarget, putFile } from "./folder-target.ts";
import type { Work } from "./ports.ts";
import { type Failure, failure, unreadableFailures } from "./restore-failures.ts";
import { readSelection } from "./restore-selection.ts";
import type { SnapshotFiles } from "./snapshot-files.ts";

/** Each file is flushed to the disk and read back: most of the time is waiting. */
const FILES_AT_ONCE = 16;

/** Files go to `<account>/<calendar>/<resource>.ics`, unsent versions, losers of conflicts and replaced versions below `pending`, `conflicts` and `replaced`. A file that is there is never written over. */
export async function restoreToFolder(
  snapshot: SnapshotFiles,
  selection: RestoreSelection,
  folder: FolderTarget,
  dryRun: boolean,
  work: Work,
): Promise<RestoreReport> {
  const selected = await readSelection(snapshot, selection, work.signal, "beside");
  const failed: Failure[] = selected.flatMap(unreadableFailures);
  const resources = selected.flatMap((part) => part.resources);
  let created = 0;
  let unchanged = 0;
  let done = 0;
  await inParallel(resources, FILES_AT_ONCE, async (resource) => {
    work.signal.throwIfAborted();
    try {
      const path = resource.path.replace(/^\/(?:calendars\/)?/, "");
      const outcome = await putFile(folder, path, resource, dryRun);
      if (outcome === "created") created++;
      else unchanged++;
    } catch (error) {
      if (!isAppError(error)) throw error;
      if (!concernsOneFile(error)) throw error;
      failed.push(failure(resource.path, error, resource.text));
    }
    done++;
    if (done % 50 === 1) work.onProgress({ done, total: resources.length, note: resource.name });
  });
  return {
    created,
    updated: 0,
    removed: 0,
    unchanged,
    failed,
    notifies: [],
    safetySnapshotId: null,
    preview: null,
    calendarIds: [],
  };
}

/** Another file of that name, or a name that this computer's file systems do not take. */
function concernsOneFile(error: AppError): boolean {
  return error.code === "file-exists" || "refusal" in error.details;
}
