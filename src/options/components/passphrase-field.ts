/** An input for a passphrase, which can be shown while it is typed. */
import { element, uniqueId } from "../element.ts";
import type { Page } from "../page.ts";

export class PassphraseField {
  readonly node: HTMLElement;
  readonly input: HTMLInputElement;

  /** @param below what is said under the input, e.g. its strength */
  constructor(page: Page, label: string, onInput: () => void = () => {}, below?: HTMLElement) {
    const { words } = page;
    this.input = element("input", {
      id: uniqueId("passphrase"),
      type: "password",
      autocomplete: "off",
      spellcheck: "false",
      oninput: onInput,
    });
    const reveal = element(
      "button",
      {
        type: "button",
        "aria-pressed": "false",
        "aria-controls": this.input.id,
        onclick: () => {
          const shown = this.input.type === "text";
          this.input.type = shown ? "password" : "text";
          reveal.setAttribute("aria-pressed", String(!shown));
          reveal.textContent = words.text(shown ? "showPassphrase" : "hidePassphrase");
        },
      },
      words.text("showPassphrase"),
    );
    this.node = element(
      "div",
      { class: "field" },
      element("label", { for: this.input.id }, label),
      element("div", { class: "with-button" }, this.input, reveal),
      below,
    );
    if (below) {
      below.id = uniqueId("below");
      this.input.setAttribute("aria-describedby", below.id);
    }
  }

  get value(): string {
    return this.input.value;
  }

  clear(): void {
    this.input.value = "";
  }

  /** Marks it as the one to be mended. */
  markInvalid(invalid: boolean): void {
    if (invalid) {
      this.input.setAttribute("aria-invalid", "true");
      this.input.focus();
    } else this.input.removeAttribute("aria-invalid");
  }
}
