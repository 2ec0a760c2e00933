/** What the user decided about a conflict, stored with its consequences in one transaction. */
import { AppError } from "../../../shared/errors.ts";
import type { RowVersion, StageOperation } from "../../../shared/item-store.ts";
import { type EditTarget, stageOperation } from "./edits.ts";
import { readRow } from "./item-rows.ts";
import type { SqlExecutor } from "./sql-connection.ts";

/**
 * Takes a conflict off the list together with the changes that the decision asks for. Both its texts go to
 * `superseded`: whatever was decided, none of them is lost.
 * @param expected the row as the decision was made of it
 * @returns false when that row has moved on; then nothing is done
 * @throws AppError "item-unknown" when it is not on the list
 */
export async function resolveConflict(
  sql: SqlExecutor,
  target: EditTarget,
  id: number,
  operations: readonly StageOperation[],
  expected: RowVersion,
): Promise<boolean> {
  const { calendar, now } = target;
  const known = await sql.execute(
    "SELECT 1 FROM conflicts WHERE id = :id AND calendar = :calendar",
    { id, calendar },
  );
  if (known.length === 0) {
    throw new AppError("item-unknown", "This conflict is no longer on the list.", {
      hint: "It was decided meanwhile. Nothing was changed.",
    });
  }
  const row = await readRow(sql, calendar, expected.name);
  if ((row?.revision ?? null) !== expected.revision) return false;
  await sql.execute(
    `INSERT INTO superseded (calendar, name, uid, body, reason, superseded_at)
     SELECT c.calendar, c.name, c.uid, b.id, 'conflict', :now
     FROM conflicts c JOIN bodies b ON b.id IN (c.mine, c.theirs) WHERE c.id = :id`,
    { id, now },
  );
  await sql.execute("DELETE FROM conflicts WHERE id = :id", { id });
  for (const operation of operations) await stageOperation(sql, target, operation, "conflict");
  return true;
}
