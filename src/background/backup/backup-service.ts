/**
 * The backup commands over the store in the chosen place: opens it (or makes it, for the first backup), and hands
 * the work to backup.ts, browse.ts and the two restores.
 */
import type {
  BackupReport,
  BrowsedCalendar,
  BrowsedItem,
  CheckReport,
  CommandArguments,
  RestoreReport,
  SnapshotSummary,
} from "../../shared/commands.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import { createStore, type Kloset, openStore } from "../kloset/kloset.ts";
import type { SnapshotInfo } from "../kloset/snapshot-info.ts";
import type { Storage } from "../storage/storage.ts";
import { type BackupOutcome, runBackup } from "./backup.ts";
import { browseCalendars, browseItems } from "./browse.ts";
import type { CalendarSource, CalendarTarget, Work } from "./ports.ts";
import { itemsIn } from "./previous-snapshots.ts";
import { restoreToCalendars } from "./restore-to-calendars.ts";
import { type FolderTarget, restoreToFolder } from "./restore-to-folder.ts";

export interface BackupSurroundings {
  /** @throws AppError of the place */
  openStorage(): Promise<Storage>;
  /** True when this place held a store before: then an empty one is a loss to be told, not a fresh start. */
  expectsStore(): Promise<boolean>;
  /** @throws AppError of the place */
  openFolder(directory: string): Promise<FolderTarget>;
  environment(): Promise<{ readonly profileName: string; readonly hostname: string }>;
  readonly calendars: CalendarSource & CalendarTarget;
}

export class BackupService {
  readonly #surroundings: BackupSurroundings;

  constructor(surroundings: BackupSurroundings) {
    this.#surroundings = surroundings;
  }

  async run(args: CommandArguments<"backup.run">, work: Work): Promise<BackupReport> {
    const { report } = await this.#backUp(await this.#openOrCreate(work.signal), args, work);
    return report;
  }

  /**
   * A snapshot of some calendars before something happens to them.
   * @throws AppError "backup-incomplete" unless it holds everything that Thunderbird has of them; as {@link run}
   */
  async runBefore(calendarIds: readonly string[], label: string, work: Work): Promise<string> {
    return this.#before(await this.#openOrCreate(work.signal), calendarIds, label, work);
  }

  async list(_args: CommandArguments<"snapshots.list">, work: Work): Promise<SnapshotSummary[]> {
    const storage = await this.#surroundings.openStorage();
    try {
      const store = await openStore(storage, { signal: work.signal });
      return (await store.listSnapshots()).map(summary);
    } catch (error) {
      if (isAppError(error, "store-missing") && !(await this.#surroundings.expectsStore()))
        return [];
      throw error;
    }
  }

  async browse(
    args: CommandArguments<"snapshots.browse">,
    work: Work,
  ): Promise<{ calendars: BrowsedCalendar[]; items: BrowsedItem[]; total: number }> {
    const snapshot = await (await this.#open(work.signal)).openSnapshot(
      args.snapshotId,
      work.signal,
    );
    if (args.calendar === undefined) {
      return { calendars: await browseCalendars(snapshot), items: [], total: 0 };
    }
    return { calendars: [], ...(await browseItems(snapshot, args.calendar, args, work.signal)) };
  }

  async restore(args: CommandArguments<"snapshots.restore">, work: Work): Promise<RestoreReport> {
    const store = await this.#open(work.signal);
    const snapshot = await store.openSnapshot(args.snapshotId, work.signal);
    const dryRun = args.dryRun ?? false;
    if (args.target.kind === "folder") {
      const folder = await this.#surroundings.openFolder(args.target.directory);
      return restoreToFolder(snapshot, args.selection, folder, dryRun, work);
    }
    return restoreToCalendars(
      snapshot,
      args.selection,
      this.#surroundings.calendars,
      {
        mode: args.mode,
        dryRun,
        takeSafetySnapshot: (calendarIds) =>
          this.#before(store, calendarIds, "Before a restore", work),
      },
      work,
    );
  }

  async check(args: CommandArguments<"snapshots.check">, work: Work): Promise<CheckReport> {
    const store = await this.#open(work.signal);
    const infos = await store.listSnapshots();
    const total = infos
      .filter((info) => args.snapshotId === undefined || info.id === args.snapshotId)
      .reduce((sum, info) => sum + info.files, 0);
    const report = await store.check({
      ...(args.snapshotId === undefined ? {} : { snapshotId: args.snapshotId }),
      full: args.full ?? false,
      signal: work.signal,
      onProgress: ({ checked }) =>
        work.onProgress({ done: checked, total: Math.max(total, checked), note: "" }),
    });
    return {
      ok: report.ok,
      checked: { snapshots: report.snapshots, files: report.checked },
      errors: report.errors,
    };
  }

  async #backUp(
    store: Kloset,
    args: CommandArguments<"backup.run">,
    work: Work,
  ): Promise<BackupOutcome> {
    const { profileName, hostname } = await this.#surroundings.environment();
    return runBackup(
      store,
      this.#surroundings.calendars,
      {
        label: args.label ?? "",
        origin: `thunderbird:${profileName}`,
        hostname,
        ...(args.calendarIds === undefined ? {} : { calendarIds: args.calendarIds }),
      },
      work,
    );
  }

  async #before(
    store: Kloset,
    calendarIds: readonly string[],
    label: string,
    work: Work,
  ): Promise<string> {
    const { report, holdsEverything } = await this.#backUp(store, { label, calendarIds }, work);
    if (!holdsEverything) {
      throw new AppError("backup-incomplete", "The calendars could not be saved whole before.", {
        hint: "Nothing was restored and nothing was changed. Back up first, and look at what it reports.",
      });
    }
    return report.snapshotId;
  }

  async #open(signal: AbortSignal): Promise<Kloset> {
    return openStore(await this.#surroundings.openStorage(), { signal });
  }

  /** A store that was here and is gone is never replaced by an empty one: its disk may just not be connected. */
  async #openOrCreate(signal: AbortSignal): Promise<Kloset> {
    const storage = await this.#surroundings.openStorage();
    try {
      return await openStore(storage, { signal });
    } catch (error) {
      if (!isAppError(error, "store-missing") || (await this.#surroundings.expectsStore()))
        throw error;
      return createStore(storage, { signal });
    }
  }
}

function summary(info: SnapshotInfo): SnapshotSummary {
  return {
    id: info.id,
    time: info.timestamp,
    label: info.label,
    calendars: Number(info.context.get("Calendars")) || 0,
    items: itemsIn(info),
    bytes: info.size,
  };
}
