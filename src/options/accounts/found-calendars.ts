/** The calendars that were found, to be ticked; those of a known account can be unticked too. */
import type { Account, DiscoveredCalendar } from "../../shared/commands.ts";
import { element, swatch } from "../element.ts";
import type { Localizer } from "../localizer.ts";
import { calendarFacts } from "./calendar-facts.ts";

interface Choice {
  readonly calendar: DiscoveredCalendar;
  /** Thunderbird's id, where it is subscribed. */
  readonly id: string | undefined;
  readonly box: HTMLInputElement;
}

export class FoundCalendars {
  readonly node: HTMLElement;
  readonly #choices: readonly Choice[];

  constructor(words: Localizer, found: readonly DiscoveredCalendar[], known: Account | undefined) {
    const ids = new Map(known?.calendars.map(({ url, id }) => [url, id]));
    this.#choices = found.map((calendar) => {
      const id = ids.get(calendar.url);
      const usable = isUsable(calendar);
      // Of a known account, what is not subscribed was not wanted once.
      const checked = id !== undefined || (usable && known === undefined);
      const disabled = !usable && id === undefined;
      return { calendar, id, box: element("input", { type: "checkbox", checked, disabled }) };
    });
    this.node = element(
      "fieldset",
      {},
      element("legend", {}, words.text("chooseCalendars")),
      ...this.#choices.map((choice) => row(words, choice)),
    );
  }

  focus(): void {
    this.#choices.find(({ box }) => !box.disabled)?.box.focus();
  }

  /** URLs that were ticked and are not subscribed yet. */
  get wanted(): string[] {
    return this.#choices
      .filter(({ id, box }) => id === undefined && box.checked)
      .map(({ calendar }) => calendar.url);
  }

  /** URLs that are subscribed and stay. */
  get kept(): string[] {
    return this.#choices
      .filter(({ id, box }) => id !== undefined && box.checked)
      .map(({ calendar }) => calendar.url);
  }

  /** Ids of subscribed calendars that were unticked. */
  get unwanted(): string[] {
    return this.#choices.flatMap(({ id, box }) => (id !== undefined && !box.checked ? [id] : []));
  }
}

function row(words: Localizer, { calendar, id, box }: Choice): HTMLElement {
  const facts = [
    ...(isUsable(calendar) ? calendarFacts(words, calendar) : [words.text("nothingToShow")]),
    id === undefined ? "" : words.text("alreadySubscribed"),
    calendar.description,
  ];
  return element(
    "label",
    { class: "check choice" },
    box,
    swatch(calendar.color),
    element(
      "span",
      { class: "grow" },
      element("span", { class: "name" }, calendar.displayName),
      element("span", { class: "quiet" }, facts.filter(Boolean).join(" · ")),
    ),
  );
}

/** Calendars of journals or free-busy only have nothing that Thunderbird shows. */
function isUsable({ components }: DiscoveredCalendar): boolean {
  return (
    components.length === 0 || components.some((name) => name === "VEVENT" || name === "VTODO")
  );
}
