/**
 * One row of the database read as a {@link RowState}, and the next state written: the rest of what the promise
 * "nothing superseded vanishes" needs happens here in the same transaction. Texts that are in neither side any
 * more go to `superseded`, the replaced visible version to `versions`, and the row gets a new revision.
 */
import type { ConflictRecord, PendingKind } from "../../../shared/item-store.ts";
import type { Change, Reasons, RowState, ServerSide, Side } from "./row-state.ts";
import { assignColumns, COLUMN_NAMES, columnsFrom, columnsOf } from "./schema.ts";
import type { SqlExecutor, SqlValue } from "./sql-connection.ts";

/** A row as it is in the database, with the ids of its texts. */
export interface ItemRow {
  readonly id: number;
  readonly calendar: number;
  readonly name: string;
  readonly uid: string | null;
  readonly revision: number;
  readonly state: RowState;
  /** Texts known to lie in `bodies`. */
  readonly bodies: ReadonlyMap<string, number>;
  readonly visibleBody: number | null;
  readonly serverBody: number | null;
}

const READ_ROW = `
  SELECT i.id, i.name, i.uid, i.revision, i.visible_body, v.text, ${columnsOf("i")},
         i.server_body, s.text, i.metadata, i.taken_back_at,
         o.kind, o.base_body, b.text, o.server_columns, o.changed_at, o.attempts, o.last_error, o.waits_for
  FROM items i
  LEFT JOIN bodies v ON v.id = i.visible_body
  LEFT JOIN bodies s ON s.id = i.server_body
  LEFT JOIN outbox o ON o.item = i.id
  LEFT JOIN bodies b ON b.id = o.base_body`;

/** Key of a calendar; made at the first use, and again after it was removed. */
export async function calendarKey(sql: SqlExecutor, calendarId: string): Promise<number> {
  const found = await sql.execute(
    "SELECT key FROM calendars WHERE id = :id AND removed_at IS NULL",
    {
      id: calendarId,
    },
  );
  const known = found[0]?.[0];
  if (typeof known === "number") return known;
  const made = await sql.execute(
    `INSERT INTO calendars (id) VALUES (:id)
     ON CONFLICT (id) DO UPDATE SET removed_at = NULL RETURNING key`,
    { id: calendarId },
  );
  return made[0]?.[0] as number;
}

export async function nextRevision(sql: SqlExecutor): Promise<number> {
  const rows = await sql.execute(
    "UPDATE meta SET value = value + 1 WHERE key = 'revision' RETURNING value",
  );
  return rows[0]?.[0] as number;
}

export async function addBody(sql: SqlExecutor, text: string): Promise<number> {
  const rows = await sql.execute("INSERT INTO bodies (text) VALUES (:text) RETURNING id", { text });
  return rows[0]?.[0] as number;
}

export async function readRow(
  sql: SqlExecutor,
  calendar: number,
  name: string,
): Promise<ItemRow | null> {
  const rows = await sql.execute(`${READ_ROW} WHERE i.calendar = :calendar AND i.name = :name`, {
    calendar,
    name,
  });
  return rows[0] === undefined ? null : toItemRow(calendar, rows[0]);
}

/** Visible rows first, then those whose delete is pending; the oldest of each. */
export async function readRowByUid(
  sql: SqlExecutor,
  calendar: number,
  uid: string,
): Promise<ItemRow | null> {
  const rows = await sql.execute(
    `${READ_ROW} WHERE i.calendar = :calendar AND i.uid = :uid
     ORDER BY i.visible_body IS NULL, i.id LIMIT 1`,
    { calendar, uid },
  );
  return rows[0] === undefined ? null : toItemRow(calendar, rows[0]);
}

function toItemRow(calendar: number, values: readonly SqlValue[]): ItemRow {
  const [id, name, uid, revision, visibleBody, visibleText, columns] = values;
  const [serverBody, serverText, metadata, takenBackAt] = values.slice(7);
  const [kind, baseBody, baseText, serverColumns, changedAt, attempts, lastError, waitsFor] =
    values.slice(11);
  const bodies = new Map<string, number>();
  for (const [text, body] of [
    [baseText, baseBody],
    [serverText, serverBody],
    [visibleText, visibleBody],
  ]) {
    if (typeof text === "string" && typeof body === "number") bodies.set(text, body);
  }
  const visible: Side | null =
    visibleText === null ? null : { text: visibleText as string, columns: columns as string };
  const server: ServerSide | null =
    serverText === null
      ? null
      : {
          text: serverText as string,
          columns: (serverColumns ?? columns) as string,
          metadata: (metadata ?? "null") as string,
        };
  const change: Change | null =
    kind === null
      ? null
      : {
          kind: kind as PendingKind,
          baseText: baseText as string | null,
          changedAt: changedAt as number,
          attempts: attempts as number,
          lastError: lastError as string | null,
          waitsFor: waitsFor as number | null,
        };
  return {
    id: id as number,
    calendar,
    name: name as string,
    uid: uid as string | null,
    revision: revision as number,
    state: { visible, server, change, takenBackAt: takenBackAt as number | null },
    bodies,
    visibleBody: visibleBody as number | null,
    serverBody: serverBody as number | null,
  };
}

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
       server_body = :server, metadata = :metadata, taken_back_at = :takenBackAt WHERE id = :id`,
    {
      id: row.id,
      name: write.newName ?? row.name,
      revision,
      visible: await bodyOf(sql, bodies, visible?.text ?? null),
      server: await bodyOf(sql, bodies, server?.text ?? null),
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

/** A row that did not exist. @returns its revision */
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
  await writeChange(sql, rows[0]?.[0] as number, state.change, state.server, bodies);
  return revision;
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

async function bodyOf(
  sql: SqlExecutor,
  bodies: Map<string, number>,
  text: string | null,
): Promise<number | null> {
  if (text === null) return null;
  const known = bodies.get(text);
  if (known !== undefined) return known;
  const made = await addBody(sql, text);
  bodies.set(text, made);
  return made;
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

/** Both texts are kept whole. The same conflict met again is not put on the list twice. */
export async function addConflict(
  sql: SqlExecutor,
  row: Pick<ItemRow, "calendar" | "name" | "uid">,
  conflict: ConflictRecord,
  now: number,
): Promise<void> {
  const { calendar, name, uid } = row;
  const known = await sql.execute(
    `SELECT 1 FROM conflicts c LEFT JOIN bodies m ON m.id = c.mine LEFT JOIN bodies t ON t.id = c.theirs
     WHERE c.calendar = :calendar AND c.name = :name AND c.kind = :kind
       AND m.text IS :mine AND t.text IS :theirs`,
    {
      calendar,
      name,
      kind: conflict.conflict,
      mine: conflict.mine,
      theirs: conflict.theirs,
    },
  );
  if (known.length > 0) return;
  const bodies = new Map<string, number>();
  await sql.execute(
    `INSERT INTO conflicts (calendar, name, uid, kind, mine, theirs, base, properties, created_at)
     VALUES (:calendar, :name, :uid, :kind, :mine, :theirs, :base, :properties, :now)`,
    {
      calendar,
      name,
      uid,
      kind: conflict.conflict,
      mine: await bodyOf(sql, bodies, conflict.mine),
      theirs: await bodyOf(sql, bodies, conflict.theirs),
      base: await bodyOf(sql, bodies, conflict.base),
      properties: JSON.stringify(conflict.properties),
      now,
    },
  );
}
