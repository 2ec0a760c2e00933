/**
 * Restoring a snapshot: what, where to and how; then a preview in words with the people who may get mail; then,
 * confirmed, the restore and its report. Nothing is written before the preview was confirmed.
 */
import type {
  BrowsedCalendar,
  CommandArguments,
  RestoreMode,
  RestoreReport,
  RestoreSelection,
  RestoreTarget,
} from "../../shared/commands.ts";
import { isAppError } from "../../shared/errors.ts";
import { element, show, swatch, uniqueId } from "../element.ts";
import type { Page } from "../page.ts";
import { errorNotice, resultNotice, warningNotice } from "./notice.ts";

const MODES: readonly RestoreMode[] = ["missing", "older", "exact"];

/** More failed items than this are counted, not listed. */
const FAILURES_SHOWN = 50;

export class RestoreForm {
  readonly node: HTMLElement;
  readonly #page: Page;
  readonly #snapshotId: string;
  readonly #close: () => void;
  readonly #form: HTMLFormElement;
  readonly #calendars = element("div");
  readonly #modes: HTMLFieldSetElement;
  readonly #folder = element("span", { class: "path" });
  readonly #outcome = element("div");
  readonly #originalChoice: HTMLInputElement;
  readonly #folderChoice: HTMLInputElement;
  #boxes: { path: string; box: HTMLInputElement }[] = [];
  #mode: RestoreMode = "missing";
  #directory: string | null = null;

