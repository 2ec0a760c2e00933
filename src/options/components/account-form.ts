/**
 * Adding an account in two steps: location, user name and password, then the calendars found, to be ticked. The
 * password leaves the page only in the command, and only after a plain http location was confirmed.
 */
import type { Account, CommandValue, DiscoverArguments } from "../../shared/commands.ts";
import { isAppError } from "../../shared/errors.ts";
import { FoundCalendars } from "../accounts/found-calendars.ts";
import { isPlainHttp } from "../accounts/plain-http.ts";
import { element, show, uniqueId } from "../element.ts";
import type { Page } from "../page.ts";
import { field } from "./field.ts";
import { errorNotice, type NoticeExtras, warningNotice } from "./notice.ts";
import { OperationProgress } from "./operation-progress.ts";
import { SignInChoice } from "./sign-in-choice.ts";

type Found = CommandValue<"accounts.discover">;

export class AccountForm {
  readonly node: HTMLElement;
  readonly #page: Page;
  readonly #known: Account | undefined;
  readonly #close: (subscribed: boolean) => void;
  readonly #location: HTMLInputElement;
  readonly #username: HTMLInputElement;
  readonly #password: HTMLInputElement;
  readonly #savePassword = element("input", { type: "checkbox", checked: true });
  readonly #method: SignInChoice;
  readonly #passwordField: HTMLElement;
  readonly #saveField: HTMLElement;
  readonly #login: HTMLFormElement;
  readonly #insecure = element("div");
  readonly #outcome = element("div");
  readonly #found = element("div");
  #insecureAccepted = false;
  /** Other hosts that the user lets the password go to. */
  readonly #agreedHosts: string[] = [];

  /** @param known an account whose calendars or password are to be changed */
  constructor(page: Page, known: Account | undefined, close: (subscribed: boolean) => void) {
    this.#page = page;
    this.#known = known;
    this.#close = close;
    const { words } = page;
    this.#location = element("input", {
      id: uniqueId("location"),
      required: true,
      autocomplete: "url",
      spellcheck: "false",
      value: known?.location ?? "",
      readonly: known !== undefined,
      oninput: () => this.#judgeLocation(),
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
      "p",
      { class: "field" },
      element("label", { class: "check" }, this.#savePassword, words.text("savePassword")),
    );
    this.#method = new SignInChoice(words, known?.signIn, () => this.#methodChosen());
    this.#methodChosen();
    this.#login = element(
      "form",
      {
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          void this.#discover();
        },
      },
      field(words.text("location"), this.#location, words.text("locationHint")),
      this.#insecure,
      field(words.text("username"), this.#username),
      this.#method.node,
      this.#passwordField,
      this.#saveField,
      element(
        "p",
        { class: "actions" },
        element("button", { type: "submit", class: "primary" }, words.text("findCalendars")),
        element(
          "button",
          { type: "button", onclick: () => this.#close(false) },
          words.text("cancel"),
        ),
      ),
    );
    const heading = element(
      "h2",
      { id: uniqueId("add-account") },
      known ? words.text("changeAccount", known.username) : words.text("addAccount"),
    );
    this.node = element(
      "section",
      { class: "card", "aria-labelledby": heading.id },
      heading,
      this.#login,
      new OperationProgress(page, "accounts.discover", words.text("searching")).node,
      this.#outcome,
      this.#found,
    );
  }

  focus(): void {
    const first = this.#known ? this.#password : this.#location;
    (first.closest("[hidden]") ? this.#username : first).focus();
  }

  get #byPassword(): boolean {
    return this.#method.isPassword;
  }

  #methodChosen(): void {
    this.#passwordField.hidden = !this.#byPassword;
    // An account keeps to what was said when it was added.
    this.#saveField.hidden = !this.#byPassword || this.#known !== undefined;
    this.#password.required = this.#byPassword && this.#known === undefined;
  }

  #judgeLocation(): void {
    this.#insecureAccepted = false;
    show(this.#insecure);
  }

  /** Asks for a tick where the password could be read on the way. @returns false while it is missing */
  #insecureConfirmed(insecure: boolean, container: HTMLElement): boolean {
    if (!insecure || this.#insecureAccepted) return true;
    const { words } = this.#page;
    const accept = element("input", {
      type: "checkbox",
      onchange: () => {
        this.#insecureAccepted = accept.checked;
      },
    });
    show(
      container,
      warningNotice(
        words.text("insecureWarning"),
        element("label", { class: "check" }, accept, words.text("insecureAccept")),
      ),
    );
    accept.focus();
    return false;
  }

