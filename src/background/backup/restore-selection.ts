/** Reads from a snapshot what a restore is to bring back, calendar by calendar. */
import type { RestoreSelection } from "../../shared/commands.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import { scanColumns } from "../../shared/ical/scan.ts";
import type { Entry } from "../kloset/entry.ts";
import { millisecondsOf } from "../kloset/timestamp.ts";
import { decodeText } from "./content-columns.ts";
import {
  parseResourcePath,
  REPLACED,
  resourceName,
  SECTIONS,
  type Section,
  sectionPath,
} from "./layout.ts";
import type { PlannedResource } from "./restore-plan.ts";
import {
  calendarsWithoutFolder,
  goneCalendars,
  type SnapshotCalendar,
  snapshotCalendars,
} from "./snapshot-calendars.ts";
import type { SnapshotFiles } from "./snapshot-files.ts";

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

/** `/pending`, `/conflicts` and `/replaced` beside `/calendars`; or of each item the version the user saw. */
export type UnsentVersions = "beside" | "instead";

/** Calendars and paths that a selection means, before anything is read. @throws AppError "bad-argument" */
export function selectPaths(
  selection: RestoreSelection,
  calendars: readonly SnapshotCalendar[],
): { calendar: SnapshotCalendar; files: readonly string[] | "all" }[] {
  if ("all" in selection) return calendars.map((calendar) => ({ calendar, files: "all" as const }));
  if ("calendars" in selection) {
    return [...new Set(selection.calendars)].map((path) => {
      const calendar = calendars.find((candidate) => candidate.path === path.replace(/\/$/, ""));
      if (!calendar) throw unknownPath(path);
      return { calendar, files: "all" as const };
    });
  }
  const files = new Map<SnapshotCalendar, string[]>();
  for (const path of new Set(selection.items)) {
    const place = parseResourcePath(path);
    const calendar = calendars.find(
      ({ account, calendar }) => account === place?.account && calendar === place.calendar,
    );
    if (!place || !calendar) throw unknownPath(path);
    files.set(calendar, [...(files.get(calendar) ?? []), path]);
  }
  return [...files].map(([calendar, paths]) => ({ calendar, files: paths }));
}

/** @throws AppError "bad-argument" for what the snapshot does not hold, "unsupported", "store-corrupt", "aborted" */
export async function readSelection(
  snapshot: SnapshotFiles,
  selection: RestoreSelection,
  signal: AbortSignal,
  unsent: UnsentVersions = "instead",
): Promise<SelectedCalendar[]> {
  const selected: SelectedCalendar[] = [];
  const there = await snapshotCalendars(snapshot);
  const known = [...there, ...(await goneCalendars(snapshot))];
  const all = [...known, ...(await calendarsWithoutFolder(snapshot, known))];
  // What was current is asked for: of a calendar that was gone there is none.
  const calendars =
    unsent === "beside" || "items" in selection ? all : all.filter(({ gone }) => !gone);
  for (const { calendar, files } of selectPaths(selection, calendars)) {
    const unreadable: { path: string; error: unknown }[] = [];
    const entries =
      files === "all"
        ? await allEntries(snapshot, calendar, unsent, (path, error) =>
            unreadable.push({ path, error }),
          )
        : await namedEntries(snapshot, files);
    const resources: SavedResource[] = [];
    for (const entry of entries) {
      signal.throwIfAborted();
      try {
        resources.push(await readResource(snapshot, calendar, entry));
      } catch (error) {
        unreadable.push({ path: entry.path, error });
      }
    }
    const whole = files === "all" && !calendar.gone;
    selected.push({ calendar, whole, resources, unreadable });
  }
  return selected;
}

/** @param onDamage told of each folder that cannot be listed: what else there is of the calendar is read all the same */
async function allEntries(
  snapshot: SnapshotFiles,
  { account, calendar, gone }: SnapshotCalendar,
  unsent: UnsentVersions,
  onDamage: (path: string, error: unknown) => void,
): Promise<Entry[]> {
  const wanted: readonly Section[] = unsent === "beside" ? [...SECTIONS, REPLACED] : SECTIONS;
  const sections = await Promise.all(
    wanted.map(async (section) => {
      const path = sectionPath(section, account, calendar);
      try {
        // Every calendar has one folder; the others only where there is something to put in.
        if (
          section !== (gone ? REPLACED : "calendars") &&
          (await snapshot.entryName(path)) === undefined
        )
          return [];
        return (await snapshot.list(path)).filter(({ kind }) => kind === "file");
      } catch (error) {
        if (!isAppError(error, "not-found", "store-corrupt", "blob-missing")) throw error;
        onDamage(path, error.code === "not-found" ? folderMissing() : error);
        return [];
      }
    }),
  );
  if (unsent === "beside") return sections.flat();
  const [sent = [], pending = []] = sections;
  return [...new Map([...sent, ...pending].map((entry) => [entry.name, entry])).values()];
}

function folderMissing(): AppError {
  return new AppError("store-corrupt", "The folder of this calendar is missing in the snapshot.", {
    hint: "Nothing of it could be restored from this snapshot. Check the store, and look for the calendar in another snapshot.",
  });
}

async function namedEntries(snapshot: SnapshotFiles, paths: readonly string[]): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const path of paths) {
    const entry = await snapshot.stat(path);
    if (entry?.kind !== "file") throw unknownPath(path);
    entries.push(entry);
  }
  return entries;
}

async function readResource(
  snapshot: SnapshotFiles,
  { manifest }: SnapshotCalendar,
  entry: Entry,
): Promise<SavedResource> {
  const bytes = await snapshot.readFile(entry);
  const text = decodeText(bytes);
  const file = resourceName(entry.path);
  return {
    path: entry.path,
    bytes,
    text,
    name: manifest?.names[file] ?? file,
    uid: scanColumns(text).uid,
    modifiedMs: millisecondsOf(entry.modified),
  };
}

function unknownPath(path: string): AppError {
  return new AppError("bad-argument", "The snapshot does not hold everything that was selected.", {
    hint: "List the snapshot anew and select again. Nothing was changed.",
    details: { argument: "selection", path },
  });
}
