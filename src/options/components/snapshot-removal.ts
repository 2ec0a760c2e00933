/** Giving one snapshot up: first what only it holds, then the word that it may go. */
import type { RemovalReport, SnapshotSummary } from "../../shared/commands.ts";
import { isAppError } from "../../shared/errors.ts";
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { errorNotice, resultNotice, warningNotice } from "./notice.ts";
import { titleOf } from "./restore-misses.ts";

export class SnapshotRemoval {
  readonly node = element("div", { class: "removal" });
  readonly #page: Page;
  readonly #snapshot: SnapshotSummary;
  readonly #done: () => void;
  readonly #close: () => void;

  /** @param done it is gone */
  constructor(page: Page, snapshot: SnapshotSummary, done: () => void, close: () => void) {
    this.#page = page;
    this.#snapshot = snapshot;
    this.#done = done;
    this.#close = close;
  }

  /** Shows what would be gone. */
  async preview(): Promise<void> {
    const { client, words } = this.#page;
    const looking = element(
      "p",
      { class: "quiet", role: "status", tabindex: -1 },
      words.text("lookingWhatOnly"),
    );
    show(this.node, looking);
    looking.focus();
    try {
      const report = await client.call("snapshots.remove", { ...this.#which, dryRun: true });
      this.#ask(report);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Whoever has gone elsewhere meanwhile stays there. */
  get #hasFocus(): boolean {
    return this.node.contains(document.activeElement);
  }

  get #which(): { readonly snapshotIds: readonly string[] } {
    return { snapshotIds: [this.#snapshot.id] };
  }

  #ask({ lastOf, onlyHere, unreadable }: RemovalReport): void {
    const { words } = this.#page;
    const isDamaged = unreadable.length > 0;
    const evenLast = lastOf.length > 0 || isDamaged;
    const heading = element("h3", { tabindex: -1 }, words.text("previewHeading"));
    const hadFocus = this.#hasFocus;
    const remove = element(
      "button",
      { type: "button", class: "danger", onclick: () => void this.#remove(evenLast) },
      words.text(isDamaged ? "removeDamagedNow" : evenLast ? "removeLastNow" : "removeSnapshotNow"),
    );
    show(
      this.node,
      element(
        "div",
        { class: "preview", role: "group", "aria-label": words.text("previewHeading") },
        heading,
        isDamaged && warningNotice(words.text("tooDamagedToTell")),
        lastOf.length > 0 && this.#lastCopies(lastOf),
        this.#onlyHere(onlyHere, isDamaged),
        element("p", { class: "hint" }, words.text("removeSnapshotHint")),
        element("p", { class: "actions" }, remove, this.#closeButton()),
      ),
    );
    // Not the button that destroys: a key pressed while it was looked up would press it.
    if (hadFocus) heading.focus();
  }

  #lastCopies(calendars: readonly string[]): HTMLElement {
    const { words } = this.#page;
    return warningNotice(
      words.counted("lastCopyOf", calendars.length),
      element("ul", {}, ...calendars.map((path) => element("li", {}, calendarName(path)))),
    );
  }

  #onlyHere(onlyHere: RemovalReport["onlyHere"], isDamaged: boolean): HTMLElement | null {
    const { words } = this.#page;
    if (!onlyHere || onlyHere.total === 0)
      return isDamaged ? null : element("p", {}, words.text("nothingOnlyHere"));
    const { items, total } = onlyHere;
    const more = total - items.length;
    return element(
      "div",
      {},
      element("p", {}, words.counted("onlyHere", total)),
      element(
        "ul",
        { class: "only-here" },
        ...items.map((item) =>
          element(
            "li",
            {},
            titleOf(item, this.#page),
            element("span", { class: "quiet" }, ` · ${calendarName(item.calendar)}`),
          ),
        ),
        more > 0 && element("li", {}, words.counted("moreErrors", more)),
      ),
    );
  }

  async #remove(evenLast: boolean): Promise<void> {
    const { client } = this.#page;
    for (const button of this.node.querySelectorAll("button")) button.disabled = true;
    try {
      await client.call("snapshots.remove", { ...this.#which, evenLast });
      this.#done();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    const notice = isAppError(error, "aborted")
      ? resultNotice("warning", this.#page.words.text("removalCancelled"))
      : errorNotice(error);
    const hadFocus = this.#hasFocus;
    const close = this.#closeButton();
    show(this.node, notice, element("p", { class: "actions" }, close));
    if (hadFocus) close.focus();
  }

  #closeButton(): HTMLElement {
    const { words } = this.#page;
    return element("button", { type: "button", onclick: this.#close }, words.text("keepSnapshot"));
  }
}

function calendarName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
