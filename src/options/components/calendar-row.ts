/** One calendar: colour, name, what it holds, its state in words, what can be done with it. */
import type { AccountCalendar, PassingTrouble } from "../../shared/commands.ts";
import { CalendarDetails } from "../accounts/calendar-details.ts";
import { calendarFacts } from "../accounts/calendar-facts.ts";
import { element, show, swatch } from "../element.ts";
import type { Localizer } from "../localizer.ts";
import type { Page } from "../page.ts";
import { errorNotice, type NoticeExtras } from "./notice.ts";

export interface CalendarRowActions {
  sync(calendar: AccountCalendar): void;
  /** The action that helps with this error, if there is one. */
  help(error: NonNullable<AccountCalendar["error"]>): NoticeExtras | undefined;
  /** The calendar is no longer in Thunderbird. */
  gone(): void;
}

export class CalendarRow {
  readonly node = element("li", { class: "calendar" });
  readonly #page: Page;
  readonly #actions: CalendarRowActions;
  readonly #line = element("div", { class: "calendar-line" });
  readonly #details: CalendarDetails;
  #calendar: AccountCalendar;

  constructor(page: Page, calendar: AccountCalendar, actions: CalendarRowActions) {
    this.#page = page;
    this.#actions = actions;
    this.#calendar = calendar;
    this.#details = new CalendarDetails(page, calendar, () => actions.gone());
    this.node.append(this.#line, this.#details.node);
    this.update(calendar);
  }

  update(calendar: AccountCalendar): void {
    this.#calendar = calendar;
    this.#draw();
    this.#details.update(calendar);
  }

  #draw(): void {
    const calendar = this.#calendar;
    const { words, now } = this.#page;
    // What waits for a decision is said where it is decided.
    const isDecided = calendar.error?.code === "mass-change" && calendar.heldBack > 0;
    const error = isDecided ? null : calendar.error;
    if (calendar.syncing) this.node.setAttribute("aria-busy", "true");
    else this.node.removeAttribute("aria-busy");
    show(
      this.#line,
      swatch(calendar.color),
      element(
        "div",
        { class: "grow" },
        element("p", { class: "name" }, calendar.name),
        element("p", { class: "quiet" }, ...stateLine(words, calendar)),
        calendar.lastGoodSync !== null && lastSync(words, calendar.lastGoodSync, now()),
        calendar.quarantined > 0 &&
          element(
            "p",
            { class: "warning-text" },
            words.counted("quarantined", calendar.quarantined),
          ),
        calendar.refused > 0 &&
          element(
            "p",
            { class: "warning-text" },
            words.counted("refusedChanges", calendar.refused),
          ),
        calendar.heldBack > 0 &&
          element("p", { class: "warning-text" }, words.text("heldBackHere")),
        calendar.trouble && !calendar.error && trouble(words, calendar.trouble),
        error && errorNotice(error, this.#actions.help(error)),
      ),
      element(
        "div",
        { class: "actions" },
        element(
          "button",
          {
            type: "button",
            "data-focus": `sync-${calendar.id}`,
            disabled: calendar.syncing,
            "aria-label": words.text("syncNowOf", calendar.name),
            onclick: () => this.#actions.sync(this.#calendar),
          },
          words.text("syncNow"),
        ),
        element(
          "button",
          {
            type: "button",
            "data-focus": `details-${calendar.id}`,
            "aria-expanded": String(!this.#details.node.hidden),
            "aria-label": words.text("detailsOf", calendar.name),
            onclick: () => this.#toggle(),
          },
          words.text("details"),
        ),
      ),
    );
  }

  #toggle(): void {
    this.#details.node.hidden = !this.#details.node.hidden;
    this.#draw();
  }
}

/** Nothing to be alarmed about: said quietly, with when it is tried again. */
function trouble(words: Localizer, { error, nextTry }: PassingTrouble): HTMLElement {
  const again =
    nextTry === null
      ? words.text("triedAgainLater")
      : words.text("nextTry", words.dateTime(nextTry));
  return element("p", { class: "hint" }, `${error.message} ${again}`);
}

function lastSync(words: Localizer, time: number, now: number): HTMLElement {
  return element(
    "p",
    { class: "hint" },
    element(
      "time",
      { datetime: new Date(time).toISOString() },
      words.text("lastSync", words.relative(time, now), words.dateTime(time)),
    ),
  );
}

/** State, kind and waiting changes, divided by dots. */
function stateLine(words: Localizer, calendar: AccountCalendar): (Node | string)[] {
  const parts: (Node | string)[] = [
    element("span", { class: "state" }, state(words, calendar)),
    ...calendarFacts(words, calendar),
  ];
  if (calendar.pendingChanges > 0 && (calendar.syncing || calendar.error))
    parts.push(words.counted("pendingChanges", calendar.pendingChanges));
  return parts.flatMap((part, index) => (index === 0 ? [part] : [" · ", part]));
}

function state(words: Localizer, calendar: AccountCalendar): string {
  if (calendar.syncing) return words.text("stateSyncing");
  if (calendar.error) return words.text("stateError");
  if (calendar.lastGoodSync === null) return words.text("stateNever");
  if (calendar.pendingChanges > 0) return words.counted("pendingChanges", calendar.pendingChanges);
  return words.text("stateGood");
}
