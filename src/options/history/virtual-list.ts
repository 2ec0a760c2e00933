/**
 * A list of any length of which only the rows in view exist. A listbox (WAI-ARIA) that keeps the focus itself: arrows
 * move along, Space ticks, Enter opens, Ctrl+A ticks all.
 */
import { element, swatch, uniqueId } from "../element.ts";

export interface ListRow {
  /** Distinct within the list. */
  readonly key: string;
  readonly title: string;
  readonly details: string;
  readonly tags: readonly string[];
  readonly color: string | null;
}

export interface ListSource<R extends ListRow> {
  readonly total: number;
  rows(offset: number, limit: number): Promise<readonly R[]>;
}

export interface ListActions<R extends ListRow> {
  /** The row is looked at; `enter`: and the user wants to go there. */
  open(row: R, enter: boolean): void;
  ticked(): void;
  failed(error: unknown): void;
}

/** Where nothing is laid out. Rows of one height are what makes ten thousand of them cheap. */
const COMMON_ROW_PX = 56;
const PAGE = 100;
/** Rows beyond both edges, so that scrolling does not show gaps. */
const MARGIN = 8;

export class VirtualList<R extends ListRow> {
  readonly node: HTMLElement;
  readonly ticks = new Map<string, R>();
  readonly #actions: ListActions<R>;
  readonly #rows = element("div", { class: "rows", role: "presentation" });
  readonly #id = uniqueId("row");
  readonly #drawn = new Map<number, HTMLElement>();
  #source: ListSource<R> = { total: 0, rows: async () => [] };
  #pages = new Map<number, readonly R[]>();
  #active = -1;
  #opened: string | null = null;
  /** As high as history.css wants rows, with the size of text and the density that are chosen now. */
  readonly #measure = element("div", { class: "row-measure", "aria-hidden": "true" });
  #rowHeight = COMMON_ROW_PX;

