/**
 * The backup commands over the store in the chosen place: has it opened (or made, for the first backup), and hands
 * the work to backup.ts, browse.ts and the two restores.
 */
import type {
  BackupReport,
  CheckReport,
  CommandArguments,
  CommandValue,
  ExportReport,
  RestoreReport,
  SnapshotSummary,
} from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import type { Kloset } from "../kloset/kloset.ts";
import type { SnapshotInfo } from "../kloset/snapshot-info.ts";
import { type BackupOutcome, runBackup } from "./backup.ts";
import type { BackupStore } from "./backup-store.ts";
import { browseCalendars, browseItems } from "./browse.ts";
import { exportCalendars, restoreToFile } from "./export.ts";
import type { FolderTarget } from "./folder-target.ts";
import type { KeptStore } from "./kept-store.ts";
import { type DamageMemory, FORGETFUL, withKnownDamage } from "./known-damage.ts";
import { readPins } from "./pins.ts";
import type {
  CalendarMaker,
  CalendarSource,
  CalendarTarget,
  ReplacedVersions,
  Work,
} from "./ports.ts";
import { itemsIn, PARTIAL, type SnapshotSeries } from "./previous-snapshots.ts";
import { restoreToCalendars } from "./restore-to-calendars.ts";
import { restoreToFolder } from "./restore-to-folder.ts";
import { openSnapshotFiles } from "./snapshot-files.ts";
import { unlessDamaged } from "./unless-damaged.ts";

export interface BackupSurroundings {
  readonly store: Pick<BackupStore, "open" | "ifAny" | "openOrCreate">;
  /** @throws AppError of the place */
  openFolder(directory: string, work: Work): Promise<FolderTarget>;
  /** `instance` tells this profile apart from others of its name. */
  environment(): Promise<{
    readonly profileName: string;
    readonly hostname: string;
    readonly instance?: string;
    readonly former?: SnapshotSeries["former"];
    /** Of the add-on. */
    readonly version?: string;
  }>;
  readonly calendars: CalendarSource & CalendarTarget;
  readonly maker: CalendarMaker;
  /** Absent: there are none. */
  readonly replaced?: ReplacedVersions;
  /** For what is asked often; absent: the store is opened each time. */
  readonly kept?: Pick<KeptStore, "use">;
  /** Absent: damage found is known only while the store is open. */
  readonly damage?: DamageMemory;
}

const NO_VERSIONS: ReplacedVersions = {
  gone: async () => [],
  read: async () => {},
  markSaved: async () => {},
  settleSaved: async () => {},
  unmarkSaved: async () => {},
};

export class BackupService {
  readonly #surroundings: BackupSurroundings;
  readonly #damage: DamageMemory;
  readonly #replaced: ReplacedVersions;

  constructor(surroundings: BackupSurroundings) {
    this.#surroundings = surroundings;
    this.#damage = surroundings.damage ?? FORGETFUL;
    this.#replaced = surroundings.replaced ?? NO_VERSIONS;
  }

  async run(args: CommandArguments<"backup.run">, work: Work): Promise<BackupReport> {
    const store = await this.#surroundings.store.openOrCreate(work);
    const { report } = await this.#backUp(store, args, work);
    store.remember();
    return report;
  }

