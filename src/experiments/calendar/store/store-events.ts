/** What the user must be told about the database, kept until it is read. */
import type { StoreEvent } from "./item-store.ts";
import type { SqlExecutor } from "./sql-connection.ts";

export async function addEvent(sql: SqlExecutor, event: StoreEvent): Promise<void> {
  await sql.execute("INSERT INTO events (event) VALUES (:event)", { event: JSON.stringify(event) });
}

/** In the order they happened; they are gone afterwards. */
export async function takeEvents(sql: SqlExecutor): Promise<StoreEvent[]> {
  const rows = await sql.execute("SELECT event FROM events ORDER BY id");
  if (rows.length > 0) await sql.execute("DELETE FROM events");
  return rows.map((row) => JSON.parse(row[0] as string) as StoreEvent);
}
