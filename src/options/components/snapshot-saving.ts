/** Saving a whole snapshot as files that other programs import. */
import { element, uniqueId } from "../element.ts";
import { type SavedForm, saveAsFiles } from "../history/save-file.ts";
import type { Page } from "../page.ts";

const FORMS: readonly (readonly [SavedForm, string])[] = [
  ["folder", "saveEachCalendar"],
  ["zip", "saveZip"],
  ["ics", "saveOneFile"],
];

export class SnapshotSaving {
  readonly node: HTMLElement;
  readonly #first: HTMLInputElement | undefined;

  /** @param title of what is written */
  constructor(page: Page, snapshotId: string, title: string, close: () => void) {
    const { words } = page;
    const name = uniqueId("form");
    const outcome = element("div");
    let form: SavedForm = "folder";
    const choices = FORMS.map(([value, key]) => {
      const box = element("input", {
        type: "radio",
        name,
        checked: value === form,
        onchange: () => {
          form = value;
        },
      });
      return { box, label: element("label", { class: "check" }, box, words.text(key)) };
    });
    this.#first = choices[0]?.box;
    const save = element("button", { type: "submit", class: "primary" }, words.text("saveWhere"));
    const run = async (): Promise<void> => {
      save.disabled = true;
      const chosen = [{ snapshotId, selection: { all: true as const } }];
      await saveAsFiles(page, chosen, title, outcome, form);
      save.disabled = false;
    };
    this.node = element(
      "form",
      {
        class: "saving",
        onsubmit: (event) => {
          event.preventDefault();
          void run();
        },
      },
      element(
        "fieldset",
        {},
        element("legend", {}, words.text("saveHow")),
        ...choices.map(({ label }) => label),
      ),
      element("p", { class: "hint" }, words.text("attachmentsNotSaved")),
      element(
        "p",
        { class: "actions" },
        save,
        element("button", { type: "button", onclick: close }, words.text("close")),
      ),
      outcome,
    );
  }

  focus(): void {
    this.#first?.focus();
  }
}
