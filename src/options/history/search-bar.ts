/** What is looked for: words, a span of days, a calendar, and whether only what is gone. */
import type { SearchedCalendar } from "../../shared/commands.ts";
import { calendarPlace } from "../calendar-place.ts";
import { element, uniqueId } from "../element.ts";
import type { Page } from "../page.ts";

export interface Wanted {
  readonly text: string;
  /** Wall times as if UTC; the day `to` is part of it. */
  readonly from: number | null;
  readonly to: number | null;
  readonly calendar: string | null;
  readonly gone: boolean;
}

const DAY = 86_400_000;
/** Typing goes on for a moment before it is searched. */
const TYPING_MS = 250;

export class SearchBar {
  readonly #page: Page;
  readonly #changed: (searched: boolean) => void;
  readonly #text: HTMLInputElement;
  readonly #from: HTMLInputElement;
  readonly #to: HTMLInputElement;
  readonly #calendar: HTMLSelectElement;
  readonly #gone: HTMLInputElement;
  #typing: ReturnType<typeof setTimeout> | undefined;

  /** @param changed told whether items are searched for now, or only another calendar was chosen */
  constructor(root: HTMLElement, page: Page, changed: (searched: boolean) => void) {
    this.#page = page;
    this.#changed = changed;
    const { words } = page;
    const now = (): void => {
      clearTimeout(this.#typing);
      this.#changed(true);
    };
    const date = () => element("input", { type: "date", id: uniqueId("date"), onchange: now });
    this.#from = date();
    this.#to = date();
    this.#text = element("input", {
      type: "search",
      id: uniqueId("search"),
      placeholder: words.text("searchPlaceholder"),
      oninput: () => {
        clearTimeout(this.#typing);
        this.#typing = setTimeout(now, TYPING_MS);
      },
    });
    this.#calendar = element("select", {
      id: uniqueId("calendar"),
      onchange: () => this.#changed(false),
    });
    this.#gone = element("input", { type: "checkbox", onchange: now });
    const labelled = (key: string, control: HTMLElement): HTMLElement =>
      element(
        "span",
        { class: "labelled" },
        element("label", { for: control.id }, words.text(key)),
        control,
      );
    root.append(
      element(
        "form",
        {
          class: "search",
          onsubmit: (event) => {
            event.preventDefault();
            now();
          },
        },
        element(
          "span",
          { class: "labelled wide" },
          element("label", { for: this.#text.id }, words.text("searchFor")),
          this.#text,
        ),
        labelled("fromDay", this.#from),
        labelled("untilDay", this.#to),
        labelled("inCalendar", this.#calendar),
        element("label", { class: "check" }, this.#gone, words.text("onlyGone")),
      ),
    );
    this.setCalendars([]);
  }

  /** What is chosen stays, with or without its calendar among them: the list is still what was asked for. */
  setCalendars(calendars: readonly SearchedCalendar[]): void {
    const chosen = this.#calendar.value;
    const isMissing = chosen !== "" && !calendars.some(({ path }) => path === chosen);
    const missing = isMissing ? [...this.#calendar.selectedOptions] : [];
    const { words } = this.#page;
    const names = calendars.map(({ displayName }) => displayName);
    this.#calendar.replaceChildren(
      element("option", { value: "" }, words.text("allCalendars")),
      ...calendars.map(({ path, displayName, account }) => {
        // Two calendars of one name are told apart by their accounts.
        const twice = names.filter((name) => name === displayName).length > 1;
        const where = calendarPlace(words, { account });
        return element(
          "option",
          { value: path },
          twice ? `${displayName} (${where})` : displayName,
        );
      }),
      ...missing,
    );
    this.choose(chosen);
  }

  choose(calendar: string): void {
    this.#calendar.value = calendar;
    if (this.#calendar.selectedIndex < 0) this.#calendar.value = "";
  }

  /** What was typed counts at once: something else was chosen meanwhile. */
  settle(): void {
    clearTimeout(this.#typing);
  }

  get wanted(): Wanted {
    const to = day(this.#to.value);
    return {
      text: this.#text.value.trim(),
      from: day(this.#from.value),
      to: to === null ? null : to + DAY - 1,
      calendar: this.#calendar.value || null,
      gone: this.#gone.checked,
    };
  }
}

/** From `2026-11-21`. */
function day(value: string): number | null {
  const time = Date.parse(`${value}T00:00:00Z`);
  return Number.isNaN(time) ? null : time;
}
