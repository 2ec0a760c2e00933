/**
 * Reads of one calendar: items built from the store's rows when a view asks, in slices short enough that
 * Thunderbird never stutters, remembered in a bounded cache. Never throws and never rejects: an exception here
 * would break the views and the reminders of all calendars, so what cannot be read is left out and reported.
 */
import { scanColumns } from "../../shared/ical/scan.ts";
import { COMPONENT } from "../../shared/item-store.ts";
import type { CalendarRows, RowRange } from "./calendar-rows.ts";
import { errorKind } from "./error-kind.ts";
import { monotonicNow, ownTurn, yieldToMainThread } from "./gecko-modules.ts";
import type { ItemBuilder } from "./item-builder.ts";
import { type CachedRow, ItemCache } from "./item-cache.ts";
import { type ItemFilter, passes, readFilter, wallTime } from "./item-filter.ts";
import { instancesOf } from "./item-instances.ts";
import type { OwnCalendar } from "./own-calendar.ts";
import type { StoredItem, StoredItemWithText } from "./store/item-store.ts";

const MOST_CACHED_ROWS = 12_000;
/** Longest turn of the main thread. */
const SLICE_MS = 8;
/** Thunderbird's reminders take a chunk in one go, however long that is. */
const STREAM_CHUNK = 20;

export interface RenewedRow {
  readonly gone: readonly calIItemBase[];
  /** New and old. */
  readonly changed: readonly (readonly [calIItemBase, calIItemBase])[];
  readonly added: readonly calIItemBase[];
  /** False when a view read the new version already: what the others still show is not remembered. */
  readonly isKnown: boolean;
}

export class ItemQuery {
  readonly #calendar: OwnCalendar;
  readonly #rows: CalendarRows;
  readonly #builder: ItemBuilder;
  readonly #reported = new Set<string>();
  readonly #cache = new ItemCache<calIItemBase>(MOST_CACHED_ROWS);
  #answering = 0;
  /** Names of the rows of UIDs beside a row's own: resources that hold more than one. */
  readonly #housed = new Map<string, string>();

  constructor(calendar: OwnCalendar, rows: CalendarRows, builder: ItemBuilder) {
    this.#calendar = calendar;
    this.#rows = rows;
    this.#builder = builder;
  }

  async getItem(uid: string): Promise<calIItemBase | null> {
    try {
      const row = await this.rowOf(uid);
      if (row === null) return null;
      return this.itemsOf(row).items.find((item) => item.id === uid) ?? null;
    } catch (error) {
      this.#report(error);
      return null;
    }
  }

  getItems(
    bits: number,
    count: number,
    start: calIDateTime | null,
    end: calIDateTime | null,
  ): CalItemStream {
    const { CalReadableStreamFactory } = ChromeUtils.importESModule(
      "resource:///modules/CalReadableStreamFactory.sys.mjs",
    );
    let filter: ItemFilter;
    try {
      filter = readFilter(bits, start, end);
    } catch (error) {
      this.#report(error);
      return CalReadableStreamFactory.createEmptyReadableStream();
    }
    if ((!filter.events && !filter.todos) || this.#calendar.getProperty("disabled")) {
      return CalReadableStreamFactory.createEmptyReadableStream();
    }
    let cancelled = false;
    return CalReadableStreamFactory.createBoundedReadableStream(count, STREAM_CHUNK, {
      start: async (controller) => {
        this.#answering++;
        try {
          await this.#emit(filter, controller, () => cancelled);
        } catch (error) {
          this.#report(error);
        } finally {
          this.#answering--;
        }
        // A stream that reached its maximum or was cancelled is closed already.
        if (!cancelled && !controller.maxTotalItemsReached) controller.close();
      },
      cancel: () => {
        cancelled = true;
      },
    });
  }

  /** The visible row that holds a UID; one that is not the row's first only once a view has read it. */
  async rowOf(uid: string): Promise<StoredItemWithText | null> {
    const row = await this.#rows.readByUid(uid);
    const name = this.#housed.get(uid);
    if (row !== null || name === undefined) return row;
    const housing = await this.#rows.readByName(name);
    if (housing === null) return null;
    return this.itemsOf(housing).items.some((item) => item.id === uid) ? housing : null;
  }

