/** How much there is, for the calendar list and the toolbar. */
import { COMPONENT } from "../../../shared/item-store.ts";
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