  /**
   * A snapshot of some calendars before something happens to them.
   * @throws AppError "backup-incomplete" unless it holds everything that Thunderbird has of them; as {@link run}
   */
  async runBefore(calendarIds: readonly string[], label: string, work: Work): Promise<string> {
    return this.#before(
      await this.#surroundings.store.openOrCreate(work),
      calendarIds,
      label,
      work,
    );
  }

  async list(_args: CommandArguments<"snapshots.list">, work: Work): Promise<SnapshotSummary[]> {
    const { store, kept } = this.#surroundings;
    const list = async (opened: Kloset) => {
      const pins = await unlessDamaged(() => readPins(opened));
      return (await opened.listSnapshots()).map((info) => ({
        ...summary(info),
        pinned: pins?.has(info.id) ?? false,
      }));
    };
    const listed = await store.ifAny(async () => {
      if (kept) return kept.use(work, list);
      const opened = await store.open(work);
      return this.withDamage(opened, () => list(opened));
    });
    return listed ?? [];
  }

  async browse(
    args: CommandArguments<"snapshots.browse">,
    work: Work,
  ): Promise<CommandValue<"snapshots.browse">> {
    const store = await this.#surroundings.store.open(work);
    return this.withDamage(store, () => this.#browse(store, args, work));
  }

  async #browse(
    store: Kloset,
    args: CommandArguments<"snapshots.browse">,
    work: Work,
  ): Promise<CommandValue<"snapshots.browse">> {
    const snapshot = await openSnapshotFiles(store, args.snapshotId, work.signal);
    const ignoredFiles = snapshot.ignoredFiles ?? 0;
    if (args.calendar === undefined) {
      return { calendars: await browseCalendars(snapshot), items: [], total: 0, ignoredFiles };
    }
    const items = await browseItems(snapshot, args.calendar, args, work.signal);
    return { calendars: [], ...items, ignoredFiles };
  }

  async restore(args: CommandArguments<"snapshots.restore">, work: Work): Promise<RestoreReport> {
    const store = await this.#surroundings.store.open(work);
    return this.withDamage(store, () => this.#restore(store, args, work));
  }

  async #restore(
    store: Kloset,
    args: CommandArguments<"snapshots.restore">,
    work: Work,
  ): Promise<RestoreReport> {
    const { calendars, maker, openFolder } = this.#surroundings;
    const snapshot = await openSnapshotFiles(store, args.snapshotId, work.signal);
    const { target } = args;
    if (target.kind === "folder") {
      const folder = await openFolder(target.directory, work);
      return restoreToFolder(snapshot, args.selection, folder, args.dryRun ?? false, work);
    }
    if (target.kind === "file") return restoreToFile(snapshot, args, target.path, openFolder, work);
    const takeSafetySnapshot = (calendarIds: readonly string[]) =>
      this.#before(store, calendarIds, "Before a restore", work);
    const world = { calendars, maker, takeSafetySnapshot };
    return restoreToCalendars(snapshot, { ...args, target }, world, work);
  }

  async export(args: CommandArguments<"snapshots.export">, work: Work): Promise<ExportReport> {
    const store = await this.#surroundings.store.open(work);
    return this.withDamage(store, async () => {
      const snapshot = await openSnapshotFiles(store, args.snapshotId, work.signal);
      return exportCalendars(snapshot, args, this.#surroundings.openFolder, work);
    });
  }

  async check(args: CommandArguments<"snapshots.check">, work: Work): Promise<CheckReport> {
    const store = await this.#surroundings.store.open(work);
    const report = await this.withDamage(store, () => this.#check(store, args, work));
    if (args.snapshotId === undefined) await this.#damage.forgetMet(store.id);
    return report;
  }

  async #check(
    store: Kloset,
    args: CommandArguments<"snapshots.check">,
    work: Work,
  ): Promise<CheckReport> {
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
    const damaged = report.damaged.map(({ snapshotId }) => snapshotId);
    // Also where a part is missing that the store knows nothing of, and which therefore is no damage to remember.
    if (damaged.length > 0) await this.#replaced.unmarkSaved(damaged).catch(() => {});
    return {
      ok: report.ok,
      checked: { snapshots: report.snapshots, files: report.checked },
      errors: report.errors,
      damaged: report.damaged,
    };
  }

  /** What names this profile's snapshots, and this computer in locks. */
  async environment(): Promise<SnapshotSeries & { readonly hostname: string }> {
    const { profileName, hostname, instance, former } = await this.#surroundings.environment();
    return { origin: `thunderbird:${profileName}`, instance, former, hostname };
  }

  /**
   * Does work with an opened store and remembers the damage it met. Snapshots share what they hold: after damage nobody knows which of
   * them still hold what was replaced.
   * @param sure asked afterwards; where it is not, nothing is remembered
   */
  withDamage<T>(store: Kloset, work: () => Promise<T>, sure?: () => boolean): Promise<T> {
    return withKnownDamage(store, this.#damage, () => this.#replaced.unmarkSaved(), work, sure);
  }

  async #backUp(
    store: Kloset,
    args: CommandArguments<"backup.run"> & { readonly readAll?: boolean },
    work: Work,
  ): Promise<BackupOutcome> {
    const { calendars } = this.#surroundings;
    const replaced = this.#replaced;
    const request = {
      label: args.label ?? "",
      ...(await this.environment()),
      version: (await this.#surroundings.environment()).version,
      readAll: args.readAll ?? false,
      ...(args.calendarIds === undefined ? {} : { calendarIds: args.calendarIds }),
    };
    return this.withDamage(store, () => runBackup(store, calendars, replaced, request, work));
  }

  async #before(
    store: Kloset,
    calendarIds: readonly string[],
    label: string,
    work: Work,
  ): Promise<string> {
    const args = { label, calendarIds, readAll: true };
    const { report, holdsEverything } = await this.#backUp(store, args, work);
    if (!holdsEverything) {
      throw new AppError("backup-incomplete", "The calendars could not be saved whole before.", {
        hint: "Nothing was restored and nothing was changed. Back up first, and look at what it reports.",
      });
    }
    return report.snapshotId;
  }

  /** @throws AppError of the store or its place */
  async open(signal: AbortSignal): Promise<Kloset> {
    return this.#surroundings.store.open({ signal });
  }
}

function summary(info: SnapshotInfo): Omit<SnapshotSummary, "pinned"> {
  return {
    id: info.id,
    time: info.timestamp,
    label: info.label,
    calendars: Number(info.context.get("Calendars")) || 0,
    items: itemsIn(info),
    bytes: info.size,
    ...(info.context.has(PARTIAL) ? { partial: true } : {}),
  };
}
