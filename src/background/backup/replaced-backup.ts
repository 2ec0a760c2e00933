/**
 * Replaced versions in a snapshot: written with it, and given free by the item store only once they were read back from the
 * published snapshot.
 */
import { isAppError } from "../../shared/errors.ts";
import type { Kloset } from "../kloset/kloset.ts";
import type { SnapshotWriter } from "../kloset/snapshot-writer.ts";
import type { CalendarFolder } from "./calendar-folders.ts";
import { manifestPath, REPLACED, resourcePath } from "./layout.ts";
import { encodeManifest, makeManifest } from "./manifest.ts";
import type { KnownCalendar, ReplacedVersion, ReplacedVersions } from "./ports.ts";
import { safeResourceFile } from "./safe-names.ts";

/** Ids marked in one call. */
const MARKED_AT_ONCE = 1000;

export class ReplacedBackup {
  readonly #versions: ReplacedVersions;
  readonly #written: {
    readonly calendar: KnownCalendar;
    readonly files: { readonly id: number; readonly path: string }[];
  }[] = [];
  /** Of all that were written: a calendar may be met under two names. */
  readonly #ids = new Set<number>();

  constructor(versions: ReplacedVersions) {
    this.#versions = versions;
  }

  /**
   * Before any is written: a mark that names a snapshot which another program removed holds nothing.
   * @param snapshotIds every one in the store, read under its lock. Never throws: without an answer all marks stay as they
   *   are, and nothing is let go
   */
  async prepare(snapshotIds: readonly string[]): Promise<void> {
    await this.#versions.settleSaved(snapshotIds).catch(() => {});
  }

  /**
   * Calendars that are gone; none where nobody can tell. Never throws.
   * @param known those whose versions are written with them, should they have gone meanwhile
   */
  async gone(known: readonly KnownCalendar[]): Promise<readonly KnownCalendar[]> {
    const ids = new Set(known.map(({ calendarId }) => calendarId));
    const gone = await this.#versions.gone().catch(() => []);
    return gone.filter(({ calendarId }) => !ids.has(calendarId));
  }

  /** What there is of a calendar that is gone, with what it was. @throws as {@link write} */
  async writeGone(
    writer: SnapshotWriter,
    calendar: KnownCalendar,
    folder: CalendarFolder,
    order: number,
    signal: AbortSignal,
  ): Promise<void> {
    if (!(await this.write(writer, calendar, folder, signal))) return;
    const manifest = makeManifest(calendar, order, { quarantine: [], names: {} });
    await writer.addFile({
      path: manifestPath(folder.account, folder.calendar),
      bytes: encodeManifest({ ...manifest, gone: true }),
      modifiedMs: 0,
    });
  }

  /**
   * @returns true when there were any
   * @throws what the writer throws; that the versions cannot be listed costs nothing: they stay where they are
   */
  async write(
    writer: SnapshotWriter,
    calendar: KnownCalendar,
    { account, calendar: folder }: CalendarFolder,
    signal: AbortSignal,
  ): Promise<boolean> {
    const files: { id: number; path: string }[] = [];
    this.#written.push({ calendar, files });
    let failure: { readonly error: unknown } | null = null;
    const store = async ({ id, name, text, replacedAt }: ReplacedVersion) => {
      if (this.#ids.has(id)) return;
      this.#ids.add(id);
      const path = resourcePath(REPLACED, account, folder, `${id}-${safeResourceFile(name)}`);
      const bytes = new TextEncoder().encode(text);
      await writer.addFile({ path, bytes, modifiedMs: replacedAt });
      files.push({ id, path });
    };
    try {
      await this.#versions.read(
        calendar,
        async (page) => {
          try {
            for (const version of page) await store(version);
          } catch (error) {
            failure = { error };
            throw error;
          }
        },
        signal,
      );
    } catch (error) {
      if (failure !== null || signal.aborted || isAppError(error, "aborted")) throw error;
    }
    return files.length > 0;
  }

  /** Reads them back from the published snapshot. What cannot be read is written again by the next one. Never throws. */
  async settle(store: Kloset, snapshotId: string): Promise<void> {
    if (this.#written.every(({ files }) => files.length === 0)) return;
    try {
      const snapshot = await store.openSnapshot(snapshotId);
      for (const { calendar, files } of this.#written) {
        const held: number[] = [];
        for (const { id, path } of files) {
          await snapshot.readFile(path);
          held.push(id);
        }
        for (let at = 0; at < held.length; at += MARKED_AT_ONCE) {
          const ids = held.slice(at, at + MARKED_AT_ONCE);
          await this.#versions.markSaved(calendar, ids, snapshotId);
        }
      }
    } catch {
      // They stay marked as unsaved: the next backup tries again.
    }
  }
}
