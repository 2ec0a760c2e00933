/** One snapshot: when, how much, and what can be done with it. */
import type { CheckReport, SnapshotSummary } from "../../shared/commands.ts";
import { isAppError } from "../../shared/errors.ts";
import { SAID } from "../announcer.ts";
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { CardPanels } from "./card-panels.ts";
import { damageNotice } from "./damage-notice.ts";
import { errorNotice, resultNotice } from "./notice.ts";
import { RestoreForm } from "./restore-form.ts";
import { SnapshotRemoval } from "./snapshot-removal.ts";
import { SnapshotSaving } from "./snapshot-saving.ts";

export class SnapshotCard {
  readonly node: HTMLElement;
  readonly #page: Page;
  readonly #removed: (when: string) => void;
  readonly #when: string;
  readonly #pin = element("div");
  readonly #outcome = element("div", { class: "outcome" });
  readonly #panels = new CardPanels();
  readonly #checkButton: HTMLButtonElement;
  readonly #pinButton: HTMLButtonElement;
  #snapshot: SnapshotSummary;

  /** @param removed told when it was given up, before the list is read anew */
  constructor(page: Page, snapshot: SnapshotSummary, removed: (when: string) => void) {
    this.#page = page;
    this.#snapshot = snapshot;
    this.#removed = removed;
    this.#when = page.words.dateTime(snapshot.time);
    this.#checkButton = element(
      "button",
      {
        type: "button",
        "aria-label": page.words.text("checkOf", this.#when),
        onclick: () => void this.#check(),
      },
      page.words.text("check"),
    );
    this.#pinButton = element("button", { type: "button", onclick: () => void this.#togglePin() });
    this.node = this.#card();
    this.update(snapshot);
  }

  /** Only its pin may have changed. */
  update(snapshot: SnapshotSummary): void {
    this.#snapshot = snapshot;
    const { words } = this.#page;
    const { pinned } = snapshot;
    show(this.#pin, pinned ? element("span", { class: "tag" }, words.text("pinned")) : null);
    this.#pinButton.textContent = words.text(pinned ? "unpin" : "pin");
    this.#pinButton.setAttribute(
      "aria-label",
      words.text(pinned ? "unpinOf" : "pinOf", this.#when),
    );
    this.#pinButton.title = words.text("pinHint");
  }

  #card(): HTMLElement {
    const { words } = this.#page;
    const { time, label } = this.#snapshot;
    return element(
      "article",
      { class: "card snapshot", "aria-label": words.text("snapshotOf", this.#when) },
      element(
        "header",
        {},
        element(
          "div",
          {},
          element(
            "div",
            { class: "title" },
            element(
              "h2",
              {},
              element("time", { datetime: new Date(time).toISOString() }, this.#when),
            ),
            this.#pin,
          ),
          label && element("p", {}, label),
          element("p", { class: "quiet" }, this.#facts()),
        ),
        element("div", { class: "actions" }, ...this.#buttons()),
      ),
      this.#outcome,
      this.#panels.node,
    );
  }

  #facts(): string {
    const { words, now } = this.#page;
    const { time, calendars, items, bytes } = this.#snapshot;
    return [
      words.relative(time, now()),
      words.counted("calendarCount", calendars),
      words.counted("itemCount", items),
      words.bytes(bytes),
    ].join(" · ");
  }

  #buttons(): HTMLElement[] {
    const { words } = this.#page;
    const { id } = this.#snapshot;
    const labelled = (key: string) => ({
      label: words.text(`${key}Of`, this.#when),
      text: words.text(key),
    });
    const restore = this.#panels.button(labelled("restore"), (close) => {
      const form = new RestoreForm(this.#page, id, close);
      return { node: form.node, opened: () => form.focus() };
    });
    const save = this.#panels.button(labelled("saveSnapshot"), (close) => {
      const title = words.text("snapshotOf", this.#when);
      const form = new SnapshotSaving(this.#page, id, title, close);
      return { node: form.node, opened: () => form.focus() };
    });
    const remove = this.#panels.button(labelled("removeSnapshot"), (close) => {
      const gone = (): void => this.#removed(this.#when);
      const form = new SnapshotRemoval(this.#page, this.#snapshot, gone, close);
      return { node: form.node, opened: () => void form.preview() };
    });
    return [restore, save, this.#checkButton, this.#pinButton, remove];
  }

  async #togglePin(): Promise<void> {
    const { client, words, announce } = this.#page;
    const pinned = !this.#snapshot.pinned;
    this.#pinButton.disabled = true;
    try {
      await client.call("snapshots.pin", { snapshotId: this.#snapshot.id, pinned });
      this.update({ ...this.#snapshot, pinned });
      show(this.#outcome);
      announce(words.text(pinned ? "pinnedNow" : "unpinnedNow", this.#when));
    } catch (error) {
      show(this.#outcome, errorNotice(error));
    } finally {
      this.#pinButton.disabled = false;
      this.#pinButton.focus();
    }
  }

  async #check(): Promise<void> {
    const { client, words, announce } = this.#page;
    this.#checkButton.disabled = true;
    show(this.#outcome, element("p", { class: "quiet", [SAID]: true }, words.text("checking")));
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
}
