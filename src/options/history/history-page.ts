/** The history page: which snapshot is looked at, what is looked for in it, and the item beside it. */
import type { SnapshotOccurrence, SnapshotSummary } from "../../shared/commands.ts";
import { element } from "../element.ts";
import type { Page } from "../page.ts";
import { type Chosen, chosenItems } from "./chosen.ts";
import type { DateWords } from "./date-words.ts";
import { FoundItems } from "./found-items.ts";
import type { HistoryAddress, HistoryRoots } from "./history-parts.ts";
import { HistoryQueries, type IsWanted } from "./history-queries.ts";
import { ItemPane, type ItemPlace } from "./item-pane.ts";
import { ListPane, type View } from "./list-pane.ts";
import { MonthView } from "./month-view.ts";
import { RestoreDialog } from "./restore-dialog.ts";
import type { OpenLink } from "./rich-text.ts";
import type { ItemRow } from "./rows.ts";
import { saveAsFiles } from "./save-file.ts";
import { SearchBar } from "./search-bar.ts";
import { snapshotBefore } from "./snapshot-before.ts";
import { Timeline } from "./timeline.ts";
import { WorkQueue } from "./work-queue.ts";

export class HistoryPage {
  readonly #page: Page;
  readonly #dates: DateWords;
  readonly #queue = new WorkQueue();
  readonly #queries: HistoryQueries;
  readonly #timeline: Timeline;
  readonly #bar: SearchBar;
  readonly #pane: ListPane;
  readonly #item: ItemPane;
  readonly #found: FoundItems;
  readonly #month: MonthView;
  readonly #restore: RestoreDialog;
  #snapshots: readonly SnapshotSummary[] = [];
  #chosen: string | null = null;
  #view: View = "items";
  /** What is asked for now; an answer to an earlier question is not shown any more. */
  #question = 0;

