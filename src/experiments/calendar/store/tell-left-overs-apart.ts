/**
 * Version 1 of the schema gave every text of a calendar that was taken out one reason, "unsubscribe". Version 2 has reasons for
 * what the server never had (LEFT_REASONS of shared/item-store.ts), so that nothing of it goes before the user says so.
 *
 * What tells them apart is the order of the rows of one removal: first the server's texts, one a name and, as SQLite walks
 * the items by their index, in the order of the names; then texts that were never sent; then the sides of conflicts. So no
 * text is the server's from the first row on whose name came before, and from the one place on where the names start anew.
 * Where they do not start anew, an event that was made and never sent may be among the rest: all of that stays.
 */
import { UNCLEAR_REASON } from "../../../shared/item-store.ts";
import type { SqlExecutor } from "./sql-connection.ts";

/** Rows of removals that nobody has told apart, with what their order says. */
const REMOVALS = `
  CREATE TEMP TABLE removals AS
  SELECT id, calendar, superseded_at,
         row_number() OVER (PARTITION BY calendar, superseded_at, name ORDER BY id) > 1 AS again
  FROM superseded p WHERE reason = 'unsubscribe' AND NOT EXISTS (
    SELECT 1 FROM superseded told WHERE told.calendar = p.calendar AND told.superseded_at = p.superseded_at
      AND told.reason IN ('unsent', 'undecided', 'given up'))`;

/** Where there are several, the items were not walked by their names, and the order says nothing. */
const TURNS = `
  CREATE TEMP TABLE turns AS
  SELECT calendar, superseded_at, min(id) AS id FROM (
    SELECT r.id, r.calendar, r.superseded_at,
           p.name < lag(p.name) OVER (PARTITION BY r.calendar, r.superseded_at ORDER BY r.id) AS turns
    FROM removals r JOIN superseded p ON p.id = r.id WHERE NOT again)
  WHERE turns GROUP BY calendar, superseded_at HAVING count(*) = 1`;

const RETAG = `
  UPDATE superseded SET reason = CASE
    WHEN told.id >= told.ends THEN 'unsent'
    WHEN told.turned THEN reason
    ELSE :unclear END
  FROM (
    SELECT r.id, t.id IS NOT NULL AS turned,
           min(CASE WHEN r.again OR r.id = t.id THEN r.id END) OVER (PARTITION BY r.calendar, r.superseded_at) AS ends
    FROM removals r LEFT JOIN turns t ON t.calendar = r.calendar AND t.superseded_at = r.superseded_at) told
  WHERE superseded.id = told.id`;

export async function tellLeftOversApart(sql: SqlExecutor): Promise<void> {
  await sql.execute(REMOVALS);
  await sql.execute(TURNS);
  await sql.execute(RETAG, { unclear: UNCLEAR_REASON });
  await sql.execute("DROP TABLE removals");
  await sql.execute("DROP TABLE turns");
}
