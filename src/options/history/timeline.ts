/** The snapshots by month, newest first, each with what changed in it; and "all of them" to search in. */
import type { SnapshotDifference, SnapshotSummary } from "../../shared/commands.ts";
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import type { DateWords } from "./date-words.ts";
import { moveFocus } from "./move-focus.ts";
import { snapshotBefore } from "./snapshot-before.ts";

export interface TimelineActions {
  /** `null`: all snapshots. */
  choose(snapshotId: string | null): void;
  /** Counts only. */
  difference(from: string, to: string): Promise<SnapshotDifference>;
}

export class Timeline {
  readonly #root: HTMLElement;
  readonly #page: Page;
  readonly #dates: DateWords;
  readonly #actions: TimelineActions;
  readonly #seen = new IntersectionObserver((entries) => this.#fillIn(entries));
  readonly #changes = new Map<string, string>();
  #snapshots: readonly SnapshotSummary[] = [];
  #chosen: string | null = null;

  constructor(root: HTMLElement, page: Page, dates: DateWords, actions: TimelineActions) {
    this.#root = root;
    this.#page = page;
    this.#dates = dates;
    this.#actions = actions;
    root.addEventListener("keydown", (event) =>
      moveFocus(event, [...root.querySelectorAll("button")], "vertical"),
    );
  }

  show(snapshots: readonly SnapshotSummary[], chosen: string | null): void {
    const same = JSON.stringify(snapshots) === JSON.stringify(this.#snapshots);
    this.#snapshots = snapshots;
    // Only what is chosen may be another one: a hundred entries stay as they are.
    if (same && snapshots.length > 0) {
      this.select(chosen);
      return;
    }
    this.#chosen = chosen;
    this.#seen.disconnect();
    const { words } = this.#page;
    const months = new Map<string, SnapshotSummary[]>();
    for (const snapshot of snapshots) {
      const month = this.#dates.monthOf(snapshot.time);
      months.set(month, [...(months.get(month) ?? []), snapshot]);
    }
    show(
      this.#root,
      this.#entry(null, words.text("allBackups"), words.counted("backupCount", snapshots.length)),
      ...[...months].map(([month, those]) =>
        element(
          "section",
          { "aria-label": month },
          element("h2", {}, month),
          element("ul", {}, ...those.map((snapshot) => this.#item(snapshot))),
        ),
      ),
    );
    for (const node of this.#root.querySelectorAll("button[data-snapshot]"))
      this.#seen.observe(node);
  }

  select(chosen: string | null): void {
    this.#chosen = chosen;
    for (const node of this.#root.querySelectorAll<HTMLButtonElement>("button")) this.#mark(node);
  }

  #item(snapshot: SnapshotSummary): HTMLElement {
    const { id, time, label, partial } = snapshot;
    const changes =
      this.#changes.get(id) ??
      (snapshotBefore(this.#snapshots, id) ? "" : this.#page.words.text("firstBackup"));
    const notes = [label || (partial ? this.#page.words.text("partialBackup") : ""), changes];
    return element("li", {}, this.#entry(id, this.#dates.dayAndClock(time), ...notes));
  }

  #entry(id: string | null, title: string, ...notes: readonly string[]): HTMLButtonElement {
    const node = element(
      "button",
      {
        type: "button",
        class: "moment",
        "data-snapshot": id,
        "data-focus": `moment ${id ?? "all"}`,
        onclick: () => this.#actions.choose(id),
      },
      element("span", { class: "name" }, title),
      ...notes.map((note, index) =>
        element("span", { class: index === notes.length - 1 ? "quiet changes" : "label" }, note),
      ),
    );
    this.#mark(node);
    return node;
  }

  #mark(node: HTMLButtonElement): void {
    const current = node.getAttribute("data-snapshot") === this.#chosen;
    if (current) node.setAttribute("aria-current", "true");
    else node.removeAttribute("aria-current");
    // One stop for Tab; arrows go on from there.
    node.tabIndex = current ? 0 : -1;
  }

  #fillIn(entries: readonly IntersectionObserverEntry[]): void {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      this.#seen.unobserve(target);
      const id = target.getAttribute("data-snapshot") ?? "";
      const before = snapshotBefore(this.#snapshots, id);
      if (!before || this.#changes.has(id)) continue;
      this.#actions.difference(before.id, id).then(
        (difference) => {
          const text = changeWords(difference, this.#page);
          this.#changes.set(id, text);
          const shown = target.querySelector(".changes");
          if (shown) shown.textContent = text;
        },
        // A damaged snapshot is told of where it is opened.
        () => {},
      );
    }
  }
}

/** "3 new · 1 changed · 2 gone" */
export function changeWords(
  { calendars }: Pick<SnapshotDifference, "calendars">,
  { words }: Page,
): string {
  const parts = (["added", "changed", "removed"] as const).flatMap((kind) => {
    const count = calendars.reduce((sum, calendar) => sum + calendar[kind], 0);
    return count > 0 ? [words.counted(`change_${kind}`, count)] : [];
  });
  return parts.length === 0 ? words.text("noChanges") : parts.join(" · ");
}
