/**
 * Writes one snapshot of the calendars (layout.ts). A calendar that cannot be read now is carried forward from
 * the snapshot before and said to be stale; a snapshot is never called complete with something missing.
 */

import { toHex } from "../../shared/bytes.ts";
import type { BackupReport } from "../../shared/commands.ts";
import { isAppError, toWire } from "../../shared/errors.ts";
import type { Entry } from "../kloset/entry.ts";
import type { Kloset } from "../kloset/kloset.ts";
import type { SnapshotReader } from "../kloset/snapshot-reader.ts";
import type { SnapshotWriter } from "../kloset/snapshot-writer.ts";
import { millisecondsOf } from "../kloset/timestamp.ts";
import { assignFolders, type CalendarFolder } from "./calendar-folders.ts";
import { lastModifiedMs } from "./last-modified.ts";
import { calendarPath, manifestPath, resourcePath, type Section } from "./layout.ts";
import { encodeManifest, makeManifest } from "./manifest.ts";
import type { CalendarSource, KnownCalendar, KnownResource, Work } from "./ports.ts";
import { safeResourceFile, UniqueNames } from "./safe-names.ts";
import { type SnapshotCalendar, snapshotCalendars } from "./snapshot-calendars.ts";

export const SNAPSHOT_TYPE = "caldav";

/** Suspicious in a backup, yet all there is: such a snapshot still holds everything the calendar has now. */
export const NEWLY_EMPTY = "It is empty now, and was not in the snapshot before.";

export interface BackupRequest {
  readonly label: string;
  /** Absent: every calendar Thunderbird knows. */
  readonly calendarIds?: readonly string[];
  /** `thunderbird:<profile name>`: snapshots of one origin are one series. */
  readonly origin: string;
  readonly hostname: string;
}

/** What the newest snapshot of the series held; all empty for a first one. */
interface Before {
  readonly snapshot: SnapshotReader | undefined;
  readonly time: number;
  readonly calendars: readonly SnapshotCalendar[];
}

/** Entries of the snapshot before by path: for counting what changed, and for carrying forward. */
type Contents = ReadonlyMap<string, Entry>;

interface Tally {
  items: number;
  added: number;
  changed: number;
  bytesRead: number;
}