  /** Resolves when no view is being answered and each has taken what it got. */
  async whenIdle(): Promise<void> {
    do await yieldToMainThread();
    while (this.#answering > 0);
  }

  /** The row's items, built at the first question and after each new revision. */
  itemsOf(row: StoredItemWithText): CachedRow<calIItemBase> {
    const cached = this.#cache.get(row.name, row.revision);
    if (cached !== undefined) return cached;
    const items = this.#builder.build(row, this.#calendar);
    for (const { id } of items) {
      if (id !== null && id !== row.uid) this.#housed.set(id, row.name);
    }
    return this.#cache.set(row.name, row.revision, items);
  }

  /** The item a text gives, beside any row. */
  itemFrom(text: string, uid: string): calIItemBase | undefined {
    const columns = scanColumns(text);
    const row = { name: "", uid, revision: 0, columns, acks: "", pending: null, text };
    try {
      return this.#builder.build(row, this.#calendar).find((item) => item.id === uid);
    } catch {
      return undefined;
    }
  }

  /** Builds a row anew that changed without an edit: how what views show of it differs. Never rejects. */
  async renew(name: string): Promise<RenewedRow> {
    const cached = this.#cache.peek(name);
    const before = cached?.items ?? [];
    let after: readonly calIItemBase[] = [];
    let isKnown = true;
    try {
      const row = await this.#rows.readByName(name);
      if (row === null) this.#cache.drop(name);
      else {
        isKnown = cached?.revision !== row.revision;
        after = this.#tryItemsOf(row).items;
      }
    } catch (error) {
      this.#report(error);
    }
    const pairs = after.map((item) => [item, before.find((old) => old.id === item.id)] as const);
    return {
      gone: before.filter((old) => !after.some((item) => item.id === old.id)),
      changed: pairs.flatMap(([item, old]) => (old === undefined ? [] : [[item, old] as const])),
      added: pairs.flatMap(([item, old]) => (old === undefined ? [item] : [])),
      isKnown,
    };
  }

  /** Forgets the items of a row whose alarms were acknowledged: its revision stays the same. */
  forget(name: string): void {
    this.#cache.drop(name);
  }

  async #emit(
    filter: ItemFilter,
    controller: CalStreamController,
    cancelled: () => boolean,
  ): Promise<void> {
    const range: RowRange = {
      components: (filter.events ? COMPONENT.event : 0) | (filter.todos ? COMPONENT.todo : 0),
      start: filter.start === null ? null : wallTime(filter.start),
      end: filter.end === null ? null : wallTime(filter.end),
      includeCompleted: filter.completed || !filter.todos,
      onlyWithAttendees: filter.unansweredInvitations,
    };
    await this.#builder.prepare(this.#calendar);
    for await (const rows of this.#read(range)) {
      await ownTurn();
      let sliceStart = monotonicNow();
      for (const row of rows) {
        if (cancelled() || controller.maxTotalItemsReached) return;
        const cached = "items" in row ? row : this.#tryItemsOf(row);
        controller.enqueue(this.#answersOf(cached, filter));
        if (monotonicNow() - sliceStart > SLICE_MS) {
          await ownTurn();
          sliceStart = monotonicNow();
        }
      }
    }
  }

  /**
   * The rows in a range, built or to be built. Texts are read along while nothing is cached; later only those of rows
   * that no view has read yet.
   */
  async *#read(
    range: RowRange,
  ): AsyncGenerator<readonly (CachedRow<calIItemBase> | StoredItemWithText)[]> {
    if (this.#cache.size === 0) {
      yield* this.#rows.readRangeWithTexts(range);
      return;
    }
    for await (const rows of this.#rows.readRange(range)) {
      const known = rows.map((row) => this.#cache.get(row.name, row.revision));
      const texts = await this.#textsOf(rows.filter((_row, index) => known[index] === undefined));
      yield rows.flatMap((row, index) => texts.get(row.name) ?? known[index] ?? []);
    }
  }

  /** By name; rows that went meanwhile are not in it. */
  async #textsOf(rows: readonly StoredItem[]): Promise<ReadonlyMap<string, StoredItemWithText>> {
    if (rows.length === 0) return new Map();
    const found = await this.#rows.readByNames(rows.map(({ name }) => name));
    return new Map(found.map((row) => [row.name, row]));
  }

  /** One bad row never hides the others. */
  #tryItemsOf(row: StoredItemWithText): CachedRow<calIItemBase> {
    try {
      return this.itemsOf(row);
    } catch (error) {
      this.#report(error);
      // The text will be no better the next time.
      return this.#cache.set(row.name, row.revision, []);
    }
  }

  #answersOf(cached: CachedRow<calIItemBase>, filter: ItemFilter): readonly calIItemBase[] {
    try {
      const found = cached.items.flatMap((item) => instancesOf(item, cached, filter));
      return found.filter((item) =>
        passes(item, filter, (each) => this.#calendar.getInvitedAttendee(each)),
      );
    } catch (error) {
      this.#report(error);
      return [];
    }
  }

  /** Messages of the parser may hold event text: only the kind of error is written, and once. */
  #report(error: unknown): void {
    const kind = errorKind(error);
    if (this.#reported.has(kind)) return;
    this.#reported.add(kind);
    console.warn(
      `Calendar provider: items of the calendar ${this.#calendar.id} are not shown (${kind})`,
    );
  }
}
