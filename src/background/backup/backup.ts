/**
 * Writes one snapshot of the calendars (layout.ts). A calendar that cannot be read now is carried forward from
 * the snapshot before and said to be stale; a snapshot is never called complete with something missing.
 */
import type { BackupReport } from "../../shared/commands.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import type { Kloset } from "../kloset/kloset.ts";
import { CalendarBackup, type Tally, writeTaken } from "./calendar-backup.ts";
import { assignFolders, type CalendarFolder } from "./calendar-folders.ts";
import { calendarPath } from "./layout.ts";
import type { CalendarSource, ReplacedVersions, Work } from "./ports.ts";
import {
  INSTANCE,
  PARTIAL,
  PreviousSnapshots,
  previousFiles,
  SNAPSHOT_TYPE,
  type SnapshotSeries,
} from "./previous-snapshots.ts";
import { ReplacedBackup } from "./replaced-backup.ts";
import { TakeOver } from "./take-over.ts";

export interface BackupRequest extends SnapshotSeries {
  readonly label: string;
  /** Absent: every calendar Thunderbird knows. */
  readonly calendarIds?: readonly string[];
  readonly hostname: string;
  /** Of the add-on. */
  readonly version?: string | undefined;
  /** Every item is read, whatever is known to be unchanged: before something dangerous. */
  readonly readAll?: boolean;
}

export interface BackupOutcome {
  readonly report: BackupReport;
  /**
   * True when the snapshot holds everything that Thunderbird has of the calendars, whatever may be missing in
   * there (a calendar newly empty, a member the server does not give).
   */
  readonly holdsEverything: boolean;
}

/** @throws AppError of the store or its place; "aborted" leaves the store as it was. */
export async function runBackup(
  store: Kloset,
  source: CalendarSource,
  versions: ReplacedVersions,
  request: BackupRequest,
  work: Work,
): Promise<BackupOutcome> {
  const takes = { any: false };
  try {
    return await backUp(store, source, versions, request, work, takes);
  } catch (error) {
    if (!takes.any || !isAppError(error, "store-corrupt", "blob-missing")) throw error;
    // What was to be taken over turned out to be damaged: what is read instead stores it anew.
    return backUp(store, source, versions, { ...request, readAll: true }, work, takes);
  }
}

async function backUp(
  store: Kloset,
  source: CalendarSource,
  versions: ReplacedVersions,
  request: BackupRequest,
  work: Work,
  takes: { any: boolean },
): Promise<BackupOutcome> {
  const started = Date.now();
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
  const writer = await store.startSnapshot({
    type: SNAPSHOT_TYPE,
    origin: request.origin,
    directory: "/",
    label: request.label,
    hostname: request.hostname,
    ...(request.instance === undefined ? {} : { context: { [INSTANCE]: request.instance } }),
    signal: work.signal,
  });
  try {
    // Read under the lock, with the states as they are now.
    const previous = await PreviousSnapshots.read(store, request);
    const whole = chosen.length === known.length;
    const replaced = new ReplacedBackup(versions);
    const gone = whole ? await replaced.gone(known) : [];
    const folders = assignFolders([...known, ...gone], previous.folders());
    const incomplete: { calendar: string; reason: string }[] = [];
    const tally: Tally = { items: 0, added: 0, changed: 0, bytesRead: 0 };
    let removed = 0;
    let holdsEverything = true;
    await replaced.prepare(store, request, work.signal);
    const { version = "", readAll = false } = request;
    const takeOver = new TakeOver(writer, source, { version, readAll, now: started });
    await takeOver.prepare(
      previous,
      chosen.map((one) => [one, folders.get(one.calendarId) as CalendarFolder] as const),
    );
    // How much there is shows only while reading: the last time's number stands in for it.
    const total = () => (whole && previous.items >= tally.items ? previous.items : 0);
    for (const [order, calendar] of chosen.entries()) {
      const folder = folders.get(calendar.calendarId) as CalendarFolder;
      const onProgress = () =>
        work.onProgress({ done: tally.items, total: total(), note: calendar.displayName });
      const taken = await takeOver.take(calendar, folder);
      if (taken) {
        takes.any = true;
        await writeTaken(writer, calendar, folder, order, taken);
        tally.items += taken.items;
        onProgress();
        await replaced.write(writer, calendar, folder, work.signal);
        continue;
      }
      const before = previous.calendar(calendarPath(folder.account, folder.calendar));
      const files = await previousFiles(before);
      const run = new CalendarBackup(writer, calendar, folder, { before, files }, tally);
      const { signal } = work;
      const reasons = await run.write(source, order, takeOver, { signal, onProgress });
      await replaced.write(writer, calendar, folder, work.signal);
      for (const reason of reasons) incomplete.push({ calendar: calendar.displayName, reason });
      removed += run.removedCount();
      holdsEverything &&= run.wasRead;
    }
    for (const [index, calendar] of gone.entries()) {
      const folder = folders.get(calendar.calendarId) as CalendarFolder;
      await replaced.writeGone(writer, calendar, folder, chosen.length + index, work.signal);
    }
    const committed = await writer.commit({
      Calendars: String(chosen.length),
      Items: String(tally.items),
      Incomplete: String(incomplete.length),
      ...(whole ? {} : { [PARTIAL]: "yes" }),
    });
    await replaced.settle(store, committed.snapshotId);
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
