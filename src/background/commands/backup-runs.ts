/**
 * Runs of the backup, from a page or the toolbar button: one at a time, the outcome remembered, observers told.
 */
import type { BackupReport, CommandArguments } from "../../shared/commands.ts";
import { isAppError, toWire } from "../../shared/errors.ts";
import { CHANGE_STEP_MS } from "../backup/backup-schedule.ts";
import type { StoredBackupHistory, StoredLastBackup } from "../settings/backup-settings.ts";
import type { StoredValue } from "../settings/stored-value.ts";
import type { Operations } from "./operations.ts";
import type { BackupService, Work } from "./ports.ts";

export interface BackupObserver {
  started(): void;
  progressed(progress: { done: number; total: number }): void;
  /** The outcome is stored by now. */
  finished(): Promise<void>;
}

/** Work on the store that must not run side by side. */
export const STORE_WORK = "store";

export class BackupRuns {
  readonly #operations: Operations;
  readonly #backup: BackupService;
  readonly #last: StoredValue<StoredLastBackup>;
  readonly #history: StoredValue<StoredBackupHistory>;
  readonly #observer: BackupObserver;
  readonly #noteStore: () => Promise<void>;
  readonly #onCounted: () => void;
  readonly #now: () => number;

  constructor(dependencies: {
    operations: Operations;
    backup: BackupService;
    last: StoredValue<StoredLastBackup>;
    history: StoredValue<StoredBackupHistory>;
    observer: BackupObserver;
    /** Remembers that there is a store now. */
    noteStore: () => Promise<void>;
    /** The history that the schedule goes by has changed. */
    onCounted: () => void;
    now: () => number;
  }) {
    this.#operations = dependencies.operations;
    this.#backup = dependencies.backup;
    this.#last = dependencies.last;
    this.#history = dependencies.history;
    this.#observer = dependencies.observer;
    this.#noteStore = dependencies.noteStore;
    this.#onCounted = dependencies.onCounted;
    this.#now = dependencies.now;
  }

  /** @throws AppError "busy" while other work with the store is running; those of {@link BackupService.run} */
  async run(args: CommandArguments<"backup.run">): Promise<BackupReport> {
    return this.#operations.run(
      "backup.run",
      async (work) => {
        const began = this.#now();
        this.#observer.started();
        try {
          const report = await this.#backup.run(args, work);
          await this.#noteStore();
          // One of some calendars says nothing about the others.
          if (args.calendarIds === undefined)
            await this.#last.update(() => ({ report, failure: null }));
          await this.#count(args, report.incomplete.length === 0, began);
          return report;
        } catch (error) {
          await this.#rememberFailure(error);
          await this.#count(args, false, began);
          throw error;
        } finally {
          await this.#observer.finished();
        }
      },
      {
        exclusive: STORE_WORK,
        onProgress: (progress) => this.#observer.progressed(progress),
      },
    );
  }

  /** A snapshot of one calendar before something happens to it. @returns false when there is no whole one */
  async before(
    calendarId: string,
    label: string,
    onProgress: Work["onProgress"] = () => {},
  ): Promise<boolean> {
    return this.mustRunBefore([calendarId], label, onProgress).then(
      () => true,
      () => false,
    );
  }

  /** The same of several. @returns the snapshot's id @throws AppError why there is no whole one */
  mustRunBefore(
    calendarIds: readonly string[],
    label: string,
    onProgress: Work["onProgress"] = () => {},
  ): Promise<string> {
    return this.#operations.run(
      "backup.run",
      async (work) => {
        const snapshotId = await this.#backup.runBefore(calendarIds, label, work);
        await this.#noteStore();
        return snapshotId;
      },
      { exclusive: STORE_WORK, onProgress },
    );
  }

  /** For the schedule only what was meant to hold every calendar counts. */
  async #count(
    { calendarIds }: CommandArguments<"backup.run">,
    good: boolean,
    began: number,
  ): Promise<void> {
    if (calendarIds !== undefined) return;
    const time = this.#now();
    await this.#history.update((old) => {
      if (!good) return { ...old, lastFailed: time, failures: old.failures + 1 };
      // A change made meanwhile may have come too late for it, or not have been noted behind another one.
      const { lastChange } = old;
      const since = lastChange !== null && lastChange > began - CHANGE_STEP_MS ? lastChange : null;
      const changes = { firstChange: since, lastChange: since };
      return { ...old, ...changes, lastGood: time, lastFailed: null, failures: 0, told: null };
    });
    this.#onCounted();
  }

  /** One that the user cancelled is no failure to be warned of. */
  async #rememberFailure(error: unknown): Promise<void> {
    if (isAppError(error, "aborted")) return;
    const failure = { time: this.#now(), error: toWire(error) };
    await this.#last.update((last) => ({ ...last, failure }));
  }
}
