/** One passphrase, to unlock the store that is there or to be tested. */
import { element } from "../element.ts";
import type { Page } from "../page.ts";
import { PassphraseField } from "./passphrase-field.ts";

export class EnterPassphraseForm {
  readonly node: HTMLElement;
  readonly #field: PassphraseField;

  constructor(page: Page, submitLabel: string, submit: (passphrase: string) => void) {
    this.#field = new PassphraseField(page, page.words.text("passphrase"), () =>
      this.#field.markInvalid(false),
    );
    this.node = element(
      "form",
      {
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          const { value } = this.#field;
          if (value === "") this.#field.markInvalid(true);
          else submit(value);
        },
      },
      this.#field.node,
      element(
        "p",
        { class: "actions" },
        element("button", { type: "submit", class: "primary" }, submitLabel),
      ),
    );
  }

  focus(): void {
    this.#field.input.focus();
  }

  clear(): void {
    this.#field.clear();
  }
}
