/** How much there is, for the calendar list and the toolbar. */
import { COMPONENT, type DeletionCounts } from "../../../shared/item-store.ts";
import type { ItemCounts } from "./item-store.ts";
import type { SqlExecutor } from "./sql-connection.ts";

const COUNTS = `
  SELECT count(i.visible_body),
         coalesce(sum(i.visible_body IS NOT NULL AND i.components & ${COMPONENT.event} <> 0), 0),
         coalesce(sum(i.visible_body IS NOT NULL AND i.components & ${COMPONENT.todo} <> 0), 0),
         count(o.item),
         (SELECT count(*) FROM conflicts c JOIN calendars l ON l.key = c.calendar WHERE l.id = :calendarId)
  FROM calendars k JOIN items i ON i.calendar = k.key LEFT JOIN outbox o ON o.item = i.id
  WHERE k.id = :calendarId`;

export async function countItems(sql: SqlExecutor, calendarId: string): Promise<ItemCounts> {
  const [items, events, todos, pending, conflicts] = (
    (await sql.execute(COUNTS, { calendarId }))[0] ?? []
  ).map(Number);
  return {
    items: items ?? 0,
    events: events ?? 0,
    todos: todos ?? 0,
    pending: pending ?? 0,
    conflicts: conflicts ?? 0,
  };
}

/** Of all calendars. */
export async function countPending(sql: SqlExecutor): Promise<number> {
  return Number((await sql.execute("SELECT count(*) FROM outbox"))[0]?.[0] ?? 0);
}

/**
 * @param since ms since the epoch
 * @param except names whose deletions are not counted
 */
export async function countDeletions(
  sql: SqlExecutor,
  calendarId: string,
  since: number,
  except: readonly string[],
): Promise<DeletionCounts> {
  const rows = await sql.execute(
    `SELECT
       (SELECT count(*) FROM outbox o JOIN items i ON i.id = o.item
        WHERE i.calendar = k.key AND o.kind = 'delete' AND o.waits_for IS NULL
          AND i.name NOT IN (SELECT value FROM json_each(:except))),
       (SELECT count(DISTINCT p.name) FROM superseded p
        WHERE p.calendar = k.key AND p.reason = 'delete' AND p.superseded_at >= :since
          AND p.name NOT IN (SELECT value FROM json_each(:except))
          AND NOT EXISTS (SELECT 1 FROM items i WHERE i.calendar = k.key AND i.name = p.name)),
       (SELECT count(*) FROM items i WHERE i.calendar = k.key AND i.server_body IS NOT NULL)
     FROM calendars k WHERE k.id = :calendarId`,
    { calendarId, since, except: JSON.stringify(except) },
  );
  const [pending = 0, confirmed = 0, onServer = 0] = (rows[0] ?? []).map(Number);
  return { pending, confirmed, onServer };
}
