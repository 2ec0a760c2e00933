/** One row of the database, read as a {@link RowState} with the ids of its texts. */
import type { PendingKind } from "../../../shared/item-store.ts";
import type { Change, RowState, ServerSide, Side } from "./row-state.ts";
import { columnsOf } from "./schema.ts";
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
