/**
 * Replaced versions in a snapshot: written with it, and given free by the item store only once they were read back from the
 * published snapshot.
 */
import { isAppError } from "../../shared/errors.ts";
import type { Kloset } from "../kloset/kloset.ts";
import type { SnapshotInfo } from "../kloset/snapshot-info.ts";
import type { SnapshotWriter } from "../kloset/snapshot-writer.ts";
import type { CalendarFolder } from "./calendar-folders.ts";
import { manifestPath, REPLACED, resourcePath } from "./layout.ts";
import { encodeManifest, makeManifest } from "./manifest.ts";
import type { KnownCalendar, ReplacedVersion, ReplacedVersions } from "./ports.ts";
import { isOfSeries, PARTIAL, type SnapshotSeries } from "./previous-snapshots.ts";
import { safeResourceFile } from "./safe-names.ts";
import { unlessDamaged } from "./unless-damaged.ts";

/** Ids marked in one call. */
const MARKED_AT_ONCE = 1000;

/** The item store lets go of what a snapshot holds this long after it was replaced. */
const LET_GO_MS = 30 * 24 * 60 * 60_000;

/**
 * Snapshots of texts that are let go now and were not at the last backup. Each holds what was replaced since the whole one before, the
 * first of any age.
 * @param own newest first
 */
function aboutToCount(own: readonly SnapshotInfo[], now: number): readonly SnapshotInfo[] {
  const lastTime = (own[0]?.timestamp ?? 0) - LET_GO_MS;
  const isWhole = ({ context }: SnapshotInfo) => !context.has(PARTIAL);
  const reachesIn = (_: SnapshotInfo, at: number) =>
    (own.slice(at + 1).find(isWhole)?.timestamp ?? 0) < now - LET_GO_MS;
  return own.filter(reachesIn).filter(({ timestamp }) => timestamp >= lastTime);
}

/** @returns false where any replaced text in it is damaged, or that cannot be told */
async function givesAllReplaced(
  store: Kloset,
  { id }: SnapshotInfo,
  signal: AbortSignal,
): Promise<boolean> {
  const read = await unlessDamaged(async () => {
    const snapshot = await store.openSnapshot(id, signal);
    const root = `/${REPLACED}`;
    if ((await snapshot.entryName(root)) === undefined) return true;
    for await (const entry of snapshot.walk(root)) {
      signal.throwIfAborted();
      if (entry.kind === "file") await snapshot.readFile(entry);
    }
    return true;
  });
  return read ?? false;
}

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
   * Before any is written: a mark that names a snapshot which another program removed, or which turns out to be damaged,
   * holds nothing. What it held is written anew.
   * @param store under its lock
   * @throws AppError "aborted"; otherwise never: without an answer all marks stay as they are, and nothing is let go
   */
  async prepare(store: Kloset, series: SnapshotSeries, signal: AbortSignal): Promise<void> {
    try {
      const infos = await store.listSnapshots();
      const own = infos.filter((info) => isOfSeries(info, series));
      const doubtful = aboutToCount(own, Date.now());
      const holding: string[] = [];
      for (const info of infos)
        if (!doubtful.includes(info) || (await givesAllReplaced(store, info, signal)))
          holding.push(info.id);
      await this.#versions.settleSaved(holding);
    } catch {
      signal.throwIfAborted();
    }
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
