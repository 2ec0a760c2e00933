/** What is kept of calendars that were taken off the list: which they are, and what the user gives up of it. */
import { LEFT_REASONS } from "../../../shared/item-store.ts";
import type { SqlConnection, SqlExecutor } from "./sql-connection.ts";

const LEFT = JSON.stringify(LEFT_REASONS);

/** JSON of `RemovedCalendarRow[]`, the newest removal first. */
export async function listRemoved(sql: SqlExecutor): Promise<string> {
  const rows = await sql.execute(
    `SELECT json_group_array(json_object('calendarId', id, 'removedAt', removed_at,
              'unsaved', unsaved, 'left', waiting) ORDER BY removed_at DESC, id)
     FROM (SELECT k.id, k.removed_at, sum(p.snapshot_id IS NULL) AS unsaved,
                  sum(p.reason IN (SELECT value FROM json_each(:reasons))) AS waiting
           FROM calendars k JOIN superseded p ON p.calendar = k.key
           WHERE k.removed_at IS NOT NULL GROUP BY k.key)
     WHERE unsaved > 0 OR waiting > 0`,
    { reasons: LEFT },
  );
  return (rows[0]?.[0] ?? "[]") as string;
}

export async function isRemoved(sql: SqlExecutor, calendarId: string): Promise<boolean> {
  const rows = await sql.execute(
    "SELECT 1 FROM calendars WHERE id = :calendarId AND removed_at IS NOT NULL",
    { calendarId },
  );
  return rows.length > 0;
}

/** They go into the next snapshot all the same, and are forgotten like other replaced versions (retention.ts). */
export async function dismissSuperseded(
  sql: SqlConnection,
  calendarId: string,
  ids: readonly number[],
): Promise<void> {
  await sql.transaction(
    (executor) =>
      executor.execute(
        `UPDATE superseded SET reason = 'given up'
         WHERE id IN (SELECT value FROM json_each(:ids))
           AND reason IN (SELECT value FROM json_each(:reasons))
           AND calendar = (SELECT key FROM calendars WHERE id = :calendarId)`,
        { ids: JSON.stringify(ids), calendarId, reasons: LEFT },
      ),
    { durable: true },
  );
}
