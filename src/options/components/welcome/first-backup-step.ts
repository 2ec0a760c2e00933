/** The first synchronization and the first snapshot, and how often one is made from then on. */
import { isAppError } from "../../../shared/errors.ts";
import { element, show } from "../../element.ts";
import type { Page } from "../../page.ts";
import { errorNotice, resultNotice, warningNotice } from "../notice.ts";
import { OperationProgress } from "../operation-progress.ts";
import { ScheduleCard } from "../schedule-card.ts";
import type { Step } from "./step.ts";

export class FirstBackupStep implements Step {
  readonly node = element("div");
  readonly skip = "stepLater";
  isDone = false;
  readonly #page: Page;
  readonly #changed: () => void;
  readonly #outcome = element("div");
  readonly #start: HTMLButtonElement;
  readonly #schedule: ScheduleCard;
  readonly #progress: readonly OperationProgress[];
  #asked = false;

  /** @param changed a backup was made: there is nothing left to do but to go on */
  constructor(page: Page, changed: () => void) {
    this.#page = page;
    this.#changed = changed;
    const { words } = page;
    this.#progress = [
      new OperationProgress(page, "sync.run", words.text("synchronizing")),
      new OperationProgress(page, "backup.run", words.text("backingUp"), {
        cancelled: words.text("backupCancelled"),
      }),
    ];
    // Also where it was begun before the page was opened.
    for (const progress of this.#progress)
      progress.onChange((running) => {
        this.#start.disabled = running || this.#asked;
        if (!running && !this.#asked) void this.#read();
      });
    this.#schedule = new ScheduleCard(page, () => this.#read());
    this.#start = element(
      "button",
      { type: "button", class: "primary", onclick: () => void this.#run() },
      words.text("firstBackupStart"),
    );
    show(
      this.node,
      element("p", { class: "lead" }, words.text("stepFirstBackupLead")),
      element(
        "article",
        { class: "card" },
        element("h2", {}, words.text("firstBackupHeading")),
        this.#outcome,
        ...this.#progress.map(({ node }) => node),
        element("p", { class: "actions" }, this.#start),
      ),
      this.#schedule.node,
    );
  }

  async open(): Promise<boolean> {
    await this.#read();
    return true;
  }

  async #read(): Promise<void> {
    const { client, words } = this.#page;
    const settings = await client.call("backup.configure", {});
    this.#schedule.show(settings);
    const { lastBackup } = settings;
    this.#setDone(lastBackup !== null);
    if (lastBackup && this.#outcome.childElementCount === 0)
      show(
        this.#outcome,
        resultNotice("success", words.text("lastBackupAt", words.dateTime(lastBackup.time))),
      );
  }

  #setDone(isDone: boolean): void {
    this.isDone = isDone;
    this.#start.classList.toggle("primary", !isDone);
    this.#start.textContent = this.#page.words.text(
      isDone ? "firstBackupAgain" : "firstBackupStart",
    );
    this.#changed();
  }

  async #run(): Promise<void> {
    const { client, words } = this.#page;
    show(this.#outcome);
    this.#asked = true;
    this.#start.disabled = true;
    try {
      const { calendars, backup: report } = await client.call("firstRun.begin", {});
      const failed = calendars.flatMap(({ error }) => (error ? [errorNotice(error)] : []));
      const counts = words.text(
        "backupDoneCounts",
        words.number(report.items),
        words.number(report.calendars),
      );
      this.#setDone(true);
      const incomplete = report.incomplete.map(({ calendar, reason }) =>
        element("p", { class: "hint" }, `${calendar}: ${reason}`),
      );
      show(
        this.#outcome,
        ...failed,
        incomplete.length === 0
          ? resultNotice("success", words.text("firstBackupDone"), element("p", {}, counts))
          : warningNotice(words.text("backupIncompleteTitle"), ...incomplete),
      );
    } catch (error) {
      show(this.#outcome, !isAppError(error, "aborted") && errorNotice(error));
    } finally {
      this.#asked = false;
      this.#start.disabled = this.#progress.some(({ running }) => running);
    }
  }
}
