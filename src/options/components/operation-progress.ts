/**
 * A progress bar for one kind of running work, whoever started it: it takes up work that was running before the
 * page was opened, and offers to cancel it.
 */
import type { CommandName, Operation } from "../../shared/commands.ts";
import { element } from "../element.ts";
import type { Page } from "../page.ts";

const PATIENCE_MS = 700;

export class OperationProgress {
  readonly node = element("div", { class: "operation", hidden: true });
  readonly #page: Page;
  readonly #label: string;
  readonly #bar = element("progress");
  readonly #note = element("span", { class: "note" });
  readonly #cancel: HTMLButtonElement;
  readonly #patienceMs: number;
  #running: string | null = null;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #onChange: (running: boolean) => void = () => {};

  /**
   * @param label says what is going on, e.g. "Backing up"
   * @param options `patient`: shown only where it takes long enough to be looked at
   */
  constructor(
    page: Page,
    command: CommandName,
    label: string,
    { patient = false }: { readonly patient?: boolean } = {},
  ) {
    this.#page = page;
    this.#label = label;
    this.#patienceMs = patient ? PATIENCE_MS : 0;
    this.#bar.setAttribute("aria-label", label);
    this.#cancel = element(
      "button",
      { type: "button", onclick: () => void this.#requestCancel() },
      page.words.text("cancel"),
    );
    this.node.append(this.#note, this.#bar, this.#cancel);
    page.client.onEvent((event) => {
      if (event.event === "progress" && event.operation === command) this.#show(event);
      if (event.event === "finished" && event.id === this.#running) this.#hide();
    });
    page.client.call("operations.list", {}).then(
      (operations) => {
        const already = operations.find(({ operation }) => operation === command);
        if (already) this.#show(already);
      },
      () => {},
    );
  }

  get running(): boolean {
    return this.#running !== null;
  }

  /** Called when such work starts or has ended. */
  onChange(listener: (running: boolean) => void): void {
    this.#onChange = listener;
  }

  #show({ id, done, total, note }: Operation): void {
    const started = this.#running === null;
    this.#running = id;
    if (started) this.#appear();
    if (total > 0) {
      this.#bar.max = total;
      this.#bar.value = Math.min(done, total);
      this.#note.textContent = [
        this.#label,
        this.#page.words.text(
          "progressCounts",
          this.#page.words.number(done),
          this.#page.words.number(total),
        ),
        note,
      ]
        .filter(Boolean)
        .join(" · ");
    } else {
      this.#bar.removeAttribute("value");
      this.#note.textContent = [this.#label, note].filter(Boolean).join(" · ");
    }
    if (started) this.#onChange(true);
  }

  #appear(): void {
    this.#cancel.disabled = false;
    const appear = (): void => {
      this.node.hidden = false;
      this.#page.announce(this.#label);
    };
    if (this.#patienceMs === 0) appear();
    else this.#patience = setTimeout(appear, this.#patienceMs);
  }

  #hide(): void {
    clearTimeout(this.#patience);
    this.#running = null;
    this.node.hidden = true;
    this.#onChange(false);
  }

  async #requestCancel(): Promise<void> {
    const id = this.#running;
    if (id === null) return;
    this.#cancel.disabled = true;
    this.#note.textContent = this.#page.words.text("cancelling");
    await this.#page.client.call("operations.cancel", { id }).catch(() => {});
  }
}
