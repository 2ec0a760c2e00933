/** Where a restore goes and how much it changes: the choices that every restore offers. */
import type { RestoreMode, RestoreTarget } from "../../shared/commands.ts";
import { element, uniqueId } from "../element.ts";
import type { Page } from "../page.ts";

export interface RestoreChoiceOptions {
  readonly modes: readonly RestoreMode[];
  readonly mode: RestoreMode;
  /** Calendars in Thunderbird that may be restored into. */
  readonly calendars?: readonly { readonly id: string; readonly name: string }[];
  /** The picker failed. */
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
  readonly #calendar = element("select", { "aria-label": "" });
  readonly #newName: HTMLInputElement;
  #mode: RestoreMode;
  #directory: string | null = null;

  constructor(page: Page, options: RestoreChoiceOptions) {
    const { words } = page;
    this.#page = page;
    this.#options = options;
    this.#mode = options.mode;
    this.#newName = element("input", {
      type: "text",
      "aria-label": words.text("newCalendarName"),
      onfocus: () => this.#choose("new"),
    });
    this.how = this.#modeChoices();
    this.where = element(
      "fieldset",
      {},
      element("legend", {}, words.text("restoreWhere")),
      this.#choice("original", "restoreOriginal"),
      ...this.#calendarChoices(),
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
      case "new": {
        const name = this.#newName.value.trim();
        return name === "" ? { missing: "nameFirst" } : { kind: "new", name };
      }
      case "folder":
        return this.#directory === null
          ? { missing: "chooseFolderFirst" }
          : { kind: "folder", directory: this.#directory };
      default:
        return { kind: "original" };
    }
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

  #calendarChoices(): HTMLElement[] {
    const { calendars } = this.#options;
    const { words } = this.#page;
    if (calendars === undefined) return [];
    const fresh = element(
      "div",
      { class: "check" },
      this.#choice("new", "restoreNew"),
      this.#newName,
    );
    if (calendars.length === 0) return [fresh];
    this.#calendar.setAttribute("aria-label", words.text("restoreOther"));
    this.#calendar.addEventListener("change", () => this.#choose("calendar"));
    this.#calendar.append(
      ...calendars.map(({ id, name }) => element("option", { value: id }, name)),
    );
    const other = this.#choice("calendar", "restoreOther");
    return [element("div", { class: "check" }, other, this.#calendar), fresh];
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