  constructor(roots: HistoryRoots, page: Page, dates: DateWords, openLink: OpenLink) {
    this.#page = page;
    this.#dates = dates;
    this.#queries = new HistoryQueries(page, dates, this.#queue);
    this.#timeline = new Timeline(roots.timeline, page, dates, {
      choose: (id) => void this.#choose(id),
      difference: (from, to) =>
        this.#queue.whenIdle(() => page.client.call("snapshots.diff", { from, to, limit: 0 })),
    });
    this.#bar = new SearchBar(roots.search, page, (searched) => {
      if (searched) this.#view = "items";
      void this.#refresh();
    });
    this.#month = new MonthView(page, dates, {
      turn: () => void this.#refresh(),
      open: (occurrence, enter) => void this.#openOccurrence(occurrence, enter),
      colorOf: (path) => this.#queries.calendarOf(path)?.color ?? null,
    });
    this.#pane = new ListPane(roots.list, page, dates, this.#month, {
      view: (view) => {
        this.#view = view;
        void this.#refresh();
      },
      open: (row, enter) => void this.#open(row, enter),
      restore: () => this.#restoreList(),
      save: () => this.#saveList(),
      failed: (error) => this.#failed(error),
    });
    this.#item = new ItemPane(roots.item, page, dates, this.#queue, {
      restore: (place) => this.#openRestore(place.title, chosenItems([place])),
      save: (place) =>
        void saveAsFiles(page, chosenItems([place]), place.title, this.#pane.outcome),
      open: openLink,
    });
    const again = (): void => void this.#refresh();
    this.#found = new FoundItems(page, this.#queries, this.#bar, this.#pane, again);
    this.#restore = new RestoreDialog(roots.dialog, page);
    page.client.onEvent((event) => {
      if (event.event === "changed" && event.what === "snapshots") void this.#snapshotsChanged();
    });
  }

  async start({ calendar, uid }: HistoryAddress): Promise<void> {
    this.#item.close();
    this.#pane.showHead(null, this.#view, null);
    this.#pane.waiting();
    const listed = this.#askSnapshots();
    if (calendar === null && uid === null) {
      const last = await this.#found.showLast();
      if (last) this.#timeline.show(last, null);
    }
    if (!(await this.#loadSnapshots(listed))) return;
    if (calendar !== null && uid !== null) await this.#openByUid(calendar, uid);
    await this.#refresh();
    const wanted = this.#queries.calendars.find((one) => one.calendarId === calendar);
    if (!wanted || calendar === null) return;
    this.#bar.choose(wanted.path);
    await this.#refresh();
  }

  #askSnapshots(): Promise<readonly SnapshotSummary[]> {
    const listed = this.#queue.run(() => this.#page.client.call("snapshots.list", {}));
    // Waited for later; a background that sleeps takes longest to wake.
    listed.catch(() => {});
    return listed;
  }

  /** @returns false where there is nothing to look at, and that was said */
  async #loadSnapshots(listed = this.#askSnapshots()): Promise<boolean> {
    const { words } = this.#page;
    try {
      this.#snapshots = await listed;
    } catch (error) {
      this.#failed(error, () => void this.start({ calendar: null, uid: null }));
      return false;
    }
    if (this.#chosen !== null && !this.#snapshots.some(({ id }) => id === this.#chosen))
      this.#chosen = null;
    this.#timeline.show(this.#snapshots, this.#chosen);
    if (this.#snapshots.length > 0) return true;
    const toBackups = element("a", { href: "options.html#backups" }, words.text("backups"));
    this.#pane.showEmpty(
      words.text("noSnapshots"),
      words.text("noSnapshotsHint"),
      element("p", {}, toBackups),
    );
    return false;
  }

  async #snapshotsChanged(): Promise<void> {
    this.#found.changed();
    if (await this.#loadSnapshots()) await this.#refresh();
  }

  async #choose(id: string | null): Promise<void> {
    this.#chosen = id;
    if (id === null && this.#view === "changes") this.#view = "items";
    this.#timeline.select(id);
    await this.#refresh();
  }

  get #snapshot(): SnapshotSummary | null {
    return this.#snapshots.find(({ id }) => id === this.#chosen) ?? null;
  }

  async #refresh(): Promise<void> {
    const question = ++this.#question;
    this.#queries.supersede();
    this.#bar.settle();
    const snapshot = this.#snapshot;
    const view = this.#view;
    const { calendar } = this.#bar.wanted;
    // Between what changed and all that there was nobody should be mistaken.
    const whole = calendar === null ? "backup" : "calendar";
    const restorable = snapshot && view !== "changes" ? whole : null;
    this.#pane.showHead(snapshot, view, restorable);
    this.#pane.waiting();
    this.#pane.clearOutcome();
    const isWanted: IsWanted = () => question === this.#question;
    try {
      if (view === "month") await this.#showMonth(isWanted);
      else if (view === "changes" && snapshot) await this.#showChanges(snapshot, isWanted);
      else await this.#found.show(this.#snapshots, snapshot, isWanted);
    } catch (error) {
      if (isWanted()) this.#failed(error);
    }
  }

  #failed(error: unknown, again: () => void = () => void this.#refresh()): void {
    this.#pane.showError(error, { label: this.#page.words.text("tryAgain"), run: again });
  }

  async #showChanges(snapshot: SnapshotSummary, isWanted: IsWanted): Promise<void> {
    const { words } = this.#page;
    const before = snapshotBefore(this.#snapshots, snapshot.id);
    if (!before) {
      this.#pane.showEmpty(words.text("firstBackup"), words.text("firstBackupHint"));
      return;
    }
    const { calendar } = this.#bar.wanted;
    const found = await this.#queries.changes(before, snapshot, calendar, isWanted);
    if (!found) return;
    this.#pane.showSummary(found.difference);
    this.#pane.showList(found.source, found.first, [
      words.text("noChanges"),
      words.text("comparedWith", this.#dates.short(before.time)),
    ]);
  }

  async #showMonth(isWanted: IsWanted): Promise<void> {
    const snapshot = this.#monthSnapshot;
    if (!snapshot) return;
    const { calendar } = this.#bar.wanted;
    if (this.#chosen === null)
      this.#pane.showNote(this.#page.words.text("monthOfNewest", this.#dates.short(snapshot.time)));
    this.#month.show(null, false);
    this.#pane.showMonth();
    const found = await this.#queries.month(snapshot.id, calendar, this.#month.span, isWanted);
    if (found) this.#month.show(found.occurrences, found.incomplete);
  }

  /** Where no snapshot was chosen, the newest of everything. */
  get #monthSnapshot(): SnapshotSummary | undefined {
    return (
      this.#snapshot ??
      this.#snapshots.find(({ partial }) => partial !== true) ??
      this.#snapshots[0]
    );
  }

  async #open(place: ItemRow, enter: boolean): Promise<void> {
    this.#pane.list.markOpened(place.key);
    await this.#item.open(place);
    if (enter) this.#item.focus();
  }

  async #openOccurrence(
    { path, uid, summary, calendar }: SnapshotOccurrence,
    enter: boolean,
  ): Promise<void> {
    const snapshotId = this.#monthSnapshot?.id;
    if (snapshotId === undefined) return;
    const known = this.#queries.calendarOf(calendar);
    const place: ItemPlace = {
      ...{ path, uid, snapshotId, title: summary },
      calendarName: known?.displayName ?? calendar,
      color: known?.color ?? null,
    };
    await this.#item.open(place);
    if (enter) this.#item.focus();
  }

  async #openByUid(calendarId: string, uid: string): Promise<void> {
    const { client, words } = this.#page;
    try {
      const { calendar, versions } = await this.#queue.run(() =>
        client.call("snapshots.versions", { calendarId, uid }),
      );
      const [newest] = versions;
      const snapshotId = newest?.snapshotIds[0];
      if (!newest || snapshotId === undefined) {
        this.#page.announce(words.text("notInBackups"));
        this.#item.showEmpty(words.text("notInBackups"), words.text("notInBackupsHint"));
        return;
      }
      const { path, summary: title } = newest;
      const calendarName = calendar.slice(calendar.lastIndexOf("/") + 1);
      await this.#item.open({ path, snapshotId, uid, title, calendarName, color: null });
      this.#item.focus();
    } catch (error) {
      this.#item.showError(error);
    }
  }

  /** What the buttons below the list are about: the ticked items, or all of a snapshot or a calendar. */
  #chosenInList(): { readonly what: string; readonly chosen: Chosen } | null {
    const { words } = this.#page;
    const ticked = this.#view === "month" ? [] : [...this.#pane.list.ticks.values()];
    const [first] = ticked;
    if (first)
      return {
        what: ticked.length === 1 ? first.title : words.counted("itemCount", ticked.length),
        chosen: chosenItems(ticked),
      };
    const snapshot = this.#snapshot;
    if (!snapshot) return null;
    const { calendar } = this.#bar.wanted;
    const known = calendar === null ? undefined : this.#queries.calendarOf(calendar);
    return {
      what: known?.displayName ?? words.text("snapshotOf", this.#dates.short(snapshot.time)),
      chosen: [
        {
          snapshotId: snapshot.id,
          selection: calendar === null ? { all: true } : { calendars: [calendar] },
        },
      ],
    };
  }

  #restoreList(): void {
    const list = this.#chosenInList();
    if (list) this.#openRestore(list.what, list.chosen);
  }

  #saveList(): void {
    const list = this.#chosenInList();
    if (list) void saveAsFiles(this.#page, list.chosen, list.what, this.#pane.outcome);
  }

  #openRestore(what: string, chosen: Chosen): void {
    this.#restore.open(what, chosen);
  }
}