  constructor(label: string, actions: ListActions<R>) {
    this.#actions = actions;
    this.node = element(
      "div",
      {
        class: "list",
        role: "listbox",
        tabindex: 0,
        "aria-label": label,
        "aria-multiselectable": "true",
        onscroll: () => this.#draw(),
        onkeydown: (event) => this.#key(event as KeyboardEvent),
        onclick: (event) => this.#click(event as MouseEvent),
        onfocus: () => {
          if (this.#active < 0 && this.#source.total > 0) this.#setActive(0);
        },
      },
      this.#measure,
      this.#rows,
    );
    const resized = new ResizeObserver(() => this.#resized());
    for (const each of [this.node, this.#measure]) resized.observe(each);
  }

  /** @param first the rows at the beginning, where they are known: the first paint holds them */
  show(source: ListSource<R>, first: readonly R[] = []): void {
    this.#source = source;
    this.#pages = new Map(first.length > 0 || source.total === 0 ? [[0, first]] : []);
    this.#active = -1;
    this.node.removeAttribute("aria-activedescendant");
    this.#rows.replaceChildren();
    this.#drawn.clear();
    this.#measureRows();
    this.node.scrollTop = 0;
    this.#draw();
  }

  /** The same rows with more among them: what is ticked, looked at and scrolled to stays. */
  grow(source: ListSource<R>, first: readonly R[]): void {
    const active = this.#row(this.#active)?.key;
    const { scrollTop } = this.node;
    this.show(source, first);
    this.node.scrollTop = scrollTop;
    const index = first.findIndex(({ key }) => key === active);
    if (index >= 0) this.#mark(index);
    this.#draw();
  }

  get total(): number {
    return this.#source.total;
  }

  clearTicks(): void {
    this.ticks.clear();
    this.#redraw();
  }

  setTicks(rows: Iterable<R>): void {
    for (const row of rows) this.ticks.set(row.key, row);
    this.#redraw();
    this.#actions.ticked();
  }

  /** Marks the row whose item is shown beside the list. */
  markOpened(key: string | null): void {
    this.#opened = key;
    this.#redraw();
  }

  #measureRows(): void {
    this.#rowHeight = this.#measure.offsetHeight || COMMON_ROW_PX;
    this.#rows.style.height = `${this.#source.total * this.#rowHeight}px`;
  }

  /** Rows of another height: what is in view stays. */
  #resized(): void {
    const before = this.#rowHeight;
    this.#measureRows();
    if (this.#rowHeight !== before) {
      const { scrollTop } = this.node;
      this.#redraw();
      this.node.scrollTop = (scrollTop / before) * this.#rowHeight;
    }
    this.#draw();
  }

  #row(index: number): R | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  #redraw(): void {
    for (const node of this.#drawn.values()) node.remove();
    this.#drawn.clear();
    this.#draw();
  }

  #draw(): void {
    const { scrollTop, clientHeight } = this.node;
    const first = Math.max(0, Math.floor(scrollTop / this.#rowHeight) - MARGIN);
    const last = Math.min(
      this.#source.total - 1,
      Math.ceil((scrollTop + (clientHeight || this.#rowHeight * 12)) / this.#rowHeight) + MARGIN,
    );
    for (const [index, node] of this.#drawn)
      if ((index < first || index > last) && index !== this.#active) {
        node.remove();
        this.#drawn.delete(index);
      }
    for (let index = first; index <= last; index++) this.#drawRow(index);
  }

  #drawRow(index: number): void {
    if (this.#drawn.has(index)) return;
    const row = this.#row(index);
    if (!row) this.#load(Math.floor(index / PAGE));
    const node = element("div", {
      id: `${this.#id}-${index}`,
      class: row ? "row" : "row skeleton",
      role: "option",
      "aria-selected": row && this.ticks.has(row.key) ? "true" : "false",
      "aria-setsize": this.#source.total,
      "aria-posinset": index + 1,
      "data-index": index,
    });
    node.style.insetBlockStart = `${index * this.#rowHeight}px`;
    if (index === this.#active) node.classList.add("active");
    if (row?.key === this.#opened) node.classList.add("opened");
    if (row) node.append(...rowContent(row));
    else node.setAttribute("aria-busy", "true");
    const after = [...this.#drawn].filter(([other]) => other > index).sort(([a], [b]) => a - b)[0];
    this.#rows.insertBefore(node, after?.[1] ?? null);
    this.#drawn.set(index, node);
  }

  #load(page: number): void {
    if (this.#pages.has(page)) return;
    const source = this.#source;
    const pages = this.#pages;
    pages.set(page, []);
    source.rows(page * PAGE, PAGE).then(
      (rows) => {
        pages.set(page, rows);
        if (source === this.#source) this.#redraw();
      },
      (error) => {
        pages.delete(page);
        if (source === this.#source) this.#actions.failed(error);
      },
    );
  }

  #setActive(index: number): void {
    const before = this.#drawn.get(this.#active);
    before?.classList.remove("active");
    this.#intoView(index);
    this.#mark(index);
  }

  #mark(index: number): void {
    this.#active = index;
    this.#drawRow(index);
    this.#drawn.get(index)?.classList.add("active");
    this.node.setAttribute("aria-activedescendant", `${this.#id}-${index}`);
  }

  #intoView(index: number): void {
    const top = index * this.#rowHeight;
    const { scrollTop, clientHeight } = this.node;
    if (top < scrollTop) this.node.scrollTop = top;
    else if (top + this.#rowHeight > scrollTop + clientHeight)
      this.node.scrollTop = top + this.#rowHeight - clientHeight;
  }

  #toggle(index: number): void {
    const row = this.#row(index);
    if (!row) return;
    if (!this.ticks.delete(row.key)) this.ticks.set(row.key, row);
    this.#drawn.get(index)?.setAttribute("aria-selected", String(this.ticks.has(row.key)));
    this.#actions.ticked();
  }

  #open(index: number, enter: boolean): void {
    const row = this.#row(index);
    if (row) this.#actions.open(row, enter);
  }

  #click(event: MouseEvent): void {
    const target = event.target as Element;
    const index = Number(target.closest("[data-index]")?.getAttribute("data-index") ?? -1);
    if (index < 0) return;
    this.#setActive(index);
    if (target.closest(".tick") || event.ctrlKey || event.metaKey) this.#toggle(index);
    else this.#open(index, false);
  }

  #key(event: KeyboardEvent): void {
    const visible = Math.max(1, Math.floor(this.node.clientHeight / this.#rowHeight) - 1);
    const last = this.#source.total - 1;
    const moves = new Map([
      ["ArrowDown", this.#active + 1],
      ["ArrowUp", this.#active - 1],
      ["PageDown", this.#active + visible],
      ["PageUp", this.#active - visible],
      ["Home", 0],
      ["End", last],
    ]);
    const to = moves.get(event.key);
    if (last < 0) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "a") {
      void this.tickAll();
    } else if (to !== undefined && !event.ctrlKey) {
      this.#setActive(Math.min(last, Math.max(0, to)));
      this.#open(this.#active, false);
    } else if (event.key === " " && this.#active >= 0) this.#toggle(this.#active);
    else if (event.key === "Enter" && this.#active >= 0) this.#open(this.#active, true);
    else return;
    event.preventDefault();
  }

  async tickAll(): Promise<void> {
    const source = this.#source;
    try {
      const rows = await source.rows(0, source.total);
      if (source === this.#source) this.setTicks(rows);
    } catch (error) {
      this.#actions.failed(error);
    }
  }
}

function rowContent({ title, details, tags, color }: ListRow): Node[] {
  return [
    element("span", { class: "tick", "aria-hidden": "true" }),
    swatch(color),
    element(
      "span",
      { class: "grow" },
      element("span", { class: "name" }, title),
      element("span", { class: "quiet" }, details),
    ),
    ...tags.map((tag) => element("span", { class: "tag" }, tag)),
  ];
}
