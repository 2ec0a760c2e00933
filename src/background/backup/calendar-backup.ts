/**
 * One calendar's part of a snapshot: its resources, unsent versions, losers of conflicts and manifest (layout.ts);
 * what cannot be read now is carried forward from the snapshot before. Which calendars, and what is reported, is
 * backup.ts.
 */
import { isAppError, toWire } from "../../shared/errors.ts";
import type { Entry } from "../kloset/entry.ts";
import type { SnapshotWriter } from "../kloset/snapshot-writer.ts";
import { millisecondsOf } from "../kloset/timestamp.ts";
import type { CalendarFolder } from "./calendar-folders.ts";
import { contentName } from "./content-columns.ts";
import { lastModifiedMs } from "./last-modified.ts";
import { calendarPath, manifestPath, resourcePath, type Section } from "./layout.ts";
import { encodeManifest, makeManifest, type ReadWhole } from "./manifest.ts";
import type { CalendarSource, KnownCalendar, KnownResource, Work } from "./ports.ts";
import type { PreviousCalendar } from "./previous-snapshots.ts";
import { safeResourceFile, UniqueNames } from "./safe-names.ts";
import type { TakenCalendar, TakeOver } from "./take-over.ts";
import { unlessDamaged } from "./unless-damaged.ts";

const utf8 = new TextEncoder();

/** Counts over all calendars of one backup. */
export interface Tally {
  items: number;
  added: number;
  changed: number;
  bytesRead: number;
}

/** What the snapshot before holds of a calendar: for counting what changed, and for carrying forward. */
interface Previous {
  readonly before: PreviousCalendar | undefined;
  /** By path. */
  readonly files: ReadonlyMap<string, Entry>;
}

/** The manifest of a calendar whose items were taken over: what is known of it now, and of its items what was known then. */
export async function writeTaken(
  writer: SnapshotWriter,
  calendar: KnownCalendar,
  { account, calendar: folder }: CalendarFolder,
  order: number,
  { manifest }: TakenCalendar,
): Promise<void> {
  await writer.addFile({
    path: manifestPath(account, folder),
    bytes: encodeManifest(makeManifest(calendar, order, manifest)),
    modifiedMs: 0,
  });
}

/** One calendar of one snapshot. */
export class CalendarBackup {
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
  #storeFailed = false;
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
  async write(
    source: CalendarSource,
    order: number,
    takeOver: TakeOver,
    work: Work,
  ): Promise<string[]> {
    const reasons: string[] = [];
    let readWhole: ReadWhole | undefined;
    let staleSince: number | null = null;
    try {
      const whatWasRead = await takeOver.reading(this.#calendar);
      const reading = await source.read(
        this.#calendar,
        async (page) => {
          await this.#storing(async () => {
            for (const resource of page) await this.#addResource(resource);
          });
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
      if (reasons.length === 0) readWhole = await whatWasRead();
    } catch (error) {
      if (isAppError(error, "aborted") || work.signal.aborted || this.#storeFailed) throw error;
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
      readWhole,
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

  /** The store's own trouble is not the calendar's: it ends the backup. */
  async #storing(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#storeFailed = true;
      throw error;
    }
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
    const bytes = utf8.encode(text);
    const before = this.#previous.files.get(path);
    const { entry } = await this.#writer.addFile(
      { path, bytes, modifiedMs: lastModifiedMs(text) },
      before,
    );
    this.#tally.bytesRead += bytes.length;
    if (section === "calendars") this.#count(entry);
  }

  #count(entry: Entry): void {
    this.#written.add(entry.path);
    this.#tally.items++;
    const was = this.#previous.files.get(entry.path);
    if (!was) this.#tally.added++;
    else if (was !== entry && contentName(was) !== contentName(entry)) this.#tally.changed++;
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
