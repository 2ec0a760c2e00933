/**
 * What is read from the item store: rows for views, lists for a synchronization, counts. Never waits for a write, and
 * takes note of damage that it meets.
 */
import { isAppError } from "../../../shared/errors.ts";
import type { DeletionCounts, ResourceBody } from "../../../shared/item-store.ts";
import { countDeletions, countItems, countPending } from "./counts.ts";
import { isPaused } from "./instance.ts";
import type {
  ItemCounts,
  RangeQuery,
  StoredItem,
  StoredItemWithText,
  SupersededOptions,
} from "./item-store.ts";
import {
  listChanges,
  listConflicts,
  listRows,
  listSuperseded,
  listUids,
  readByUid,
  readNamed,
  readPage,
  readState,
} from "./listings.ts";
import {
  querySlices,
  queryTextSlices,
  readBodyAtRevision,
  readVisible,
  readVisibleNames,
} from "./range-query.ts";
import type { SqlConnection, SqlExecutor } from "./sql-connection.ts";
import { SqlError, storeError } from "./sql-error.ts";

const SLICE = 200;
const MOST_LISTED = 1_000;

export class SqliteItemReads {
  protected readonly sql: SqlConnection;
  #damaged = false;

  constructor(sql: SqlConnection) {
    this.sql = sql;
  }

  /** The file turned out to be damaged: the next start must look at it whole. */
  protected get isDamaged(): boolean {
    return this.#damaged;
  }

  getState(calendarId: string): Promise<string> {
    return this.#read((sql) => readState(sql, calendarId));
  }

  listResources(calendarId: string): Promise<string> {
    return this.#read((sql) => listRows(sql, calendarId));
  }

  getResources(
    calendarId: string,
    options: { readonly names: readonly string[] } | { readonly after?: string; limit?: number },
  ): Promise<string> {
    return this.#read((sql) =>
      "names" in options
        ? readNamed(sql, calendarId, options.names)
        : readPage(sql, calendarId, options.after ?? "", options.limit ?? MOST_LISTED),
    );
  }

  getPending(calendarId: string, names?: readonly string[]): Promise<string> {
    return this.#read(async (sql) => listChanges(sql, calendarId, names, await isPaused(sql)));
  }

  listConflicts(calendarId: string): Promise<string> {
    return this.#read((sql) => listConflicts(sql, calendarId));
  }

  listSuperseded(calendarId: string, options: SupersededOptions = {}): Promise<string> {
    return this.#read((sql) =>
      listSuperseded(sql, calendarId, { ...options, limit: options.limit ?? MOST_LISTED }),
    );
  }

  countDeletions(
    calendarId: string,
    since: number,
    except: readonly string[] = [],
  ): Promise<DeletionCounts> {
    return this.#read((sql) => countDeletions(sql, calendarId, since, except));
  }

  isSendingPaused(): Promise<boolean> {
    return this.#read((sql) => isPaused(sql));
  }

  query(query: RangeQuery, sliceSize = SLICE): AsyncIterable<readonly StoredItem[]> {
    return this.#slices(querySlices(this.sql, query, sliceSize));
  }

  queryTexts(query: RangeQuery, sliceSize = SLICE): AsyncIterable<readonly StoredItemWithText[]> {
    return this.#slices(queryTextSlices(this.sql, query, sliceSize));
  }

  getByUid(calendarId: string, uid: string): Promise<StoredItemWithText | null> {
    return this.#read((sql) => readVisible(sql, calendarId, "i.uid = :key", uid));
  }

  getByName(calendarId: string, name: string): Promise<StoredItemWithText | null> {
    return this.#read((sql) => readVisible(sql, calendarId, "i.name = :key", name));
  }

  getByNames(calendarId: string, names: readonly string[]): Promise<readonly StoredItemWithText[]> {
    return this.#read((sql) => readVisibleNames(sql, calendarId, names));
  }

  resourceByUid(calendarId: string, uid: string): Promise<ResourceBody | null> {
    return this.#read(async (sql) => {
      const [found] = JSON.parse(await readByUid(sql, calendarId, uid)) as ResourceBody[];
      return found ?? null;
    });
  }

  uids(calendarId: string, serverSide: boolean): Promise<string[]> {
    return this.#read((sql) => listUids(sql, calendarId, serverSide));
  }

  bodyAtRevision(calendarId: string, revision: number): Promise<string | null> {
    return this.#read((sql) => readBodyAtRevision(sql, calendarId, revision));
  }

  counts(calendarId: string): Promise<ItemCounts> {
    return this.#read((sql) => countItems(sql, calendarId));
  }

  pendingCount(): Promise<number> {
    return this.#read((sql) => countPending(sql));
  }

  #read<T>(work: (sql: SqlExecutor) => Promise<T>): Promise<T> {
    return this.told(work(this.sql));
  }

  /** What fails is said in the store's words. */
  protected async told<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw this.#inWords(error);
    }
  }

  async *#slices<T>(slices: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* slices;
    } catch (error) {
      throw this.#inWords(error);
    }
  }

  #inWords(error: unknown): unknown {
    if (error instanceof SqlError && error.failure === "corrupt") this.#damaged = true;
    return isAppError(error) ? error : storeError(error);
  }
}
