/** Where a restore goes and how much it changes: the choices that every restore offers. */
import type { RestoreMode, RestoreTarget } from "../../shared/commands.ts";
import { element, uniqueId } from "../element.ts";
import type { Page } from "../page.ts";
import { calendarOptions, placeOptions, restoreDestinations } from "./restore-destinations.ts";

export interface RestoreChoiceOptions {
  readonly modes: readonly RestoreMode[];
  readonly mode: RestoreMode;
  /** The picker failed, or the calendars could not be listed. */
  readonly onError: (error: unknown) => void;
  /** The choices are others than before. */
  readonly onChange: () => void;
}

type Kind = "original" | "calendar" | "new" | "folder";

export class RestoreChoices {
  readonly where: HTMLFieldSetElement;
  readonly how: HTMLFieldSetElement;
  readonly #page: Page;
  readonly #options: RestoreChoiceOptions;
  readonly #name = uniqueId("target");
  readonly #choices = new Map<Kind, HTMLInputElement>();
  readonly #folder = element("span", { class: "path" });
  readonly #other = element("div", { class: "check", hidden: true });
  readonly #calendar: HTMLSelectElement;
  readonly #newName: HTMLInputElement;
  readonly #newPlace: HTMLSelectElement;
  #mode: RestoreMode;
  #directory: string | null = null;

  constructor(page: Page, options: RestoreChoiceOptions) {
    const { words } = page;
    this.#page = page;
    this.#options = options;
    this.#mode = options.mode;
    this.#calendar = element("select", {
      "aria-label": words.text("restoreOther"),
      onchange: () => this.#choose("calendar"),
    });
    this.#newName = element("input", {
      type: "text",
      "aria-label": words.text("newCalendarName"),
      placeholder: words.text("newCalendarName"),
      // Not by the focus alone: Tab comes by here on its way to the buttons.
      onclick: () => this.#choose("new"),
      oninput: () => this.#choose("new"),
    });
    this.#newPlace = element(
      "select",
      { "aria-label": words.text("newCalendarPlace"), onchange: () => this.#choose("new") },
      ...placeOptions([], page),
    );
    this.how = this.#modeChoices();
    this.#other.append(this.#choice("calendar", "restoreOther"), this.#calendar);
    this.where = element(
      "fieldset",
      {},
      element("legend", {}, words.text("restoreWhere")),
      this.#choice("original", "restoreOriginal"),
      this.#other,
      element(
        "div",
        { class: "check" },
        this.#choice("new", "restoreNew"),
        this.#newName,
        this.#newPlace,
      ),
      element(
        "div",
        { class: "check" },
        this.#choice("folder", "restoreFolder"),
        this.#folder,
        element(
          "button",
          { type: "button", onclick: () => void this.#pickFolder() },
          words.text("chooseFolder"),
        ),
      ),
    );
    this.#choose("original");
    void this.#loadDestinations();
  }

  focus(): void {
    this.#choices.get("original")?.focus();
  }

  get mode(): RestoreMode {
    return this.#chosen === "folder" ? "missing" : this.#mode;
  }

  /** What was chosen, or the key of what to say where something is missing. */
  target(): RestoreTarget | { readonly missing: string } {
    switch (this.#chosen) {
      case "calendar":
        return { kind: "calendar", calendarId: this.#calendar.value };
      case "new":
        return this.#newTarget();
      case "folder":
        return this.#directory === null
          ? { missing: "chooseFolderFirst" }
          : { kind: "folder", directory: this.#directory };
      default:
        return { kind: "original" };
    }
  }

  #newTarget(): RestoreTarget | { readonly missing: string } {
    const name = this.#newName.value.trim();
    const accountId = this.#newPlace.value;
    if (name === "") return { missing: "nameFirst" };
    return { kind: "new", name, ...(accountId === "" ? {} : { accountId }) };
  }

  get #chosen(): Kind {
    for (const [kind, box] of this.#choices) if (box.checked) return kind;
    return "original";
  }

  #choose(kind: Kind): void {
    const box = this.#choices.get(kind);
    if (box) box.checked = true;
    this.how.hidden = kind === "folder";
  }

  #choice(kind: Kind, key: string): HTMLLabelElement {
    const box = element("input", {
      type: "radio",
      name: this.#name,
      onchange: () => {
        this.#choose(kind);
        if (kind === "folder" && this.#directory === null) void this.#pickFolder();
      },
    });
    this.#choices.set(kind, box);
    return element("label", { class: "check" }, box, this.#page.words.text(key));
  }

  /** The other choices do not wait for it. */
  async #loadDestinations(): Promise<void> {
    try {
      const { calendars, accounts } = await restoreDestinations(this.#page);
      this.#calendar.replaceChildren(...calendarOptions(calendars, this.#page));
      this.#other.hidden = calendars.length === 0;
      const chosen = this.#newPlace.value;
      this.#newPlace.replaceChildren(...placeOptions(accounts, this.#page));
      this.#newPlace.value = chosen;
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #modeChoices(): HTMLFieldSetElement {
    const { words } = this.#page;
    const name = uniqueId("mode");
    return element(
      "fieldset",
      {},
      element("legend", {}, words.text("restoreHow")),
      ...this.#options.modes.map((mode) =>
        element(
          "label",
          { class: "check" },
          element("input", {
            type: "radio",
            name,
            checked: mode === this.#mode,
            onchange: () => {
              this.#mode = mode;
            },
          }),
          element(
            "span",
            {},
            element("span", { class: "name" }, words.text(`mode_${mode}`)),
            element("span", { class: "hint" }, words.text(`mode_${mode}_hint`)),
          ),
        ),
      ),
    );
  }

  async #pickFolder(): Promise<void> {
    try {
      const { directory } = await this.#page.client.call("places.pick", { purpose: "restore" });
      if (directory === null) return;
      this.#directory = directory;
      this.#folder.textContent = directory;
      this.#choose("folder");
      this.#options.onChange();
    } catch (error) {
      this.#options.onError(error);
    }
  }
}
