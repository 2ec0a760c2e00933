/** Signing in again: with a new password, or in the provider's own window. */
import type { Account } from "../../shared/commands.ts";
import { isAppError } from "../../shared/errors.ts";
import { errorNotice } from "../components/notice.ts";
import { OperationProgress } from "../components/operation-progress.ts";
import { element, show, uniqueId } from "../element.ts";
import type { Page } from "../page.ts";

export class SignInForm {
  readonly node: HTMLElement;
  readonly #page: Page;
  readonly #account: Account;
  readonly #close: () => void;
  readonly #password: HTMLInputElement;
  readonly #submit: HTMLButtonElement;
  readonly #outcome = element("div");

  constructor(page: Page, account: Account, close: () => void) {
    this.#page = page;
    this.#account = account;
    this.#close = close;
    const { words } = page;
    const byWindow = account.signIn.kind === "oauth";
    const hint = element(
      "p",
      { class: "hint", id: uniqueId("sign-in-hint") },
      words.text(byWindow ? "signInWindowHint" : "signInPasswordHint"),
    );
    this.#password = element("input", {
      id: uniqueId("password"),
      type: "password",
      autocomplete: "current-password",
      "aria-describedby": hint.id,
    });
    this.#submit = element("button", { type: "submit", class: "primary" }, words.text("signIn"));
    const progress = new OperationProgress(page, "accounts.signIn", words.text("signingIn"));
    const cancel = element(
      "button",
      { type: "button", onclick: () => close() },
      words.text("cancel"),
    );
    // There is another one meanwhile, which ends the sign-in.
    progress.onChange((running) => {
      cancel.hidden = running;
    });
    this.node = element(
      "form",
      {
        class: "form",
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          void this.#signIn();
        },
      },
      element("h3", {}, words.text("signInAs", account.username)),
      !byWindow &&
        element(
          "p",
          { class: "field" },
          element("label", { for: this.#password.id }, words.text("password")),
          this.#password,
        ),
      hint,
      element("p", { class: "actions" }, this.#submit, cancel),
      progress.node,
      this.#outcome,
    );
  }

  /** A window opens at once: there is nothing to fill in. */
  start(): void {
    if (this.#account.signIn.kind === "oauth") void this.#signIn();
    else this.#password.focus();
  }

  async #signIn(): Promise<void> {
    const { client, words, announce } = this.#page;
    const { id: accountId, username } = this.#account;
    const password = this.#password.value;
    show(this.#outcome);
    this.#submit.disabled = true;
    try {
      await client.call("accounts.signIn", {
        accountId,
        ...(password === "" ? {} : { password }),
      });
      this.#password.value = "";
      announce(words.text("signedIn", username));
      this.#close();
    } catch (error) {
      show(this.#outcome, isAppError(error, "aborted") ? null : errorNotice(error));
      this.#submit.disabled = false;
      this.#password.focus();
    }
  }
}
