/** Restoring what was chosen, in a dialog of its own: where to and how, preview, progress with Cancel, report. */
import type { RestoreMode } from "../../shared/commands.ts";
import { liveRegion } from "../announcer.ts";
import { OperationProgress } from "../components/operation-progress.ts";
import { RestoreChoices } from "../components/restore-choices.ts";
import { RestoreRun } from "../components/restore-run.ts";
import { element, show, uniqueId } from "../element.ts";
import type { Page } from "../page.ts";
import type { Chosen } from "./chosen.ts";

export class RestoreDialog {
  readonly #page: Page;
  readonly #dialog: HTMLDialogElement;
  readonly #progress: OperationProgress;
  readonly #body = element("div");

  constructor(dialog: HTMLDialogElement, page: Page) {
    this.#dialog = dialog;
    this.#page = page;
    this.#progress = new OperationProgress(
      page,
      "snapshots.restore",
      page.words.text("restoring"),
      {
        cancelled: page.words.text("restoreCancelled"),
      },
    );
    show(dialog, this.#body, liveRegion());
    // While it runs, Escape must not hide what is going on.
    dialog.addEventListener("cancel", (event) => {
      if (this.#progress.running) event.preventDefault();
    });
  }

  /** @param what in words, e.g. "3 items"; a whole calendar or snapshot may also be made as it was */
  open(what: string, chosen: Chosen): void {
    const { words } = this.#page;
    const opener = document.activeElement;
    const close = (): void => {
      this.#dialog.close();
      if (opener instanceof HTMLElement) opener.focus();
    };
    const run = new RestoreRun(this.#page, { setBusy: (busy) => setBusy(form, busy), close });
    const whole = chosen.some(({ selection }) => !("items" in selection));
    const modes: RestoreMode[] = whole ? ["missing", "older", "exact"] : ["missing", "older"];
    const choices = new RestoreChoices(this.#page, {
      modes,
      // Who picks one version wants that one back.
      mode: whole ? "missing" : "older",
      onError: (error) => run.showError(error),
      onChange: () => run.clear(),
    });
    const form = element(
      "form",
      {
        onsubmit: (event) => {
          event.preventDefault();
          const target = choices.target();
          if ("missing" in target) return run.refuse(target.missing);
          void run.preview(chosen.map((part) => ({ ...part, target, mode: choices.mode })));
        },
        onchange: () => run.clear(),
      },
      choices.where,
      choices.how,
      element("p", { class: "hint" }, words.text("attachmentsNotSaved")),
      element(
        "p",
        { class: "actions" },
        element("button", { type: "submit", class: "primary" }, words.text("preview")),
        element("button", { type: "button", onclick: close }, words.text("close")),
      ),
    );
    const headingId = uniqueId("restore");
    this.#dialog.setAttribute("aria-labelledby", headingId);
    show(
      this.#body,
      element("h2", { id: headingId }, words.text("restoreHeading", what)),
      form,
      this.#progress.node,
      run.node,
    );
    this.#dialog.showModal();
    choices.focus();
  }
}

function setBusy(form: HTMLFormElement, busy: boolean): void {
  for (const control of form.querySelectorAll<HTMLFieldSetElement | HTMLButtonElement>(
    "fieldset, button",
  ))
    control.disabled = busy;
}
