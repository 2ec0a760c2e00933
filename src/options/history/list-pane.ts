/** The middle of the page: what a snapshot, or all of them, hold: as a list, as changes, as a month; and what to do with it. */
import type { SnapshotDifference, SnapshotSummary } from "../../shared/commands.ts";
import { SAID } from "../announcer.ts";
import { emptyNotice, errorNotice, type NoticeExtras } from "../components/notice.ts";
import { element, show } from "../element.ts";
import { markAsLast, markAsNew } from "../last-shown.ts";
import type { Page } from "../page.ts";
import type { DateWords } from "./date-words.ts";
import type { MonthView } from "./month-view.ts";
import type { ItemRow } from "./rows.ts";
import { type ListSource, VirtualList } from "./virtual-list.ts";

export type View = "items" | "changes" | "month";

export interface ListPaneActions {
  view(view: View): void;
  open(row: ItemRow, enter: boolean): void;
  /** The ticked items, or all that is shown where none is ticked. */
  restore(): void;
  save(): void;
  failed(error: unknown): void;
}

export class ListPane {
  readonly list: VirtualList<ItemRow>;
  readonly outcome = element("div", { class: "outcome" });
  readonly #page: Page;
  readonly #dates: DateWords;
  readonly #actions: ListPaneActions;
  readonly #heading = element("h2", { tabindex: -1 });
  readonly #summary = element("div", { class: "summary" });
  readonly #views = element("div", { class: "views", role: "group" });
  readonly #counts = element("span", { class: "quiet", role: "status" });
  readonly #buttons = element("span", { class: "actions" });
  readonly #body = element("div", { class: "body" });
  readonly #month: MonthView;
  #restorable: "backup" | "calendar" | null = null;

