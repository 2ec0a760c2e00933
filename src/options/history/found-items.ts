/**
 * What a search finds, in the list: what was shown last at once; then what the newest backup holds, while the others are
 * still being read; then all of it.
 */
import type { CommandValue, SnapshotSummary } from "../../shared/commands.ts";
import { isAppError } from "../../shared/errors.ts";
import type { Page } from "../page.ts";
import { markFresh, markShown } from "../shown-mark.ts";
import type { FoundListing, HistoryQueries, IsWanted } from "./history-queries.ts";
import type { ListPane } from "./list-pane.ts";
import type { SearchBar, Wanted } from "./search-bar.ts";
import { snapshotBefore } from "./snapshot-before.ts";

export interface LastFound {
  readonly snapshots: readonly SnapshotSummary[];
  readonly found: CommandValue<"snapshots.search">;
}

const REMEMBERED = "history";

export class FoundItems {
  readonly #page: Page;
  readonly #queries: HistoryQueries;
  readonly #bar: SearchBar;
  readonly #pane: ListPane;
  readonly #again: () => void;
  /** Every backup was read once: the next search needs no first part. */
  #allRead = false;

  /** @param again asks once more for what is wanted */
  constructor(
    page: Page,
    queries: HistoryQueries,
    bar: SearchBar,
    pane: ListPane,
    again: () => void,
  ) {
    this.#page = page;
    this.#queries = queries;
    this.#bar = bar;
    this.#pane = pane;
    this.#again = again;
  }

  /** What the page showed last, until there are answers. @returns `null` where it showed nothing */
  async showLast(): Promise<readonly SnapshotSummary[] | null> {
    const last = await this.#page.lastShown.read<LastFound>(REMEMBERED);
    if (!last) return null;
    this.#showFound(this.#queries.known(last.found), false);
    this.#pane.markAsLast();
    return last.snapshots;
  }

  /** @param snapshot the one that is looked at; `null`: all of them */
  async show(
    snapshots: readonly SnapshotSummary[],
    snapshot: SnapshotSummary | null,
    isWanted: IsWanted,
  ): Promise<void> {
    const { wanted } = this.#bar;
    const [newest] = snapshots;
    const inParts = snapshot === null && !this.#allRead && snapshots.length > 1;
    if (inParts && newest) {
      const some = await this.#queries.items(newest.id, wanted, isWanted);
      if (!some) return;
      this.#showFound(some, false);
      this.#pane.showNote(this.#page.words.counted("searchingOthers", snapshots.length - 1), true);
      // A page that is closed before all of it was read has shown something, too.
      await this.#keep(snapshots, wanted, some, true);
    }
    const found = await this.#whole(snapshot, wanted, isWanted, inParts);
    if (!found) return;
    this.#allRead ||= snapshot === null;
    this.#showFound(found, inParts);
    markFresh("history");
    if (inParts) this.#pane.showNote("");
    if (snapshot === null) await this.#keep(snapshots, wanted, found);
    if (found.unreadable > 0)
      this.#pane.showNote(this.#page.words.counted("unreadableBackups", found.unreadable));
    else if (snapshot) await this.#showCounts(snapshots, snapshot, isWanted);
  }

  /** Others were added or removed. */
  changed(): void {
    this.#allRead = false;
  }

  /** @returns `null` where it is not wanted any more, or was cancelled while something is shown */
  async #whole(
    snapshot: SnapshotSummary | null,
    wanted: Wanted,
    isWanted: IsWanted,
    inParts: boolean,
  ): Promise<FoundListing | null> {
    try {
      return await this.#queries.items(snapshot?.id, wanted, isWanted, inParts);
    } catch (error) {
      if (!inParts || !isWanted() || !isAppError(error, "aborted")) throw error;
      const { words } = this.#page;
      const again = { label: words.text("searchOthers"), run: this.#again };
      this.#pane.showNote(words.text("searchCancelled"), true, again);
      return null;
    }
  }

  async #keep(
    snapshots: readonly SnapshotSummary[],
    wanted: Wanted,
    { answer }: FoundListing,
    onlyFirst = false,
  ): Promise<void> {
    const { lastShown } = this.#page;
    if (!isPlain(wanted)) return;
    if (onlyFirst && (await lastShown.read(REMEMBERED)) !== null) return;
    lastShown.keep(REMEMBERED, { snapshots, found: answer });
  }

  #showFound(found: FoundListing, grown: boolean): void {
    const { words } = this.#page;
    this.#bar.setCalendars(found.calendars);
    const nothing: [string, string] = [words.text("nothingFound"), words.text("nothingFoundHint")];
    this.#pane.showList(found.source, found.first, nothing, grown);
    markShown("history");
  }

  /** What changed, after what was asked for; a damaged snapshot has said so before. */
  async #showCounts(
    snapshots: readonly SnapshotSummary[],
    snapshot: SnapshotSummary,
    isWanted: IsWanted,
  ): Promise<void> {
    const before = snapshotBefore(snapshots, snapshot.id);
    if (!before) return;
    const counts = await this.#queries.counts(before.id, snapshot.id, isWanted).catch(() => null);
    if (counts) this.#pane.showSummary(counts);
  }
}

function isPlain({ text, from, to, calendar, gone }: Wanted): boolean {
  return text === "" && from === null && to === null && calendar === null && !gone;
}
