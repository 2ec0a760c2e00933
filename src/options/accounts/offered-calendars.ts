/** Calendars that came to the server after the account was added: taken, or not offered any more. */
import type { Account, DiscoveredCalendar } from "../../shared/commands.ts";
import { errorNotice } from "../components/notice.ts";
import { element, show, swatch } from "../element.ts";
import type { Page } from "../page.ts";
import { calendarFacts } from "./calendar-facts.ts";

/** @returns `null` where nothing is offered */
export function offeredCalendars(
  page: Page,
  { id: accountId, offered }: Account,
  changed: () => void,
): HTMLElement | null {
  if (offered.length === 0) return null;
  const { client, words, announce } = page;
  const outcome = element("div");

  const act = async (button: HTMLButtonElement, work: () => Promise<string>): Promise<void> => {
    button.disabled = true;
    show(outcome);
    try {
      announce(await work());
      changed();
    } catch (error) {
      button.disabled = false;
      show(outcome, errorNotice(error));
    }
  };

  const row = (calendar: DiscoveredCalendar): HTMLElement => {
    const { displayName, url, color } = calendar;
    const urls = [url];
    const take: HTMLButtonElement = element(
      "button",
      {
        type: "button",
        class: "primary",
        "data-focus": `take-${url}`,
        "aria-label": words.text("subscribeOf", displayName),
        onclick: () =>
          void act(take, async () => {
            await client.call("calendars.subscribe", { accountId, urls });
            return words.counted("subscribed", 1);
          }),
      },
      words.text("subscribe"),
    );
    const leave: HTMLButtonElement = element(
      "button",
      {
        type: "button",
        "data-focus": `leave-${url}`,
        "aria-label": words.text("dismissOf", displayName),
        onclick: () =>
          void act(leave, async () => {
            await client.call("calendars.dismiss", { accountId, urls });
            return words.text("dismissed");
          }),
      },
      words.text("dismiss"),
    );
    return element(
      "li",
      {},
      swatch(color),
      element(
        "div",
        { class: "grow" },
        element("p", { class: "name" }, displayName),
        element("p", { class: "quiet" }, calendarFacts(words, calendar).join(" · ")),
      ),
      element("div", { class: "actions" }, take, leave),
    );
  };

  return element(
    "section",
    { class: "offered", "aria-label": words.text("offered") },
    element("h3", {}, words.counted("newOnServer", offered.length)),
    element("ul", { class: "rows" }, ...offered.map(row)),
    outcome,
  );
}
