/** The accounts with their calendars, and the way to add one. What one account shows is account-card.ts. */
import type { Account, BackgroundEvent, CommandName } from "../../shared/commands.ts";
import { Decisions } from "../accounts/decisions.ts";
import { LeftOvers } from "../accounts/left-overs.ts";
import { coalesced } from "../coalesced.ts";
import { element, show } from "../element.ts";
import { FirstShown } from "../first-shown.ts";
import { markAsLast, markAsNew } from "../last-shown.ts";
import type { Page } from "../page.ts";
import { markFresh, markShown } from "../shown-mark.ts";
import { AccountCard } from "./account-card.ts";
import { AccountForm } from "./account-form.ts";
import { emptyNotice, errorNotice, warningNotice } from "./notice.ts";
import { OperationProgress } from "./operation-progress.ts";

/** Times in words grow old. */
const REFRESH_INTERVAL_MS = 30_000;

/** What may take long, with the key of what it is called. It goes on while the page is closed. */
const LONG_WORK: readonly (readonly [CommandName, string, string?])[] = [
  ["sync.run", "stateSyncing"],
  ["sync.audit", "auditing", "auditCancelled"],
  ["quarantine.retry", "retryingWithheld"],
  ["guard.decide", "decidingHeld"],
  ["guard.undo", "decidingHeld"],
  ["calendars.deleteRemote", "deletingCalendar"],
];

export class AccountsSection {
  readonly #page: Page;
  readonly #shown = new FirstShown();
  readonly #paused = element("div");
  readonly #decisions: Decisions;
  readonly #leftOvers: LeftOvers;
  readonly #list = element("div", { class: "cards" });
  readonly #form = element("div");
  readonly #addButton: HTMLButtonElement;
  /** Synchronizations under way that the list shows already. */
  readonly #syncs = new Set<string>();
  readonly #cards = new Map<string, AccountCard>();

  constructor(root: HTMLElement, page: Page) {
    this.#page = page;
    this.#addButton = element(
      "button",
      { type: "button", class: "primary", onclick: () => this.#openForm() },
      page.words.text("addAccount"),
    );
    this.#decisions = new Decisions(page, () => void this.refresh());
    this.#leftOvers = new LeftOvers(page, () => void this.refresh());
    root.append(
      element(
        "div",
        { class: "operations" },
        ...LONG_WORK.map(
          ([command, key, cancelled]) =>
            new OperationProgress(page, command, page.words.text(key), {
              patient: true,
              ...(cancelled === undefined ? {} : { cancelled: page.words.text(cancelled) }),
            }).node,
        ),
      ),
      this.#paused,
      this.#decisions.node,
      this.#list,
      this.#form,
      element("p", { class: "actions" }, this.#addButton),
      this.#leftOvers.node,
    );
    show(this.#list, element("p", { class: "quiet" }, page.words.text("loading")));
    page.client.onEvent((event) => {
      if (this.#concerns(event)) void this.refresh();
    });
    setInterval(() => void this.refresh(), REFRESH_INTERVAL_MS);
  }

  /** Reads and shows the accounts. */
  readonly refresh = coalesced(() => this.#read());

  /** A synchronization changes the list when it begins and when it ends, not in between. */
  #concerns(event: BackgroundEvent): boolean {
    if (event.event === "changed") return event.what === "accounts" || event.what === "conflicts";
    if (event.event === "offered") return true;
    if (event.operation !== "sync.run") return false;
    const isNews = event.event === "finished" || !this.#syncs.has(event.id);
    if (event.event === "finished") this.#syncs.delete(event.id);
    else this.#syncs.add(event.id);
    return isNews;
  }

  async #read(): Promise<void> {
    const { client } = this.#page;
    const listed = client.call("accounts.list", {});
    // Before the first drawing: what waits must not push down what is there already.
    const answers = Promise.all([
      listed,
      client.call("sending.status", {}),
      this.#decisions.refresh(listed),
      this.#leftOvers.refresh(),
    ]);
    // Asked first, shown after what was shown last: a background that sleeps takes longest to wake.
    answers.catch(() => {});
    if (this.#cards.size === 0) await this.#showLast();
    try {
      const [accounts, { paused }] = await answers;
      this.#showPaused(paused);
      this.#show(accounts);
      markFresh("accounts");
      this.#page.lastShown.keep("accounts", accounts);
    } catch (error) {
      const { words } = this.#page;
      markAsNew(this.#list);
      show(
        this.#list,
        errorNotice(error, { label: words.text("tryAgain"), run: () => void this.refresh() }),
      );
    }
  }

  /** Something can be seen. */
  get shown(): Promise<void> {
    return this.#shown.promise;
  }

  /** Until the background has answered. */
  async #showLast(): Promise<void> {
    const accounts = await this.#page.lastShown.read<Account[]>("accounts");
    if (!accounts || accounts.length === 0) return;
    this.#show(accounts);
    markAsLast(this.#list, this.#page.words);
  }

  /** Shown once, not anew with every reading: it is an alert. */
  #showPaused(paused: boolean): void {
    const { words } = this.#page;
    if (paused === this.#paused.childElementCount > 0) return;
    const resume = element(
      "button",
      { type: "button", onclick: () => void this.#resumeSending(resume) },
      words.text("resumeSending"),
    );
    show(this.#paused, paused && warningNotice(words.text("sendingPaused"), resume));
  }

  async #resumeSending(button: HTMLButtonElement): Promise<void> {
    button.disabled = true;
    try {
      await this.#page.client.call("sending.resume", {});
    } catch (error) {
      button.disabled = false;
      this.#paused.append(errorNotice(error));
    }
    await this.refresh();
  }

  #show(accounts: readonly Account[]): void {
    const { words } = this.#page;
    markAsNew(this.#list);
    markShown("accounts");
    this.#shown.resolve();
    if (accounts.length === 0) {
      this.#cards.clear();
      show(this.#list, emptyNotice(words.text("noAccounts"), words.text("noAccountsHint")));
      return;
    }
    const cards = accounts.map((account) => {
      const card =
        this.#cards.get(account.id) ??
        new AccountCard(this.#page, {
          refresh: () => void this.refresh(),
          subscribeMore: (known) => this.#openForm(known),
        });
      this.#cards.set(account.id, card);
      card.update(account);
      return card.node;
    });
    for (const id of this.#cards.keys())
      if (!accounts.some((account) => account.id === id)) this.#cards.delete(id);
    const shown = [...this.#list.children];
    if (shown.length !== cards.length || shown.some((node, index) => node !== cards[index]))
      this.#list.replaceChildren(...cards);
  }

  #openForm(account?: Account): void {
    this.#addButton.hidden = true;
    const form = new AccountForm(this.#page, account, (subscribed) => {
      show(this.#form);
      this.#addButton.hidden = false;
      this.#addButton.focus();
      if (subscribed) void this.refresh();
    });
    show(this.#form, form.node);
    form.focus();
  }
}
