/**
 * Backups by the schedule: an alarm wakes the page, what is due runs, trouble is told once. Alarms end with
 * Thunderbird, so {@link AutomaticBackups.arm} sets a missing one anew whenever the background page starts.
 */
import type { BackupReport } from "../../shared/commands.ts";
import { isAppError, toWire } from "../../shared/errors.ts";
import { CHANGE_STEP_MS, dueTime, wakeTime } from "../backup/backup-schedule.ts";
import type { StoredBackupHistory, StoredBackupSettings } from "../settings/backup-settings.ts";
import type { StoredValue } from "../settings/stored-value.ts";

/** Never the id of a calendar: those are UUIDs. */
export const AUTOMATIC_BACKUP_ALARM = "automatic-backup";

/** Between looks whether the user goes on with this copy of the profile; then the schedule is planned anew at once. */
const SUSPENDED_STEP_MS = 60 * 60_000;

export interface AutomaticBackupsDependencies {
  readonly alarms: {
    get(name: string): Promise<{ readonly scheduledTime: number } | undefined>;
    create(name: string, info: { when: number }): unknown;
    clear(name: string): Promise<unknown>;
  };
  readonly settings: StoredValue<StoredBackupSettings>;
  readonly history: StoredValue<StoredBackupHistory>;
  readonly runBackup: () => Promise<BackupReport>;
  /** Removes what the settings let go. Only asked for after a complete backup. */
  readonly prune: () => Promise<void>;
  readonly tellIncomplete: (report: BackupReport) => Promise<void>;
  readonly tellFailed: (error: unknown) => Promise<void>;
  readonly tellNotPruned: (error: unknown) => Promise<void>;
  /** True when the newest attempt failed for the primary password that was not entered. */
  readonly waitsForUnlock: () => Promise<boolean>;
  /** True in a copy of the profile until the user goes on with it: the other one backs up, and may into the same store. */
  readonly suspended: () => Promise<boolean>;
  /** The next time, as {@link AutomaticBackups.next} tells it, may be another one. */
  readonly onChanged: () => void;
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

export class AutomaticBackups {
  readonly #deps: AutomaticBackupsDependencies;
  #running: Promise<void> | null = null;
  #noting: Promise<void> | null = null;
  /** Of changes to the alarm only: a long backup must not hold up a change of the schedule. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(dependencies: AutomaticBackupsDependencies) {
    this.#deps = dependencies;
  }

  /** Sets the alarm where there is none; one that is set stays, so that frequent wake-ups never put it off. */
  arm(): Promise<void> {
    return this.#inTurn(async () => {
      if (!(await this.#deps.alarms.get(AUTOMATIC_BACKUP_ALARM))) await this.#rearm();
    });
  }

  /** The schedule was changed, or a backup was made by hand. */
  replan(): Promise<void> {
    return this.#inTurn(() => this.#rearm());
  }

  /** When the alarm is set for; `null` when the schedule is off. */
  async next(): Promise<number | null> {
    return (await this.#deps.alarms.get(AUTOMATIC_BACKUP_ALARM))?.scheduledTime ?? null;
  }

  /** The alarm: makes the backup if it is still due, and sets the next one. */
  alarm(): Promise<void> {
    this.#running ??= this.#makeDue().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Something in a calendar was changed, here or by a synchronization. Calling it often is cheap. */
  changed(): Promise<void> {
    this.#noting ??= this.#noteChange().finally(() => {
      this.#noting = null;
    });
    return this.#noting;
  }

  /**
   * From now on backups go by changes. Those since the last good one were not noted: one is taken for granted.
   * The schedule is to be planned anew after it.
   */
  async startCounting(): Promise<void> {
    const { history, now } = this.#deps;
    // It lies before now, so that a backup which begins at once holds it, and the next change is noted.
    const time = now() - CHANGE_STEP_MS;
    await history.update((old) => ({ ...old, firstChange: time, lastChange: time }));
  }

  async #noteChange(): Promise<void> {
    const { settings, history, now } = this.#deps;
    if ((await settings.read()).schedule !== "change") return;
    const time = now();
    const { lastChange } = await history.read();
    if (lastChange !== null && Math.abs(time - lastChange) < CHANGE_STEP_MS) return;
    await history.update((old) => ({
      ...old,
      firstChange: old.firstChange ?? time,
      lastChange: time,
    }));
    await this.replan();
  }

  /** The primary password was entered: what waited for it alone is not made to wait longer. */
  async unlocked(): Promise<void> {
    const { history, waitsForUnlock } = this.#deps;
    if (!(await waitsForUnlock())) return;
    await history.update((old) => ({ ...old, lastFailed: null, failures: 0 }));
    await this.alarm();
  }

  async #makeDue(): Promise<void> {
    try {
      const { settings, history, now } = this.#deps;
      const due = dueTime((await settings.read()).schedule, await history.read(), now());
      if (due !== null && due <= now() && !(await this.#isSuspended())) await this.#backUp();
    } finally {
      await this.replan();
    }
  }

  async #backUp(): Promise<void> {
    const { runBackup, tellIncomplete, tellFailed } = this.#deps;
    try {
      const report = await runBackup();
      if (report.incomplete.length === 0) return await this.#prune();
      const names = report.incomplete.map(({ calendar }) => calendar).sort();
      if (await this.#isNews(`incomplete ${JSON.stringify(names)}`)) await tellIncomplete(report);
    } catch (error) {
      // Other work with the store goes first: still due, so the next alarm comes soon.
      if (isAppError(error, "busy") || isAppError(error, "aborted")) return;
      if (await this.#isNews(`failed ${toWire(error).code}`)) await tellFailed(error);
    }
  }

  /** The backup is good whatever comes of this. */
  async #prune(): Promise<void> {
    const { history, prune, tellNotPruned } = this.#deps;
    let trouble: string | null = null;
    try {
      await prune();
    } catch (error) {
      if (isAppError(error, "busy") || isAppError(error, "aborted")) return;
      trouble = toWire(error).code;
      if ((await history.read()).toldOfPruning !== trouble) await tellNotPruned(error);
    }
    await history.update((old) => ({ ...old, toldOfPruning: trouble }));
  }

  async #isNews(trouble: string): Promise<boolean> {
    const { history } = this.#deps;
    if ((await history.read()).told === trouble) return false;
    await history.update((old) => ({ ...old, told: trouble }));
    return true;
  }

  async #rearm(): Promise<void> {
    const { alarms, settings, history, now, random, onChanged } = this.#deps;
    const due = dueTime((await settings.read()).schedule, await history.read(), now());
    if (due === null) await alarms.clear(AUTOMATIC_BACKUP_ALARM);
    else {
      const earliest = now() + ((await this.#isSuspended()) ? SUSPENDED_STEP_MS : 0);
      await alarms.create(AUTOMATIC_BACKUP_ALARM, { when: wakeTime(due, earliest, random()) });
    }
    onChanged();
  }

  /** Where nobody can tell, a backup is the safer choice. */
  async #isSuspended(): Promise<boolean> {
    return this.#deps.suspended().catch(() => false);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => {});
    return result;
  }
}
