/**
 * A move between two calendars is a create in one and a delete in the other. The delete waits until the create is
 * confirmed; if the create is given up, the delete is taken back, so that at no time the item is nowhere. If the user
 * deletes the item in its new place before that, both are deletions like any other; if that is taken back, they are
 * halves of a move again.
 */
import { readRow } from "./item-rows.ts";
import type { ServerSide } from "./row-state.ts";
import { removeRow, writeRow } from "./row-writes.ts";
import type { SqlExecutor } from "./sql-connection.ts";

/** SQL: the outbox row `o` of item `i` waits for a create that is not confirmed yet. */
export const IS_WAITING = `o.waits_for IS NOT NULL AND EXISTS (
  SELECT 1 FROM items t JOIN outbox c ON c.item = t.id
  WHERE t.calendar = o.waits_for AND t.uid = i.uid AND c.kind = 'create')`;

/** Key of another calendar where a create of the UID is pending; `null` when there is none. */
export async function unconfirmedCreate(
  sql: SqlExecutor,
  calendar: number,
  uid: string | null,
): Promise<number | null> {
  const rows = await sql.execute(
    `SELECT i.calendar FROM outbox o JOIN items i ON i.id = o.item
     WHERE o.kind = 'create' AND i.uid = :uid AND i.calendar <> :calendar ORDER BY o.changed_at DESC LIMIT 1`,
    { uid, calendar },
  );
  return (rows[0]?.[0] ?? null) as number | null;
}

/**
 * The user has deleted what a create of the UID in this calendar was to make: deletes that waited for it wait for the
 * one in the calendar it was moved on to. Where there is none, they are no halves of moves any more, as the item would be
 * nowhere then: they count as deletions.
 */
export async function endMoves(
  sql: SqlExecutor,
  calendar: number,
  uid: string | null,
): Promise<void> {
  const next = await unconfirmedCreate(sql, calendar, uid);
  await sql.execute(
    `UPDATE outbox SET waits_for = :next
     WHERE kind = 'delete' AND waits_for = :calendar AND item IN (SELECT id FROM items WHERE uid = :uid)`,
    { calendar, uid, next },
  );
}

/**
 * A deletion in this calendar was taken back, and what it had deleted has to be made on the server: deletes of the UID
 * elsewhere wait for it again.
 */
export async function resumeMoves(
  sql: SqlExecutor,
  calendar: number,
  uid: string | null,
): Promise<void> {
  await sql.execute(
    `UPDATE outbox SET waits_for = :calendar
     WHERE kind = 'delete' AND waits_for IS NULL
       AND item IN (SELECT id FROM items WHERE uid = :uid AND calendar <> :calendar)`,
    { calendar, uid },
  );
}

/**
 * What had been moved here and was deleted here is made here once more, after its row was gone: deletes of the UID
 * elsewhere wait for it again. Those the user made when it was nowhere else, or has made since, are deletions and stay so.
 */
export async function resumeMovesHere(
  sql: SqlExecutor,
  calendar: number,
  uid: string | null,
): Promise<void> {
  const rows = await sql.execute(
    `SELECT max(superseded_at) FROM superseded
     WHERE calendar = :calendar AND uid = :uid AND reason IN ('delete', 'restore')`,
    { calendar, uid },
  );
  const deletedAt = (rows[0]?.[0] ?? null) as number | null;
  // Of what is imported nothing was deleted, and nothing more has to be looked for.
  if (deletedAt === null) return;
  await sql.execute(
    `UPDATE outbox SET waits_for = :calendar
     WHERE kind = 'delete' AND waits_for IS NULL AND changed_at <= :deletedAt
       AND item IN (SELECT id FROM items WHERE uid = :uid AND calendar <> :calendar)`,
    { calendar, uid, deletedAt },
  );
}

/**
 * A create of the UID in this calendar will not be sent any more: deletes that waited for it are taken back.
 * @param concerns only those of rows with such a server side
 */
export async function releaseMoves(
  sql: SqlExecutor,
  calendar: number,
  uid: string | null,
  now: number,
  concerns: (server: ServerSide | null) => boolean = () => true,
): Promise<void> {
  const waiting = await sql.execute(
    `SELECT i.calendar, i.name FROM outbox o JOIN items i ON i.id = o.item
     WHERE o.kind = 'delete' AND o.waits_for = :calendar AND i.uid = :uid`,
    { calendar, uid },
  );
  for (const [other, name] of waiting) {
    const row = await readRow(sql, other as number, name as string);
    if (row === null || !concerns(row.state.server)) continue;
    const { server } = row.state;
    const reasons = { visible: "move", server: "move" };
    if (server === null) {
      // Its server side was forgotten: the next sync brings what is there, and nothing must be deleted there.
      await removeRow(sql, row, { reasons, now });
      continue;
    }
    const next = { visible: server, server, change: null, takenBackAt: now };
    await writeRow(sql, row, next, { reasons, now });
  }
}
