/** Finding items over all snapshots, or in one; and the occurrences of a span of days in one. */
import type { CommandArguments, CommandValue } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import type { Kloset } from "../kloset/kloset.ts";
import { makePace, type Pace } from "../kloset/pace.ts";
import { isOutdated } from "./calendar-presence.ts";
import { readText } from "./content-columns.ts";
import {
  HistoryIndex,
  type IndexedCalendar,
  type IndexedFile,
  type IndexedPiece,
  type IndexedSnapshot,
} from "./history-index.ts";
import {
  foundItem,
  type HistoryItem,
  historyItems,
  inOrder,
  matchingItems,
  searchedCalendars,
} from "./history-items.ts";
import { monthOccurrences } from "./month-occurrences.ts";
import { onlyCopies } from "./only-copies.ts";
import type { KnownCalendar, OnlyCopies, Work } from "./ports.ts";
import { Remembered } from "./remembered.ts";
import { findCalendar } from "./snapshot-calendars.ts";
import { openSnapshotFiles } from "./snapshot-files.ts";
import { unlessDamaged } from "./unless-damaged.ts";

const ITEMS_AT_ONCE = 200;
const ONLY_COPIES_NAMED = 50;

/** All snapshots, and two that are looked at by turns. */
const GATHERED_KEPT = 3;

type PiecesOf = (calendar: IndexedCalendar) => readonly IndexedPiece[];

export class HistorySearch {
  readonly #index = new HistoryIndex();
  /** Of the newest questions: the next page, and the next search in the same snapshots, start from them. */
  readonly #gathered = new Remembered<readonly HistoryItem[]>(GATHERED_KEPT);
  readonly #matched = new Remembered<readonly HistoryItem[]>(1);

  /** As the index knows it of an earlier question: `undefined` for a content that it did not read. */
  uidOf(content: string): string | null | undefined {
    return this.#index.uidOf(content);
  }

  /** @throws AppError "snapshot-unknown", "aborted" */
  async search(
    store: Kloset,
    known: readonly KnownCalendar[],
    args: CommandArguments<"snapshots.search">,
    work: Work,
  ): Promise<CommandValue<"snapshots.search">> {
    const infos = await store.listSnapshots();
    const { snapshotId, offset = 0, limit = ITEMS_AT_ONCE, ...query } = args;
    const wanted = infos.filter(({ id }) => snapshotId === undefined || id === snapshotId);
    if (snapshotId !== undefined && wanted.length === 0)
      await store.openSnapshot(snapshotId, work.signal);
    const needed = infos.filter((info) => wanted.includes(info) || !isOutdated(infos, info));
    const version = this.#index.settle(store);
    const loaded = await this.#index.load(store, needed, work);
    const snapshots = needed.flatMap(({ id }) => loaded.get(id) ?? []);
    const key = JSON.stringify([version, snapshotId, snapshots.map(({ info }) => info.id)]);
    const wantedIds = new Set(wanted.map(({ id }) => id));
    const pace = makePace(work.signal);
    const items = await this.#gathered.get(key, async () => {
      const replacedOf: PiecesOf = snapshotId === undefined ? ({ replaced }) => replaced : () => [];
      return inOrder(await historyItems(snapshots, wantedIds, replacedOf, pace), pace);
    });
    const matched = await this.#matched.get(JSON.stringify([key, query]), () =>
      matchingItems(items, query, pace),
    );
    const shown = snapshots.filter(({ info }) => wantedIds.has(info.id));
    return {
      items: matched.slice(offset, offset + limit).map((item) => foundItem(item, snapshots)),
      total: matched.length,
      calendars: searchedCalendars(
        shown,
        items,
        (calendar) => findCalendar(calendar, known)?.calendarId ?? null,
      ),
      snapshots: shown.length,
      unreadable: wanted.filter(({ id }) => !loaded.has(id)).map(({ id }) => id),
    };
  }

  /**
   * Items of which these snapshots alone hold a version, be it one that a conflict left over. Of the others, one too
   * damaged to be read holds none.
   * @throws AppError "aborted"
   */
  async onlyIn(store: Kloset, snapshotIds: readonly string[], work: Work): Promise<OnlyCopies> {
    const infos = await store.listSnapshots();
    const loaded = await this.#index.load(store, infos, work);
    const snapshots = infos.flatMap(({ id }) => loaded.get(id) ?? []);
    const pace = makePace(work.signal);
    const all = await historyItems(
      snapshots,
      new Set(loaded.keys()),
      ({ replaced, conflicts }) => [...replaced, ...conflicts],
      pace,
    );
    const removed = new Set(
      snapshots.flatMap(({ info }, index) => (snapshotIds.includes(info.id) ? [index] : [])),
    );
    const found = await inOrder(onlyCopies(all, removed), pace);
    const items = found.slice(0, ONLY_COPIES_NAMED).map((item) => foundItem(item, snapshots));
    return { items, total: found.length, unreadable: snapshotIds.filter((id) => !loaded.has(id)) };
  }

  /** @throws AppError "snapshot-unknown", "store-corrupt", "bad-argument", "aborted" */
  async occurrences(
    store: Kloset,
    args: CommandArguments<"snapshots.occurrences">,
    work: Work,
  ): Promise<CommandValue<"snapshots.occurrences">> {
    const snapshot = await openSnapshotFiles(store, args.snapshotId, work.signal);
    const { info } = snapshot;
    const indexed = (await this.#index.load(store, [info], work)).get(info.id);
    if (!indexed) throw damagedSnapshot();
    const text = async (file: IndexedFile): Promise<string | undefined> =>
      file.facts.text ??
      (await unlessDamaged(async () => {
        const entry = await snapshot.stat(file.path);
        return entry && readText(snapshot, entry);
      }));
    const files = await filesOf(indexed, args.calendar, makePace(work.signal));
    return monthOccurrences(files, args, text, work);
  }
}

/** Of an item with an unsent version, that one. */
async function filesOf(
  { calendars }: IndexedSnapshot,
  wanted: string | undefined,
  { breathe }: Pace,
): Promise<{ readonly calendar: string; readonly file: IndexedFile }[]> {
  const files: { readonly calendar: string; readonly file: IndexedFile }[] = [];
  for (const { calendar, pieces } of calendars) {
    if (wanted !== undefined && calendar.path !== wanted) continue;
    const byName = new Map<string, IndexedFile>();
    for (const piece of pieces) {
      await breathe();
      for (const file of piece) byName.set(file.name, file);
    }
    for (const file of byName.values()) files.push({ calendar: calendar.path, file });
  }
  return files;
}

function damagedSnapshot(): AppError {
  return new AppError("store-corrupt", "This snapshot is too damaged to be read.", {
    hint: "Check it to learn what can still be restored. Nothing was changed.",
  });
}
