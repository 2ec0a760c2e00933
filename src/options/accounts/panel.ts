/** A part of a calendar's details that is read when it is opened, and again while it is open. */

import { errorNotice } from "../components/notice.ts";
import { type Child, element, show } from "../element.ts";
import type { Page } from "../page.ts";

export class Panel {
  readonly node: HTMLDetailsElement;
  readonly #page: Page;
  readonly #title = element("span", { class: "panel-title" });
  readonly #count = element("span", { class: "count" });
  readonly #body = element("div", { class: "panel-body" });
  readonly #outcome = element("div");
  readonly #read: () => Promise<readonly Child[]>;
  #drawn = 0;

  /** @param read what the panel shows now */
  constructor(page: Page, title: string, read: () => Promise<readonly Child[]>) {
    this.#page = page;
    this.#read = read;
    this.#title.textContent = title;
    this.node = element(
      "details",
      { class: "panel", ontoggle: () => void this.refresh() },
      element("summary", {}, this.#title, " ", this.#count),
      this.#body,
      this.#outcome,
    );
  }

  /** How many there are, shown while the panel is closed too; nothing for 0. */
  set count(count: number) {
    this.#count.textContent = count > 0 ? this.#page.words.number(count) : "";
  }

  open(): void {
    this.node.open = true;
  }

  /** Does nothing while the panel is closed. Never rejects. */
  async refresh(): Promise<void> {
    if (!this.node.open) return;
    const { words } = this.#page;
    this.#drawn += 1;
    const drawing = this.#drawn;
    if (this.#body.childElementCount === 0)
      show(this.#body, element("p", { class: "quiet" }, words.text("loading")));
    let children: readonly Child[];
    try {
      children = await this.#read();
    } catch (error) {
      const again = { label: words.text("tryAgain"), run: () => void this.refresh() };
      children = [errorNotice(error, again)];
    }
    if (drawing === this.#drawn) show(this.#body, ...children);
  }

  /**
   * Does what a button of the panel stands for: its buttons rest meanwhile, then what came of it is said, and the panel
   * shows how things are now. Never rejects.
   */
  async act(work: () => Promise<HTMLElement | null>): Promise<void> {
    show(this.#outcome);
    const buttons = [...this.node.querySelectorAll<HTMLButtonElement>("button")];
    for (const button of buttons) button.disabled = true;
    let outcome: HTMLElement | null;
    try {
      outcome = await work();
    } catch (error) {
      outcome = errorNotice(error);
    }
    for (const button of buttons) button.disabled = false;
    await this.refresh();
    show(this.#outcome, outcome);
  }
}
