/**
 * What the commands need of the engines: declared here, implemented in sync/ and backup/, joined in main.ts.
 */
import type {
  BackupReport,
  CalendarSyncReport,
  CheckReport,
  CommandArguments,
  CommandValue,
  ExportReport,
  ItemVersions,
  RemovalReport,
  RestoreReport,
  RetentionPolicy,
  SnapshotDifference,
  SnapshotSummary,
} from "../../shared/commands.ts";

/** What accompanies work that may take long. */
export interface Work {
  /** Aborted by `operations.cancel`; the work then ends with AppError "aborted" and leaves nothing half done. */
  readonly signal: AbortSignal;
  /** `total` 0 while unknown. Calling it often is cheap: pages are told a few times a second. */
  onProgress(progress: { done: number; total: number; note: string }): void;
  /** The disk of the backups, or of a folder, has not answered for a while; or does again. */
  onSilent?(silent: boolean): void;
}

/** The backup engine, over the store that the settings name. */
export interface BackupService {
  /** @throws AppError of the place or the store; "aborted" */
  run(args: CommandArguments<"backup.run">, work: Work): Promise<BackupReport>;
  /**
   * A snapshot of some calendars before something happens to them. @returns its id
   * @throws AppError "backup-incomplete" unless it holds everything that Thunderbird has of them
   */
  runBefore(calendarIds: readonly string[], label: string, work: Work): Promise<string>;
  /** Newest first; empty when there is no store yet. */
  list(args: CommandArguments<"snapshots.list">, work: Work): Promise<SnapshotSummary[]>;
  /** @throws AppError "snapshot-unknown" */
  browse(
    args: CommandArguments<"snapshots.browse">,
    work: Work,
  ): Promise<CommandValue<"snapshots.browse">>;
  /** @throws AppError "snapshot-unknown", "file-exists", "place-not-allowed" … */
  export(args: CommandArguments<"snapshots.export">, work: Work): Promise<ExportReport>;
  /** @throws AppError "snapshot-unknown", "preview-outdated", "place-not-allowed" … */
  restore(args: CommandArguments<"snapshots.restore">, work: Work): Promise<RestoreReport>;
  /** Damage found is a report, not an error. @throws AppError "store-missing", "store-unknown-version" */
  check(args: CommandArguments<"snapshots.check">, work: Work): Promise<CheckReport>;
}

/** Looking back through the snapshots of that store. */
export interface TimeMachine {
  /** @throws AppError "snapshot-unknown", "bad-argument" */
  diff(args: CommandArguments<"snapshots.diff">, work: Work): Promise<SnapshotDifference>;
  /** @throws AppError "bad-argument", "not-found" */
  versions(args: CommandArguments<"snapshots.versions">, work: Work): Promise<ItemVersions>;
  /** @throws AppError "snapshot-unknown" */
  search(
    args: CommandArguments<"snapshots.search">,
    work: Work,
  ): Promise<CommandValue<"snapshots.search">>;
  /** Items of which these snapshots alone hold a version. */
  onlyIn(
    snapshotIds: readonly string[],
    work: Work,
  ): Promise<NonNullable<RemovalReport["onlyHere"]> & Pick<RemovalReport, "unreadable">>;
  /** @throws AppError "snapshot-unknown", "store-corrupt" */
  occurrences(
    args: CommandArguments<"snapshots.occurrences">,
    work: Work,
  ): Promise<CommandValue<"snapshots.occurrences">>;
  /** @throws AppError "snapshot-unknown", "bad-argument", "not-found" */
  read(
    args: CommandArguments<"snapshots.read">,
    work: Work,
  ): Promise<CommandValue<"snapshots.read">>;
}

/** Giving snapshots of that store up, and holding on to them. */
export interface Forgetting {
  /** @throws AppError "snapshot-unknown", "snapshot-pinned", "last-snapshot"; then nothing is removed */
  remove(
    args: CommandArguments<"snapshots.remove">,
    work: Work,
  ): Promise<Omit<RemovalReport, "onlyHere">>;
  /** @throws AppError "bad-argument" for a policy that keeps nothing, "clock-jumped" */
  prune(
    policy: RetentionPolicy,
    dryRun: boolean,
    work: Work,
  ): Promise<CommandValue<"snapshots.prune">>;
  /** @throws AppError "snapshot-unknown" */
  pin(args: CommandArguments<"snapshots.pin">, work: Work): Promise<CommandValue<"snapshots.pin">>;
}

/** The sync engine behind its scheduler: one run a calendar at a time. */
export interface SyncService {
  /** Absent `calendarId`: every subscribed calendar. One calendar's failure is its report's `error`. */
  run(calendarId: string | undefined, work: Work): Promise<CalendarSyncReport[]>;
  /** Ids of calendars being synchronized now. */
  running(): ReadonlySet<string>;
}
