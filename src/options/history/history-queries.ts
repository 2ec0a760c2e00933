/** What the history page asks of the snapshots, one question at a time; what is no longer wanted is not asked. */
import type {
  CommandArguments,
  CommandName,
  CommandValue,
  SearchedCalendar,
  SnapshotDifference,
  SnapshotSummary,
} from "../../shared/commands.ts";
import { icalTime } from "../../shared/ical/simple/iso-time.ts";
import { instantOf } from "../../shared/ical/time-zone.ts";
import type { Page } from "../page.ts";
import type { DateWords } from "./date-words.ts";
import type { RecurrenceLanguage } from "./recurrence-words.ts";
import { comparedRow, foundRow, type ItemRow } from "./rows.ts";
import type { Wanted } from "./search-bar.ts";
import type { ListSource } from "./virtual-list.ts";
import { WholeSearch } from "./whole-search.ts";
import type { WorkQueue } from "./work-queue.ts";

export type IsWanted = () => boolean;

export interface Listing {
  readonly source: ListSource<ItemRow>;
  readonly first: readonly ItemRow[];
}

export interface FoundListing extends Listing {
  readonly calendars: readonly SearchedCalendar[];
  readonly unreadable: number;
  /** As it was given. */
  readonly answer: CommandValue<"snapshots.search">;
}

const FIRST_ROWS = 100;

export class HistoryQueries {
  readonly #page: Page;
  readonly #dates: DateWords;
  readonly #queue: WorkQueue;
  readonly #whole: WholeSearch;
  #calendars: ReadonlyMap<string, SearchedCalendar> = new Map();

  constructor(page: Page, dates: DateWords, queue: WorkQueue) {
    this.#page = page;
    this.#dates = dates;
    this.#queue = queue;
    this.#whole = new WholeSearch(page.client);
  }

  /** Something else is asked for now. */
  supersede(): void {
    this.#whole.supersede();
  }

  /** As the newest search found them. */
  get calendars(): readonly SearchedCalendar[] {
    return [...this.#calendars.values()];
  }

  calendarOf = (path: string): SearchedCalendar | undefined => this.#calendars.get(path);

  /**
   * `null` where the answer is not wanted any more.
   * @param beside not in the line: what else is asked meanwhile does not wait for it
   */
  async items(
    snapshotId: string | undefined,
    wanted: Wanted,
    isWanted: IsWanted,
    beside = false,
  ): Promise<FoundListing | null> {
    const query = queryOf(snapshotId, wanted);
    const first = { ...query, offset: 0, limit: FIRST_ROWS };
    const found = beside
      ? await this.#queue.beside(async () =>
          isWanted()
            ? this.#whole.run((subject) =>
                this.#page.client.call("snapshots.search", { ...first, subject }),
              )
            : null,
        )
      : await this.#ask("snapshots.search", first, isWanted);
    return found && isWanted() ? this.#found(found, query, isWanted) : null;
  }

  /** An answer of earlier to the question for everything. */
  known(found: CommandValue<"snapshots.search">): FoundListing {
    return this.#found(found, {}, () => true);
  }

  #found(
    found: CommandValue<"snapshots.search">,
    query: CommandArguments<"snapshots.search">,
    isWanted: IsWanted,
  ): FoundListing {
    this.#calendars = new Map(found.calendars.map((one) => [one.path, one]));
    const ask = (offset: number, limit: number) =>
      this.#ask("snapshots.search", { ...query, offset, limit }, isWanted);
    const listing = this.#listing(found, ask, (item) =>
      foundRow(item, this.calendarOf, this.#language),
    );
    const { calendars, unreadable } = found;
    return { ...listing, calendars, unreadable: unreadable.length, answer: found };
  }

  /** Counts alone. */
  counts(before: string, after: string, isWanted: IsWanted): Promise<SnapshotDifference | null> {
    return this.#ask("snapshots.diff", { from: before, to: after, limit: 0 }, isWanted);
  }

  async changes(
    before: SnapshotSummary,
    after: SnapshotSummary,
    calendar: string | null,
    isWanted: IsWanted,
  ): Promise<(Listing & { readonly difference: SnapshotDifference }) | null> {
    const query = {
      ...{ from: before.id, to: after.id },
      ...(calendar === null ? {} : { calendar }),
    };
    const ask = (offset: number, limit: number) =>
      this.#ask("snapshots.diff", { ...query, offset, limit }, isWanted);
    const found = await ask(0, FIRST_ROWS);
    if (!found) return null;
    const listing = this.#listing(found, ask, (item) =>
      comparedRow(item, [before.id, after.id], this.calendarOf, this.#language),
    );
    return { ...listing, difference: found };
  }

  /** @param span wall times as if UTC */
  month(
    snapshotId: string,
    calendar: string | null,
    span: { readonly first: number; readonly last: number },
    isWanted: IsWanted,
  ): Promise<CommandValue<"snapshots.occurrences"> | null> {
    const { zone } = this.#dates;
    const [from, to] = [span.first, span.last].map(
      (wall) => instantOf(icalTime(wall), zone) ?? wall,
    ) as [number, number];
    return this.#ask(
      "snapshots.occurrences",
      { snapshotId, from, to, zone, ...(calendar === null ? {} : { calendar }) },
      isWanted,
    );
  }

  #listing<T>(
    found: { readonly items: readonly T[]; readonly total: number },
    ask: (offset: number, limit: number) => Promise<{ readonly items: readonly T[] } | null>,
    row: (item: T) => ItemRow,
  ): Listing {
    return {
      source: {
        total: found.total,
        rows: async (offset, limit) => (await ask(offset, limit))?.items.map(row) ?? [],
      },
      first: found.items.map(row),
    };
  }

  async #ask<C extends CommandName>(
    command: C,
    args: CommandArguments<C>,
    isWanted: IsWanted,
  ): Promise<CommandValue<C> | null> {
    const value = await this.#queue.run(async () =>
      isWanted() ? this.#page.client.call(command, args) : null,
    );
    return isWanted() ? value : null;
  }

  get #language(): RecurrenceLanguage {
    return { words: this.#page.words, dates: this.#dates };
  }
}

function queryOf(
  snapshotId: string | undefined,
  { text, from, to, calendar, gone }: Wanted,
): CommandArguments<"snapshots.search"> {
  return {
    ...(snapshotId === undefined ? {} : { snapshotId }),
    ...(text === "" ? {} : { text }),
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
    ...(calendar === null ? {} : { calendar }),
    ...(gone ? { gone } : {}),
  };
}
