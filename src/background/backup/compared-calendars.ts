/**
 * The two sides of a comparison: calendars of snapshots, and those that Thunderbird shows now. Of an item with an
 * unsent version that version counts: it is what the user saw.
 */
import type { Entry } from "../kloset/entry.ts";
import type { Kloset } from "../kloset/kloset.ts";
import type { SnapshotReader } from "../kloset/snapshot-reader.ts";
import { assignFolders, type CalendarFolder } from "./calendar-folders.ts";
import { columnsOf, contentName, readText } from "./content-columns.ts";
import type { CalendarFiles, CalendarPair, ComparedFile } from "./file-pairs.ts";
import { calendarPath } from "./layout.ts";
import type { CalendarSource, KnownCalendar } from "./ports.ts";
import { PARTIAL } from "./previous-snapshots.ts";
import { safeResourceFile, UniqueNames } from "./safe-names.ts";
import { findCalendar, type SnapshotCalendar, snapshotCalendars } from "./snapshot-calendars.ts";

/** Every calendar of two snapshots. What a snapshot was not meant to hold is not missing from it. */
export async function snapshotPairs(
  before: SnapshotReader,
  after: SnapshotReader,
): Promise<CalendarPair[]> {
  const [old, recent] = await Promise.all([snapshotCalendars(before), snapshotCalendars(after)]);
  return unite(old, recent, before, isPartial(after)).map(({ path, was, is }) => ({
    path,
    displayName: nameOf((is ?? was) as SnapshotCalendar),
    state: stateOf(was, is),
    before: async () => (was ? snapshotFiles(before, path) : NOTHING),
    after: async () => (is ? snapshotFiles(after, path) : NOTHING),
  }));
}

const NOTHING: CalendarFiles = new Map();

function stateOf(was: unknown, is: unknown): CalendarPair["state"] {
  return was && is ? "both" : is ? "added" : "removed";
}

function isPartial(snapshot: SnapshotReader): boolean {
  return snapshot.info.context.has(PARTIAL);
}

function unite<A extends { path: string }, B extends { path: string }>(
  old: readonly A[],
  recent: readonly B[],
  before: SnapshotReader,
  afterIsPartial: boolean,
): { readonly path: string; readonly was: A | undefined; readonly is: B | undefined }[] {
  const paths = new Set([...recent, ...old].map(({ path }) => path));
  return [...paths]
    .map((path) => ({
      path,
      was: old.find((calendar) => calendar.path === path),
      is: recent.find((calendar) => calendar.path === path),
    }))
    .filter(({ was, is }) => (was ? is || !afterIsPartial : !isPartial(before)));
}

function nameOf({ manifest, calendar }: SnapshotCalendar): string {
  return manifest?.displayName || calendar;
}

async function snapshotFiles(snapshot: SnapshotReader, path: string): Promise<CalendarFiles> {
  const files = new Map<string, ComparedFile>();
  for (const directory of [path, path.replace(/^\/calendars\//, "/pending/")]) {
    if (directory !== path && (await snapshot.entryName(directory)) === undefined) continue;
    for (const entry of await snapshot.list(directory))
      if (entry.kind === "file") files.set(entry.name, snapshotFile(snapshot, entry));
  }
  return files;
}

function snapshotFile(snapshot: SnapshotReader, entry: Entry): ComparedFile {
  return {
    name: entry.name,
    path: entry.path,
    content: contentName(entry),
    size: entry.size,
    text: () => readText(snapshot, entry),
    uid: async () => (await columnsOf(snapshot, entry)).uid,
  };
}

/** What the snapshot holds beside what Thunderbird shows now; calendars it was not meant to hold are left out. */
export async function nowPairs(
  store: Kloset,
  before: SnapshotReader,
  source: CalendarSource,
  signal: AbortSignal,
): Promise<CalendarPair[]> {
  const known = await source.calendars();
  const old = await snapshotCalendars(before);
  const folders = assignFolders(known, presentFolders(old, known));
  const recent = known.map((calendar) => {
    const folder = folders.get(calendar.calendarId) as CalendarFolder;
    return { calendar, path: calendarPath(folder.account, folder.calendar) };
  });
  return unite(old, recent, before, false).map(({ path, was, is }) => ({
    path,
    displayName: is?.calendar.displayName ?? nameOf(was as SnapshotCalendar),
    state: stateOf(was, is),
    before: async () => (was ? snapshotFiles(before, path) : NOTHING),
    after: async (files) =>
      is ? presentFiles(is.calendar, path, files, store, source, signal) : NOTHING,
  }));
}

/** The folders by calendar id; one subscribed to again has a new id and is known by its address. */
function presentFolders(
  saved: readonly SnapshotCalendar[],
  known: readonly KnownCalendar[],
): Map<string, CalendarFolder> {
  const folders = new Map<string, CalendarFolder>();
  for (const calendar of saved) {
    const id = findCalendar(calendar, known)?.calendarId ?? calendar.manifest?.calendarId;
    if (id && !folders.has(id)) folders.set(id, calendar);
  }
  return folders;
}

async function presentFiles(
  calendar: KnownCalendar,
  path: string,
  before: CalendarFiles,
  store: Kloset,
  source: CalendarSource,
  signal: AbortSignal,
): Promise<CalendarFiles> {
  const files = new Map<string, ComparedFile>();
  const names = new UniqueNames();
  await source.read(
    calendar,
    async (page) => {
      for (const resource of page) {
        const name = names.take(safeResourceFile(resource.name));
        const text = resource.pendingText ?? resource.text;
        if (text === null || resource.deleted) continue;
        const filePath = `${path}/${name}`;
        const bytes = new TextEncoder().encode(text);
        const content = store.contentName(filePath, bytes);
        // What is the same needs no text: it is most of the calendar.
        const same = before.get(name);
        const kept = same?.content === content ? () => same.text() : async () => text;
        files.set(name, {
          name,
          path: filePath,
          content,
          size: bytes.length,
          text: kept,
          uid: async () => resource.uid,
        });
      }
    },
    signal,
  );
  return files;
}
