/** What a bug report needs, to be read first and then copied: no names, addresses, passwords or event texts. */
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { errorNotice } from "./notice.ts";

export class HelpSection {
  readonly #page: Page;
  readonly #body = element("div");
  #text = "";

  constructor(root: HTMLElement, page: Page) {
    this.#page = page;
    root.append(this.#body);
  }

  async refresh(): Promise<void> {
    const { client, words } = this.#page;
    try {
      const { text } = await client.call("diagnostics.report", {});
      if (text === this.#text) return;
      this.#text = text;
      const said = element("span", { class: "quiet", role: "status" });
      show(
        this.#body,
        element(
          "article",
          { class: "card" },
          element("h2", {}, words.text("report")),
          element("p", {}, words.text("reportHint")),
          element(
            "p",
            { class: "actions" },
            element(
              "button",
              {
                type: "button",
                class: "primary",
                "data-focus": "copy-report",
                onclick: () => void this.#copy(text, said),
              },
              words.text("copyReport"),
            ),
            said,
          ),
          element(
            "pre",
            { class: "report", tabindex: 0, role: "region", "aria-label": words.text("report") },
            text,
          ),
        ),
      );
    } catch (error) {
      this.#text = "";
      const again = { label: words.text("tryAgain"), run: () => void this.refresh() };
      show(this.#body, errorNotice(error, again));
    }
  }

  async #copy(text: string, said: HTMLElement): Promise<void> {
    const { words } = this.#page;
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = words.text("reportCopied");
    } catch {
      said.textContent = words.text("reportNotCopied");
    }
  }
}
