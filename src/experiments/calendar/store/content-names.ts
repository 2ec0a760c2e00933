/**
 * Names for what a calendar holds, so that a backup knows without reading a row that nothing changed. A name is random, is
 * taken back by the transaction that changes anything, and is given anew when somebody asks: it never comes again, also
 * not in a database that was restored, copied or made anew.
 *
 * Taken back by triggers, so that no statement can forget to. They are on what `getResources` and `listConflicts` give
 * (listings.ts): names, texts of both sides, the kind of a pending change, flags, conflicts.
 */
import type { SqlConnection, SqlExecutor } from "./sql-connection.ts";

/** Of each table the columns that are part of what is named. */
export const NAMED_COLUMNS = {
  items: ["id", "calendar", "name", "flags", "visible_body", "server_body"],
  outbox: ["item", "kind"],
  conflicts: ["id", "calendar", "name", "mine", "theirs"],
} as const;

/** The step from version 2 of the schema to version 3. */
export async function nameContents(sql: SqlExecutor): Promise<void> {
  await sql.execute("ALTER TABLE calendars ADD COLUMN content_name TEXT");
  for (const table of ["items", "conflicts"] as const)
    for (const statement of triggersOn(table, (row) => `key = ${row}.calendar`))
      await sql.execute(statement);
  const ofItem = (row: string) => `key = (SELECT calendar FROM items WHERE id = ${row}.item)`;
  for (const statement of triggersOn("outbox", ofItem)) await sql.execute(statement);
  // Texts are written once. Should one ever be changed, nobody knows whose it was.
  await sql.execute(
    "CREATE TRIGGER content_of_bodies_updated AFTER UPDATE ON bodies BEGIN UPDATE calendars SET content_name = NULL; END",
  );
}

/** @param of the condition on `calendars` for `OLD` or `NEW` */
function triggersOn(table: keyof typeof NAMED_COLUMNS, of: (row: "OLD" | "NEW") => string) {
  const taken = (row: "OLD" | "NEW") =>
    `UPDATE calendars SET content_name = NULL WHERE ${of(row)} AND content_name IS NOT NULL;`;
  const columns = NAMED_COLUMNS[table].join(", ");
  return [
    `CREATE TRIGGER content_of_${table}_added AFTER INSERT ON ${table} BEGIN ${taken("NEW")} END`,
    `CREATE TRIGGER content_of_${table}_updated AFTER UPDATE OF ${columns} ON ${table}
     BEGIN ${taken("OLD")} ${taken("NEW")} END`,
    // Before: the item of an outbox row that goes along with it is still there then.
    `CREATE TRIGGER content_of_${table}_removed BEFORE DELETE ON ${table} BEGIN ${taken("OLD")} END`,
  ];
}

/** `null` for a calendar that has no row, or that was taken off the list. */
export async function contentName(sql: SqlConnection, calendarId: string): Promise<string | null> {
  const current = "WHERE id = :calendarId AND removed_at IS NULL";
  const read = (executor: SqlExecutor) =>
    executor.execute(`SELECT content_name FROM calendars ${current}`, { calendarId });
  const [known] = await read(sql);
  if (known === undefined) return null;
  if (known[0] !== null) return known[0] as string;
  return sql.transaction(
    async (executor) => {
      await executor.execute(
        `UPDATE calendars SET content_name = lower(hex(randomblob(16))) ${current} AND content_name IS NULL`,
        { calendarId },
      );
      return ((await read(executor))[0]?.[0] ?? null) as string | null;
    },
    // A power cut may take it back, together with whatever was written after it.
    { durable: false },
  );
}
