/** One account: where it is, its calendars' states, and what can be done with it. */

import type { Account, AccountCalendar, CalendarSyncReport } from "../../shared/commands.ts";
import { isAppError, type WireError } from "../../shared/errors.ts";
import { accountName, hostOf } from "../accounts/account-name.ts";
import { CalendarForm } from "../accounts/calendar-form.ts";
import { helpWith } from "../accounts/error-help.ts";
import { heldItems } from "../accounts/held-items.ts";
import { offeredCalendars } from "../accounts/offered-calendars.ts";
import { SignInForm } from "../accounts/sign-in-form.ts";
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { CalendarRow } from "./calendar-row.ts";
import { errorNotice, type NoticeExtras, warningNotice } from "./notice.ts";

export interface AccountCardActions {
  refresh(): void;
  /** Opens the form with location and user name filled in. */
  subscribeMore(account: Account): void;
}

/** Where signing in again is what helps. */
const SIGN_IN_CODES: readonly string[] = ["unauthorized", "credentials-missing", "sign-in-needed"];

export class AccountCard {
  readonly node = element("article", { class: "card" });
  readonly #page: Page;
  readonly #actions: AccountCardActions;
  readonly #body = element("div");
  readonly #list = element("ul", { class: "calendars" });
  readonly #offered = element("div");
  /** What an action of the user led to; stays until the next one. */
  readonly #outcome = element("div");
  readonly #rows = new Map<string, CalendarRow>();
  /** Calendars the user asked to synchronize here, before the background tells of it. */
  readonly #asked = new Set<string>();
  #account: Account | null = null;
  #shownOffers = "";

