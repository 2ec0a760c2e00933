/**
 * The item store over an open database: orders the writes, keeps `unsent/` in step with the outbox, and tells
 * listeners. What happens to rows is decided in row-state.ts (one row) and batch.ts (many rows).
 */
import { isAppError } from "../../../shared/errors.ts";
import type {
  ResourceBody,
  Settlement,
  SettleResult,
  StageOperation,
} from "../../../shared/item-store.ts";
import { applyBatch } from "./batch.ts";
import { clearServerSides, removeCalendarRows } from "./calendar-rows.ts";
import { deleteItem, insertItem, stageOperation, updateItem, writeAcks } from "./edits.ts";
import { isPaused, type MachineMark, resume } from "./instance.ts";
import { calendarKey, readRow } from "./item-rows.ts";
import type {
  ItemCounts,
  ItemEdit,
  ItemRemoval,
  ItemStore,
  NewItem,
  RangeQuery,
  RemovedCalendar,
  StoreChange,
  StoredItem,
  StoredItemWithText,
  StoreEvent,
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
import { querySlices, queryTextSlices, readVisible } from "./range-query.ts";
import { settleRow } from "./settle.ts";
import type { SqlConnection, SqlExecutor } from "./sql-connection.ts";
import { SqlError, storeError } from "./sql-error.ts";
import { takeEvents } from "./store-events.ts";
import type { UnsentFolder } from "./unsent-folder.ts";

const SLICE = 200;
const MOST_LISTED = 1_000;
/** Files written at a time after a restore. */
const PARALLEL_FILES = 8;

export interface StoreParts {
  readonly sql: SqlConnection;
  readonly unsent: UnsentFolder;
  readonly machine: MachineMark;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A name that nothing else has: letters, digits and `-`. */
  readonly newId: () => string;
  /** Runs when the store was closed without a failure. */
  readonly onClosed: () => Promise<void>;
}

interface WriteTarget {
  readonly calendar: number;
  readonly now: number;
}

export class SqliteItemStore implements ItemStore {
  readonly #parts: StoreParts;
  readonly #listeners = new Set<(change: StoreChange) => void>();
  /** Writes happen one after the other, each with its files, so that a file never outlives its edit. */
  #lastWrite: Promise<unknown> = Promise.resolve();
  /** The file turned out to be damaged: the next start must look at it whole. */
  #damage: SqlError | null = null;

  constructor(parts: StoreParts) {
    this.#parts = parts;
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

  async batch(
    calendarId: string,
    operations: string,
    options: { readonly state?: string | undefined; readonly notify?: boolean | undefined } = {},
  ): Promise<string> {
    const { state, notify } = options;
    const result = await this.#write(calendarId, false, async (sql, target) => {
      const applied = await applyBatch(sql, target, operations);
      if (state !== undefined) {
        await sql.execute("UPDATE calendars SET state = json(:state) WHERE key = :calendar", {
          state,
          calendar: target.calendar,
        });
      }
      return { value: applied, touched: applied.pending };
    });
    if (notify !== false) this.#tell({ kind: "load", calendarId });
    return JSON.stringify(result);
  }

  async settle(
    calendarId: string,
    name: string,
    revision: number,
    settlement: Settlement,
  ): Promise<SettleResult> {
    const newName = settlement.kind === "stored" ? settlement.newName : undefined;
    const names = newName === undefined ? [name] : [name, newName];
    const result = await this.#write(calendarId, false, async (sql, target) => {
      const value = await settleRow(sql, { ...target, name }, revision, settlement);
      return { value, touched: names };
    });
    if (settlement.kind !== "refused") {
      for (const each of names) this.#tell({ kind: "settled", calendarId, name: each });
    }
    return result;
  }

  async stage(
    calendarId: string,
    operations: readonly StageOperation[],
    reason: string,
  ): Promise<void> {
    await this.#write(calendarId, true, async (sql, target) => {
      for (const operation of operations) await stageOperation(sql, target, operation, reason);
      return { value: undefined, touched: operations.map(({ name }) => name) };
    });
    this.#tell({ kind: "load", calendarId });
  }

  listConflicts(calendarId: string): Promise<string> {
    return this.#read((sql) => listConflicts(sql, calendarId));
  }

  listSuperseded(
    calendarId: string,
    options: { readonly uid?: string | undefined; readonly limit?: number | undefined } = {},
  ): Promise<string> {
    return this.#read((sql) =>
      listSuperseded(sql, calendarId, options.uid, options.limit ?? MOST_LISTED),
    );
  }

  takeEvents(): Promise<StoreEvent[]> {
    return this.#inTurn(() =>
      this.#parts.sql.transaction((sql) => takeEvents(sql), { durable: false }),
    );
  }

  async clear(calendarId: string): Promise<void> {
    await this.#write(calendarId, false, async (sql, target) => {
      await clearServerSides(sql, target);
      return { value: undefined, touched: [] };
    });
    this.#tell({ kind: "load", calendarId });
  }

  async removeCalendar(calendarId: string, reason: string): Promise<RemovedCalendar> {
    const removed = await this.#write(calendarId, true, async (sql, target) => {
      const value = await removeCalendarRows(sql, target, reason);
      return { value, touched: this.#parts.unsent.namesOf(calendarId) };
    });
    this.#tell({ kind: "load", calendarId });
    return removed;
  }

  isSendingPaused(): Promise<boolean> {
    return this.#read((sql) => isPaused(sql));
  }

  resumeSending(): Promise<void> {
    const { sql, machine, newId } = this.#parts;
    return this.#inTurn(() => resume(sql, machine, newId));
  }

  async markSnapshotted(supersededIds: readonly number[], snapshotId: string): Promise<void> {
    await this.#inTurn(() =>
      this.#parts.sql.transaction(
        (sql) =>
          sql.execute(
            `UPDATE superseded SET snapshot_id = :snapshotId
             WHERE id IN (SELECT value FROM json_each(:ids))`,
            { snapshotId, ids: JSON.stringify(supersededIds) },
          ),
        { durable: false },
      ),
    );
  }

  query(query: RangeQuery, sliceSize = SLICE): AsyncIterable<readonly StoredItem[]> {
    return this.#slices(querySlices(this.#parts.sql, query, sliceSize));
  }

  queryTexts(query: RangeQuery, sliceSize = SLICE): AsyncIterable<readonly StoredItemWithText[]> {
    return this.#slices(queryTextSlices(this.#parts.sql, query, sliceSize));
  }

  getByUid(calendarId: string, uid: string): Promise<StoredItemWithText | null> {
    return this.#read((sql) => readVisible(sql, calendarId, "i.uid = :key", uid));
  }

  getByName(calendarId: string, name: string): Promise<StoredItemWithText | null> {
    return this.#read((sql) => readVisible(sql, calendarId, "i.name = :key", name));
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
    return this.#read(async (sql) => {
      const rows = await sql.execute(
        `SELECT b.text FROM (
           SELECT i.visible_body AS body FROM items i JOIN calendars k ON k.key = i.calendar
           WHERE i.revision = :revision AND k.id = :calendarId
           UNION ALL SELECT v.body FROM versions v JOIN calendars k ON k.key = v.calendar
           WHERE v.revision = :revision AND k.id = :calendarId
         ) r JOIN bodies b ON b.id = r.body LIMIT 1`,
        { revision, calendarId },
      );
      return (rows[0]?.[0] ?? null) as string | null;
    });
  }

  async insertEdit(item: NewItem): Promise<StoredItemWithText> {
    const { calendarId } = item;
    const name = await this.#write(calendarId, true, async (sql, target) => {
      const value = await insertItem(sql, target, item, this.#parts.newId);
      return { value, touched: [value] };
    });
    return this.#visible(calendarId, name);
  }

  async updateEdit(edit: ItemEdit): Promise<StoredItemWithText | null> {
    const { calendarId, name } = edit;
    const isDone = await this.#write(calendarId, true, async (sql, target) => {
      const value = await updateItem(sql, target, edit);
      return { value, touched: [name] };
    });
    return isDone ? this.#visible(calendarId, name) : null;
  }

  deleteEdit({ calendarId, name, expectedRevision }: ItemRemoval): Promise<boolean> {
    return this.#write(calendarId, true, async (sql, target) => {
      const value = await deleteItem(sql, target, name, expectedRevision);
      return { value, touched: [name] };
    });
  }

  async setAcks(
    calendarId: string,
    name: string,
    acks: string,
  ): Promise<StoredItemWithText | null> {
    await this.#write(calendarId, false, async (sql, { calendar }) => {
      const row = await readRow(sql, calendar, name);
      if (row !== null) await writeAcks(sql, row.id, acks);
      return { value: undefined, touched: [] };
    });
    return this.getByName(calendarId, name);
  }

  counts(calendarId: string): Promise<ItemCounts> {
    return this.#read(async (sql) => {
      const rows = await sql.execute(
        `SELECT count(i.visible_body),
                coalesce(sum(i.visible_body IS NOT NULL AND i.components & 1 <> 0), 0),
                coalesce(sum(i.visible_body IS NOT NULL AND i.components & 2 <> 0), 0),
                count(o.item),
                (SELECT count(*) FROM conflicts c JOIN calendars l ON l.key = c.calendar WHERE l.id = :calendarId)
         FROM calendars k JOIN items i ON i.calendar = k.key LEFT JOIN outbox o ON o.item = i.id
         WHERE k.id = :calendarId`,
        { calendarId },
      );
      const [items, events, todos, pending, conflicts] = (rows[0] ?? []) as number[];
      return {
        items: items ?? 0,
        events: events ?? 0,
        todos: todos ?? 0,
        pending: pending ?? 0,
        conflicts: conflicts ?? 0,
      };
    });
  }

  pendingCount(): Promise<number> {
    return this.#read(async (sql) => {
      const rows = await sql.execute("SELECT count(*) FROM outbox");
      return (rows[0]?.[0] ?? 0) as number;
    });
  }

  onChanged(listener: (change: StoreChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#damage === null) await this.#parts.onClosed();
      await this.#parts.sql.close();
    });
  }

  async #visible(calendarId: string, name: string): Promise<StoredItemWithText> {
    const item = await this.getByName(calendarId, name);
    // A sync may have taken it away in the very moment after the commit.
    if (item === null) throw storeError(new Error("the row is gone"));
    return item;
  }

  async #read<T>(work: (sql: SqlExecutor) => Promise<T>): Promise<T> {
    try {
      return await work(this.#parts.sql);
    } catch (error) {
      throw this.#inWords(error);
    }
  }

  /** @param work its `touched` are the names of rows whose unsent text may have changed */
  #write<T>(
    calendarId: string,
    durable: boolean,
    work: (
      sql: SqlExecutor,
      target: WriteTarget,
    ) => Promise<{ value: T; touched: readonly string[] }>,
  ): Promise<T> {
    return this.#inTurn(async () => {
      const { value, touched } = await this.#parts.sql.transaction(
        async (sql) => {
          const calendar = await calendarKey(sql, calendarId);
          return work(sql, { calendar, now: this.#parts.now() });
        },
        { durable },
      );
      if (touched.length > 0) await this.#writeFiles(calendarId, touched);
      return value;
    });
  }

  async #writeFiles(calendarId: string, names: readonly string[]): Promise<void> {
    const rows = await this.#parts.sql.execute(
      `SELECT i.name, o.kind, i.revision, v.text
       FROM calendars k JOIN items i ON i.calendar = k.key JOIN outbox o ON o.item = i.id
       JOIN bodies v ON v.id = i.visible_body
       WHERE k.id = :calendarId AND o.kind IN ('create', 'update')
         AND i.name IN (SELECT value FROM json_each(:names))`,
      { calendarId, names: JSON.stringify(names) },
    );
    const unsent = new Map(rows.map((row) => [row[0] as string, row]));
    const queue = [...names];
    const lane = async (): Promise<void> => {
      for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
        const row = unsent.get(name);
        if (row === undefined) await this.#parts.unsent.settle(calendarId, name);
        else {
          const [, kind, revision, text] = row;
          await this.#parts.unsent.write(
            { calendarId, name, kind: kind as "create" | "update", revision: revision as number },
            text as string,
          );
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(PARALLEL_FILES, names.length) }, lane));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#lastWrite.then(work).catch((error: unknown) => {
      throw this.#inWords(error);
    });
    this.#lastWrite = turn.catch(() => undefined);
    return turn;
  }

  #tell(change: StoreChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  async *#slices<T>(slices: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* slices;
    } catch (error) {
      throw this.#inWords(error);
    }
  }

  #inWords(error: unknown): unknown {
    if (error instanceof SqlError && error.failure === "corrupt") this.#damage = error;
    return isAppError(error) ? error : storeError(error);
  }
}
