/** The snapshots in the backup place, newest first, each to be checked or restored. */
import type { SnapshotSummary } from "../../shared/commands.ts";
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { emptyNotice, errorNotice, resultNotice } from "./notice.ts";
import { OperationProgress } from "./operation-progress.ts";
import { SnapshotCard } from "./snapshot-card.ts";

export class SnapshotsSection {
  readonly #page: Page;
  readonly #list = element("div", { class: "cards", role: "group", tabindex: -1 });
  readonly #outcome = element("div");
  readonly #cards = new Map<string, SnapshotCard>();

  constructor(root: HTMLElement, page: Page) {
    this.#page = page;
    // Above the list, not in a card: work goes on when the page was closed and opened again.
    root.append(
      element(
        "div",
        { class: "operations" },
        new OperationProgress(page, "snapshots.restore", page.words.text("restoring"), {
          cancelled: page.words.text("restoreCancelled"),
        }).node,
        new OperationProgress(page, "snapshots.check", page.words.text("checking"), {
          cancelled: page.words.text("checkCancelled"),
        }).node,
        new OperationProgress(page, "snapshots.remove", page.words.text("lookingWhatOnly"), {
          patient: true,
          cancelled: page.words.text("removalCancelled"),
        }).node,
        new OperationProgress(page, "snapshots.export", page.words.text("saving"), {
          patient: true,
        }).node,
      ),
      this.#outcome,
      this.#list,
    );
    this.#list.setAttribute("aria-label", page.words.text("snapshots"));
    show(this.#list, element("p", { class: "quiet" }, page.words.text("loading")));
    page.client.onEvent((event) => {
      if (event.event === "changed" && event.what === "snapshots") void this.refresh();
    });
  }

  async refresh(): Promise<void> {
    try {
      this.#show(await this.#page.client.call("snapshots.list", {}));
    } catch (error) {
      this.#cards.clear();
      show(
        this.#list,
        errorNotice(error, {
          label: this.#page.words.text("tryAgain"),
          run: () => void this.refresh(),
        }),
      );
    }
  }

  #show(snapshots: readonly SnapshotSummary[]): void {
    const { words } = this.#page;
    if (snapshots.length === 0) {
      this.#cards.clear();
      show(this.#list, emptyNotice(words.text("noSnapshots"), words.text("noSnapshotsHint")));
      return;
    }
    for (const id of this.#cards.keys())
      if (!snapshots.some((snapshot) => snapshot.id === id)) this.#cards.delete(id);
    const nodes = snapshots.map((snapshot) => {
      const card = this.#cards.get(snapshot.id) ?? this.#newCard(snapshot);
      card.update(snapshot);
      this.#cards.set(snapshot.id, card);
      return card.node;
    });
    // Cards that stay are not moved: one of them may hold the focus and a half filled restore form.
    for (const node of [...this.#list.children])
      if (!nodes.some((kept) => kept === node)) node.remove();
    for (const [index, node] of nodes.entries())
      if (this.#list.children[index] !== node)
        this.#list.insertBefore(node, this.#list.children[index] ?? null);
  }

  #newCard(snapshot: SnapshotSummary): SnapshotCard {
    const { words, announce } = this.#page;
    return new SnapshotCard(this.#page, snapshot, (when) => {
      const said = words.text("snapshotRemoved", when);
      show(this.#outcome, resultNotice("success", said));
      announce(said);
      // The button that had the focus goes with the card.
      this.#list.focus();
    });
  }
}
