/** What waits for the user's word, over all calendars: many changes at once, and conflicts. Hidden while nothing does. */
import type { Account, CommandValue, GuardedChange } from "../../shared/commands.ts";
import { errorNotice } from "../components/notice.ts";
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { conflictCard } from "./conflict-card.ts";
import { guardCard } from "./guard-card.ts";

type Conflict = CommandValue<"conflicts.list">[number];

export class Decisions {
  readonly node: HTMLElement;
  readonly #page: Page;
  readonly #changed: () => void;
  readonly #heading: HTMLElement;
  /** Of the last decision, where there is more to say of it than that it was carried out. */
  readonly #outcome = element("div");
  readonly #list = element("div", { class: "cards" });
  readonly #cards = new Map<string, HTMLElement>();

  /** @param changed told after a decision */
  constructor(page: Page, changed: () => void) {
    this.#page = page;
    this.#changed = changed;
    this.#heading = element("h2", { id: "decisions-heading", tabindex: -1 });
    this.node = element(
      "section",
      { class: "decisions", id: "decisions", "aria-labelledby": this.#heading.id, hidden: true },
      this.#heading,
      this.#outcome,
      this.#list,
    );
  }

  /** Reads what waits. Never rejects. @param accounts may still be asked for; whoever asks says what goes wrong with it */
  async refresh(accounts: Promise<readonly Account[]>): Promise<void> {
    const { client } = this.#page;
    try {
      const [conflicts, guarded, known] = await Promise.all([
        client.call("conflicts.list", {}),
        client.call("guard.list", {}),
        accounts.catch(() => []),
      ]);
      const held = guarded.filter(({ state }) => state === "held");
      this.#show(held, conflicts, known);
    } catch (error) {
      this.#cards.clear();
      this.node.hidden = false;
      this.#heading.textContent = this.#page.words.text("decisions");
      show(this.#list, errorNotice(error));
    }
  }

  #show(
    held: readonly GuardedChange[],
    conflicts: readonly Conflict[],
    accounts: readonly Account[],
  ): void {
    const { words } = this.#page;
    const names = new Map(
      accounts.flatMap(({ calendars }) => calendars.map(({ id, name }) => [id, name] as const)),
    );
    const name = (id: string): string => names.get(id) ?? "";
    const wanted = [
      ...held.map((change): [string, () => HTMLElement] => [
        `held ${change.calendarId} ${change.kind} ${change.preview} ${name(change.calendarId)}`,
        () =>
          guardCard(this.#page, change, name(change.calendarId), (outcome) =>
            this.#decided(outcome),
          ),
      ]),
      ...conflicts.map((conflict): [string, () => HTMLElement] => [
        `conflict ${conflict.calendarId} ${conflict.id} ${name(conflict.calendarId)}`,
        () => conflictCard(this.#page, conflict, name(conflict.calendarId), () => this.#decided()),
      ]),
    ];
    // What is shown already stays as it is: it may hold the focus.
    const cards = wanted.map(([key, make]) => {
      const card = this.#cards.get(key) ?? make();
      this.#cards.set(key, card);
      return card;
    });
    for (const key of this.#cards.keys())
      if (!wanted.some(([each]) => each === key)) this.#cards.delete(key);
    for (const node of [...this.#list.children])
      if (!cards.some((card) => card === node)) node.remove();
    for (const [index, card] of cards.entries())
      if (this.#list.children[index] !== card)
        this.#list.insertBefore(card, this.#list.children[index] ?? null);
    this.node.hidden = cards.length === 0 && this.#outcome.childElementCount === 0;
    this.#heading.textContent =
      cards.length > 0 ? words.counted("decisionsWait", cards.length) : words.text("decisions");
  }

  /** The card goes: what had the focus is the heading then. */
  #decided(outcome?: HTMLElement): void {
    show(this.#outcome, outcome);
    this.#changed();
    if (!this.node.hidden) this.#heading.focus();
  }
}
