/** Backing up now and reading everything back: how the last of each ended, progress while they run. */
import type {
  BackupReport,
  BackupSettings,
  CheckReport,
  LastCheck,
} from "../../shared/commands.ts";
import { isAppError } from "../../shared/errors.ts";
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { damageNotice } from "./damage-notice.ts";
import { errorNotice, resultNotice, warningNotice } from "./notice.ts";
import { OperationProgress } from "./operation-progress.ts";

export class BackupNowCard {
  readonly node: HTMLElement;
  readonly #page: Page;
  readonly #refresh: () => Promise<void>;
  readonly #last = element("div");
  readonly #outcome = element("div");
  readonly #start: HTMLButtonElement;
  readonly #verify: HTMLButtonElement;
  readonly #backups: OperationProgress;
  readonly #checks: OperationProgress;

  /** @param refresh reads the settings anew and shows them here */
  constructor(page: Page, refresh: () => Promise<void>) {
    this.#page = page;
    this.#refresh = refresh;
    const { words } = page;
    this.#start = element(
      "button",
      { type: "button", class: "primary", onclick: () => void this.#backUp() },
      words.text("backUpNow"),
    );
    this.#verify = element(
      "button",
      { type: "button", onclick: () => void this.#check() },
      words.text("verifyNow"),
    );
    this.#backups = new OperationProgress(page, "backup.run", words.text("backingUp"), {
      cancelled: words.text("backupCancelled"),
    });
    this.#checks = new OperationProgress(page, "snapshots.check", words.text("verifying"), {
      cancelled: words.text("checkCancelled"),
    });
    for (const [progress, button] of [
      [this.#backups, this.#start],
      [this.#checks, this.#verify],
    ] as const)
      progress.onChange((running) => {
        button.disabled = running;
        if (running) show(this.#outcome);
        else void this.#refresh();
      });
    this.node = element(
      "article",
      { class: "card", id: "backup-now" },
      element("h2", {}, words.text("backUpNowHeading")),
      this.#last,
      this.#outcome,
      this.#backups.node,
      this.#checks.node,
      element("p", { class: "actions" }, this.#start, this.#verify),
      element("p", { class: "hint" }, words.text("attachmentsNotBackedUp")),
    );
  }

  show(settings: BackupSettings): void {
    show(this.#last, ...this.#lastBackup(settings), ...this.#lastCheck(settings));
    this.#verify.hidden = settings.protection === "undecided";
  }

  #lastBackup({ lastBackup, lastFailure }: BackupSettings): Node[] {
    const { words, now } = this.#page;
    const nodes: Node[] = [];
    if (lastBackup) {
      const time = `${words.relative(lastBackup.time, now())} (${words.dateTime(lastBackup.time)})`;
      nodes.push(
        element("p", {}, words.text("lastBackupAt", time)),
        element("p", { class: "quiet" }, this.#countsInWords(lastBackup)),
      );
      if (lastBackup.incomplete.length > 0 && !lastFailure)
        nodes.push(this.#incompleteNotice(lastBackup));
    } else nodes.push(element("p", {}, words.text("noBackupYet")));
    if (lastFailure) {
      nodes.push(
        element("p", {}, words.text("lastFailureAt", words.dateTime(lastFailure.time))),
        errorNotice(lastFailure.error),
      );
    }
    return nodes;
  }

  #lastCheck({ lastBackup, lastCheck, damageMet, nextCheck }: BackupSettings): Node[] {
    const { words, now } = this.#page;
    const damage = lastCheck?.ok === false ? lastCheck.errors : damageMet;
    const notices = damage > 0 ? [this.#foundDamage(damage)] : [];
    if (lastCheck === null) {
      if (lastBackup === null) return notices;
      return [element("p", { class: "quiet" }, words.text("neverVerified")), ...notices];
    }
    const time = `${words.relative(lastCheck.time, now())} (${words.dateTime(lastCheck.time)})`;
    const next =
      nextCheck !== null && nextCheck > now()
        ? ` ${words.text("nextVerification", words.dateTime(nextCheck))}`
        : "";
    return [
      element("p", {}, words.text("lastVerified", time)),
      element("p", { class: "quiet" }, `${this.#checkInWords(lastCheck)}${next}`),
      ...notices,
    ];
  }

  #checkInWords({ snapshots, files, full }: LastCheck): string {
    const { words } = this.#page;
    const parts = [words.counted("snapshotCount", snapshots), words.counted("fileCount", files)];
    if (full) parts.push(words.text("verifiedFully"));
    return `${parts.join(" · ")}.`;
  }

  #foundDamage(places: number): HTMLElement {
    const { words } = this.#page;
    return warningNotice(
      words.counted("damageKnown", places),
      element("p", { class: "hint" }, words.text("damageKnownHint")),
    );
  }

  async #backUp(): Promise<void> {
    show(this.#outcome);
    this.#start.disabled = true;
    const outcome = await this.#backUpAndSay();
    this.#start.disabled = this.#backups.running;
    // First: an old failure must not stand beside the new success.
    await this.#refresh();
    show(this.#outcome, outcome);
  }

  /** What is to be said besides what is remembered of the last backup. Never rejects. */
  async #backUpAndSay(): Promise<HTMLElement | null> {
    const { client, words } = this.#page;
    try {
      const report = await client.call("backup.run", {});
      if (report.incomplete.length > 0) return null;
      return resultNotice(
        "success",
        words.text("backupDoneTitle"),
        element("p", { class: "hint" }, this.#differencesInWords(report)),
      );
    } catch (error) {
      return isAppError(error, "busy") ? errorNotice(error) : null;
    }
  }

  async #check(): Promise<void> {
    const { client } = this.#page;
    show(this.#outcome);
    this.#verify.disabled = true;
    let outcome: HTMLElement | null;
    try {
      outcome = this.#checkNotice(await client.call("snapshots.check", { full: true }));
    } catch (error) {
      outcome = isAppError(error, "aborted") ? null : errorNotice(error);
    }
    this.#verify.disabled = this.#checks.running;
    await this.#refresh();
    show(this.#outcome, outcome);
  }

  #checkNotice(report: CheckReport): HTMLElement {
    const { words } = this.#page;
    if (report.ok) {
      const { snapshots, files } = report.checked;
      const counts = `${words.counted("snapshotCount", snapshots)} · ${words.counted("fileCount", files)}`;
      return resultNotice(
        "success",
        words.text("verifiedGood"),
        element("p", { class: "hint" }, counts),
      );
    }
    return damageNotice(words, words.text("damageFoundTitle"), report);
  }

  #incompleteNotice({ incomplete }: BackupReport): HTMLElement {
    const { words } = this.#page;
    return warningNotice(
      words.text("backupIncompleteTitle"),
      element("p", { class: "hint" }, words.text("backupIncompleteHint")),
      element(
        "ul",
        {},
        ...incomplete.map(({ calendar, reason }) => element("li", {}, `${calendar}: ${reason}`)),
      ),
    );
  }

  #countsInWords({ calendars, items, bytesWritten }: BackupReport): string {
    const { words } = this.#page;
    return [
      words.counted("calendarCount", calendars),
      words.counted("itemCount", items),
      words.text("writtenBytes", words.bytes(bytesWritten)),
    ].join(" · ");
  }

  #differencesInWords({ added, changed, removed }: BackupReport): string {
    const { words } = this.#page;
    if (added + changed + removed === 0) return words.text("backupNothingChanged");
    const counts = [added, changed, removed].map((count) => words.number(count));
    return words.text("backupDifferences", ...counts);
  }
}
