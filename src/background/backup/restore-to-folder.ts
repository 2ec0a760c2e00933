/**
 * Restores resources of a snapshot into a folder of .ics files, byte for byte: the way out that needs neither a
 * server nor Thunderbird's calendar.
 */
import type { RestoreReport, RestoreSelection } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import { inParallel } from "../../shared/parallel.ts";
import { type FolderTarget, putFiles } from "./folder-target.ts";
import type { Work } from "./ports.ts";
import { type Failure, failure, unreadableFailures } from "./restore-failures.ts";
import { readSelection, type SavedResource } from "./restore-selection.ts";
import type { SnapshotFiles } from "./snapshot-files.ts";

/** Written and read back together: few enough that a cancelled restore soon ends. */
const BATCH_FILES = 128;
const BATCH_BYTES = 4 * 1024 * 1024;
/** One is written while another is read back. */
const BATCHES_AT_ONCE = 2;

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
  await inParallel(batches(resources), BATCHES_AT_ONCE, async (batch) => {
    work.signal.throwIfAborted();
    const files = batch.map(({ path, bytes, modifiedMs }) => ({
      path: path.replace(/^\/(?:calendars\/)?/, ""),
      bytes,
      modifiedMs,
    }));
    const outcomes = await putFiles(folder, files, dryRun);
    for (const [index, resource] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome instanceof AppError) failed.push(failure(resource.path, outcome, resource.text));
      else if (outcome === "created") created++;
      else unchanged++;
    }
    done += batch.length;
    work.onProgress({ done, total: resources.length, note: batch.at(-1)?.name ?? "" });
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

function batches(resources: readonly SavedResource[]): SavedResource[][] {
  const all: SavedResource[][] = [];
  let size = BATCH_BYTES;
  for (const resource of resources) {
    const last = all.at(-1);
    if (last && last.length < BATCH_FILES && size + resource.bytes.length <= BATCH_BYTES) {
      last.push(resource);
      size += resource.bytes.length;
    } else {
      all.push([resource]);
      size = resource.bytes.length;
    }
  }
  return all;
}
