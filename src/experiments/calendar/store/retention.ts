/**
 * What may be forgotten at start: versions that no open dialog can refer to any more, and superseded texts that
 * a verified snapshot has held for long enough. Then the bodies that nothing refers to.
 */
import type { SqlConnection } from "./sql-connection.ts";

const DAY = 24 * 60 * 60_000;
/** Replaced versions are kept for the session and this long. */
const VERSIONS_MS = 7 * DAY;
const MOST_VERSIONS = 50_000;
const SUPERSEDED_MS = 30 * DAY;

export async function forgetOld(sql: SqlConnection, now: number): Promise<void> {
  await sql.transaction(
    async (executor) => {
      const forgotten = [
        await executor.execute(
          `DELETE FROM versions WHERE replaced_at < :before OR revision <= (
             SELECT revision FROM versions ORDER BY revision DESC LIMIT 1 OFFSET ${MOST_VERSIONS})
           RETURNING 1`,
          { before: now - VERSIONS_MS },
        ),
        await executor.execute(
          `DELETE FROM superseded WHERE snapshot_id IS NOT NULL AND superseded_at < :before RETURNING 1`,
          { before: now - SUPERSEDED_MS },
        ),
      ];
      if (forgotten.every((rows) => rows.length === 0)) return;
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
    },
    { durable: false },
  );
}
