/** The server's answer to a pending change, applied to its row (and, for a new name, to the row of that name). */
import type { Settlement, SettleResult } from "../../../shared/item-store.ts";
import { addConflict } from "./conflicts.ts";
import { type ItemRow, readRow } from "./item-rows.ts";
import { releaseMoves } from "./moves.ts";
import { type RowState, type Settled, settled } from "./row-state.ts";
import { type RowWrite, removeRow, writeRow } from "./row-writes.ts";
import type { SqlExecutor } from "./sql-connection.ts";

const NOT_THERE: SettleResult = { applied: false, pending: null };

/**
 * Runs within a transaction.
 * @param revision of the change that was sent, from `PendingChange`
 */
export async function settleRow(
  sql: SqlExecutor,
  target: { readonly calendar: number; readonly name: string; readonly now: number },
  revision: number,
  settlement: Settlement,
): Promise<SettleResult> {
  const { calendar, name, now } = target;
  const row = await readRow(sql, calendar, name);
  if (row === null) return NOT_THERE;
  const isCurrent = row.state.change !== null && row.revision === revision;
  const sent = isCurrent ? null : await textAtRevision(sql, calendar, revision);
  const outcome = settled(row.state, settlement, isCurrent, sent);
  const { applied, next, conflict } = outcome;
  if (conflict !== null) await addConflict(sql, row, conflict, now);
  if (next === undefined) return { applied, pending: row.state.change?.kind ?? null };
  if (settlement.kind === "stored" && row.state.change?.kind === "create") {
    await keepSameResource(sql, row, settlement, now);
  }
  const newName = settlement.kind === "stored" ? settlement.newName : undefined;
  if (newName !== undefined && newName !== name && next !== null) {
    return settleUnderNewName(sql, row, outcome, next, newName, now);
  }
  const write: RowWrite = { reasons: outcome.reasons, now };
  if (next === null) {
    await removeRow(sql, row, write);
    if (row.state.change?.kind === "create") await releaseMoves(sql, calendar, row.uid, now);
    return { applied, pending: null };
  }
  await writeRow(sql, row, next, { ...write, newRevision: settlement.kind === "merged" });
  return { applied, pending: next.change?.kind ?? null };
}

/** Two calendars may show one collection: then a move between them must not delete what it has "created". */
async function keepSameResource(
  sql: SqlExecutor,
  row: ItemRow,
  { adopted, text }: Extract<Settlement, { kind: "stored" }>,
  now: number,
): Promise<void> {
  if (adopted === undefined) return;
  await releaseMoves(sql, row.calendar, row.uid, now, (server) => {
    if (server === null || server.text !== text) return false;
    const metadata = (JSON.parse(server.metadata) ?? {}) as Record<string, unknown>;
    return Object.entries(adopted).every(([key, value]) => metadata[key] === value);
  });
}

async function settleUnderNewName(
  sql: SqlExecutor,
  row: ItemRow,
  outcome: Settled,
  next: RowState,
  newName: string,
  now: number,
): Promise<SettleResult> {
  const { applied, reasons } = outcome;
  const taken = await readRow(sql, row.calendar, newName);
  if (taken !== null && taken.state.change !== null) {
    // Two changes of one resource: that of the other row goes on, from the server side as it is now.
    const server = next.server;
    await writeRow(sql, taken, { ...taken.state, server }, { reasons, now });
    if (!applied) return { applied, pending: row.state.change?.kind ?? null };
    await removeRow(sql, row, { reasons, now });
    return { applied, pending: null };
  }
  if (taken !== null)
    await removeRow(sql, taken, { reasons: { visible: "sync", server: "sync" }, now });
  await writeRow(sql, row, next, { reasons, now, newName });
  return { applied, pending: next.change?.kind ?? null };
}

/** The text that was visible at a revision which is not the row's own any more; `null` if it is not kept. */
export async function textAtRevision(
  sql: SqlExecutor,
  calendar: number,
  revision: number,
): Promise<string | null> {
  const rows = await sql.execute(
    `SELECT b.text FROM versions v JOIN bodies b ON b.id = v.body
     WHERE v.revision = :revision AND v.calendar = :calendar`,
    { revision, calendar },
  );
  return (rows[0]?.[0] ?? null) as string | null;
}