  constructor(page: Page, actions: AccountCardActions) {
    this.#page = page;
    this.#actions = actions;
    this.node.append(this.#body, this.#list, this.#offered, this.#outcome);
  }

  update(account: Account): void {
    this.#account = account;
    const { words } = this.#page;
    this.node.id = `account-${account.id}`;
    this.node.setAttribute("aria-label", accountName(words, account));
    this.#list.setAttribute("aria-label", words.text("calendarsOf", account.username));
    const signIn = SIGN_IN_CODES.includes(account.error?.code ?? "");
    show(
      this.#body,
      this.#header(account),
      account.insecure &&
        element("p", { class: "badge-line warning-text" }, words.text("insecureAccount")),
      account.error &&
        errorNotice(
          account.error,
          signIn
            ? {
                label: words.text(
                  account.signIn.kind === "oauth" ? "signInAgain" : "enterPassword",
                ),
                run: () => this.#openSignIn(),
              }
            : this.#help(account.error),
        ),
      account.calendars.length === 0 && element("p", { class: "quiet" }, words.text("noCalendars")),
    );
    this.#showRows(account.calendars);
    const offers = JSON.stringify(account.offered);
    if (offers === this.#shownOffers) return;
    this.#shownOffers = offers;
    show(
      this.#offered,
      offeredCalendars(this.#page, account, () => this.#actions.refresh()),
    );
  }

  #header(account: Account): HTMLElement {
    const { words } = this.#page;
    const button = (focus: string, text: string, run: () => void, disabled = false) =>
      element("button", { type: "button", "data-focus": focus, disabled, onclick: run }, text);
    return element(
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
        button(
          "sync-all",
          words.text("syncAll"),
          () => void this.#syncAll(),
          account.calendars.length === 0,
        ),
        button("new", words.text("newCalendar"), () => this.#openNewCalendar()),
        button("more", words.text("moreCalendars"), () => this.#actions.subscribeMore(account)),
        button("sign-in", words.text("signInAgainAsk"), () => this.#openSignIn()),
        button("remove", words.text("removeAccount"), () => void this.#askRemoval()),
      ),
    );
  }

  /** Rows stay where they are: one of them may hold the focus or what somebody has typed. */
  #showRows(calendars: readonly AccountCalendar[]): void {
    const nodes = calendars.map((calendar) => {
      const shown = { ...calendar, syncing: calendar.syncing || this.#asked.has(calendar.id) };
      const known = this.#rows.get(calendar.id);
      known?.update(shown);
      const row =
        known ??
        new CalendarRow(this.#page, shown, {
          sync: (asked) => void this.#sync(asked),
          help: (error) => this.#help(error, calendar.id),
          gone: () => this.#actions.refresh(),
        });
      this.#rows.set(calendar.id, row);
      return row.node;
    });
    for (const id of this.#rows.keys())
      if (!calendars.some((calendar) => calendar.id === id)) this.#rows.delete(id);
    for (const node of [...this.#list.children])
      if (!nodes.some((kept) => kept === node)) node.remove();
    for (const [index, node] of nodes.entries())
      if (this.#list.children[index] !== node)
        this.#list.insertBefore(node, this.#list.children[index] ?? null);
    this.#list.hidden = nodes.length === 0;
  }

  #help(error: WireError, calendarId?: string): NoticeExtras | undefined {
    const accountId = this.#account?.id;
    const calendar = this.#account?.calendars.find(({ id }) => id === calendarId);
    const help =
      accountId === undefined ? null : helpWith(this.#page, accountId, error, calendarId);
    if (help) return { label: help.label, run: () => void this.#helping(help.run) };
    if (!calendar) return undefined;
    // A synchronization looks for it in the whole account.
    const label = error.code === "not-found" ? "lookAgain" : "tryAgain";
    return { label: this.#page.words.text(label), run: () => void this.#sync(calendar) };
  }

  async #helping(work: () => Promise<void>): Promise<void> {
    show(this.#outcome);
    try {
      await work();
      await this.#syncAll();
    } catch (error) {
      show(this.#outcome, errorNotice(error));
    }
    this.#actions.refresh();
  }

  #openSignIn(): void {
    const account = this.#account;
    if (!account) return;
    const form = new SignInForm(this.#page, account, () => this.#closeForm("sign-in"));
    show(this.#outcome, form.node);
    form.start();
  }

  #openNewCalendar(): void {
    const accountId = this.#account?.id;
    if (accountId === undefined) return;
    const { client, words, announce } = this.#page;
    const form = new CalendarForm(this.#page, {
      name: "",
      color: "",
      submitLabel: words.text("createCalendar"),
      hint: words.text("newCalendarHint"),
      submit: async ({ name, color }) => {
        await client.call("calendars.createRemote", { accountId, name, color });
        announce(words.text("calendarCreated", name));
        this.#closeForm("new");
        return null;
      },
      cancel: () => this.#closeForm("new"),
    });
    show(
      this.#outcome,
      element(
        "section",
        { class: "form" },
        element("h3", {}, words.text("newCalendar")),
        form.node,
      ),
    );
    form.focus();
  }

  #closeForm(focus: string): void {
    show(this.#outcome);
    this.#body.querySelector<HTMLElement>(`[data-focus="${focus}"]`)?.focus();
    this.#actions.refresh();
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

  async #askRemoval(discardPending = false, question?: string): Promise<void> {
    const { words } = this.#page;
    const asked = question ?? (await this.#removeQuestion());
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
    show(this.#outcome, warningNotice(asked, element("p", { class: "actions" }, remove, keep)));
    keep.focus();
  }

  /** Says beforehand how much there is, and what happens to changes that wait. */
  async #removeQuestion(): Promise<string> {
    const { words } = this.#page;
    const calendars = this.#account?.calendars ?? [];
    const pending = calendars.reduce((sum, { pendingChanges }) => sum + pendingChanges, 0);
    const held = await heldItems(this.#page, calendars, "account");
    const waiting = pending > 0 ? words.counted("leavePending", pending) : "";
    return [words.text("removeQuestion"), held, waiting].filter(Boolean).join(" ");
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
        void this.#askRemoval(true, `${error.message} ${error.hint}`);
      else show(this.#outcome, errorNotice(error));
    }
  }
}
