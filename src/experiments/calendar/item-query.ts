/**
 * Reads of one calendar: items built from the store's rows when a view asks, in slices short enough that
 * Thunderbird never stutters, remembered in a bounded cache. Never throws and never rejects: an exception here
 * would break the views and the reminders of all calendars, so what cannot be read is left out and reported.
 */
import { monotonicNow, yieldToMainThread } from "./gecko-modules.ts";
import { type CachedRow, ItemCache, rememberedExpansion } from "./item-cache.ts";
import { type ItemFilter, inRange, passes, readFilter, wallTime } from "./item-filter.ts";

/** The visible side of a row: what the user sees and edits. */
export interface VisibleRow {
  readonly name: string;
  readonly revision: number;
  readonly flags: number;
  readonly text: string;
  /** Acknowledged and snoozed alarms, kept beside the text. */
  readonly acks: string;
}

/** Bounds are wall times (see {@link wallTime}) without padding; `null` is open. */
export interface RowRange {
  readonly events: boolean;
  readonly todos: boolean;
  readonly start: number | null;
  readonly end: number | null;
}

export interface RowSource {
  /** Rows that may lie in the range, in parts. */
  readRange(range: RowRange): AsyncIterable<readonly VisibleRow[]>;
  readByUid(uid: string): Promise<VisibleRow | null>;
}

/** Builds a row's items, immutable and belonging to the calendar. @throws when the text cannot be parsed */
export type BuildItems = (row: VisibleRow) => calIItemBase[];

const MOST_CACHED_ROWS = 12_000;
/** Longest turn of the main thread. */
const SLICE_MS = 12;
const STREAM_CHUNK = 100;
/** An occurrence query without an end gets this much future. */
const OPEN_END_DAYS = 366;
/** More than one view can show; a series beyond it is cut off rather than freezing Thunderbird. */
const MOST_OCCURRENCES = 2_000;

export class ItemQuery {
  readonly #calendar: calICalendar;
  readonly #rows: RowSource;
  readonly #build: BuildItems;
  readonly #invitee: (item: calIItemBase) => calIAttendee | null;
  readonly #cache = new ItemCache<calIItemBase>(MOST_CACHED_ROWS);

  constructor(
    calendar: calICalendar,
    rows: RowSource,
    build: BuildItems,
    invitee: (item: calIItemBase) => calIAttendee | null,
  ) {
    this.#calendar = calendar;
    this.#rows = rows;
    this.#build = build;
    this.#invitee = invitee;
  }

  async getItem(uid: string): Promise<calIItemBase | null> {
    try {
      const row = await this.#rows.readByUid(uid);
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
        try {
          await this.#emit(filter, controller, () => cancelled);
        } catch (error) {
          this.#report(error);
        }
        // A stream that reached its maximum or was cancelled is closed already.
        if (!cancelled && !controller.maxTotalItemsReached) controller.close();
      },
      cancel: () => {
        cancelled = true;
      },
    });
  }

  /** The row's items, built at the first question and after each new revision. */
  itemsOf(row: VisibleRow): CachedRow<calIItemBase> {
    return (
      this.#cache.get(row.name, row.revision) ??
      this.#cache.set(row.name, row.revision, this.#build(row))
    );
  }

  /** Forgets the items of a row whose alarms were acknowledged: its revision stays the same. */
  forget(name: string): void {
    this.#cache.drop(name);
  }

  forgetAll(): void {
    this.#cache.clear();
  }

  async #emit(
    filter: ItemFilter,
    controller: CalStreamController,
    cancelled: () => boolean,
  ): Promise<void> {
    const range: RowRange = {
      events: filter.events,
      todos: filter.todos,
      start: filter.start === null ? null : wallTime(filter.start),
      end: filter.end === null ? null : wallTime(filter.end),
    };
    let sliceStart = monotonicNow();
    for await (const rows of this.#rows.readRange(range)) {
      for (const row of rows) {
        if (cancelled() || controller.maxTotalItemsReached) return;
        controller.enqueue(this.#answersOf(row, filter));
        if (monotonicNow() - sliceStart > SLICE_MS) {
          await yieldToMainThread();
          sliceStart = monotonicNow();
        }
      }
    }
  }

  /** One bad row never hides the others. */
  #answersOf(row: VisibleRow, filter: ItemFilter): readonly calIItemBase[] {
    try {
      const cached = this.itemsOf(row);
      const found = cached.items.flatMap((item) => this.#instancesOf(item, cached, filter));
      return found.filter((item) => passes(item, filter, this.#invitee));
    } catch (error) {
      this.#report(error);
      return [];
    }
  }

  #instancesOf(
    item: calIItemBase,
    cached: CachedRow<calIItemBase>,
    filter: ItemFilter,
  ): readonly calIItemBase[] {
    const recurrence = item.recurrenceInfo;
    if (recurrence === null) return inRange(item, filter) ? [item] : [];
    // A series is asked for as a whole: its master stands for instances of any time.
    if (!filter.occurrences) return [item];
    const bounds = boundedRange(item, filter);
    if (bounds === null) return [item];
    const key = `${item.id}\n${bounds.start.icalString}\n${bounds.end.icalString}`;
    return rememberedExpansion(cached, key, () =>
      recurrence.getOccurrences(bounds.start, bounds.end, MOST_OCCURRENCES),
    );
  }

  /** Messages of the parser may hold event text: only the kind of error is written. */
  #report(error: unknown): void {
    const kind = error instanceof Error ? error.name : typeof error;
    console.warn(
      `CalDAV Keeper: an item of the calendar ${this.#calendar.id} is not shown (${kind})`,
    );
  }
}

/** Thunderbird's expansion throws without both bounds; `null` for an undated series. */
function boundedRange(
  item: calIItemBase,
  filter: ItemFilter,
): { start: calIDateTime; end: calIDateTime } | null {
  const start = filter.start ?? item.recurrenceStartDate;
  if (start === null) return null;
  if (filter.end !== null) return { start, end: filter.end };
  const end = start.clone();
  end.isDate = false;
  end.nativeTime =
    Math.max(start.nativeTime, Date.now() * 1000) + OPEN_END_DAYS * 86_400 * 1_000_000;
  return { start, end };
}
