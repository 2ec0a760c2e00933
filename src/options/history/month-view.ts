/** A month of a snapshot as a calendar shows it. */
import type { SnapshotOccurrence } from "../../shared/commands.ts";
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import type { DateWords } from "./date-words.ts";
import { DAY, firstWeekday, monthGrid, monthStart, placeOccurrences } from "./month-grid.ts";
import { moveFocus } from "./move-focus.ts";

export interface MonthActions {
  /** A month was chosen: its occurrences are asked for. @param month wall time as if UTC of its first day */
  turn(month: number): void;
  open(occurrence: SnapshotOccurrence, enter: boolean): void;
  colorOf(calendar: string): string | null;
}

/** Entries of a day beyond these fold into "3 more". */
const SHOWN_A_DAY = 4;

export class MonthView {
  readonly node = element("div", { class: "month" });
  readonly #page: Page;
  readonly #dates: DateWords;
  readonly #actions: MonthActions;
  #month: number;

  constructor(page: Page, dates: DateWords, actions: MonthActions) {
    this.#page = page;
    this.#dates = dates;
    this.#actions = actions;
    this.#month = monthStart(page.now(), dates.zone);
  }

  get month(): number {
    return this.#month;
  }

  /** The days that are shown, as wall times. */
  get span(): { readonly first: number; readonly last: number } {
    const days = monthGrid(this.#month, firstWeekday(this.#page.words.language)).flat();
    return { first: days[0] as number, last: (days.at(-1) as number) + DAY };
  }

  goTo(month: number): void {
    this.#month = month;
  }

  /** @param occurrences `null` while they are looked for */
  show(occurrences: readonly SnapshotOccurrence[] | null, incomplete: boolean): void {
    const { words, language } = { words: this.#page.words, language: this.#page.words.language };
    const weeks = monthGrid(this.#month, firstWeekday(language));
    const byDay = placeOccurrences(occurrences ?? [], this.#dates.zone, weeks.flat());
    show(
      this.node,
      this.#bar(),
      incomplete && element("p", { class: "notice warning" }, words.text("monthIncomplete")),
      element(
        "table",
        {
          class: occurrences === null ? "busy" : null,
          "aria-busy": occurrences === null ? "true" : null,
        },
        element("caption", { class: "visually-hidden" }, this.#dates.monthAndYear(this.#month)),
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            ...(weeks[0] ?? []).map((day) => {
              const weekday = new Date(day).getUTCDay();
              return element(
                "th",
                { scope: "col", abbr: this.#dates.weekday(weekday) },
                this.#dates.weekday(weekday, "short"),
              );
            }),
          ),
        ),
        element(
          "tbody",
          {
            onkeydown: (event) =>
              moveFocus(
                event as KeyboardEvent,
                [...this.node.querySelectorAll<HTMLElement>("td button")],
                "vertical",
              ),
          },
          ...weeks.map((week) =>
            element("tr", {}, ...week.map((day) => this.#day(day, byDay.get(day) ?? []))),
          ),
        ),
      ),
    );
    const [first] = this.node.querySelectorAll<HTMLElement>("td button");
    if (first) first.tabIndex = 0;
  }

  #bar(): HTMLElement {
    const { words } = this.#page;
    const turn = (months: number) => {
      const date = new Date(this.#month);
      this.#turnTo(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1));
    };
    const button = (key: string, arrow: string, months: number): HTMLElement =>
      element(
        "button",
        {
          type: "button",
          class: "turn",
          "aria-label": words.text(key),
          title: words.text(key),
          "data-focus": key,
          onclick: () => turn(months),
        },
        element("span", { class: `arrow ${arrow}`, "aria-hidden": "true" }),
      );
    return element(
      "div",
      { class: "month-bar" },
      button("previousMonth", "back", -1),
      element("h3", { "aria-live": "polite" }, this.#dates.monthAndYear(this.#month)),
      button("nextMonth", "forward", 1),
      element(
        "button",
        {
          type: "button",
          "data-focus": "today",
          onclick: () => this.#turnTo(monthStart(this.#page.now(), this.#dates.zone)),
        },
        words.text("today"),
      ),
    );
  }

  #turnTo(month: number): void {
    this.#month = month;
    this.#actions.turn(month);
  }

  #day(day: number, occurrences: readonly SnapshotOccurrence[]): HTMLElement {
    const { words } = this.#page;
    const date = new Date(day);
    const outside = date.getUTCMonth() !== new Date(this.#month).getUTCMonth();
    const isToday = day === Math.floor(dayOf(this.#page.now(), this.#dates.zone) / DAY) * DAY;
    const fits = occurrences.length <= SHOWN_A_DAY;
    const shown = fits ? occurrences : occurrences.slice(0, SHOWN_A_DAY - 1);
    const list = element("ul", {}, ...shown.map((each) => this.#entry(each)));
    const more = occurrences.length - shown.length;
    if (more > 0) {
      const button = element(
        "button",
        {
          type: "button",
          class: "more",
          tabindex: -1,
          onclick: () => {
            const rest = occurrences.slice(shown.length).map((each) => this.#entry(each));
            button.parentElement?.replaceWith(...rest);
            rest[0]?.querySelector("button")?.focus();
          },
        },
        words.counted("moreThatDay", more),
      );
      list.append(element("li", {}, button));
    }
    return element(
      "td",
      { class: [outside && "outside", isToday && "today"].filter(Boolean).join(" ") || null },
      element(
        "time",
        { datetime: date.toISOString().slice(0, 10), "aria-label": this.#dates.day(day) },
        String(date.getUTCDate()),
      ),
      occurrences.length > 0 && list,
    );
  }

  #entry(occurrence: SnapshotOccurrence): HTMLElement {
    const { words } = this.#page;
    const { summary, allDay, start, calendar } = occurrence;
    const color = this.#actions.colorOf(calendar);
    const node = element(
      "button",
      {
        type: "button",
        class: allDay ? "occurrence all-day" : "occurrence",
        tabindex: -1,
        title: allDay ? null : `${this.#dates.clock(start)} ${summary}`,
        onclick: (event) =>
          // A click by the keyboard has no detail: the user wants to go there.
          this.#actions.open(occurrence, (event as MouseEvent).detail === 0),
      },
      element("span", { class: "bar", "aria-hidden": "true" }),
      !allDay && element("span", { class: "clock" }, this.#dates.clock(start)),
      " ",
      summary || words.text("untitled"),
    );
    if (color && /^#[0-9a-f]{3,8}$/i.test(color)) node.style.setProperty("--calendar", color);
    return element("li", {}, node);
  }
}

function dayOf(instant: number, zone: string): number {
  return monthStart(instant, zone, true);
}
