/**
 * Calendars that did not change since a whole snapshot: their part of it is taken over, and no item is read. The item store
 * says so by the name it gives to what a calendar holds, which the manifest repeats; the store of backups, that all of the
 * snapshot is as it was when it was made (`SnapshotWriter.mayTakeFrom`).
 *
 * A calendar is read whole again when it has not been for 30 days, by another version of this program, and by whoever is about
 * to do something dangerous with it: what a snapshot holds is not taken from a name alone then.
 */
import type { SnapshotWriter } from "../kloset/snapshot-writer.ts";
import type { CalendarFolder } from "./calendar-folders.ts";
import { calendarPath, SECTIONS, sectionPath } from "./layout.ts";
import type { CalendarManifest, ReadWhole } from "./manifest.ts";
import type { CalendarSource, KnownCalendar } from "./ports.ts";
import type { HeldSnapshot, PreviousSnapshots } from "./previous-snapshots.ts";
import { unlessDamaged } from "./unless-damaged.ts";

export const READ_AGAIN_MS = 30 * 24 * 60 * 60_000;

/** What a version of this program makes of the same rows. To be raised when it makes something else. */
const FORM = 1;

export interface TakenCalendar {
  readonly items: number;
  readonly manifest: CalendarManifest;
}

export interface TakeOverTerms {
  /** Version of the add-on. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Nothing is taken over. */
  readonly readAll: boolean;
}

export class TakeOver {
  readonly #writer: SnapshotWriter;
  readonly #source: CalendarSource;
  readonly #terms: TakeOverTerms;
  #from: HeldSnapshot | undefined;

  constructor(writer: SnapshotWriter, source: CalendarSource, terms: TakeOverTerms) {
    this.#writer = writer;
    this.#source = source;
    this.#terms = terms;
  }

  /** Chooses the snapshot that most of these calendars can be taken from; the newest of several. */
  async prepare(
    previous: PreviousSnapshots,
    calendars: readonly (readonly [KnownCalendar, CalendarFolder])[],
  ): Promise<void> {
    if (this.#terms.readAll) return;
    const names = new Map<KnownCalendar, string | null>();
    for (const [calendar] of calendars) names.set(calendar, await this.#name(calendar));
    let most = 0;
    for (const held of previous.held) {
      const same = calendars.filter(([calendar, folder]) =>
        this.#manifest(held, calendar, folder, names.get(calendar) ?? null),
      ).length;
      if (same <= most || !this.#writer.mayTakeFrom(held.snapshot.info)) continue;
      most = same;
      this.#from = held;
    }
  }

  /** @returns `undefined` where the calendar must be read. @throws what the writer throws of the store's place */
  async take(calendar: KnownCalendar, folder: CalendarFolder): Promise<TakenCalendar | undefined> {
    const from = this.#from;
    if (!from) return undefined;
    const manifest = this.#manifest(from, calendar, folder, await this.#name(calendar));
    if (!manifest) return undefined;
    const paths = SECTIONS.map((section) => sectionPath(section, folder.account, folder.calendar));
    const files = await unlessDamaged(() => this.#writer.takeOver(from.snapshot, paths));
    if (!files) return undefined;
    return { items: files[0] ?? 0, manifest };
  }

  /**
   * Before a calendar is read.
   * @returns to be called once it was: what its manifest says, where it did not change meanwhile
   */
  async reading(calendar: KnownCalendar): Promise<() => Promise<ReadWhole | undefined>> {
    const name = await this.#name(calendar);
    return async () => {
      if (name === null || (await this.#name(calendar)) !== name) return undefined;
      return { name, by: this.#by, at: this.#terms.now };
    };
  }

  get #by(): string {
    return `${FORM} ${this.#terms.version}`;
  }

  #manifest(
    held: HeldSnapshot,
    calendar: KnownCalendar,
    folder: CalendarFolder,
    name: string | null,
  ): CalendarManifest | undefined {
    const path = calendarPath(folder.account, folder.calendar);
    const manifest = held.calendars.find((one) => one.path === path)?.manifest;
    const read = manifest?.readWhole;
    if (!read || name === null || read.name !== name || read.by !== this.#by) return undefined;
    if (manifest.calendarId !== calendar.calendarId || manifest.staleSince !== null)
      return undefined;
    const age = this.#terms.now - read.at;
    return age >= 0 && age < READ_AGAIN_MS ? manifest : undefined;
  }

  /** Whoever cannot say it now is read. */
  async #name(calendar: KnownCalendar): Promise<string | null> {
    return this.#source.contentName(calendar).catch(() => null);
  }
}
