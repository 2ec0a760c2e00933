/**
 * A progress bar for one kind of running work, whoever started it and however much of it runs at once: it takes up work
 * that was running before the page was opened, offers to cancel all of it, and says afterwards that it was cancelled.
 */
import type { CommandName, Operation } from "../../shared/commands.ts";
import { element, show, uniqueId } from "../element.ts";
import type { Page } from "../page.ts";
import { resultNotice } from "./notice.ts";

const PATIENCE_MS = 700;

/** Notes of synchronizations and of silent disks, which have words of their own; others are names. */
const NOTES: ReadonlySet<string> = new Set([
  "sending",
  "listing",
  "receiving",
  "checking",
  "saving",
  "restoring",
  "waitingForDisk",
]);

export interface OperationProgressOptions {
  /** Shown only where it takes long enough to be looked at. */
  readonly patient?: boolean;
  /** Only work on this, e.g. one calendar: `Operation.subject`. */
  readonly subject?: string;
  /** What is said when it was cancelled; default: that what was finished before is kept. */
  readonly cancelled?: string;
}

export class OperationProgress {
  readonly node = element("div", { class: "operation-place" });
  readonly #page: Page;
  readonly #label: string;
  readonly #running = new Map<string, Operation>();
  readonly #asked = new Set<string>();
  /** What ended before the list of what runs was answered. */
  readonly #ended = new Set<string>();
  readonly #options: OperationProgressOptions;
  readonly #line: HTMLElement;
  readonly #bar = element("progress");
  readonly #note = element("span", { class: "note", id: uniqueId("operation") });
  readonly #outcome = element("div");
  readonly #cancel: HTMLButtonElement;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #onChange: (running: boolean) => void = () => {};

  /** @param label says what is going on, e.g. "Backing up" */
  constructor(
    page: Page,
    command: CommandName,
    label: string,
    options: OperationProgressOptions = {},
  ) {
    this.#page = page;
    this.#label = label;
    this.#options = options;
    this.#bar.setAttribute("aria-label", label);
    this.#cancel = element(
      "button",
      {
        type: "button",
        "aria-describedby": this.#note.id,
        onclick: () => void this.#requestCancel(),
      },
      page.words.text("cancel"),
    );
    this.#line = element(
      "div",
      { class: "operation", hidden: true },
      this.#note,
      this.#bar,
      this.#cancel,
    );
    this.node.append(this.#line, this.#outcome);
    const concerns = (operation: Operation): boolean =>
      operation.operation === command &&
      (options.subject === undefined || operation.subject === options.subject);
    page.client.onEvent((event) => {
      if (event.event === "progress" && concerns(event)) this.#update(event);
      if (event.event !== "finished" || event.operation !== command) return;
      this.#ended.add(event.id);
      if (this.#running.has(event.id)) this.#end(event.id, event.ok);
    });
    page.client.call("operations.list", {}).then(
      (operations) => {
        for (const operation of operations)
          if (concerns(operation) && !this.#ended.has(operation.id)) this.#update(operation);
      },
      () => {},
    );
  }

  get running(): boolean {
    return this.#running.size > 0;
  }

  /** Called when such work starts or has ended. */
  onChange(listener: (running: boolean) => void): void {
    this.#onChange = listener;
  }

  #update(operation: Operation): void {
    const started = !this.running;
    this.#running.set(operation.id, operation);
    if (started) {
      show(this.#outcome);
      this.#appear();
    }
    this.#draw();
    if (started) this.#onChange(true);
  }

  #draw(): void {
    if (this.#isCancelling()) return;
    this.#cancel.disabled = false;
    const { words } = this.#page;
    const all = [...this.#running.values()];
    const total = all.reduce((sum, operation) => sum + operation.total, 0);
    const done = all.reduce((sum, operation) => sum + Math.min(operation.done, operation.total), 0);
    const given = all.at(-1)?.note ?? "";
    const note = NOTES.has(given) ? words.text(`note_${given}`) : given;
    if (total > 0) {
      this.#bar.max = total;
      this.#bar.value = done;
    } else this.#bar.removeAttribute("value");
    const counts =
      total > 0 && words.text("progressCounts", words.number(done), words.number(total));
    this.#note.textContent = [this.#label, counts, note].filter(Boolean).join(" · ");
  }

  #appear(): void {
    const appear = (): void => {
      this.#line.hidden = false;
      this.#page.announce(this.#label);
    };
    if (this.#options.patient) this.#patience = setTimeout(appear, PATIENCE_MS);
    else appear();
  }

  #end(id: string, ok: boolean): void {
    const cancelled = this.#asked.delete(id) && !ok;
    this.#running.delete(id);
    if (cancelled) this.#sayCancelled();
    if (this.running) {
      this.#draw();
      return;
    }
    clearTimeout(this.#patience);
    this.#line.hidden = true;
    this.#onChange(false);
  }

  #sayCancelled(): void {
    const { words } = this.#page;
    const said = this.#options.cancelled ?? words.text("operationCancelled", this.#label);
    show(this.#outcome, resultNotice("warning", said));
  }

  #isCancelling(): boolean {
    return [...this.#running.keys()].every((id) => this.#asked.has(id));
  }

  async #requestCancel(): Promise<void> {
    this.#cancel.disabled = true;
    this.#note.textContent = this.#page.words.text("cancelling");
    const ids = [...this.#running.keys()];
    for (const id of ids) this.#asked.add(id);
    await Promise.all(
      ids.map((id) => this.#page.client.call("operations.cancel", { id }).catch(() => {})),
    );
  }
}
