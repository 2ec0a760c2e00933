/**
 * The item store over an open database: orders the writes, keeps `unsent/` in step with the outbox, and tells
 * listeners. Its reads are in sqlite-item-reads.ts. What happens to rows is decided in row-state.ts (one row) and batch.ts (many rows).
 */
import type {
  RowVersion,
  Settlement,
  SettleResult,
  StageOperation,
} from "../../../shared/item-store.ts";
import { applyBatch } from "./batch.ts";
import { clearServerSides, removeCalendarRows } from "./calendar-rows.ts";
import { contentName } from "./content-names.ts";
import { deleteItem, insertItem, stageOperation, updateItem, writeAcks } from "./edits.ts";
import { type MachineMark, resume } from "./instance.ts";
import { readRow } from "./item-rows.ts";
import type {
  ItemEdit,
  ItemRemoval,
  ItemStore,
  NewItem,
  RemovedCalendar,
  StoreChange,
  StoredItemWithText,
  StoreEvent,
} from "./item-store.ts";
import { changeMetadata, type MetadataChange } from "./metadata.ts";
import { dismissSuperseded, isRemoved, listRemoved } from "./removed-calendars.ts";
import { resolveConflict } from "./resolve-conflict.ts";
import { forgetSnapshotted } from "./retention.ts";
import { settleRow } from "./settle.ts";
import type { SqlConnection, SqlExecutor } from "./sql-connection.ts";
import { storeError } from "./sql-error.ts";
import { SqliteItemReads } from "./sqlite-item-reads.ts";
import { takeEvents } from "./store-events.ts";
import { StoreWrites, type WriteTarget, type Written } from "./store-writes.ts";
import type { UnsentFolder } from "./unsent-folder.ts";

export interface StoreParts {
  readonly sql: SqlConnection;
  readonly unsent: UnsentFolder;
  readonly machine: MachineMark;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A name that nothing else has: letters, digits and `-`. */
  readonly newId: () => string;
  /** Runs before the connection is closed, if no damage was met. */
  readonly onClosing: () => Promise<void>;
}

export class SqliteItemStore extends SqliteItemReads implements ItemStore {
  readonly #parts: StoreParts;
  readonly #writes: StoreWrites;
  readonly #listeners = new Set<(change: StoreChange) => void>();
  /** By calendar: rows that batches changed and nobody was told of yet. */
  readonly #untold = new Map<string, Set<string>>();
  #closed: Promise<void> | null = null;

  constructor(parts: StoreParts) {
    super(parts.sql);
    this.#parts = parts;
    this.#writes = new StoreWrites(parts.sql, parts.unsent, parts.now);
  }

