/**
 * Writes the next state of a row, and what the promise "nothing superseded vanishes" needs beside it, in the same
 * transaction: texts that are in neither side any more go to `superseded`, the replaced visible version to
 * `versions`, and the row gets a new revision.
 */
import { bodyOf } from "./bodies.ts";
import type { ItemRow } from "./item-rows.ts";
import type { Change, Reasons, RowState, ServerSide, Side } from "./row-state.ts";
import { assignColumns, COLUMN_NAMES, columnsFrom } from "./schema.ts";
import type { SqlExecutor, SqlValue } from "./sql-connection.ts";

export interface RowWrite {
  readonly reasons: Reasons;
  /** ms since the epoch. */
  readonly now: number;
  /** A new revision even if the visible text stays the same. */
  readonly newRevision?: boolean;
  readonly newName?: string;
}

/** @returns the row's revision afterwards */
export async function writeRow(
  sql: SqlExecutor,
  row: ItemRow,
  next: RowState,
  write: RowWrite,
): Promise<number> {
  const { visible, server, change } = next;
  const isNewVersion = row.state.visible?.text !== visible?.text || write.newRevision === true;
  await keepReplaced(sql, row, next, write);
  const revision = isNewVersion ? await nextRevision(sql) : row.revision;
  const bodies = new Map(row.bodies);
  await sql.execute(
    `UPDATE items SET name = :name, revision = :revision, visible_body = :visible,
       server_body = :server, metadata = iif(:unconfirmed, metadata, :metadata), taken_back_at = :takenBackAt WHERE id = :id`,
    {
      id: row.id,
      name: write.newName ?? row.name,
      revision,
      visible: await bodyOf(sql, bodies, visible?.text ?? null),
      server: await bodyOf(sql, bodies, server?.text ?? null),
      // What an add-on gave along with a create stays until the server's answer brings other facts.
      unconfirmed: server === null && row.state.server === null ? 1 : 0,
      metadata: server?.metadata ?? null,
      takenBackAt: next.takenBackAt,
    },
  );
  // A row whose delete is pending keeps the columns it had: its UID is how it is found again.
  if (visible !== null && visible.columns !== row.state.visible?.columns) {
    await sql.execute(`UPDATE items SET ${assignColumns(":columns")} WHERE id = :id`, {
      id: row.id,
      columns: visible.columns,
    });
  }
  await writeChange(sql, row.id, change, server, bodies);
  return revision;
}

/** A row that did not exist. @returns its key */
export async function insertRow(
  sql: SqlExecutor,
  calendar: number,
  name: string,
  state: RowState & { readonly visible: Side },
  acks: string,
): Promise<number> {
  const bodies = new Map<string, number>();
  const revision = await nextRevision(sql);
  const rows = await sql.execute(
    `INSERT INTO items (calendar, name, revision, acks, visible_body, server_body, metadata, ${COLUMN_NAMES})
     SELECT :calendar, :name, :revision, :acks, :visible, :server, :metadata, ${columnsFrom(":columns")}
     RETURNING id`,
    {
      calendar,
      name,
      revision,
      acks,
      visible: await bodyOf(sql, bodies, state.visible.text),
      server: await bodyOf(sql, bodies, state.server?.text ?? null),
      metadata: state.server?.metadata ?? null,
      columns: state.visible.columns,
    },
  );
  const item = rows[0]?.[0] as number;
  await writeChange(sql, item, state.change, state.server, bodies);
  return item;
}

/** The row goes; its texts are kept. */
export async function removeRow(sql: SqlExecutor, row: ItemRow, write: RowWrite): Promise<void> {
  const empty = { visible: null, server: null, change: null, takenBackAt: null };
  await keepReplaced(sql, row, empty, write);
  await sql.execute("DELETE FROM outbox WHERE item = :id", { id: row.id });
  await sql.execute("DELETE FROM items WHERE id = :id", { id: row.id });
}

async function writeChange(
  sql: SqlExecutor,
  item: number,
  change: Change | null,
  server: ServerSide | null,
  bodies: Map<string, number>,
): Promise<void> {
  if (change === null) {
    await sql.execute("DELETE FROM outbox WHERE item = :item", { item });
    return;
  }
  await sql.execute(
    `INSERT OR REPLACE INTO outbox
       (item, kind, base_body, server_columns, changed_at, attempts, last_error, waits_for)
     VALUES (:item, :kind, :base, :serverColumns, :changedAt, :attempts, :lastError, :waitsFor)`,
    {
      item,
      kind: change.kind,
      base: await bodyOf(sql, bodies, change.baseText),
      serverColumns: server?.columns ?? null,
      changedAt: change.changedAt,
      attempts: change.attempts,
      lastError: change.lastError,
      waitsFor: change.waitsFor,
    },
  );
}

async function keepReplaced(
  sql: SqlExecutor,
  row: ItemRow,
  next: RowState,
  write: RowWrite,
): Promise<void> {
  const { visible, server } = row.state;
  const kept = [next.visible?.text, next.server?.text];
  if (row.visibleBody !== null) {
    const isNewVersion = next.visible?.text !== visible?.text || write.newRevision === true;
    if (isNewVersion) await keepVersion(sql, row, row.visibleBody, write.now);
    if (visible !== null && visible.text !== server?.text && !kept.includes(visible.text)) {
      await supersede(sql, row, row.visibleBody, write.reasons.visible, write.now);
    }
  }
  if (row.serverBody !== null && server !== null && !kept.includes(server.text)) {
    await supersede(sql, row, row.serverBody, write.reasons.server, write.now);
  }
}

function keepVersion(
  sql: SqlExecutor,
  row: ItemRow,
  body: number,
  now: number,
): Promise<SqlValue[][]> {
  return sql.execute(
    `INSERT OR IGNORE INTO versions (revision, calendar, body, replaced_at)
     VALUES (:revision, :calendar, :body, :now)`,
    { revision: row.revision, calendar: row.calendar, body, now },
  );
}

async function supersede(
  sql: SqlExecutor,
  row: ItemRow,
  body: number,
  reason: string,
  now: number,
): Promise<void> {
  await sql.execute(
    `INSERT INTO superseded (calendar, name, uid, body, reason, superseded_at)
     VALUES (:calendar, :name, :uid, :body, :reason, :now)`,
    { calendar: row.calendar, name: row.name, uid: row.uid, body, reason, now },
  );
}

async function nextRevision(sql: SqlExecutor): Promise<number> {
  const rows = await sql.execute(
    "UPDATE meta SET value = value + 1 WHERE key = 'revision' RETURNING value",
  );
  return rows[0]?.[0] as number;
}
