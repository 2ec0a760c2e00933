/** A tick that is asked for where the password could be read on the way. */
import { element, show } from "../element.ts";
import type { Localizer } from "../localizer.ts";
import { warningNotice } from "./notice.ts";

export class InsecureConsent {
  readonly #words: Localizer;
  #given = false;

  constructor(words: Localizer) {
    this.#words = words;
  }

  /** It was given for another place. */
  reset(): void {
    this.#given = false;
  }

  /** @param container where it is asked for @returns false while it is missing */
  confirmed(isInsecure: boolean, container: HTMLElement): boolean {
    if (!isInsecure || this.#given) return true;
    const accept = element("input", {
      type: "checkbox",
      onchange: () => {
        this.#given = accept.checked;
      },
    });
    show(
      container,
      warningNotice(
        this.#words.text("insecureWarning"),
        element("label", { class: "check" }, accept, this.#words.text("insecureAccept")),
      ),
    );
    accept.focus();
    return false;
  }
}
