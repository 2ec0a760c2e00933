/** Calendars that Thunderbird's own CalDAV shows too: an offer for each, nothing without a word. */
import { element, show } from "../../element.ts";
import type { Page } from "../../page.ts";
import type { Step } from "./step.ts";
import { TakeoverCard } from "./takeover-card.ts";

export class TakeoverStep implements Step {
  readonly node = element("div");
  readonly isDone = true;
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async open(): Promise<boolean> {
    const { client, words } = this.#page;
    const old = await client.call("takeover.list", {});
    show(
      this.node,
      element("p", { class: "lead" }, words.text("stepTakeoverLead")),
      element(
        "div",
        { class: "cards" },
        ...old.map((calendar) => new TakeoverCard(this.#page, calendar).node),
      ),
    );
    return old.length > 0;
  }
}