  async #discover(): Promise<void> {
    const { client, words, announce } = this.#page;
    show(this.#outcome);
    if (!this.#validate()) return;
    if (!this.#insecureConfirmed(isPlainHttp(this.#location.value), this.#insecure)) return;
    show(this.#found);
    this.#setBusy(true);
    try {
      const found = await client.call("accounts.discover", this.#args());
      announce(words.counted("calendarsFound", found.calendars.length));
      this.#showFound(found);
    } catch (error) {
      show(
        this.#outcome,
        errorNotice(error, { logLabel: words.text("whatWasTried"), ...this.#help(error) }),
      );
    } finally {
      this.#setBusy(false);
    }
  }

  /** What a person can do about it here: agree to another host, or to a certificate. */
  #help(error: unknown): NoticeExtras {
    if (!isAppError(error, "host-not-agreed", "tls")) return {};
    const { host } = error.details as { readonly host?: unknown };
    if (typeof host !== "string") return {};
    const { words } = this.#page;
    if (error.code === "tls")
      return { label: words.text("lookAtCertificate"), run: () => void this.#trust(host) };
    return {
      label: words.text("agreeToHost", host),
      run: () => this.#agree(host),
    };
  }

  async #trust(host: string): Promise<void> {
    try {
      const { trusted } = await this.#page.client.call("accounts.trustCertificate", { host });
      if (trusted) await this.#discover();
    } catch (error) {
      show(this.#outcome, errorNotice(error));
    }
  }

  #validate(): boolean {
    const { required } = this.#method;
    const inputs = [this.#location, this.#username, this.#password, ...required];
    const empty = inputs.filter((input) => {
      const isRequired = input.required || required.includes(input);
      const missing = isRequired && input.value.trim() === "";
      input.setAttribute("aria-invalid", String(missing));
      return missing;
    });
    if (empty.length === 0) return true;
    show(
      this.#outcome,
      element("p", { class: "notice error", role: "alert" }, this.#page.words.text("fillIn")),
    );
    empty[0]?.focus();
    return false;
  }

  #args(): DiscoverArguments {
    const password = this.#byPassword ? this.#password.value : "";
    const oauth = this.#method.value();
    return {
      location: this.#location.value.trim(),
      username: this.#username.value.trim(),
      ...(password === "" ? {} : { password }),
      ...(oauth === undefined ? {} : { oauth }),
      ...(this.#agreedHosts.length > 0 ? { agreedHosts: [...this.#agreedHosts] } : {}),
    };
  }

  #setBusy(busy: boolean): void {
    for (const control of this.#login.querySelectorAll<HTMLInputElement | HTMLButtonElement>(
      "input, button[type=submit]",
    ))
      control.disabled = busy;
    this.#method.disabled = busy;
  }

  #showFound(found: Found): void {
    const { words } = this.#page;
    if (found.calendars.length === 0) {
      show(this.#found, warningNotice(words.text("noCalendarsFound")), ...this.#otherHosts(found));
      return;
    }
    const choice = new FoundCalendars(words, found.calendars, this.#known);
    const insecure = element("div");
    const subscribe = element(
      "button",
      { type: "submit", class: "primary" },
      words.text(this.#known ? "applyChoice" : "subscribe"),
    );
    const form = element(
      "form",
      {
        onsubmit: (event) => {
          event.preventDefault();
          if (this.#insecureConfirmed(found.insecure, insecure))
            void this.#apply(choice, subscribe);
        },
      },
      choice.node,
      insecure,
      element("p", { class: "actions" }, subscribe),
    );
    show(this.#found, ...this.#otherHosts(found), form);
    choice.focus();
  }

  /** More may be there; nothing was sent to them, and nothing is before the person agrees. */
  #otherHosts({ otherHosts }: Found): HTMLElement[] {
    const { words } = this.#page;
    return [...new Set(otherHosts.map(({ host }) => host))].map((host) =>
      element(
        "p",
        { class: "hint" },
        words.text("otherHostAnnounced", host),
        " ",
        element(
          "button",
          { type: "button", onclick: () => this.#agree(host) },
          words.text("askThere", host),
        ),
      ),
    );
  }

  #agree(host: string): void {
    this.#agreedHosts.push(host);
    void this.#discover();
  }

  /** What was ticked is subscribed, what was unticked is taken out of Thunderbird. */
  async #apply(
    choice: FoundCalendars,
    button: HTMLButtonElement,
    discardPending = false,
  ): Promise<void> {
    const { client, words, announce } = this.#page;
    const { wanted, unwanted } = choice;
    if (wanted.length + unwanted.length === 0 && !this.#known) {
      const message = words.text("tickOne");
      show(this.#outcome, element("p", { class: "notice error", role: "alert" }, message));
      return;
    }
    show(this.#outcome);
    button.disabled = true;
    try {
      for (const calendarId of unwanted)
        await client.call("calendars.unsubscribe", { calendarId, discardPending });
      // Also where nothing new was ticked: a password that was typed is kept.
      const calendars = [...wanted, ...choice.kept];
      if (calendars.length > 0) {
        const args = this.#args();
        const saved =
          args.password === undefined || this.#known
            ? {}
            : { savePassword: this.#savePassword.checked };
        const added = await client.call("accounts.add", { ...args, ...saved, calendars });
        announce(words.counted("subscribed", added.calendars.length));
      }
      this.#close(true);
    } catch (error) {
      const again = {
        label: words.text("removeAnyway"),
        run: () => void this.#apply(choice, button, true),
      };
      show(
        this.#outcome,
        errorNotice(error, isAppError(error, "pending-changes") ? again : undefined),
      );
      button.disabled = false;
    }
  }
}
