/** Selected calendars of a snapshot as merged .ics files that other programs import. */
import type { CommandArguments, ExportReport, RestoreReport } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import { mergedCalendar } from "../../shared/ical/merged-calendar.ts";

import { type FolderTarget, putFile, splitFilePath } from "./folder-target.ts";
import type { Work } from "./ports.ts";
import { type Failure, failure, unreadableFailures } from "./restore-failures.ts";
import { readSelection, type SavedResource, type SelectedCalendar } from "./restore-selection.ts";
import { safeSegment, UniqueNames } from "./safe-names.ts";
import type { SnapshotFiles } from "./snapshot-files.ts";
import { zipOf } from "./zip.ts";

type OpenFolder = (directory: string, work: Work) => Promise<FolderTarget>;

interface MergedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly items: number;
  readonly failed: readonly Failure[];
}

/**
 * One file for each calendar: into a folder, or packed into one .zip file; a target that ends in .ics gets everything in one.
 * @throws AppError "bad-argument", "file-exists", those of the place and the store
 */
export async function exportCalendars(
  snapshot: SnapshotFiles,
  { selection, target, dryRun = false }: CommandArguments<"snapshots.export">,
  openFolder: OpenFolder,
  work: Work,
): Promise<ExportReport> {
  const place =
    target.kind === "file"
      ? splitFilePath(target.path, [".ics", ".zip"])
      : { directory: target.directory, name: "" };
  const folder = await openFolder(place.directory, work);
  const selected = await readSelection(snapshot, selection, work.signal);
  const merged = place.name.toLowerCase().endsWith(".ics")
    ? [mergedFile(place.name, "", selected)]
    : eachCalendar(selected);
  // Until the last file is made nothing is written.
  work.signal.throwIfAborted();
  const modifiedMs = snapshot.info.timestamp;
  if (place.name.toLowerCase().endsWith(".zip")) {
    await putFile(folder, { path: place.name, bytes: zipOf(merged), modifiedMs }, dryRun);
  } else {
    for (const [index, file] of merged.entries()) {
      await putFile(folder, { path: file.name, bytes: file.bytes, modifiedMs }, dryRun);
      work.onProgress({ done: index + 1, total: merged.length, note: file.name });
    }
  }
  return {
    files: merged.map(({ name, items }) => ({ name, items })),
    failed: [...selected.flatMap(unreadableFailures), ...merged.flatMap(({ failed }) => failed)],
  };
}

/** A restore into one .ics file. @throws as {@link exportCalendars} */
export async function restoreToFile(
  snapshot: SnapshotFiles,
  { selection, dryRun = false }: CommandArguments<"snapshots.restore">,
  path: string,
  openFolder: OpenFolder,
  work: Work,
): Promise<RestoreReport> {
  const { directory, name } = splitFilePath(path, [".ics"]);
  const folder = await openFolder(directory, work);
  const selected = await readSelection(snapshot, selection, work.signal);
  const file = mergedFile(name, "", selected);
  const modifiedMs = snapshot.info.timestamp;
  const outcome = await putFile(folder, { path: name, bytes: file.bytes, modifiedMs }, dryRun);
  return {
    created: outcome === "created" ? file.items : 0,
    updated: 0,
    removed: 0,
    unchanged: outcome === "unchanged" ? file.items : 0,
    failed: [...selected.flatMap(unreadableFailures), ...file.failed],
    notifies: [],
    safetySnapshotId: null,
    preview: null,
    calendarIds: [],
  };
}

function eachCalendar(selected: readonly SelectedCalendar[]): MergedFile[] {
  const names = new UniqueNames();
  return selected.map((part) => {
    const title = part.calendar.manifest?.displayName || part.calendar.calendar;
    return mergedFile(names.take(`${safeSegment(title)}.ics`), title, [part]);
  });
}

function mergedFile(
  name: string,
  title: string,
  selected: readonly SelectedCalendar[],
): MergedFile {
  const resources = selected.flatMap((part) => part.resources);
  const { text, merged, unreadable, repeated } = mergedCalendar(
    resources.map((resource) => resource.text),
    title,
  );
  const missing = (indexes: readonly number[], error: AppError) =>
    indexes.map((index) => {
      const { path, text } = resources[index] as SavedResource;
      return failure(path, error, text);
    });
  return {
    name,
    bytes: new TextEncoder().encode(text),
    items: merged,
    failed: [...missing(unreadable, notReadable()), ...missing(repeated, otherVersion())],
  };
}

function notReadable(): AppError {
  return new AppError(
    "calendar-data",
    "It cannot be read as a calendar item, so it fits in no merged file.",
    {
      hint: "Restore it into a folder to have it as it is.",
    },
  );
}

function otherVersion(): AppError {
  return new AppError("uid-exists", "The file holds another version of the same item already.", {
    hint: "Export the two calendars into files of their own.",
  });
}
