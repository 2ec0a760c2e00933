/**
 * Writes one snapshot of the calendars (layout.ts). A calendar that cannot be read now is carried forward from
 * the snapshot before and said to be stale; a snapshot is never called complete with something missing.
 */

import { toHex } from "../../shared/bytes.ts";
import type { BackupReport } from "../../shared/commands.ts";
import { AppError, isAppError, toWire } from "../../shared/errors.ts";
import type { Entry } from "../kloset/entry.ts";
import type { Kloset } from "../kloset/kloset.ts";
import type { SnapshotWriter } from "../kloset/snapshot-writer.ts";
import { millisecondsOf } from "../kloset/timestamp.ts";
import { assignFolders, type CalendarFolder } from "./calendar-folders.ts";
import { lastModifiedMs } from "./last-modified.ts";
import { calendarPath, manifestPath, resourcePath, type Section } from "./layout.ts";
import { encodeManifest, makeManifest } from "./manifest.ts";
import type { CalendarSource, KnownCalendar, KnownResource, Work } from "./ports.ts";
import {
  PARTIAL,
  type PreviousCalendar,
  PreviousSnapshots,
  previousFiles,
  SNAPSHOT_TYPE,
  unlessDamaged,
} from "./previous-snapshots.ts";
import { safeResourceFile, UniqueNames } from "./safe-names.ts";

export interface BackupRequest {
  readonly label: string;
  /** Absent: every calendar Thunderbird knows. */
  readonly calendarIds?: readonly string[];
  /** `thunderbird:<profile name>`: snapshots of one origin are one series. */
  readonly origin: string;
  readonly hostname: string;
}

export interface BackupOutcome {
  readonly report: BackupReport;
  /**
   * True when the snapshot holds everything that Thunderbird has of the calendars, whatever may be missing in
   * there (a calendar newly empty, a member the server does not give).
   */
  readonly holdsEverything: boolean;
}

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
): Promise<BackupOutcome> {
  const started = Date.now();
  const previous = await PreviousSnapshots.read(store, request.origin);
  const known = await source.calendars();
  const chosen = request.calendarIds
    ? known.filter((calendar) => request.calendarIds?.includes(calendar.calendarId))
    : known;
  if (request.calendarIds?.some((id) => !known.some(({ calendarId }) => calendarId === id))) {
    throw new AppError("calendar-unknown", "One of the calendars is not in Thunderbird any more.", {
      hint: "Nothing was saved and nothing was changed. Choose the calendars again.",
      retry: "after-user",
    });
  }
  const folders = assignFolders(known, previous.folders());
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
    let holdsEverything = true;
    const whole = chosen.length === known.length;
    // How much there is shows only while reading: the last time's number stands in for it.
    const total = () => (whole && previous.items >= tally.items ? previous.items : 0);
    for (const [order, calendar] of chosen.entries()) {
      const folder = folders.get(calendar.calendarId) as CalendarFolder;
      const before = previous.calendar(calendarPath(folder.account, folder.calendar));
      const files = await previousFiles(before);
      const run = new CalendarBackup(writer, calendar, folder, { before, files }, tally);
      const reasons = await run.write(source, order, {
        signal: work.signal,
        onProgress: () =>
          work.onProgress({
            done: tally.items,
            total: total(),
            note: calendar.displayName,
          }),
      });
      for (const reason of reasons) incomplete.push({ calendar: calendar.displayName, reason });
      removed += run.removedCount();
      holdsEverything &&= run.wasRead;
    }
    const committed = await writer.commit({
      Calendars: String(chosen.length),
      Items: String(tally.items),
      Incomplete: String(incomplete.length),
      ...(whole ? {} : { [PARTIAL]: "yes" }),
    });
    const report = {
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
    return { report, holdsEverything };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** What the snapshot before holds of a calendar: for counting what changed, and for carrying forward. */
interface Previous {
  readonly before: PreviousCalendar | undefined;
  /** By path. */
  readonly files: ReadonlyMap<string, Entry>;
}

/** One calendar of one snapshot. */
class CalendarBackup {
  readonly #writer: SnapshotWriter;
  readonly #calendar: KnownCalendar;
  readonly #folder: CalendarFolder;
  readonly #previous: Previous;
  readonly #tally: Tally;
  readonly #files = new UniqueNames();
  readonly #written = new Set<string>();
  readonly #names: Record<string, string> = {};
  readonly #quarantine: { name: string; reason: string }[] = [];
  #wasRead = false;
  #lost = 0;

  constructor(
    writer: SnapshotWriter,
    calendar: KnownCalendar,
    folder: CalendarFolder,
    previous: Previous,
    tally: Tally,
  ) {
    this.#writer = writer;
    this.#calendar = calendar;
    this.#folder = folder;
    this.#previous = previous;
    this.#tally = tally;
  }

  /** True when everything that Thunderbird has of the calendar is in the snapshot. */
  get wasRead(): boolean {
    return this.#wasRead;
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
      if (this.#written.size === 0 && this.#previous.files.size > 0) {
        reasons.push("It is empty now, and was not in the snapshot before.");
      }
      this.#wasRead = true;
    } catch (error) {
      if (isAppError(error, "aborted") || work.signal.aborted) throw error;
      staleSince = await this.#carryAll();
      reasons.push(
        staleSince === null
          ? `It could not be read: ${toWire(error).message}`
          : `It could not be read, so its last saved state was kept: ${toWire(error).message}`,
      );
    }
    if (this.#lost > 0) reasons.push(`${this.#lost} of its saved items are damaged in the store.`);
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
    for (const path of this.#previous.files.keys()) if (!this.#written.has(path)) count++;
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
    const was = this.#previous.files.get(entry.path);
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
    const was = this.#previous.files.get(path);
    if (!was || this.#written.has(path)) return;
    if (was.name !== name) this.#names[was.name] = name;
    await this.#carry(was);
  }

  /** @returns since when this state is old; `null` when there is no earlier one */
  async #carryAll(): Promise<number | null> {
    const { before, files } = this.#previous;
    if (!before) return null;
    for (const entry of files.values()) {
      if (!this.#written.has(entry.path)) await this.#carry(entry);
    }
    const { manifest } = before.calendar;
    Object.assign(this.#names, manifest?.names);
    this.#quarantine.push(...(manifest?.quarantine ?? []));
    return manifest?.staleSince ?? before.snapshot.info.timestamp;
  }

  /** What the store no longer has whole is left out and counted: a snapshot must not claim what it cannot give back. */
  async #carry(entry: Entry): Promise<void> {
    if (!(await this.#writer.carryFile(entry))) {
      const bytes = await unlessDamaged(async () =>
        this.#previous.before?.snapshot.readFile(entry),
      );
      if (!bytes) {
        this.#lost++;
        return;
      }
      await this.#writer.addFile({
        path: entry.path,
        bytes,
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
