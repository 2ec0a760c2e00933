/**
 * Once a month every byte of the store is read, while automatic backups are on: an alarm wakes the page, damage is
 * told once. Like the alarm of the backups it ends with Thunderbird and is set anew when the background page starts.
 */
import type { CheckReport } from "../../shared/commands.ts";
import { isAppError, toWire } from "../../shared/errors.ts";
import { checkDueTime } from "../backup/check-schedule.ts";
import type { StoredBackupSettings } from "../settings/backup-settings.ts";
import { checksOf, type StoredChecks } from "../settings/check-settings.ts";
import type { StoredValue } from "../settings/stored-value.ts";

/** Never the id of a calendar: those are UUIDs. */
export const AUTOMATIC_CHECK_ALARM = "automatic-check";

/** Not with the start of Thunderbird, and not at once after another one. */
const SOON_MS = 10 * 60_000;

export interface AutomaticChecksDependencies {
  readonly alarms: {
    get(name: string): Promise<{ readonly scheduledTime: number } | undefined>;
    create(name: string, info: { when: number }): unknown;
    clear(name: string): Promise<unknown>;
  };
  readonly settings: StoredValue<StoredBackupSettings>;
  readonly checks: StoredValue<StoredChecks>;
  /** Of the present store; `null` while there is none. */
  readonly storeDirectory: () => Promise<string | null>;
  readonly runCheck: () => Promise<CheckReport>;
  readonly tellDamage: (report: CheckReport) => Promise<void>;
  readonly tellFailed: (error: unknown) => Promise<void>;
  readonly now: () => number;
}

export class AutomaticChecks {
  readonly #deps: AutomaticChecksDependencies;
  #running: Promise<void> | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(dependencies: AutomaticChecksDependencies) {
    this.#deps = dependencies;
  }

  /** Sets the alarm where there is none. */
  arm(): Promise<void> {
    return this.#inTurn(async () => {
      if (!(await this.#deps.alarms.get(AUTOMATIC_CHECK_ALARM))) await this.#rearm();
    });
  }

  /** The schedule or the store is another one, or a check was made. */
  replan(): Promise<void> {
    return this.#inTurn(() => this.#rearm());
  }

  /** When the alarm is set for; `null`: there is none. */
  async next(): Promise<number | null> {
    return (await this.#deps.alarms.get(AUTOMATIC_CHECK_ALARM))?.scheduledTime ?? null;
  }

  /** The alarm: checks if it is still due, and sets the next one. */
  alarm(): Promise<void> {
    this.#running ??= this.#checkDue().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #checkDue(): Promise<void> {
    try {
      const due = await this.#due();
      if (due !== null && due <= this.#deps.now()) await this.#check();
    } finally {
      await this.replan();
    }
  }

  async #check(): Promise<void> {
    const { checks, runCheck, tellDamage, tellFailed, now } = this.#deps;
    try {
      const report = await runCheck();
      if (!report.ok && (await this.#isNews(`damage ${report.errors.length}`)))
        await tellDamage(report);
    } catch (error) {
      await checks.update((old) => ({ ...old, lastFailed: now() }));
      // A disk that is not connected shows with the next backup.
      if (isAppError(error, "busy", "aborted", "place-gone", "store-locked", "store-missing"))
        return;
      if (await this.#isNews(`failed ${toWire(error).code}`)) await tellFailed(error);
    }
  }

  async #isNews(trouble: string): Promise<boolean> {
    const { checks } = this.#deps;
    if ((await checks.read()).told === trouble) return false;
    await checks.update((old) => ({ ...old, told: trouble }));
    return true;
  }

  /** A store that is met first begins its month now. */
  async #due(): Promise<number | null> {
    const { settings, checks, storeDirectory, now } = this.#deps;
    const directory = await storeDirectory();
    if (directory === null || (await settings.read()).schedule === "off") return null;
    const known = await checks.update((old) =>
      old.directory === directory ? old : checksOf(directory, now()),
    );
    return checkDueTime(known, now());
  }

  async #rearm(): Promise<void> {
    const { alarms, now } = this.#deps;
    const due = await this.#due();
    if (due === null) await alarms.clear(AUTOMATIC_CHECK_ALARM);
    else await alarms.create(AUTOMATIC_CHECK_ALARM, { when: Math.max(due, now() + SOON_MS) });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => {});
    return result;
  }
}