  async batch(
    calendarId: string,
    operations: string,
    options: { readonly state?: string | undefined; readonly notify?: boolean | undefined } = {},
  ): Promise<string> {
    const { state, notify } = options;
    const { result, visible } = await this.#write(calendarId, false, async (sql, target) => {
      const applied = await applyBatch(sql, target, operations);
      if (state !== undefined) {
        await sql.execute("UPDATE calendars SET state = json(:state) WHERE key = :calendar", {
          state,
          calendar: target.calendar,
        });
      }
      return { value: applied, touched: applied.result.pending };
    });
    const untold = this.#untold.get(calendarId) ?? new Set();
    for (const name of visible) untold.add(name);
    this.#untold.set(calendarId, untold);
    if (notify !== false) {
      this.#untold.delete(calendarId);
      this.#tell({ kind: "load", calendarId, names: [...untold] });
    }
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
  ): Promise<string[]> {
    const left = await this.#write(calendarId, true, async (sql, target) => {
      const value: string[] = [];
      for (const operation of operations) {
        if (!(await stageOperation(sql, target, operation, reason))) value.push(operation.name);
      }
      return { value, touched: operations.map(({ name }) => name) };
    });
    this.#tell({ kind: "load", calendarId, names: null });
    return left;
  }

  async resolveConflict(
    calendarId: string,
    id: number,
    operations: readonly StageOperation[],
    expected: RowVersion,
  ): Promise<boolean> {
    const resolved = await this.#write(calendarId, true, async (sql, target) => {
      const value = await resolveConflict(sql, target, id, operations, expected);
      return { value, touched: operations.map(({ name }) => name) };
    });
    if (resolved) this.#tell({ kind: "load", calendarId, names: null });
    return resolved;
  }

  contentName(calendarId: string): Promise<string | null> {
    return this.#inTurn(() => contentName(this.sql, calendarId));
  }

  takeEvents(): Promise<StoreEvent[]> {
    return this.#inTurn(() => this.sql.transaction((sql) => takeEvents(sql), { durable: false }));
  }

  async clear(calendarId: string): Promise<void> {
    await this.#write(calendarId, false, async (sql, target) => {
      await clearServerSides(sql, target);
      return { value: undefined, touched: [] };
    });
    this.#tell({ kind: "load", calendarId, names: null });
  }

  async removeCalendar(calendarId: string, reason: string): Promise<RemovedCalendar> {
    const removed = await this.#write(calendarId, true, async (sql, target) => {
      const value = await removeCalendarRows(sql, target, reason);
      return { value, touched: this.#parts.unsent.namesOf(calendarId) };
    });
    this.#tell({ kind: "load", calendarId, names: null });
    return removed;
  }

  listRemoved(): Promise<string> {
    // After a removal that is under way.
    return this.#inTurn(() => listRemoved(this.#parts.sql));
  }

  isRemoved(calendarId: string): Promise<boolean> {
    return this.#inTurn(() => isRemoved(this.#parts.sql, calendarId));
  }

  dismissSuperseded(calendarId: string, ids: readonly number[]): Promise<void> {
    return this.#inTurn(() => dismissSuperseded(this.#parts.sql, calendarId, ids));
  }

  resumeSending(): Promise<void> {
    const { sql, machine, newId } = this.#parts;
    return this.#inTurn(() => resume(sql, machine, newId));
  }

  async markSnapshotted(
    calendarId: string,
    ids: readonly number[],
    snapshotId: string,
  ): Promise<void> {
    await this.#inTurn(() =>
      this.sql.transaction(
        (sql) =>
          sql.execute(
            `UPDATE superseded SET snapshot_id = :snapshotId
             WHERE id IN (SELECT value FROM json_each(:ids))
               AND calendar = (SELECT key FROM calendars WHERE id = :calendarId)`,
            { snapshotId, calendarId, ids: JSON.stringify(ids) },
          ),
        { durable: false },
      ),
    );
  }

  async unmarkSnapshotted(snapshotIds: readonly string[] | null): Promise<void> {
    await this.#inTurn(() =>
      this.sql.transaction(
        (sql) =>
          sql.execute(
            `UPDATE superseded SET snapshot_id = NULL
             WHERE snapshot_id IS NOT NULL
               AND (:ids IS NULL OR snapshot_id IN (SELECT value FROM json_each(:ids)))`,
            { ids: snapshotIds && JSON.stringify(snapshotIds) },
          ),
        // A mark that came back after a power cut would let go what no snapshot holds.
        { durable: true },
      ),
    );
  }

  async forgetSnapshotted(snapshotIds: readonly string[]): Promise<void> {
    const { sql, now } = this.#parts;
    await this.#inTurn(() => forgetSnapshotted(sql, snapshotIds, now()));
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

  changeMetadata(calendarId: string, name: string, change: MetadataChange): Promise<void> {
    return this.#write(calendarId, true, async (sql, { calendar }) => {
      const row = await readRow(sql, calendar, name);
      if (row !== null) await changeMetadata(sql, row.id, change);
      return { value: undefined, touched: [] };
    });
  }

  onChanged(listener: (change: StoreChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#closed ??= this.#inTurn(async () => {
      if (!this.isDamaged) await this.#parts.onClosing();
      await this.sql.close();
    });
    return this.#closed;
  }

  async #visible(calendarId: string, name: string): Promise<StoredItemWithText> {
    const item = await this.getByName(calendarId, name);
    // A sync may have taken it away in the very moment after the commit.
    if (item === null) throw storeError(new Error("the row is gone"));
    return item;
  }

  #write<T>(
    calendarId: string,
    durable: boolean,
    work: (sql: SqlExecutor, target: WriteTarget) => Promise<Written<T>>,
  ): Promise<T> {
    return this.told(this.#writes.write(calendarId, durable, work));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.told(this.#writes.inTurn(work));
  }

  #tell(change: StoreChange): void {
    // What a listener throws is its own affair: the write is done.
    for (const listener of this.#listeners) void Promise.resolve(change).then(listener);
  }
}
