/** Name and colour of a calendar: of a new one on the server, or of one that is there, for everybody who uses it. */
import { errorNotice, refusal } from "../components/notice.ts";
import { element, show, uniqueId } from "../element.ts";
import type { Page } from "../page.ts";

export interface CalendarFormOptions {
  readonly name: string;
  /** `#RRGGBB` */
  readonly color: string;
  readonly submitLabel: string;
  readonly hint: string;
  submit(value: { readonly name: string; readonly color: string }): Promise<HTMLElement | null>;
  /** Absent: there is no way to leave it but by what contains it. */
  cancel?(): void;
}

const FIRST_COLOR = "#3584e4";

export class CalendarForm {
  readonly node: HTMLFormElement;
  readonly #page: Page;
  readonly #options: CalendarFormOptions;
  readonly #name: HTMLInputElement;
  readonly #color: HTMLInputElement;
  readonly #submit: HTMLButtonElement;
  readonly #outcome = element("div");

  constructor(page: Page, options: CalendarFormOptions) {
    this.#page = page;
    this.#options = options;
    const { words } = page;
    const hint = element("p", { class: "hint", id: uniqueId("calendar-hint") }, options.hint);
    this.#name = element("input", {
      id: uniqueId("calendar-name"),
      required: true,
      maxlength: 200,
      value: options.name,
      "aria-describedby": hint.id,
    });
    this.#color = element("input", {
      id: uniqueId("calendar-color"),
      type: "color",
      value: /^#[0-9a-f]{6}$/i.test(options.color) ? options.color : FIRST_COLOR,
    });
    this.#submit = element("button", { type: "submit", class: "primary" }, options.submitLabel);
    this.node = element(
      "form",
      {
        class: "calendar-form",
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          void this.#send();
        },
      },
      element(
        "div",
        { class: "name-and-color" },
        element(
          "p",
          { class: "field" },
          element("label", { for: this.#name.id }, words.text("calendarName")),
          this.#name,
        ),
        element(
          "p",
          { class: "field" },
          element("label", { for: this.#color.id }, words.text("calendarColor")),
          this.#color,
        ),
      ),
      hint,
      element(
        "p",
        { class: "actions" },
        this.#submit,
        options.cancel &&
          element(
            "button",
            { type: "button", onclick: () => options.cancel?.() },
            words.text("cancel"),
          ),
      ),
      this.#outcome,
    );
  }

  focus(): void {
    this.#name.focus();
  }

  async #send(): Promise<void> {
    const name = this.#name.value.trim();
    this.#name.setAttribute("aria-invalid", String(name === ""));
    if (name === "") {
      const message = this.#page.words.text("fillIn");
      show(this.#outcome, refusal(message));
      this.#name.focus();
      return;
    }
    show(this.#outcome);
    this.#submit.disabled = true;
    try {
      show(this.#outcome, await this.#options.submit({ name, color: this.#color.value }));
    } catch (error) {
      show(this.#outcome, errorNotice(error));
    } finally {
      this.#submit.disabled = false;
    }
  }
}
