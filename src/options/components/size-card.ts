/** How much the snapshots hold over time: a small chart, and the same numbers as a table. */
import type { SnapshotSummary } from "../../shared/commands.ts";
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { errorNotice } from "./notice.ts";

/** The newest ones; more bars than this would be thinner than a hair. */
const MOST_BARS = 60;
const WIDTH = 600;
const HEIGHT = 120;
const WIDEST_BAR = 40;
const SVG = "http://www.w3.org/2000/svg";

export class SizeCard {
  readonly node: HTMLElement;
  readonly #page: Page;
  readonly #body = element("div");
  readonly #onDisk = element("p", { class: "quiet" });

  constructor(page: Page) {
    this.#page = page;
    this.node = element(
      "article",
      { class: "card", hidden: true },
      element("h2", {}, page.words.text("sizeOverTime")),
      this.#body,
      this.#onDisk,
    );
  }

  /** Reads the snapshots of the active store; hidden while there is none. */
  async refresh(): Promise<void> {
    const { client } = this.#page;
    try {
      const snapshots = await client.call("snapshots.list", {});
      this.node.hidden = snapshots.length === 0;
      if (snapshots.length === 0) return;
      this.#show(snapshots.slice(0, MOST_BARS).reverse(), snapshots.length);
      this.#showOnDisk(await client.call("stores.size", {}));
    } catch (error) {
      // The place's own card says what is wrong with it.
      this.node.hidden = true;
      show(this.#body, errorNotice(error));
    }
  }

  #showOnDisk({ bytes }: { readonly bytes: number }): void {
    const { words } = this.#page;
    this.#onDisk.textContent = words.text("onDisk", words.bytes(bytes));
  }

  #show(snapshots: readonly SnapshotSummary[], count: number): void {
    const { words } = this.#page;
    const first = snapshots[0] as SnapshotSummary;
    const last = snapshots.at(-1) as SnapshotSummary;
    const label = words.text(
      "sizeChartLabel",
      words.counted("snapshotCount", snapshots.length),
      words.dateTime(first.time),
      words.bytes(first.bytes),
      words.dateTime(last.time),
      words.bytes(last.bytes),
    );
    const open = this.#body.querySelector("details")?.open ?? false;
    show(
      this.#body,
      element("p", {}, words.counted("snapshotCount", count)),
      element(
        "figure",
        { class: "chart" },
        chart(snapshots, label),
        element(
          "figcaption",
          { class: "hint", "aria-hidden": "true" },
          element("span", {}, words.dateTime(first.time)),
          element("span", {}, words.bytes(Math.max(...snapshots.map(({ bytes }) => bytes)))),
          element("span", {}, words.dateTime(last.time)),
        ),
      ),
      element(
        "details",
        { open },
        element("summary", { "data-focus": "size-table" }, words.text("asTable")),
        this.#table(snapshots),
      ),
    );
  }

  #table(snapshots: readonly SnapshotSummary[]): HTMLElement {
    const { words } = this.#page;
    const head = ["columnTime", "columnSnapshot", "columnItems", "columnSize"].map((key) =>
      element("th", { scope: "col" }, words.text(key)),
    );
    return element(
      "div",
      { class: "table", tabindex: 0, role: "region", "aria-label": words.text("sizeOverTime") },
      element(
        "table",
        {},
        element("thead", {}, element("tr", {}, ...head)),
        element(
          "tbody",
          {},
          ...[...snapshots]
            .reverse()
            .map(({ time, label, items, bytes }) =>
              element(
                "tr",
                {},
                element("th", { scope: "row" }, words.dateTime(time)),
                element("td", {}, label || "–"),
                element("td", { class: "number" }, words.number(items)),
                element("td", { class: "number" }, words.bytes(bytes)),
              ),
            ),
        ),
      ),
    );
  }
}

/** Bars in the order given, the highest as high as the chart. */
function chart(snapshots: readonly SnapshotSummary[], label: string): SVGSVGElement {
  const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label });
  const most = Math.max(1, ...snapshots.map(({ bytes }) => bytes));
  const step = WIDTH / snapshots.length;
  const width = Math.min(step * 0.76, WIDEST_BAR);
  for (const [index, { bytes }] of snapshots.entries()) {
    const height = Math.max(2, (bytes / most) * (HEIGHT - 4));
    svg.append(
      draw("rect", {
        x: (index + 0.5) * step - width / 2,
        y: HEIGHT - height,
        width,
        height,
        rx: 2,
      }),
    );
  }
  svg.append(draw("line", { x1: 0, x2: WIDTH, y1: HEIGHT - 0.5, y2: HEIGHT - 0.5 }));
  return svg;
}

function draw<K extends "svg" | "rect" | "line">(
  name: K,
  attributes: Readonly<Record<string, string | number>>,
): SVGElementTagNameMap[K] {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  return node;
}
