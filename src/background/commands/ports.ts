/**
 * What the commands need of the engines: declared here, implemented in sync/ and backup/, joined in main.ts.
 */
import type {
  BackupReport,
  CalendarSyncReport,
  CheckReport,
  CommandArguments,
  CommandValue,
  RestoreReport,
  SnapshotSummary,
} from "../../shared/commands.ts";

/** What accompanies work that may take long. */
export interface Work {
  /** Aborted by `operations.cancel`; the work then ends with AppError "aborted" and leaves nothing half done. */
  readonly signal: AbortSignal;
  /** `total` 0 while unknown. Calling it often is cheap: pages are told a few times a second. */
  onProgress(progress: { done: number; total: number; note: string }): void;
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
  /** @throws AppError "snapshot-unknown", "preview-outdated", "place-not-allowed" … */
  restore(args: CommandArguments<"snapshots.restore">, work: Work): Promise<RestoreReport>;
  /** Damage found is a report, not an error. @throws AppError "store-missing", "store-unknown-version" */
  check(args: CommandArguments<"snapshots.check">, work: Work): Promise<CheckReport>;
}

/** The sync engine behind its scheduler: one run a calendar at a time. */
export interface SyncService {
  /** Absent `calendarId`: every subscribed calendar. One calendar's failure is its report's `error`. */
  run(calendarId: string | undefined, work: Work): Promise<CalendarSyncReport[]>;
  /** Ids of calendars being synchronized now. */
  running(): ReadonlySet<string>;
}
