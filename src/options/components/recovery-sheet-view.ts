/** The recovery sheet: shown, printed alone on its page, or saved into a folder. */
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { errorNotice, resultNotice } from "./notice.ts";
import { PassphraseField } from "./passphrase-field.ts";

/** The line that the sheet leaves for the passphrase. */
const BLANK = /_{20,}/;

export class RecoverySheetView {
  readonly node = element("div");
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async open(): Promise<void> {
    try {
      const { text } = await this.#page.client.call("backup.recoverySheet", {});
      this.#show(text);
    } catch (error) {
      show(this.node, errorNotice(error));
    }
  }

  close(): void {
    show(this.node);
  }

  #show(text: string): void {
    const { words } = this.#page;
    const label = words.text("sheet");
    const sheet = element(
      "pre",
      { class: "sheet", tabindex: "0", role: "region", "aria-label": label },
      text,
    );
    const outcome = element("div");
    const typed = new PassphraseField(this.#page, words.text("passphraseOnSheet"), () => {
      sheet.textContent = typed.value ? text.replace(BLANK, () => typed.value) : text;
    });
    typed.node.append(element("p", { class: "hint" }, words.text("passphraseOnSheetHint")));
    show(
      this.node,
      sheet,
      BLANK.test(text) && typed.node,
      element(
        "p",
        { class: "actions" },
        element(
          "button",
          { type: "button", class: "primary", onclick: () => window.print() },
          words.text("printSheet"),
        ),
        element(
          "button",
          { type: "button", onclick: () => void this.#save(outcome) },
          words.text("saveSheet"),
        ),
        element("button", { type: "button", onclick: () => this.close() }, words.text("close")),
      ),
      outcome,
    );
    sheet.focus();
  }

  /** Without what was typed on the page: a passphrase in a file would help a thief. */
  async #save(outcome: HTMLElement): Promise<void> {
    const { client, words } = this.#page;
    show(outcome);
    try {
      const { directory } = await client.call("places.pick", { purpose: "sheet" });
      if (directory === null) return;
      const { file } = await client.call("backup.recoverySheet", { directory });
      if (file) show(outcome, resultNotice("success", words.text("sheetSaved", file)));
    } catch (error) {
      show(outcome, errorNotice(error));
    }
  }
}
