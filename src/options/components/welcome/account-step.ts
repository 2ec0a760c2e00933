/** The first account, or the accounts there are already. */
import type { Account } from "../../../shared/commands.ts";
import { element, show, swatch } from "../../element.ts";
import type { Page } from "../../page.ts";
import { AccountForm } from "../account-form.ts";
import type { Step } from "./step.ts";

export class AccountStep implements Step {
  readonly node = element("div");
  readonly #page: Page;
  readonly #next: () => void;
  readonly skip = "stepSkipAccount";
  isDone = false;

  /** @param next the account was added: goes on */
  constructor(page: Page, next: () => void) {
    this.#page = page;
    this.#next = next;
  }

  async open(): Promise<boolean> {
    const accounts = await this.#page.client.call("accounts.list", {});
    this.isDone = accounts.length > 0;
    this.#draw(accounts);
    return true;
  }

  #draw(accounts: readonly Account[]): void {
    const { words } = this.#page;
    const form = element("div");
    const openForm = (): AccountForm => {
      const made = new AccountForm(this.#page, undefined, (subscribed) => {
        if (subscribed) this.#next();
        else show(form, this.#addButton(openForm));
      });
      show(form, made.node);
      return made;
    };
    show(
      this.node,
      element("p", { class: "lead" }, words.text("stepAccountLead")),
      accounts.length > 0 &&
        element("div", { class: "cards" }, ...accounts.map((account) => this.#account(account))),
      form,
    );
    if (accounts.length === 0) openForm();
    else show(form, this.#addButton(openForm));
  }

  #addButton(openForm: () => AccountForm): HTMLElement {
    return element(
      "p",
      { class: "actions" },
      element(
        "button",
        { type: "button", onclick: () => openForm().focus() },
        this.#page.words.text("addAccount"),
      ),
    );
  }

  #account({ username, calendars }: Account): HTMLElement {
    const { words } = this.#page;
    return element(
      "article",
      { class: "card" },
      element("h2", {}, username),
      element(
        "ul",
        { class: "calendars", "aria-label": words.text("calendarsOf", username) },
        ...calendars.map(({ name, color }) =>
          element("li", { class: "calendar" }, swatch(color), element("span", {}, name)),
        ),
      ),
    );
  }
}