/** @throws AppError of the store or its place; "aborted" leaves the store as it was. */
export async function runBackup(
  store: Kloset,
  source: CalendarSource,
  request: BackupRequest,
  work: Work,
): Promise<BackupReport> {
  const started = Date.now();
  const before = await newestOfSeries(store, request.origin);
  const known = await source.calendars();
  const chosen = request.calendarIds
    ? known.filter((calendar) => request.calendarIds?.includes(calendar.calendarId))
    : known;
  const folders = assignFolders(known, foldersBefore(before));
  const writer = await store.startSnapshot({
    type: SNAPSHOT_TYPE,
    origin: request.origin,
    directory: "/",
    label: request.label,
    hostname: request.hostname,
    signal: work.signal,
  });
  try {
    const incomplete: { calendar: string; reason: string }[] = [];
    const tally: Tally = { items: 0, added: 0, changed: 0, bytesRead: 0 };
    let removed = 0;
    const expected = before.snapshot?.info.files ?? 0;
    for (const [order, calendar] of chosen.entries()) {
      const folder = folders.get(calendar.calendarId) as CalendarFolder;
      const contents = await contentsBelow(
        before.snapshot,
        calendarPath(folder.account, folder.calendar),
      );
      const run = new CalendarBackup(writer, calendar, folder, before, contents, tally);
      const reasons = await run.write(source, order, {
        signal: work.signal,
        onProgress: () =>
          work.onProgress({
            done: tally.items,
            total: Math.max(expected, tally.items),
            note: calendar.displayName,
          }),
      });
      for (const reason of reasons) incomplete.push({ calendar: calendar.displayName, reason });
      removed += run.removedCount();
    }
    const committed = await writer.commit({
      Calendars: String(chosen.length),
      Items: String(tally.items),
      Incomplete: String(incomplete.length),
    });
    return {
      snapshotId: committed.snapshotId,
      time: committed.timestamp,
      calendars: chosen.length,
      items: tally.items,
      added: tally.added,
      changed: tally.changed,
      removed,
      bytesRead: tally.bytesRead,
      bytesWritten: committed.bytesWritten,
      durationMs: Date.now() - started,
      incomplete,
    };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

async function newestOfSeries(store: Kloset, origin: string): Promise<Before> {
  const newest = (await store.listSnapshots()).find(
    (info) => info.type === SNAPSHOT_TYPE && info.origin === origin,
  );
  if (!newest) return { snapshot: undefined, time: 0, calendars: [] };
  const snapshot = await store.openSnapshot(newest.id);
  return { snapshot, time: newest.timestamp, calendars: await snapshotCalendars(snapshot) };
}

function foldersBefore(before: Before): Map<string, CalendarFolder> {
  const folders = new Map<string, CalendarFolder>();
  for (const calendar of before.calendars) {
    if (calendar.manifest?.calendarId) folders.set(calendar.manifest.calendarId, calendar);
  }
  return folders;
}

async function contentsBelow(
  snapshot: SnapshotReader | undefined,
  path: string,
): Promise<Contents> {
  const contents = new Map<string, Entry>();
  if (!snapshot || !(await snapshot.stat(path))) return contents;
  for (const entry of await snapshot.list(path)) {
    if (entry.kind === "file") contents.set(entry.path, entry);
  }
  return contents;
}

/** One calendar of one snapshot. */
class CalendarBackup {
  readonly #writer: SnapshotWriter;
  readonly #calendar: KnownCalendar;
  readonly #folder: CalendarFolder;
  readonly #before: Before;
  readonly #contents: Contents;
  readonly #tally: Tally;
  readonly #files = new UniqueNames();
  readonly #written = new Set<string>();
  readonly #names: Record<string, string> = {};
  readonly #quarantine: { name: string; reason: string }[] = [];

  constructor(
    writer: SnapshotWriter,
    calendar: KnownCalendar,
    folder: CalendarFolder,
    before: Before,
    contents: Contents,
    tally: Tally,
  ) {
    this.#writer = writer;
    this.#calendar = calendar;
    this.#folder = folder;
    this.#before = before;
    this.#contents = contents;
    this.#tally = tally;
  }

  /** @returns why this calendar is not whole in the snapshot; empty when it is */
  async write(source: CalendarSource, order: number, work: Work): Promise<string[]> {
    const reasons: string[] = [];
    let staleSince: number | null = null;
    try {
      const reading = await source.read(
        this.#calendar,
        async (page) => {
          for (const resource of page) await this.#addResource(resource);
          work.onProgress({ done: this.#written.size, total: 0, note: "" });
        },
        work.signal,
      );
      for (const conflict of reading.conflicts) {
        await this.#add(
          "conflicts",
          `${conflict.id}-${safeResourceFile(conflict.name)}`,
          conflict.text,
        );
      }
      for (const missing of reading.missing) {
        this.#quarantine.push({ name: missing.name, reason: missing.reason });
        await this.#carryMissing(missing.name);
      }
      if (reading.missing.length > 0) {
        reasons.push(
          `${reading.missing.length} of its items could not be fetched from the server.`,
        );
      }
      if (this.#written.size === 0 && this.#contents.size > 0) {
        reasons.push(NEWLY_EMPTY);
      }
    } catch (error) {
      if (isAppError(error, "aborted") || work.signal.aborted) throw error;
      staleSince = await this.#carryAll();
      reasons.push(
        staleSince === null
          ? `It could not be read: ${toWire(error).message}`
          : `It could not be read, so its last saved state was kept: ${toWire(error).message}`,
      );
    }
    const manifest = makeManifest(this.#calendar, order, {
      quarantine: this.#quarantine,
      names: this.#names,
    });
    await this.#writer.addFile({
      path: manifestPath(this.#folder.account, this.#folder.calendar),
      bytes: encodeManifest({ ...manifest, staleSince }),
      modifiedMs: 0,
    });
    await this.#writer.addDirectory(calendarPath(this.#folder.account, this.#folder.calendar));
    return reasons;
  }

  /** Files of the snapshot before that this one no longer has. */
  removedCount(): number {
    let count = 0;
    for (const path of this.#contents.keys()) if (!this.#written.has(path)) count++;
    return count;
  }

  async #addResource(resource: KnownResource): Promise<void> {
    const file = this.#files.take(safeResourceFile(resource.name));
    if (file !== resource.name) this.#names[file] = resource.name;
    if (resource.quarantine !== null)
      this.#quarantine.push({ name: file, reason: resource.quarantine });
    if (resource.text !== null) await this.#add("calendars", file, resource.text);
    if (resource.pendingText !== null) await this.#add("pending", file, resource.pendingText);
  }

  async #add(section: Section, file: string, text: string): Promise<void> {
    const path = resourcePath(section, this.#folder.account, this.#folder.calendar, file);
    const bytes = new TextEncoder().encode(text);
    const { entry } = await this.#writer.addFile({ path, bytes, modifiedMs: lastModifiedMs(text) });
    this.#tally.bytesRead += bytes.length;
    if (section === "calendars") this.#count(entry);
  }

  #count(entry: Entry): void {
    this.#written.add(entry.path);
    this.#tally.items++;
    const was = this.#contents.get(entry.path);
    if (!was) this.#tally.added++;
    else if (contentName(was) !== contentName(entry)) this.#tally.changed++;
  }

  /** A member that could not be fetched keeps the version the snapshot before has of it. */
  async #carryMissing(name: string): Promise<void> {
    const path = resourcePath(
      "calendars",
      this.#folder.account,
      this.#folder.calendar,
      safeResourceFile(name),
    );
    const was = this.#contents.get(path);
    if (was && !this.#written.has(path)) await this.#carry(was);
  }

  /** @returns since when this state is old; `null` when there is no earlier one */
  async #carryAll(): Promise<number | null> {
    const { snapshot } = this.#before;
    const path = calendarPath(this.#folder.account, this.#folder.calendar);
    const was = this.#before.calendars.find((calendar) => calendar.path === path);
    if (!snapshot || !was) return null;
    for (const entry of this.#contents.values()) {
      if (!this.#written.has(entry.path)) await this.#carry(entry);
    }
    Object.assign(this.#names, was.manifest?.names);
    this.#quarantine.push(...(was.manifest?.quarantine ?? []));
    return was.manifest?.staleSince ?? this.#before.time;
  }

  /** @throws AppError when the store no longer has all of it: a snapshot must not claim what it cannot give back */
  async #carry(entry: Entry): Promise<void> {
    if (!(await this.#writer.carryFile(entry))) {
      const { snapshot } = this.#before;
      if (!snapshot) return;
      await this.#writer.addFile({
        path: entry.path,
        bytes: await snapshot.readFile(entry),
        modifiedMs: millisecondsOf(entry.modified),
      });
    }
    this.#count(entry);
  }
}

/** What the content is known by: two entries with one object have the same bytes. */
function contentName(entry: Entry): string {
  return entry.object ? toHex(entry.object) : "";
}
