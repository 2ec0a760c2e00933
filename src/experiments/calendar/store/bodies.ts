/** Texts: written once, referred to by id. */
import type { SqlExecutor } from "./sql-connection.ts";

export async function addBody(sql: SqlExecutor, text: string): Promise<number> {
  const rows = await sql.execute("INSERT INTO bodies (text) VALUES (:text) RETURNING id", { text });
  return rows[0]?.[0] as number;
}

/** The id of a text; `known` holds those that are written already, and learns new ones. */
export async function bodyOf(
  sql: SqlExecutor,
  known: Map<string, number>,
  text: string | null,
): Promise<number | null> {
  if (text === null) return null;
  const written = known.get(text);
  if (written !== undefined) return written;
  const made = await addBody(sql, text);
  known.set(text, made);
  return made;
}
