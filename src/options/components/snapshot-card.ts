/** One snapshot: when, how much, "Check" and "Restore…". The restore itself is restore-form.ts. */
import type { CheckReport, SnapshotSummary } from "../../shared/commands.ts";
import { isAppError } from "../../shared/errors.ts";
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { damageNotice } from "./damage-notice.ts";
import { errorNotice, resultNotice } from "./notice.ts";
import { RestoreForm } from "./restore-form.ts";

export class SnapshotCard {
  readonly node: HTMLElement;
  readonly #page: Page;
  readonly #snapshot: SnapshotSummary;
  readonly #outcome = element("div");
  readonly #restore = element("div");
  readonly #checkButton: HTMLButtonElement;
  readonly #restoreButton: HTMLButtonElement;

  constructor(page: Page, snapshot: SnapshotSummary) {
    this.#page = page;
    this.#snapshot = snapshot;
    const { words } = page;
    const when = words.dateTime(snapshot.time);
    this.#checkButton = element(
      "button",
      {
        type: "button",
        "aria-label": words.text("checkOf", when),
        onclick: () => void this.#check(),
      },
      words.text("check"),
    );
    this.#restoreButton = element(
      "button",
      {
        type: "button",
        "aria-label": words.text("restoreOf", when),
        "aria-expanded": "false",
        onclick: () => this.#toggleRestore(),
      },
      words.text("restore"),
    );
    this.node = element(
      "article",
      { class: "card", "aria-label": words.text("snapshotOf", when) },
      element(
        "header",
        {},
        element(
          "div",
          {},
          element(
            "h2",
            {},
            element("time", { datetime: new Date(snapshot.time).toISOString() }, when),
          ),
          snapshot.label && element("p", {}, snapshot.label),
          element(
            "p",
            { class: "quiet" },
            [
              words.relative(snapshot.time, page.now()),
              words.counted("calendarCount", snapshot.calendars),
              words.counted("itemCount", snapshot.items),
              words.bytes(snapshot.bytes),
            ].join(" · "),
          ),
        ),
        element("div", { class: "actions" }, this.#checkButton, this.#restoreButton),
      ),
      this.#outcome,
      this.#restore,
    );
  }

  async #check(): Promise<void> {
    const { client, words, announce } = this.#page;
    this.#checkButton.disabled = true;
    show(this.#outcome, element("p", { class: "quiet", role: "status" }, words.text("checking")));
    try {
      const report = await client.call("snapshots.check", {
        snapshotId: this.#snapshot.id,
        full: true,
      });
      show(this.#outcome, this.#reportNotice(report));
      announce(words.text(report.ok ? "checkGood" : "checkBad"));
    } catch (error) {
      show(this.#outcome, !isAppError(error, "aborted") && errorNotice(error));
    } finally {
      this.#checkButton.disabled = false;
    }
  }

  #reportNotice(report: CheckReport): HTMLElement {
    const { words } = this.#page;
    if (report.ok)
      return resultNotice(
        "success",
        words.text("checkGood"),
        element("p", { class: "hint" }, words.counted("fileCount", report.checked.files)),
      );
    return damageNotice(words, words.text("checkBad"), report);
  }

  #toggleRestore(): void {
    const open = this.#restore.childElementCount > 0;
    this.#restoreButton.setAttribute("aria-expanded", String(!open));
    if (open) {
      show(this.#restore);
      return;
    }
    const form = new RestoreForm(this.#page, this.#snapshot.id, () => {
      show(this.#restore);
      this.#restoreButton.setAttribute("aria-expanded", "false");
      this.#restoreButton.focus();
    });
    show(this.#restore, form.node);
    form.focus();
  }
}
