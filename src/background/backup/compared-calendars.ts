/**
 * The two sides of a comparison: calendars of snapshots, and those that Thunderbird shows now. Of an item with an
 * unsent version that version counts: it is what the user saw.
 */
import type { Entry } from "../kloset/entry.ts";
import type { Kloset } from "../kloset/kloset.ts";
import type { SnapshotReader } from "../kloset/snapshot-reader.ts";
import { assignFolders, type CalendarFolder } from "./calendar-folders.ts";
import { columnsOf, contentName, readText } from "./content-columns.ts";
import type { CalendarFiles, CalendarPair, CalendarSides, ComparedFile } from "./file-pairs.ts";
import { calendarPath } from "./layout.ts";
import type { CalendarSource, KnownCalendar } from "./ports.ts";
import { PARTIAL } from "./previous-snapshots.ts";
import { safeResourceFile, UniqueNames } from "./safe-names.ts";
import { type DifferentEntries, differentEntries } from "./shared-listings.ts";
import { findCalendar, type SnapshotCalendar, snapshotCalendars } from "./snapshot-calendars.ts";
import { unlessDamaged } from "./unless-damaged.ts";

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
    sides: () => snapshotSides(was && before, is && after, path),
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

/** @param before `undefined` where that snapshot does not hold the calendar, as `after` */
async function snapshotSides(
  before: SnapshotReader | undefined,
  after: SnapshotReader | undefined,
  path: string,
): Promise<CalendarSides> {
  const different =
    before && after && (await unlessDamaged(() => differentEntries(before, after, path)));
  if (different) return sidesOf(different, before, after, path);
  return {
    before: before ? await snapshotFiles(before, path) : NOTHING,
    after: after ? await snapshotFiles(after, path) : NOTHING,
    alike: 0,
  };
}

/** An unsent version on one side alone makes two of what both list alike. */
async function sidesOf(
  different: DifferentEntries,
  before: SnapshotReader,
  after: SnapshotReader,
  path: string,
): Promise<CalendarSides> {
  const pending = [await pendingEntries(before, path), await pendingEntries(after, path)];
  const names = new Set(pending.flat().map(({ name }) => name));
  let { alike } = different;
  const [was, is] = [filesOf(before, different.before), filesOf(after, different.after)];
  for (const name of names) {
    if (was.has(name) || is.has(name)) continue;
    const entry = await after.stat(`${path}/${name}`);
    if (entry?.kind !== "file") continue;
    was.set(name, snapshotFile(before, entry));
    is.set(name, snapshotFile(after, entry));
    alike--;
  }
  const [unsentBefore = [], unsentAfter = []] = pending;
  return {
    before: new Map([...was, ...filesOf(before, unsentBefore)]),
    after: new Map([...is, ...filesOf(after, unsentAfter)]),
    alike,
  };
}

async function snapshotFiles(snapshot: SnapshotReader, path: string): Promise<CalendarFiles> {
  const listed = await snapshot.list(path);
  return filesOf(snapshot, [...listed, ...(await pendingEntries(snapshot, path))]);
}

async function pendingEntries(snapshot: SnapshotReader, path: string): Promise<readonly Entry[]> {
  const directory = path.replace(/^\/calendars\//, "/pending/");
  return (await snapshot.entryName(directory)) === undefined ? [] : snapshot.list(directory);
}

/** The last of a name counts. */
function filesOf(snapshot: SnapshotReader, entries: readonly Entry[]): Map<string, ComparedFile> {
  const files = entries.filter(({ kind }) => kind === "file");
  return new Map(files.map((entry) => [entry.name, snapshotFile(snapshot, entry)]));
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
    sides: async () => {
      const files = was ? await snapshotFiles(before, path) : NOTHING;
      const after = is
        ? await presentFiles(is.calendar, path, files, store, source, signal)
        : NOTHING;
      return { before: files, after, alike: 0 };
    },
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
