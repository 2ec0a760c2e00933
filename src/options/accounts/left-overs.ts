/** What was never sent or decided of calendars that are gone: put into another calendar, saved, given up. Hidden while there is none. */
import type { CommandValue, LeftCalendar, LeftOver } from "../../shared/commands.ts";
import { errorNotice, resultNotice, warningNotice } from "../components/notice.ts";
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { itemView } from "./item-view.ts";
import { saveVersion } from "./save-version.ts";

type Targets = CommandValue<"leftovers.list">["targets"];

export class LeftOvers {
  readonly node: HTMLElement;
  readonly #page: Page;
  readonly #changed: () => void;
  readonly #heading: HTMLElement;
  readonly #list = element("div", { class: "cards" });
  readonly #outcome = element("div");
  /** Calendars that were chosen for items: a list that is drawn anew forgets none. */
  readonly #choices = new Map<string, string>();
  #shown = "";

  /** @param changed told when there is something new to be read */
  constructor(page: Page, changed: () => void) {
    this.#page = page;
    this.#changed = changed;
    const { words } = page;
    this.#heading = element(
      "h2",
      { id: "left-overs-heading", tabindex: -1 },
      words.text("leftOvers"),
    );
    this.node = element(
      "section",
      {
        class: "decisions left-overs",
        id: "left-overs",
        "aria-labelledby": this.#heading.id,
        hidden: true,
      },
      this.#heading,
      element("p", { class: "hint" }, words.text("leftOversHint")),
      this.#list,
      this.#outcome,
    );
  }

  /** Reads what is left. Never rejects. */
  async refresh(): Promise<void> {
    try {
      const left = await this.#page.client.call("leftovers.list", {});
      const json = JSON.stringify(left);
      // What is shown already stays as it is: it may hold the focus.
      if (json === this.#shown) return;
      this.#shown = json;
      const { calendars, targets } = left;
      show(this.#list, ...calendars.map((calendar) => this.#card(calendar, targets)));
      this.node.hidden = calendars.length === 0 && this.#outcome.childElementCount === 0;
    } catch (error) {
      this.#shown = "";
      this.node.hidden = false;
      show(this.#list, errorNotice(error));
    }
  }

  #card(calendar: LeftCalendar, targets: Targets): HTMLElement {
    const { words } = this.#page;
    const { name, account, removedAt, items } = calendar;
    const time = words.dateTime(removedAt);
    return element(
      "article",
      { class: "card" },
      element(
        "h3",
        {},
        name === ""
          ? words.text("leftOverFromUnknown", time)
          : words.text("leftOverFrom", name, account, time),
      ),
      element("ul", { class: "rows" }, ...items.map((item) => this.#row(calendar, item, targets))),
    );
  }

  #row({ calendarId }: LeftCalendar, item: LeftOver, targets: Targets): HTMLElement {
    const { client, words } = this.#page;
    const { ids, summary, text, undecided, people } = item;
    const title = summary || words.text("noTitle");
    const view = element("div", { hidden: true });
    const question = element("div");
    const button = (label: string, name: string, run: () => void, disabled = false) =>
      element("button", { type: "button", "aria-label": name, disabled, onclick: run }, label);
    const open = button(words.text("showVersion"), words.text("showVersionOf", title), () => {
      view.hidden = !view.hidden;
      open.setAttribute("aria-expanded", String(!view.hidden));
      if (!view.hasChildNodes()) show(view, itemView(this.#page, text));
    });
    open.setAttribute("aria-expanded", "false");
    const key = `${calendarId}/${ids.join()}`;
    const choose = (): void => {
      this.#choices.set(key, target.value);
      // The question is about the calendar that was chosen.
      show(question);
    };
    const target = element(
      "select",
      { "aria-label": words.text("targetCalendar", title), onchange: choose },
      ...targets.map(({ id, name }) => element("option", { value: id }, name)),
    );
    const before = this.#choices.get(key);
    if (targets.some(({ id }) => id === before)) target.value = before ?? "";
    const chosen = () => targets.find(({ id }) => id === target.value);
    const put = async (mail: boolean): Promise<HTMLElement> => {
      const { id: targetId = "", name = "" } = chosen() ?? {};
      const args = { calendarId, ids, targetId, mail };
      const { copied, sent } = await client.call("leftovers.put", args);
      const said = copied ? "leftOverCopied" : sent ? "leftOverPut" : "leftOverPutLater";
      return resultNotice("success", words.text(said, title, name));
    };
    const askAboutMail = (): void => {
      const go = (key: string, mail: boolean) =>
        element(
          "button",
          { type: "button", onclick: () => void this.#act(() => put(mail)) },
          words.text(key),
        );
      const quietly = go("putWithoutMail", false);
      const cancel = (): void => {
        show(question);
        target.focus();
      };
      show(
        question,
        warningNotice(
          words.counted("mayGetMail", people.length),
          element("p", { class: "hint" }, words.list(people)),
          element(
            "p",
            { class: "actions" },
            quietly,
            go("putWithMail", true),
            element("button", { type: "button", onclick: cancel }, words.text("cancel")),
          ),
        ),
      );
      quietly.focus();
    };
    const giveUp = async (): Promise<HTMLElement> => {
      await client.call("leftovers.discard", { calendarId, ids });
      return resultNotice("success", words.text("givenUp", title));
    };
    const ask = (): void => {
      const keep = element(
        "button",
        { type: "button", onclick: () => show(question) },
        words.text("keepLeftOver"),
      );
      const go = element(
        "button",
        { type: "button", class: "danger", onclick: () => void this.#act(giveUp) },
        words.text("giveUpNow"),
      );
      show(
        question,
        warningNotice(
          words.text("giveUpQuestion", title),
          element("p", { class: "actions" }, go, keep),
        ),
      );
      keep.focus();
    };
    return element(
      "li",
      {},
      element(
        "div",
        { class: "grow" },
        element("p", { class: "name" }, title),
        element(
          "p",
          { class: "quiet" },
          words.text(undecided ? "leftOverUndecided" : "leftOverUnsent"),
        ),
      ),
      element(
        "div",
        { class: "actions" },
        target,
        button(
          words.text("putIntoCalendar"),
          words.text("putIntoCalendarOf", title),
          () => {
            if (people.length > 0 && chosen()?.mails) askAboutMail();
            else void this.#act(() => put(false));
          },
          targets.length === 0,
        ),
        open,
        button(
          words.text("saveVersion"),
          words.text("saveVersionOf", title),
          () => void this.#act(() => saveVersion(this.#page, title, text)),
        ),
        button(words.text("giveUp"), words.text("giveUpOf", title), ask),
      ),
      view,
      question,
    );
  }

  async #act(work: () => Promise<HTMLElement | null>): Promise<void> {
    show(this.#outcome);
    const buttons = [...this.node.querySelectorAll<HTMLButtonElement>("button")];
    for (const button of buttons) button.disabled = true;
    let outcome: HTMLElement | null;
    try {
      outcome = await work();
    } catch (error) {
      outcome = errorNotice(error);
    }
    for (const button of buttons) button.disabled = false;
    show(this.#outcome, outcome);
    await this.refresh();
    this.#changed();
    this.#heading.focus();
  }
}
