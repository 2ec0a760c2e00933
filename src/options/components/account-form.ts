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
import { AccountLogin } from "./account-login.ts";
import { InsecureConsent } from "./insecure-consent.ts";
import { errorNotice, type NoticeExtras, refusal, warningNotice } from "./notice.ts";
import { OperationProgress } from "./operation-progress.ts";

type Found = CommandValue<"accounts.discover">;

export class AccountForm {
  readonly node: HTMLElement;
  readonly #page: Page;
  readonly #known: Account | undefined;
  readonly #close: (subscribed: boolean) => void;
  readonly #consent: InsecureConsent;
  readonly #login: AccountLogin;
  readonly #outcome = element("div");
  readonly #found = element("div");
  /** Other hosts that the user lets the password go to. */
  readonly #agreedHosts: string[] = [];

  /** @param known an account whose calendars or password are to be changed */
  constructor(page: Page, known: Account | undefined, close: (subscribed: boolean) => void) {
    this.#page = page;
    this.#known = known;
    this.#close = close;
    const { words } = page;
    this.#consent = new InsecureConsent(words);
    this.#login = new AccountLogin(page, known, this.#consent, {
      submit: () => void this.#discover(),
      cancel: () => close(false),
    });
    const heading = element(
      "h2",
      { id: uniqueId("add-account") },
      known ? words.text("changeAccount", known.username) : words.text("addAccount"),
    );
    this.node = element(
      "section",
      { class: "card", "aria-labelledby": heading.id },
      heading,
      this.#login.node,
      new OperationProgress(page, "accounts.discover", words.text("searching")).node,
      this.#outcome,
      this.#found,
    );
  }

  focus(): void {
    this.#login.focus();
  }

  async #discover(): Promise<void> {
    const { client, words, announce } = this.#page;
    show(this.#outcome);
    if (!this.#login.validate()) {
      show(this.#outcome, refusal(words.text("fillIn")));
      return;
    }
    const { location, insecure } = this.#login;
    if (!this.#consent.confirmed(isPlainHttp(location), insecure)) return;
    show(this.#found);
    this.#login.busy = true;
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
      this.#login.busy = false;
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

  #args(): DiscoverArguments {
    const agreed = [...this.#agreedHosts];
    return { ...this.#login.args(), ...(agreed.length > 0 && { agreedHosts: agreed }) };
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
          if (this.#consent.confirmed(found.insecure, insecure))
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
      show(this.#outcome, refusal(words.text("tickOne")));
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
            : { savePassword: this.#login.savesPassword };
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