  constructor(page: Page, snapshotId: string, close: () => void) {
    this.#page = page;
    this.#snapshotId = snapshotId;
    this.#close = close;
    const { words } = page;
    const targetName = uniqueId("target");
    const target = (checked: boolean): HTMLInputElement =>
      element("input", {
        type: "radio",
        name: targetName,
        checked,
        onchange: () => this.#targetChanged(),
      });
    this.#originalChoice = target(true);
    this.#folderChoice = target(false);
    this.#modes = this.#modeChoices();
    this.#form = element(
      "form",
      {
        onsubmit: (event) => {
          event.preventDefault();
          void this.#preview();
        },
        onchange: () => show(this.#outcome),
      },
      element("fieldset", {}, element("legend", {}, words.text("restoreWhat")), this.#calendars),
      element(
        "fieldset",
        {},
        element("legend", {}, words.text("restoreWhere")),
        element("label", { class: "check" }, this.#originalChoice, words.text("restoreOriginal")),
        element(
          "div",
          { class: "check" },
          element("label", { class: "check" }, this.#folderChoice, words.text("restoreFolder")),
          this.#folder,
          element(
            "button",
            { type: "button", onclick: () => void this.#pickFolder() },
            words.text("chooseFolder"),
          ),
        ),
      ),
      this.#modes,
      element(
        "p",
        { class: "actions" },
        element("button", { type: "submit", class: "primary" }, words.text("preview")),
        element("button", { type: "button", onclick: close }, words.text("close")),
      ),
    );
    this.node = element("div", { class: "restore" }, this.#form, this.#outcome);
    void this.#loadCalendars();
  }

  focus(): void {
    this.#originalChoice.focus();
  }

  #modeChoices(): HTMLFieldSetElement {
    const { words } = this.#page;
    const name = uniqueId("mode");
    return element(
      "fieldset",
      {},
      element("legend", {}, words.text("restoreHow")),
      ...MODES.map((mode) =>
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
                calendar.account === "local" ? words.text("localCalendar") : calendar.account,
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

  #targetChanged(): void {
    this.#modes.hidden = this.#folderChoice.checked;
    if (this.#folderChoice.checked && this.#directory === null) void this.#pickFolder();
  }

  async #pickFolder(): Promise<void> {
    try {
      const { directory } = await this.#page.client.call("places.pick", { purpose: "restore" });
      if (directory === null) return;
      this.#directory = directory;
      this.#folder.textContent = directory;
      this.#folderChoice.checked = true;
      this.#modes.hidden = true;
      show(this.#outcome);
    } catch (error) {
      show(this.#outcome, errorNotice(error));
    }
  }

  /** What the form says; `null` after showing what is missing. */
  #request(): CommandArguments<"snapshots.restore"> | null {
    const ticked = this.#boxes.filter(({ box }) => box.checked).map(({ path }) => path);
    if (ticked.length === 0) return this.#refuse("tickOne");
    const selection: RestoreSelection =
      ticked.length === this.#boxes.length ? { all: true } : { calendars: ticked };
    if (this.#originalChoice.checked) return this.#restore(selection, { kind: "original" });
    if (this.#directory === null) return this.#refuse("chooseFolderFirst");
    return this.#restore(selection, { kind: "folder", directory: this.#directory });
  }

  #restore(
    selection: RestoreSelection,
    target: RestoreTarget,
  ): CommandArguments<"snapshots.restore"> {
    return {
      snapshotId: this.#snapshotId,
      selection,
      target,
      mode: target.kind === "folder" ? "missing" : this.#mode,
    };
  }

  #refuse(key: string): null {
    show(
      this.#outcome,
      element("p", { class: "notice error", role: "alert" }, this.#page.words.text(key)),
    );
    return null;
  }

  async #preview(): Promise<void> {
    const request = this.#request();
    if (!request) return;
    const report = await this.#run({ ...request, dryRun: true });
    if (report) this.#showPreview(request, report);
  }

  #showPreview(request: CommandArguments<"snapshots.restore">, report: RestoreReport): void {
    const { words } = this.#page;
    const { created, updated, removed, notifies, preview } = report;
    const confirmed = preview === null ? request : { ...request, preview };
    if (created + updated + removed === 0 && report.failed.length === 0) {
      show(this.#outcome, resultNotice("success", words.text("restoreNothingToDo")));
      return;
    }
    const confirm = element(
      "button",
      {
        type: "button",
        class: removed > 0 ? "danger" : "primary",
        onclick: () => void this.#confirmed(confirmed),
      },
      words.text("restoreNow"),
    );
    show(
      this.#outcome,
      element(
        "div",
        { class: "preview", role: "group", "aria-label": words.text("previewHeading") },
        element("h3", {}, words.text("previewHeading")),
        this.#changesList(report, "will"),
        notifies.length > 0 &&
          warningNotice(
            words.counted("mayGetMail", notifies.length),
            element("p", { class: "hint" }, words.list(notifies)),
          ),
        this.#failures(report),
        request.target.kind === "original" &&
          element("p", { class: "hint" }, words.text("safetySnapshot")),
        element("p", { class: "actions" }, confirm),
      ),
    );
    confirm.focus();
  }

  async #confirmed(request: CommandArguments<"snapshots.restore">): Promise<void> {
    const { words, announce } = this.#page;
    const report = await this.#run({ ...request, dryRun: false });
    if (!report) return;
    const whole = report.failed.length === 0;
    const message = words.text(whole ? "restoreDone" : "restoreIncomplete");
    show(
      this.#outcome,
      resultNotice(
        whole ? "success" : "warning",
        message,
        this.#changesList(report, "did"),
        ...[this.#failures(report)].filter((node) => node !== null),
        element(
          "p",
          { class: "actions" },
          element("button", { type: "button", onclick: this.#close }, words.text("close")),
        ),
      ),
    );
    announce(message);
  }

  async #run(args: CommandArguments<"snapshots.restore">): Promise<RestoreReport | null> {
    const { client, words } = this.#page;
    show(this.#outcome);
    this.#setBusy(true);
    try {
      return await client.call("snapshots.restore", args);
    } catch (error) {
      show(
        this.#outcome,
        isAppError(error, "aborted")
          ? resultNotice("warning", words.text("restoreCancelled"))
          : errorNotice(error),
      );
      return null;
    } finally {
      this.#setBusy(false);
    }
  }

  #setBusy(busy: boolean): void {
    for (const fieldset of this.#form.querySelectorAll("fieldset")) fieldset.disabled = busy;
    for (const button of this.#form.querySelectorAll("button")) button.disabled = busy;
  }

  /** Counts in words; `tense` chooses between what will be and what was done. */
  #changesList(report: RestoreReport, tense: "will" | "did"): HTMLElement {
    const { words } = this.#page;
    const lines = (["created", "updated", "removed", "unchanged"] as const)
      .filter((kind) => report[kind] > 0)
      .map((kind) => element("li", {}, words.counted(`${tense}_${kind}`, report[kind])));
    return element("ul", {}, ...lines);
  }

  #failures({ failed }: RestoreReport): HTMLElement | null {
    if (failed.length === 0) return null;
    const { words } = this.#page;
    const shown = failed.slice(0, FAILURES_SHOWN);
    return warningNotice(
      words.counted("notRestored", failed.length),
      element(
        "ul",
        {},
        ...shown.map(({ item, message }) => element("li", {}, `${item}: ${message}`)),
        failed.length > shown.length &&
          element("li", {}, words.counted("moreErrors", failed.length - shown.length)),
      ),
    );
  }
}
