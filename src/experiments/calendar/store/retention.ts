/**
 * What may be forgotten: at start versions that no open dialog can refer to any more, and superseded texts that a verified
 * snapshot has held for long enough, once it was seen to be there still and nobody has to decide about them. Then the bodies that nothing refers to.
 */
import { LEFT_REASONS, UNCLEAR_REASON } from "../../../shared/item-store.ts";
import type { SqlConnection, SqlExecutor } from "./sql-connection.ts";

const DAY = 24 * 60 * 60_000;
/** Replaced versions are kept for the session and this long. */
const VERSIONS_MS = 7 * DAY;
const MOST_VERSIONS = 50_000;
const SUPERSEDED_MS = 30 * DAY;
const KEPT = JSON.stringify([...LEFT_REASONS, UNCLEAR_REASON]);

export async function forgetOld(sql: SqlConnection, now: number): Promise<void> {
  await sql.transaction(
    async (executor) => {
      const forgotten = await executor.execute(
        `DELETE FROM versions WHERE replaced_at < :before OR revision <= (
           SELECT revision FROM versions ORDER BY revision DESC LIMIT 1 OFFSET ${MOST_VERSIONS})
         RETURNING 1`,
        { before: now - VERSIONS_MS },
      );
      if (forgotten.length > 0) await forgetBodies(executor);
    },
    { durable: false },
  );
}

/** @param there every snapshot that was seen just now: a mark that names another one holds nothing */
export async function forgetSnapshotted(
  sql: SqlConnection,
  there: readonly string[],
  now: number,
): Promise<void> {
  await sql.transaction(
    async (executor) => {
      await executor.execute(
        `UPDATE superseded SET snapshot_id = NULL WHERE snapshot_id IS NOT NULL
           AND snapshot_id NOT IN (SELECT value FROM json_each(:there))`,
        { there: JSON.stringify(there) },
      );
      const forgotten = await executor.execute(
        `DELETE FROM superseded WHERE snapshot_id IS NOT NULL AND superseded_at < :before
           AND reason NOT IN (SELECT value FROM json_each(:kept)) RETURNING 1`,
        { before: now - SUPERSEDED_MS, kept: KEPT },
      );
      if (forgotten.length > 0) await forgetBodies(executor);
    },
    // A mark that came back after a power cut would let go what no snapshot holds.
    { durable: true },
  );
}

async function forgetBodies(executor: SqlExecutor): Promise<void> {
  await executor.execute(
    `DELETE FROM bodies WHERE id NOT IN (
       SELECT visible_body FROM items WHERE visible_body IS NOT NULL
       UNION ALL SELECT server_body FROM items WHERE server_body IS NOT NULL
       UNION ALL SELECT base_body FROM outbox WHERE base_body IS NOT NULL
       UNION ALL SELECT body FROM superseded
       UNION ALL SELECT body FROM versions
       UNION ALL SELECT mine FROM conflicts WHERE mine IS NOT NULL
       UNION ALL SELECT theirs FROM conflicts WHERE theirs IS NOT NULL
       UNION ALL SELECT base FROM conflicts WHERE base IS NOT NULL)`,
  );
}
