/** Reads from a snapshot what a restore is to bring back, calendar by calendar. */
import type { RestoreSelection } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import { scanColumns } from "../../shared/ical/scan.ts";
import type { SnapshotReader } from "../kloset/snapshot-reader.ts";
import { millisecondsOf } from "../kloset/timestamp.ts";
import { parseResourcePath } from "./layout.ts";
import type { PlannedResource } from "./restore-plan.ts";
import { type SnapshotCalendar, snapshotCalendars } from "./snapshot-calendars.ts";

export interface SavedResource extends PlannedResource {
  /** Path in the snapshot. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly modifiedMs: number;
}

export interface SelectedCalendar {
  readonly calendar: SnapshotCalendar;
  /** False when only some of its items were selected: then nothing else of it may be removed. */
  readonly whole: boolean;
  readonly resources: readonly SavedResource[];
  /** Files that could not be read from the store. */
  readonly unreadable: readonly { readonly path: string; readonly error: unknown }[];
}

/** Calendars and paths that a selection means, before anything is read. @throws AppError "bad-argument" */
export function selectPaths(
  selection: RestoreSelection,
  calendars: readonly SnapshotCalendar[],
): { calendar: SnapshotCalendar; files: readonly string[] | "all" }[] {
  if ("all" in selection) return calendars.map((calendar) => ({ calendar, files: "all" as const }));
  if ("calendars" in selection) {
    return selection.calendars.map((path) => {
      const calendar = calendars.find((candidate) => candidate.path === path.replace(/\/$/, ""));
      if (!calendar) throw unknownPath(path);
      return { calendar, files: "all" as const };
    });
  }
  const files = new Map<SnapshotCalendar, string[]>();
  for (const path of selection.items) {
    const place = parseResourcePath(path);
    const calendar = calendars.find(
      (candidate) =>
        place?.section === "calendars" &&
        candidate.account === place.account &&
        candidate.calendar === place.calendar,
    );
    if (!place || !calendar) throw unknownPath(path);
    files.set(calendar, [...(files.get(calendar) ?? []), place.file]);
  }
  return [...files].map(([calendar, names]) => ({ calendar, files: names }));
}

export async function readSelection(
  snapshot: SnapshotReader,
  selection: RestoreSelection,
  signal: AbortSignal,
): Promise<SelectedCalendar[]> {
  const selected: SelectedCalendar[] = [];
  for (const { calendar, files } of selectPaths(selection, await snapshotCalendars(snapshot))) {
    const entries = (await snapshot.list(calendar.path)).filter((entry) => entry.kind === "file");
    const names = files === "all" ? entries.map((entry) => entry.name) : files;
    const resources: SavedResource[] = [];
    const unreadable: { path: string; error: unknown }[] = [];
    for (const file of names) {
      signal.throwIfAborted();
      const path = `${calendar.path}/${file}`;
      const entry = entries.find((candidate) => candidate.name === file);
      if (!entry) throw unknownPath(path);
      try {
        const bytes = await snapshot.readFile(entry);
        const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
        resources.push({
          path,
          bytes,
          text,
          name: calendar.manifest?.names[file] ?? file,
          uid: scanColumns(text).uid,
          modifiedMs: millisecondsOf(entry.modified),
        });
      } catch (error) {
        unreadable.push({ path, error });
      }
    }
    selected.push({ calendar, whole: files === "all", resources, unreadable });
  }
  return selected;
}

function unknownPath(path: string): AppError {
  return new AppError("bad-argument", "The snapshot does not hold everything that was selected.", {
    hint: "List the snapshot anew and select again. Nothing was changed.",
    details: { argument: "selection", path },
  });
}
