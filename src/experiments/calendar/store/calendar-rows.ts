/** All rows of a calendar at once: forgetting its server sides, and its removal. Within a transaction. */
import type { RemovedCalendar } from "./item-store.ts";
import { releaseMoves } from "./moves.ts";
import type { SqlExecutor } from "./sql-connection.ts";

interface Target {
  readonly calendar: number;
  /** ms since the epoch. */
  readonly now: number;
}

const KEEP_SERVER_TEXTS = `
  INSERT INTO superseded (calendar, name, uid, body, reason, superseded_at)
  SELECT calendar, name, uid, server_body, :reason, :now FROM items
  WHERE calendar = :calendar AND server_body IS NOT NULL`;

/** What is visible besides, of changes that were never sent. The reasons are LEFT_REASONS of shared/item-store.ts. */
const KEEP_USER_TEXTS = `
  INSERT INTO superseded (calendar, name, uid, body, reason, superseded_at)
  SELECT calendar, name, uid, visible_body, 'unsent', :now FROM items
  WHERE calendar = :calendar AND visible_body IS NOT NULL AND visible_body IS NOT server_body`;

/** Both sides of conflicts nobody decided: the other one may be nowhere else. */
const KEEP_CONFLICTS = `
  INSERT INTO superseded (calendar, name, uid, body, reason, superseded_at)
  SELECT c.calendar, c.name, c.uid, b.id, 'undecided', :now
  FROM conflicts c JOIN bodies b ON b.id IN (c.mine, c.theirs) WHERE c.calendar = :calendar
  RETURNING 1`;

const KEEP_VERSIONS = `
  INSERT OR IGNORE INTO versions (revision, calendar, body, replaced_at)
  SELECT revision, calendar, visible_body, :now FROM items
  WHERE calendar = :calendar AND visible_body IS NOT NULL`;

/** The server's texts and the state are forgotten; pending changes stay, as if the server had never answered. */
export async function clearServerSides(sql: SqlExecutor, target: Target): Promise<void> {
  const { calendar, now } = target;
  await sql.execute(KEEP_SERVER_TEXTS, { calendar, now, reason: "clear" });
  await sql.execute(`${KEEP_VERSIONS} AND id NOT IN (SELECT item FROM outbox)`, { calendar, now });
  await sql.execute(
    "DELETE FROM items WHERE calendar = :calendar AND id NOT IN (SELECT item FROM outbox)",
    { calendar },
  );
  await sql.execute(
    "UPDATE items SET server_body = NULL, metadata = NULL WHERE calendar = :calendar",
    { calendar },
  );
  await sql.execute(
    `UPDATE outbox SET server_columns = NULL
     WHERE item IN (SELECT id FROM items WHERE calendar = :calendar)`,
    { calendar },
  );
  await sql.execute("UPDATE calendars SET state = NULL WHERE key = :calendar", { calendar });
}

/** Every text goes to `superseded`; the calendar's id stays known, so that they can be listed. */
export async function removeCalendarRows(
  sql: SqlExecutor,
  target: Target,
  reason: string,
): Promise<RemovedCalendar> {
  const { calendar, now } = target;
  const counted = await sql.execute(
    `SELECT count(o.item), coalesce(sum(i.server_body IS NOT NULL), 0)
            + coalesce(sum(i.visible_body IS NOT NULL AND i.visible_body IS NOT i.server_body), 0)
     FROM items i LEFT JOIN outbox o ON o.item = i.id WHERE i.calendar = :calendar`,
    { calendar },
  );
  const creates = await sql.execute(
    `SELECT i.uid FROM outbox o JOIN items i ON i.id = o.item
     WHERE i.calendar = :calendar AND o.kind = 'create' AND i.uid IS NOT NULL`,
    { calendar },
  );
  await sql.execute(KEEP_SERVER_TEXTS, { calendar, now, reason });
  await sql.execute(KEEP_USER_TEXTS, { calendar, now });
  const sides = await sql.execute(KEEP_CONFLICTS, { calendar, now });
  await sql.execute("DELETE FROM conflicts WHERE calendar = :calendar", { calendar });
  await sql.execute(KEEP_VERSIONS, { calendar, now });
  await sql.execute(
    "DELETE FROM outbox WHERE item IN (SELECT id FROM items WHERE calendar = :calendar)",
    { calendar },
  );
  await sql.execute("DELETE FROM items WHERE calendar = :calendar", { calendar });
  for (const [uid] of creates) await releaseMoves(sql, calendar, uid as string, now);
  await sql.execute("UPDATE calendars SET state = NULL, removed_at = :now WHERE key = :calendar", {
    calendar,
    now,
  });
  const [pending, superseded] = (counted[0] ?? []) as number[];
  return { superseded: (superseded ?? 0) + sides.length, pending: pending ?? 0 };
}
