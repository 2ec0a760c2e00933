/** One calendar that is there twice: compared, what is only in the old one brought along, then the old one removed. */
import type {
  CommandName,
  CommandValue,
  NamedItem,
  OldCalendar,
} from "../../../shared/commands.ts";
import { isAppError } from "../../../shared/errors.ts";
import { type Child, element, show } from "../../element.ts";
import type { Page } from "../../page.ts";
import { errorNotice, resultNotice, warningNotice } from "../notice.ts";
import { OperationProgress } from "../operation-progress.ts";

type Comparison = CommandValue<"takeover.compare">;

const WORK = ["takeover.compare", "takeover.bring", "takeover.finish"] as const;

export class TakeoverCard {
  readonly node: HTMLElement;
  readonly #page: Page;
  readonly #old: OldCalendar;
  readonly #body = element("div");
  #failure: HTMLElement | null = null;

  constructor(page: Page, old: OldCalendar) {
    this.#page = page;
    this.#old = old;
    const { words } = page;
    const progress = (command: CommandName): HTMLElement => {
      const shown = new OperationProgress(page, command, words.text("takeoverWorking"), {
        subject: old.calendarId,
        cancelled: words.text("takeoverCancelled"),
      });
      // Also of work that was begun before the page was opened: it may have changed what is offered.
      shown.onChange((running) => this.#setBusy(running));
      return shown.node;
    };
    this.node = element(
      "article",
      { class: "card" },
      element("h2", {}, old.name),
      this.#body,
      ...WORK.map(progress),
    );
    show(
      this.#body,
      element("p", {}, words.text("takeoverOffer")),
      this.#actions([{ key: "takeoverCompare", run: () => this.#compare() }]),
    );
  }

  #compare(): Promise<void> {
    return this.#working(async () => {
      const { client } = this.#page;
      const { calendarId } = this.#old;
      this.#showComparison(await client.call("takeover.compare", { calendarId }));
    });
  }

  #showComparison({ same, onlyOld, different, onlyServer }: Comparison): void {
    const { words, announce } = this.#page;
    const facts = words.text("takeoverFacts", words.number(same), words.number(onlyServer));
    announce(facts);
    const listed = (key: string, items: readonly NamedItem[]): Child[] =>
      items.length === 0
        ? []
        : [
            warningNotice(words.text(key, words.number(items.length))),
            element(
              "ul",
              {
                class: "found-items",
                tabindex: "0",
                "aria-label": words.text(key, words.number(items.length)),
              },
              ...items.map(({ summary, uid }) => element("li", {}, summary || uid)),
            ),
          ];
    show(
      this.#body,
      element("p", {}, facts),
      ...listed("takeoverOnlyOld", onlyOld),
      ...listed("takeoverDifferent", different),
      onlyOld.length > 0
        ? this.#actions([{ key: "takeoverBring", run: () => this.#bring() }])
        : this.#actions([{ key: "takeoverRemove", run: () => this.#finish(different.length > 0) }]),
      element("p", { class: "hint" }, words.text("takeoverKeepHint")),
    );
  }

  #bring(): Promise<void> {
    return this.#working(async () => {
      const { client, words } = this.#page;
      const { calendarId } = this.#old;
      const { brought, failed } = await client.call("takeover.bring", { calendarId });
      this.#showComparison(await client.call("takeover.compare", { calendarId }));
      this.#body.prepend(
        failed.length === 0
          ? resultNotice("success", words.text("takeoverBrought", words.number(brought)))
          : warningNotice(words.text("takeoverNotBrought", words.number(failed.length))),
      );
    });
  }

  #finish(acceptDifferent: boolean): Promise<void> {
    return this.#working(async () => {
      const { client, words } = this.#page;
      await client.call("takeover.finish", { calendarId: this.#old.calendarId, acceptDifferent });
      show(this.#body, resultNotice("success", words.text("takeoverDone")));
    });
  }

  #actions(actions: readonly { key: string; run: () => Promise<void> }[]): HTMLElement {
    return element(
      "p",
      { class: "actions" },
      ...actions.map(({ key, run }) =>
        element(
          "button",
          { type: "button", onclick: () => void run() },
          this.#page.words.text(key),
        ),
      ),
    );
  }

  /** Nothing can be pressed twice meanwhile, and what was shown stays for another try. */
  async #working(work: () => Promise<void>): Promise<void> {
    this.#failure?.remove();
    this.#setBusy(true);
    try {
      await work();
    } catch (error) {
      if (isAppError(error, "aborted")) return;
      this.#failure = errorNotice(error);
      this.#body.append(this.#failure);
    } finally {
      this.#setBusy(false);
    }
  }

  #setBusy(busy: boolean): void {
    for (const button of this.#body.querySelectorAll("button")) button.disabled = busy;
  }
}