  constructor(
    root: HTMLElement,
    page: Page,
    dates: DateWords,
    month: MonthView,
    actions: ListPaneActions,
  ) {
    this.#page = page;
    this.#dates = dates;
    this.#month = month;
    this.#actions = actions;
    this.list = new VirtualList(page.words.text("items"), {
      open: (row, enter) => actions.open(row, enter),
      ticked: () => this.#showCounts(),
      failed: (error) => actions.failed(error),
    });
    this.#views.setAttribute("aria-label", page.words.text("showAs"));
    show(
      root,
      element("header", {}, this.#heading, this.#summary, this.#views),
      this.#body,
      element("footer", {}, this.#counts, this.#buttons),
      this.outcome,
    );
  }

  /** @param restorable what may be restored where nothing is ticked */
  showHead(
    snapshot: SnapshotSummary | null,
    view: View,
    restorable: "backup" | "calendar" | null,
  ): void {
    const { words } = this.#page;
    this.#restorable = restorable;
    const title = snapshot
      ? [this.#dates.short(snapshot.time), snapshot.label].filter(Boolean).join(" · ")
      : words.text("allBackups");
    this.#heading.textContent = title;
    show(this.#summary);
    const views: View[] = snapshot ? ["items", "changes", "month"] : ["items", "month"];
    show(
      this.#views,
      ...views.map((each) =>
        element(
          "button",
          {
            type: "button",
            "aria-pressed": String(each === view),
            "data-focus": `view ${each}`,
            onclick: () => this.#actions.view(each),
          },
          words.text(`view_${each}`),
        ),
      ),
    );
  }

  /** What changed in each calendar. */
  showSummary({ calendars }: Pick<SnapshotDifference, "calendars">): void {
    const { words } = this.#page;
    const lines = calendars.flatMap((calendar) => {
      const parts = (["added", "changed", "removed"] as const).flatMap((kind) =>
        calendar[kind] > 0 ? [words.counted(`change_${kind}`, calendar[kind])] : [],
      );
      return parts.length === 0 ? [] : [`${calendar.displayName}: ${parts.join(", ")}`];
    });
    show(
      this.#summary,
      lines.length === 0
        ? element("p", { class: "quiet" }, words.text("noChangesSince"))
        : element("ul", {}, ...lines.map((line) => element("li", {}, line))),
    );
  }

  /**
   * @param text nothing where it is empty
   * @param polite said by screen readers
   */
  showNote(text: string, polite = false, { label, run }: NoticeExtras = {}): void {
    show(
      this.#summary,
      text !== "" && element("p", { class: "quiet", [SAID]: polite }, text),
      label !== undefined && run && element("button", { type: "button", onclick: run }, label),
    );
  }

  waiting(): void {
    this.#body.setAttribute("aria-busy", "true");
    this.#body.classList.add("waiting");
    if (this.#body.childElementCount === 0) show(this.#body, skeletonRows());
  }

  /** @param grown the same list with more in it: place and choice stay */
  showList(
    source: ListSource<ItemRow>,
    first: readonly ItemRow[],
    empty: [string, string],
    grown = false,
  ): void {
    this.#settled();
    if (!grown) this.list.clearTicks();
    if (source.total === 0) show(this.#body, emptyNotice(...empty));
    else if (this.list.node.parentElement !== this.#body) show(this.#body, this.list.node);
    if (grown) this.list.grow(source, first);
    else this.list.show(source, first);
    this.#showCounts();
  }

  showMonth(): void {
    this.#settled();
    if (this.#month.node.parentElement !== this.#body) show(this.#body, this.#month.node);
    this.#counts.textContent = "";
    this.#showButtons(false);
  }

  showError(error: unknown, extras: NoticeExtras): void {
    this.#settled();
    show(this.#body, errorNotice(error, extras));
    this.#counts.textContent = "";
    show(this.#buttons);
  }

  showEmpty(message: string, hint: string, more: Node | null = null): void {
    this.#settled();
    const notice = emptyNotice(message, hint);
    if (more) notice.append(more);
    show(this.#body, notice);
    this.#counts.textContent = "";
    show(this.#buttons);
  }

  clearOutcome(): void {
    show(this.outcome);
  }

  focus(): void {
    this.list.node.focus();
  }

  /** What is shown is from the last time. */
  markAsLast(): void {
    markAsLast(this.#body, this.#page.words);
  }

  #settled(): void {
    markAsNew(this.#body);
    this.#body.classList.remove("waiting");
  }

  #showCounts(): void {
    const { words } = this.#page;
    const ticked = this.list.ticks.size;
    const { total } = this.list;
    this.#counts.textContent =
      ticked === 0
        ? words.counted("itemCount", total)
        : words.text("tickedOf", words.number(ticked), words.number(total));
    this.#showButtons(true);
  }

  #showButtons(list: boolean): void {
    const { words } = this.#page;
    const ticked = list ? this.list.ticks.size : 0;
    const button = (key: string, run: () => void, name = key): HTMLElement =>
      element("button", { type: "button", "data-focus": name, onclick: run }, words.text(key));
    const what = ticked > 0 ? "Ticked" : this.#restorable === "calendar" ? "Calendar" : "Backup";
    const useful = ticked > 0 || this.#restorable !== null;
    show(
      this.#buttons,
      list && this.list.total > 0 && ticked < this.list.total
        ? button("selectAll", () => void this.list.tickAll())
        : null,
      ticked > 0 ? button("selectNone", () => this.#untick()) : null,
      useful ? button(`restore${what}`, () => this.#actions.restore(), "restore-list") : null,
      useful ? button(`save${what}`, () => this.#actions.save(), "save-list") : null,
    );
  }

  #untick(): void {
    this.list.clearTicks();
    this.#showCounts();
    this.focus();
  }
}

function skeletonRows(): HTMLElement {
  return element(
    "div",
    { class: "list", "aria-hidden": "true" },
    ...Array.from({ length: 8 }, () => element("div", { class: "row skeleton" })),
  );
}
