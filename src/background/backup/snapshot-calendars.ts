/** The calendars a snapshot holds: their folders and manifests. */
import { AppError } from "../../shared/errors.ts";
import type { SnapshotReader } from "../kloset/snapshot-reader.ts";
import type { CalendarFolder } from "./calendar-folders.ts";
import { calendarPath, manifestPath, REPLACED, sectionPath } from "./layout.ts";
import { type CalendarManifest, decodeManifest } from "./manifest.ts";
import type { KnownCalendar } from "./ports.ts";
import type { SnapshotFiles } from "./snapshot-files.ts";
import { unlessDamaged } from "./unless-damaged.ts";

export interface SnapshotCalendar extends CalendarFolder {
  /** `/calendars/<account>/<calendar>` */
  readonly path: string;
  /** `undefined` where the snapshot has none, or none we can read. */
  readonly manifest: CalendarManifest | undefined;
  /** Gone when the snapshot was made: it holds replaced and removed texts of it, and nothing that was current. */
  readonly gone?: true;
}

/**
 * In the order Thunderbird showed them; those without a manifest last.
 * @throws AppError "unsupported" for a snapshot of something else than calendars
 */
export async function snapshotCalendars(snapshot: SnapshotFiles): Promise<SnapshotCalendar[]> {
  const found: SnapshotCalendar[] = [];
  if ((await snapshot.stat("/calendars"))?.kind !== "directory") {
    const others = snapshot.info.files > 0 && (await snapshot.entryName("/replaced")) === undefined;
    if (others) throw noCalendars();
    return found;
  }
  for (const account of await snapshot.list("/calendars")) {
    if (account.kind !== "directory") continue;
    for (const calendar of await snapshot.list(`/calendars/${account.name}`)) {
      if (calendar.kind !== "directory") continue;
      found.push({
        account: account.name,
        calendar: calendar.name,
        path: calendarPath(account.name, calendar.name),
        manifest: await readManifest(snapshot, account.name, calendar.name),
      });
    }
  }
  const order = (calendar: SnapshotCalendar) => calendar.manifest?.order ?? Number.MAX_SAFE_INTEGER;
  return found.sort((a, b) => order(a) - order(b) || (a.path < b.path ? -1 : 1));
}

/**
 * Calendars of which the snapshot holds what was replaced or removed and nothing else: they were gone when it was made. They
 * are no part of what was there then. None where that cannot be told.
 */
export async function goneCalendars(snapshot: SnapshotFiles): Promise<SnapshotCalendar[]> {
  const gone: SnapshotCalendar[] = [];
  for (const { account, calendar } of await replacedAlone(snapshot)) {
    const manifest = await unlessDamaged(() => readManifest(snapshot, account, calendar));
    // Of one that was there a damaged snapshot has lost the folder.
    if (manifest && !manifest.gone) continue;
    gone.push({ account, calendar, path: calendarPath(account, calendar), manifest, gone: true });
  }
  return gone;
}

async function replacedAlone(snapshot: SnapshotFiles): Promise<CalendarFolder[]> {
  const listed = async (path: string) =>
    ((await unlessDamaged(() => snapshot.list(path))) ?? []).filter(
      ({ kind }) => kind === "directory",
    );
  const root = `/${REPLACED}`;
  if ((await unlessDamaged(() => snapshot.entryName(root))) === undefined) return [];
  const alone: CalendarFolder[] = [];
  for (const { name: account, path } of await listed(root))
    for (const { name: calendar } of await listed(path)) {
      const current = calendarPath(account, calendar);
      if ((await unlessDamaged(() => snapshot.entryName(current))) === undefined)
        alone.push({ account, calendar });
    }
  return alone;
}

/**
 * Calendars that a damaged snapshot tells of without having their folders: each is written with one, empty or not. None
 * where that cannot be told.
 */
export async function calendarsWithoutFolder(
  snapshot: SnapshotFiles,
  found: readonly SnapshotCalendar[],
): Promise<SnapshotCalendar[]> {
  const listed = async (path: string) => (await unlessDamaged(() => snapshot.list(path))) ?? [];
  const lost: SnapshotCalendar[] = [];
  for (const { name: account, kind, path } of await listed("/manifest")) {
    if (kind !== "directory") continue;
    for (const file of await listed(path)) {
      const calendar = /^(.+)\.json$/.exec(file.name)?.[1];
      if (file.kind !== "file" || calendar === undefined) continue;
      const folder = calendarPath(account, calendar);
      if (found.some((one) => one.path === folder)) continue;
      const manifest = await unlessDamaged(() => readManifest(snapshot, account, calendar));
      const gone = manifest?.gone ? ({ gone: true } as const) : {};
      lost.push({ account, calendar, path: folder, manifest, ...gone });
    }
  }
  return lost;
}

/**
 * Paths of the calendars of which the snapshot holds at least one item; of those that were gone, where their texts lie: they
 * stand for nothing that an earlier one holds.
 * @throws as {@link snapshotCalendars}
 */
export async function heldCalendars(snapshot: SnapshotReader): Promise<string[]> {
  const held: string[] = [];
  const some = (await snapshot.entryName("/calendars")) !== undefined;
  for (const account of some ? await snapshot.list("/calendars") : []) {
    if (account.kind !== "directory") continue;
    for (const { kind, path } of await snapshot.list(account.path))
      if (kind === "directory" && (await snapshot.listingPieces(path)).length > 0) held.push(path);
  }
  for (const { account, calendar } of await replacedAlone(snapshot))
    held.push(sectionPath(REPLACED, account, calendar));
  return held;
}

/** The calendar in Thunderbird: by its id, else by its address, since one subscribed to again has a new id. */
export function findCalendar(
  { manifest }: SnapshotCalendar,
  known: readonly KnownCalendar[],
): KnownCalendar | undefined {
  if (!manifest) return undefined;
  return (
    known.find((calendar) => calendar.calendarId === manifest.calendarId) ??
    known.find((calendar) => calendar.own && manifest.url !== "" && calendar.url === manifest.url)
  );
}

async function readManifest(snapshot: SnapshotFiles, account: string, calendar: string) {
  const path = manifestPath(account, calendar);
  if (!(await snapshot.stat(path))) return undefined;
  return decodeManifest(await snapshot.readFile(path));
}

function noCalendars(): AppError {
  return new AppError("unsupported", "This snapshot holds no calendars.", {
    hint: "Another program made it, of other files than .ics files, and nothing in it was changed. Restore it with that program, for example with plakar.",
  });
}
