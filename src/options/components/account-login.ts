/** The fields with which somebody signs in: location, user name, and a password or another way. */
import type { Account, DiscoverArguments } from "../../shared/commands.ts";
import { element, show, uniqueId } from "../element.ts";
import type { Page } from "../page.ts";
import { field } from "./field.ts";
import type { InsecureConsent } from "./insecure-consent.ts";
import { SignInChoice } from "./sign-in-choice.ts";

export interface AccountLoginActions {
  submit(): void;
  cancel(): void;
}

export class AccountLogin {
  readonly node: HTMLFormElement;
  /** Where it is asked whether the password may go unprotected. */
  readonly insecure = element("div");
  readonly #known: Account | undefined;
  readonly #location: HTMLInputElement;
  readonly #username: HTMLInputElement;
  readonly #password: HTMLInputElement;
  readonly #savePassword = element("input", { type: "checkbox", checked: true });
  readonly #method: SignInChoice;
  readonly #passwordField: HTMLElement;
  readonly #saveField: HTMLElement;

  /** @param known an account of which location and user name stay */
  constructor(
    { words }: Page,
    known: Account | undefined,
    consent: InsecureConsent,
    { submit, cancel }: AccountLoginActions,
  ) {
    this.#known = known;
    this.#location = element("input", {
      id: uniqueId("location"),
      required: true,
      autocomplete: "url",
      spellcheck: "false",
      value: known?.location ?? "",
      readonly: known !== undefined,
      oninput: () => {
        consent.reset();
        show(this.insecure);
      },
    });
    this.#username = element("input", {
      id: uniqueId("username"),
      required: true,
      autocomplete: "username",
      spellcheck: "false",
      value: known?.username ?? "",
      readonly: known !== undefined,
    });
    this.#password = element("input", {
      id: uniqueId("password"),
      type: "password",
      required: known === undefined,
      autocomplete: "current-password",
    });
    this.#passwordField = field(
      words.text("password"),
      this.#password,
      words.text(known ? "passwordKnownHint" : "passwordHint"),
    );
    this.#saveField = element(
      "label",
      { class: "check" },
      this.#savePassword,
      words.text("savePassword"),
    );
    this.#method = new SignInChoice(words, known?.signIn, () => this.#methodChosen());
    this.#methodChosen();
    this.node = element(
      "form",
      {
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          submit();
        },
      },
      field(words.text("location"), this.#location, words.text("locationHint")),
      this.insecure,
      field(words.text("username"), this.#username),
      this.#method.node,
      this.#passwordField,
      this.#saveField,
      element(
        "p",
        { class: "actions" },
        element("button", { type: "submit", class: "primary" }, words.text("findCalendars")),
        element("button", { type: "button", onclick: cancel }, words.text("cancel")),
      ),
    );
  }

  focus(): void {
    const first = this.#known ? this.#password : this.#location;
    (first.closest("[hidden]") ? this.#username : first).focus();
  }

  get location(): string {
    return this.#location.value;
  }

  /** The password manager may have the password. */
  get savesPassword(): boolean {
    return this.#savePassword.checked;
  }

  /** Marks what is missing and leads there. @returns false where something is */
  validate(): boolean {
    const { required } = this.#method;
    const inputs = [this.#location, this.#username, this.#password, ...required];
    const empty = inputs.filter((input) => {
      const isRequired = input.required || required.includes(input);
      const missing = isRequired && input.value.trim() === "";
      input.setAttribute("aria-invalid", String(missing));
      return missing;
    });
    empty[0]?.focus();
    return empty.length === 0;
  }

  /** As it was typed. */
  args(): DiscoverArguments {
    const password = this.#method.isPassword ? this.#password.value : "";
    const oauth = this.#method.value();
    return {
      location: this.#location.value.trim(),
      username: this.#username.value.trim(),
      ...(password === "" ? {} : { password }),
      ...(oauth === undefined ? {} : { oauth }),
    };
  }

  set busy(busy: boolean) {
    for (const control of this.node.querySelectorAll<HTMLInputElement | HTMLButtonElement>(
      "input, button[type=submit]",
    ))
      control.disabled = busy;
    this.#method.disabled = busy;
  }

  #methodChosen(): void {
    const byPassword = this.#method.isPassword;
    this.#passwordField.hidden = !byPassword;
    // An account keeps to what was said when it was added.
    this.#saveField.hidden = !byPassword || this.#known !== undefined;
    this.#password.required = byPassword && this.#known === undefined;
  }
}
