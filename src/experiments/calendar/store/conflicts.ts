/** The conflict list: what is kept until the user decides (resolve-conflict.ts). */
import type { ConflictRecord } from "../../../shared/item-store.ts";
import { bodyOf } from "./bodies.ts";
import type { ItemRow } from "./item-rows.ts";
import type { SqlExecutor } from "./sql-connection.ts";

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
