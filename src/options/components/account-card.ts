/** One account: where it is, its calendars' states, and what can be done with it. */
import type { Account, AccountCalendar, CalendarSyncReport } from "../../shared/commands.ts";
import { isAppError } from "../../shared/errors.ts";
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { calendarRow } from "./calendar-row.ts";
import { errorNotice, warningNotice } from "./notice.ts";

export interface AccountCardActions {
  refresh(): void;
  /** Opens the form with location and user name filled in. */
  subscribeMore(account: Account): void;
}

export class AccountCard {
  readonly node = element("article", { class: "card" });
  readonly #page: Page;
  readonly #actions: AccountCardActions;
  readonly #body = element("div");
  /** What an action of the user led to; stays until the next one. */
  readonly #outcome = element("div");
  /** Calendars the user asked to synchronize here, before the background tells of it. */
  readonly #asked = new Set<string>();
  #account: Account | null = null;

  constructor(page: Page, actions: AccountCardActions) {
    this.#page = page;
    this.#actions = actions;
    this.node.append(this.#body, this.#outcome);
  }

  update(account: Account): void {
    this.#account = account;
    const { words } = this.#page;
    const title = words.text("accountTitle", account.username, hostOf(account));
    this.node.setAttribute("aria-label", title);
    const askPassword = ["unauthorized", "credentials-missing"].includes(account.error?.code ?? "");
    show(
      this.#body,
      element(
        "header",
        {},
        element(
          "div",
          {},
          element("h2", {}, account.username),
          element("p", { class: "quiet" }, hostOf(account)),
        ),
        element(
          "div",
          { class: "actions" },
          element(
            "button",
            {
              type: "button",
              "data-focus": "sync-all",
              disabled: account.calendars.length === 0,
              onclick: () => void this.#syncAll(),
            },
            words.text("syncAll"),
          ),
          element(
            "button",
            {
              type: "button",
              "data-focus": "more",
              onclick: () => this.#actions.subscribeMore(account),
            },
            words.text("moreCalendars"),
          ),
          element(
            "button",
            {
              type: "button",
              "data-focus": "remove",
              onclick: () => this.#askRemoval(),
            },
            words.text("removeAccount"),
          ),
        ),
      ),
      account.insecure &&
        element("p", { class: "badge-line warning-text" }, words.text("insecureAccount")),
      account.error &&
        errorNotice(
          account.error,
          askPassword
            ? {
                label: words.text("enterPassword"),
                run: () => this.#actions.subscribeMore(account),
              }
            : undefined,
        ),
      account.calendars.length === 0
        ? element("p", { class: "quiet" }, words.text("noCalendars"))
        : element(
            "ul",
            { class: "calendars", "aria-label": words.text("calendarsOf", account.username) },
            ...account.calendars.map((calendar) =>
              calendarRow(
                this.#page,
                { ...calendar, syncing: calendar.syncing || this.#asked.has(calendar.id) },
                () => void this.#sync(calendar),
              ),
            ),
          ),
    );
  }

  async #syncAll(): Promise<void> {
    await Promise.all((this.#account?.calendars ?? []).map((calendar) => this.#sync(calendar)));
  }

  async #sync(calendar: AccountCalendar): Promise<void> {
    const { client, words, announce } = this.#page;
    if (this.#asked.has(calendar.id)) return;
    this.#asked.add(calendar.id);
    show(this.#outcome);
    this.#showAgain();
    try {
      const { calendars } = await client.call("sync.run", { calendarId: calendar.id });
      const report = calendars.find(({ id }) => id === calendar.id);
      if (report && !report.error) announce(this.#inWords(calendar, report));
      if (report?.error) announce(words.text("syncFailedOf", calendar.name, report.error.message));
    } catch (error) {
      if (!isAppError(error, "aborted")) this.#outcome.append(errorNotice(error));
    } finally {
      this.#asked.delete(calendar.id);
      this.#actions.refresh();
    }
  }

  #inWords(calendar: AccountCalendar, report: CalendarSyncReport): string {
    const { words } = this.#page;
    const counts = [report.added, report.updated, report.removed, report.pushed];
    return words.text("syncDoneOf", calendar.name, ...counts.map((count) => words.number(count)));
  }

  #showAgain(): void {
    if (this.#account) this.update(this.#account);
  }

  #askRemoval(discardPending = false, question?: string): void {
    const { words } = this.#page;
    const keep = element(
      "button",
      {
        type: "button",
        onclick: () => {
          show(this.#outcome);
          this.#body.querySelector<HTMLElement>("[data-focus=remove]")?.focus();
        },
      },
      words.text("keepAccount"),
    );
    const remove = element(
      "button",
      { type: "button", class: "danger", onclick: () => void this.#remove(discardPending) },
      words.text(discardPending ? "removeAnyway" : "removeAccountNow"),
    );
    show(
      this.#outcome,
      warningNotice(
        question ?? words.text("removeQuestion"),
        element("p", { class: "actions" }, remove, keep),
      ),
    );
    keep.focus();
  }

  async #remove(discardPending: boolean): Promise<void> {
    const accountId = this.#account?.id;
    if (accountId === undefined) return;
    const { client, words, announce } = this.#page;
    for (const button of this.#outcome.querySelectorAll("button")) button.disabled = true;
    try {
      await client.call("accounts.remove", { accountId, discardPending });
      announce(words.text("accountRemoved"));
      this.#actions.refresh();
    } catch (error) {
      if (isAppError(error, "pending-changes"))
        this.#askRemoval(true, `${error.message} ${error.hint}`);
      else show(this.#outcome, errorNotice(error));
    }
  }
}

function hostOf({ principal, location }: Account): string {
  return URL.canParse(principal) ? new URL(principal).host : location;
}
