/** Restoring calendars of a snapshot: which, where to and how; then restore-run.ts. */
import type { BrowsedCalendar, RestoreSelection } from "../../shared/commands.ts";
import { calendarPlace } from "../calendar-place.ts";
import { element, show, swatch } from "../element.ts";
import type { Page } from "../page.ts";
import { errorNotice } from "./notice.ts";
import { RestoreChoices } from "./restore-choices.ts";
import { RestoreRun } from "./restore-run.ts";

export class RestoreForm {
  readonly node: HTMLElement;
  readonly #page: Page;
  readonly #snapshotId: string;
  readonly #form: HTMLFormElement;
  readonly #calendars = element("div");
  /** Pressed once there is something to choose. */
  readonly #previewButton: HTMLButtonElement;
  readonly #choices: RestoreChoices;
  readonly #run: RestoreRun;
  #boxes: { path: string; box: HTMLInputElement }[] = [];

  constructor(page: Page, snapshotId: string, close: () => void) {
    this.#page = page;
    this.#snapshotId = snapshotId;
    const { words } = page;
    this.#run = new RestoreRun(page, { setBusy: (busy) => this.#setBusy(busy), close });
    this.#choices = new RestoreChoices(page, {
      modes: ["missing", "older", "exact"],
      mode: "missing",
      onError: (error) => this.#run.showError(error),
      onChange: () => this.#run.clear(),
    });
    this.#previewButton = element(
      "button",
      { type: "submit", class: "primary", disabled: true },
      words.text("preview"),
    );
    this.#form = element(
      "form",
      {
        onsubmit: (event) => {
          event.preventDefault();
          this.#preview();
        },
        onchange: () => this.#run.clear(),
      },
      element("fieldset", {}, element("legend", {}, words.text("restoreWhat")), this.#calendars),
      this.#choices.where,
      this.#choices.how,
      element(
        "p",
        { class: "actions" },
        this.#previewButton,
        element("button", { type: "button", onclick: close }, words.text("close")),
      ),
    );
    this.node = element("div", { class: "restore" }, this.#form, this.#run.node);
    void this.#loadCalendars();
  }

  focus(): void {
    this.#choices.focus();
  }

  async #loadCalendars(): Promise<void> {
    const { client, words } = this.#page;
    show(this.#calendars, element("p", { class: "quiet" }, words.text("loading")));
    try {
      const { calendars } = await client.call("snapshots.browse", {
        snapshotId: this.#snapshotId,
      });
      this.#showCalendars(calendars);
    } catch (error) {
      show(
        this.#calendars,
        errorNotice(error, {
          label: words.text("tryAgain"),
          run: () => void this.#loadCalendars(),
        }),
      );
    }
  }

  #showCalendars(calendars: readonly BrowsedCalendar[]): void {
    const { words } = this.#page;
    this.#previewButton.disabled = false;
    this.#boxes = calendars.map(({ path }) => ({
      path,
      box: element("input", { type: "checkbox", checked: true }),
    }));
    show(
      this.#calendars,
      ...calendars.map((calendar, index) =>
        element(
          "label",
          { class: "check choice" },
          this.#boxes[index]?.box,
          swatch(calendar.color),
          element(
            "span",
            { class: "grow" },
            element("span", { class: "name" }, calendar.displayName),
            element(
              "span",
              { class: "quiet" },
              [
                calendarPlace(words, { account: calendar.account }),
                words.counted("itemCount", calendar.items),
                calendar.stale ? words.text("staleCalendar") : "",
              ]
                .filter(Boolean)
                .join(" · "),
            ),
          ),
        ),
      ),
    );
  }

  #preview(): void {
    const ticked = this.#boxes.filter(({ box }) => box.checked).map(({ path }) => path);
    const target = this.#choices.target();
    if (ticked.length === 0 || "missing" in target) {
      this.#run.refuse("missing" in target && ticked.length > 0 ? target.missing : "tickOne");
      return;
    }
    const selection: RestoreSelection =
      ticked.length === this.#boxes.length ? { all: true } : { calendars: ticked };
    const { mode } = this.#choices;
    void this.#run.preview([{ snapshotId: this.#snapshotId, selection, target, mode }]);
  }

  #setBusy(busy: boolean): void {
    for (const fieldset of this.#form.querySelectorAll("fieldset")) fieldset.disabled = busy;
    for (const button of this.#form.querySelectorAll("button")) button.disabled = busy;
  }
}
