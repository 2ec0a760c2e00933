/** For a place without a store: a passphrase, typed twice, or none, said by a button of its own. */
import { isStrong, passphraseBits, STRONG_BITS } from "../../shared/passphrase-strength.ts";
import { element, show, uniqueId } from "../element.ts";
import type { Page } from "../page.ts";
import { warningNotice } from "./notice.ts";
import { PassphraseField } from "./passphrase-field.ts";

export interface NewProtection {
  /** `null`: without encryption. */
  readonly passphrase: string | null;
  readonly allowWeak: boolean;
}

export class NewPassphraseForm {
  readonly node: HTMLElement;
  readonly #page: Page;
  readonly #choose: (chosen: NewProtection) => void;
  readonly #strength = element("p", { class: "hint" });
  readonly #weak = element("label", { class: "check", hidden: true });
  readonly #allowWeak = element("input", { type: "checkbox", id: uniqueId("weak") });
  readonly #complaint = element("div");
  readonly #first: PassphraseField;
  readonly #second: PassphraseField;

  constructor(page: Page, choose: (chosen: NewProtection) => void) {
    this.#page = page;
    this.#choose = choose;
    const { words } = page;
    this.#first = new PassphraseField(
      page,
      words.text("newPassphrase"),
      () => this.#judge(),
      this.#strength,
    );
    this.#second = new PassphraseField(page, words.text("repeatPassphrase"));
    this.#weak.append(this.#allowWeak, element("span", {}, words.text("allowWeakPassphrase")));
    this.node = element(
      "form",
      {
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          this.#submit();
        },
      },
      this.#first.node,
      this.#weak,
      this.#second.node,
      this.#complaint,
      element(
        "p",
        { class: "actions" },
        element("button", { type: "submit", class: "primary" }, words.text("encryptBackups")),
        element(
          "button",
          { type: "button", onclick: () => choose({ passphrase: null, allowWeak: false }) },
          words.text("withoutEncryption"),
        ),
      ),
    );
    this.#judge();
  }

  #judge(): void {
    const { words } = this.#page;
    const { value } = this.#first;
    const weak = value !== "" && !isStrong(value);
    this.#weak.hidden = !weak;
    if (!weak) this.#allowWeak.checked = false;
    const bits = words.number(Math.floor(passphraseBits(value)));
    if (value === "") this.#strength.textContent = words.text("passphraseAdvice");
    else if (weak)
      this.#strength.textContent = words.text("passphraseWeak", bits, words.number(STRONG_BITS));
    else this.#strength.textContent = words.text("passphraseStrong", bits);
    this.#strength.classList.toggle("warning-text", weak);
  }

  #submit(): void {
    const { words } = this.#page;
    const passphrase = this.#first.value;
    const same = passphrase === this.#second.value;
    const allowWeak = this.#allowWeak.checked;
    const complaint =
      passphrase === ""
        ? "passphraseEmpty"
        : !isStrong(passphrase) && !allowWeak
          ? "passphraseTooWeak"
          : same
            ? null
            : "passphrasesDiffer";
    this.#second.markInvalid(complaint === "passphrasesDiffer");
    this.#first.markInvalid(complaint !== null && complaint !== "passphrasesDiffer");
    show(this.#complaint, complaint !== null && warningNotice(words.text(complaint)));
    if (complaint === null) this.#choose({ passphrase, allowWeak });
  }
}
