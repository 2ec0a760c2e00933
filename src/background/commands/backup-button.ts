/**
 * The toolbar button "Back up calendars": a click runs a backup; badge and title show progress, the last
 * backup and whether something is wrong; a notification says the result in words.
 */
import type { BackupReport, CheckReport } from "../../shared/commands.ts";
import { type AppError, isAppError, toWire } from "../../shared/errors.ts";
import type { StoredLastBackup } from "../settings/backup-settings.ts";
import type { BackupObserver } from "./backup-runs.ts";

export interface ButtonDependencies {
  readonly action: {
    setBadgeText(details: { text: string }): unknown;
    setBadgeBackgroundColor(details: { color: string }): unknown;
    setTitle(details: { title: string }): unknown;
  };
  readonly notify: (id: string, title: string, message: string) => Promise<unknown>;
  /** `i18n.getMessage`. */
  readonly text: (key: string, substitutions?: string[]) => string;
  readonly formatTime: (time: number) => string;
  readonly formatCount: (count: number) => string;
  /** Of every calendar, or of these. */
  readonly runBackup: (calendarIds?: string[]) => Promise<BackupReport>;
  readonly readLast: () => Promise<StoredLastBackup>;
}

/** Of the notification with the result: a newer one takes its place. */
const BACKUP_NOTIFICATION = "backup-result";

const PROGRESS_COLOR = "#1a6fd4";
const TROUBLE_COLOR = "#c62828";

export class BackupButton implements BackupObserver {
  readonly #deps: ButtonDependencies;
  #shownPercent = -1;
  #runs = 0;

  constructor(dependencies: ButtonDependencies) {
    this.#deps = dependencies;
  }

  /** @param calendarIds left out: every calendar */
  async clicked(calendarIds?: string[]): Promise<void> {
    const { text, runBackup } = this.#deps;
    try {
      const report = await runBackup(calendarIds);
      if (report.incomplete.length === 0) {
        await this.#notify(text("backupDoneTitle"), this.#countsInWords(report));
      } else await this.tellIncomplete(report);
    } catch (error) {
      if (isAppError(error, "busy") && runningOf(error) === "backup.run") {
        await this.#notify(text("backupBusyTitle"), text("backupBusyHint"));
      } else if (!isAppError(error, "aborted")) {
        await this.tellFailed(error);
      }
    }
  }

  async tellIncomplete({ incomplete }: BackupReport): Promise<void> {
    const { text } = this.#deps;
    const list = incomplete.map(({ calendar, reason }) =>
      text("incompleteCalendar", [calendar, reason]),
    );
    await this.#notify(
      text("backupIncompleteTitle"),
      [text("backupIncompleteHint"), ...list].join("\n"),
    );
  }

  tellFailed(error: unknown): Promise<void> {
    return this.#tellError(this.#deps.text("backupFailedTitle"), error);
  }

  /** The backup itself was made. */
  tellNotPruned(error: unknown): Promise<void> {
    return this.#tellError(this.#deps.text("notPrunedTitle"), error);
  }

  async tellDamage({ damaged }: CheckReport): Promise<void> {
    const { text, formatCount } = this.#deps;
    const sum = (of: "files" | "restorable") =>
      formatCount(damaged.reduce((total, snapshot) => total + snapshot[of], 0));
    const hint = text("damageFoundHint", [sum("restorable"), sum("files")]);
    await this.#notify(text("damageFoundTitle"), hint);
  }

  tellCheckFailed(error: unknown): Promise<void> {
    return this.#tellError(this.#deps.text("checkFailedTitle"), error);
  }

  async #tellError(title: string, error: unknown): Promise<void> {
    const { message, hint } = toWire(error);
    await this.#notify(title, [message, hint].filter(Boolean).join("\n"));
  }

  started(): void {
    this.#runs++;
    this.#shownPercent = -1;
    const { action, text } = this.#deps;
    action.setBadgeBackgroundColor({ color: PROGRESS_COLOR });
    action.setBadgeText({ text: "…" });
    action.setTitle({ title: `${text("backUpCalendars")}\n${text("backupRunning")}` });
  }

  progressed({ done, total }: { done: number; total: number }): void {
    if (total <= 0) return;
    const percent = Math.min(99, Math.floor((100 * done) / total));
    if (percent === this.#shownPercent) return;
    this.#shownPercent = percent;
    this.#deps.action.setBadgeText({ text: `${percent}%` });
  }

  finished(): Promise<void> {
    this.#runs--;
    return this.restore();
  }

  /**
   * Shows what is remembered of the last backup: after a start of Thunderbird, and whenever the background page
   * begins, since nothing tells that the add-on was switched on again.
   */
  async restore(): Promise<void> {
    const { action, text, formatTime, readLast } = this.#deps;
    const { report, failure } = await readLast();
    if (this.#runs > 0) return;
    const troubled = failure !== null || (report !== null && report.incomplete.length > 0);
    const lines = [
      text("backUpCalendars"),
      report ? text("lastBackupAt", [formatTime(report.time)]) : text("noBackupYet"),
    ];
    if (failure) lines.push(text("lastBackupFailed", [failure.error.message]));
    else if (troubled) lines.push(text("backupIncompleteTitle"));
    action.setBadgeBackgroundColor({ color: TROUBLE_COLOR });
    action.setBadgeText({ text: troubled ? "!" : "" });
    action.setTitle({ title: lines.join("\n") });
  }

  #countsInWords({ items, calendars, added, changed, removed }: BackupReport): string {
    const { text, formatCount } = this.#deps;
    const saved = text("backupDoneCounts", [formatCount(items), formatCount(calendars)]);
    const differences =
      added + changed + removed === 0
        ? text("backupNothingChanged")
        : text("backupDifferences", [added, changed, removed].map(formatCount));
    return `${saved}\n${differences}`;
  }

  async #notify(title: string, message: string): Promise<void> {
    await this.#deps.notify(BACKUP_NOTIFICATION, title, message);
  }
}

/** The command that a "busy" error names. */
function runningOf({ details }: AppError): unknown {
  return (details as { readonly running?: unknown }).running;
}
