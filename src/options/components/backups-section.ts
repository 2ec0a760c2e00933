/** Where backups go, backing up now, and how the last one ended. */
import type { BackupReport, BackupSettings } from "../../shared/commands.ts";
import { isAppError } from "../../shared/errors.ts";
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { errorNotice, resultNotice, warningNotice } from "./notice.ts";
import { OperationProgress } from "./operation-progress.ts";
import { ProtectionCard } from "./protection-card.ts";

/** In the order of the choice, with the key of its text. */
const SCHEDULES: readonly (readonly [BackupSettings["schedule"], string])[] = [
  ["off", "scheduleOff"],
  ["hourly", "scheduleHourly"],
  ["daily", "scheduleDaily"],
  ["weekly", "scheduleWeekly"],
];

export class BackupsSection {
  readonly #page: Page;
  readonly #place = element("div");
  readonly #placeOutcome = element("div");
  readonly #last = element("div");
  readonly #schedule = element("div");
  readonly #outcome = element("div");
  readonly #start: HTMLButtonElement;
  readonly #progress: OperationProgress;
  readonly #protection: ProtectionCard;

  constructor(root: HTMLElement, page: Page) {
    this.#page = page;
    const { words } = page;
    this.#start = element(
      "button",
      { type: "button", class: "primary", onclick: () => void this.#backUp() },
      words.text("backUpNow"),
    );
    this.#progress = new OperationProgress(page, "backup.run", words.text("backingUp"));
    this.#progress.onChange((running) => {
      this.#start.disabled = running;
      if (running) show(this.#outcome);
      else void this.refresh();
    });
    this.#protection = new ProtectionCard(page, (settings) => this.#show(settings));
    page.client.onEvent((event) => {
      if (event.event === "changed" && event.what === "settings") void this.refresh();
    });
    root.append(
      element(
        "article",
        { class: "card" },
        element("h2", {}, words.text("backUpNowHeading")),
        this.#last,
        this.#outcome,
        this.#progress.node,
        element("p", { class: "actions" }, this.#start),
      ),
      element(
        "article",
        { class: "card" },
        element("h2", {}, words.text("automaticBackups")),
        this.#schedule,
      ),
      element(
        "article",
        { class: "card" },
        element("h2", {}, words.text("backupPlace")),
        this.#place,
        this.#placeOutcome,
      ),
      this.#protection.node,
    );
  }

  async refresh(): Promise<void> {
    try {
      this.#show(await this.#page.client.call("backup.configure", {}));
    } catch (error) {
      show(
        this.#place,
        errorNotice(error, {
          label: this.#page.words.text("tryAgain"),
          run: () => void this.refresh(),
        }),
      );
    }
  }

  #show(settings: BackupSettings): void {
    this.#showPlace(settings);
    this.#protection.show(settings);
    this.#showLast(settings);
    this.#showSchedule(settings);
  }

  #showPlace(settings: BackupSettings): void {
    const { words } = this.#page;
    show(
      this.#place,
      element("p", { class: "path" }, settings.directory),
      settings.isDefaultDirectory && element("p", { class: "quiet" }, words.text("defaultPlace")),
      settings.onProfileDisk === true &&
        element("p", { class: "notice warning" }, words.text("sameDisk")),
      settings.onProfileDisk === false &&
        element("p", { class: "notice success" }, words.text("otherDisk")),
      element(
        "p",
        { class: "actions" },
        element(
          "button",
          { type: "button", "data-focus": "pick", onclick: () => void this.#pick() },
          words.text("chooseFolder"),
        ),
      ),
    );
  }

  #showSchedule({ schedule, nextAutomatic }: BackupSettings): void {
    const { words } = this.#page;
    const select = element(
      "select",
      { "data-focus": "schedule" },
      ...SCHEDULES.map(([value, text]) => element("option", { value }, words.text(text))),
    );
    select.value = schedule;
    select.addEventListener("change", () => {
      const chosen = SCHEDULES.find(([value]) => value === select.value);
      if (chosen) void this.#choose(chosen[0]);
    });
    show(
      this.#schedule,
      element("label", {}, words.text("automaticBackupsLabel"), " ", select),
      element(
        "p",
        { class: "quiet" },
        nextAutomatic === null
          ? words.text("noAutomaticBackups")
          : words.text("nextAutomaticBackup", words.dateTime(nextAutomatic)),
      ),
    );
  }

  async #choose(schedule: BackupSettings["schedule"]): Promise<void> {
    try {
      this.#showSchedule(await this.#page.client.call("backup.configure", { schedule }));
    } catch (error) {
      await this.refresh();
      this.#schedule.append(errorNotice(error));
    }
  }

  #showLast({ lastBackup, lastFailure }: BackupSettings): void {
    const { words, now } = this.#page;
    const children: Node[] = [];
    if (lastBackup) {
      children.push(
        element(
          "p",
          {},
          words.text(
            "lastBackupAt",
            `${words.relative(lastBackup.time, now())} (${words.dateTime(lastBackup.time)})`,
          ),
        ),
        element("p", { class: "quiet" }, this.#countsInWords(lastBackup)),
      );
      if (lastBackup.incomplete.length > 0 && !lastFailure)
        children.push(this.#incompleteNotice(lastBackup));
    } else children.push(element("p", {}, words.text("noBackupYet")));
    if (lastFailure) {
      children.push(
        element("p", {}, words.text("lastFailureAt", words.dateTime(lastFailure.time))),
        errorNotice(lastFailure.error),
      );
    }
    show(this.#last, ...children);
  }

  async #pick(): Promise<void> {
    const { client } = this.#page;
    show(this.#placeOutcome);
    try {
      const { directory } = await client.call("places.pick", { purpose: "backup" });
      if (directory === null) return;
      this.#show(await client.call("backup.configure", { directory }));
    } catch (error) {
      show(this.#placeOutcome, errorNotice(error));
    }
  }

  async #backUp(): Promise<void> {
    show(this.#outcome);
    this.#start.disabled = true;
    const outcome = await this.#backUpAndSay();
    this.#start.disabled = this.#progress.running;
    // First: an old failure must not stand beside the new success.
    await this.refresh();
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
      if (isAppError(error, "aborted"))
        return resultNotice("warning", words.text("backupCancelled"));
      return isAppError(error, "busy") ? errorNotice(error) : null;
    }
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
    return words.text(
      "backupDifferences",
      words.number(added),
      words.number(changed),
      words.number(removed),
    );
  }
}
