/**
 * What can still be read of a damaged database: the changes that were never sent. Everything else comes again
 * from the servers; the damaged file stays beside the new one.
 */
import type { ItemColumns, PendingKind } from "../../../shared/item-store.ts";
import { addBody } from "./bodies.ts";
import { calendarKey } from "./item-rows.ts";
import { COLUMN_NAMES, columnsFrom, columnsOf } from "./schema.ts";
import type { SqlConnection, SqlExecutor, SqlValue } from "./sql-connection.ts";

export interface SalvagedChange {
  readonly calendarId: string;
  readonly name: string;
  readonly revision: number;
  readonly acks: string;
  /** JSON of `ItemColumns`. */
  readonly columns: string;
  readonly kind: PendingKind;
  readonly userText: string | null;
  readonly serverText: string | null;
  readonly baseText: string | null;
  readonly metadata: string | null;
  readonly serverColumns: string | null;
  readonly changedAt: number;
  readonly waitsFor: string | null;
}

export interface Salvage {
  readonly changes: readonly SalvagedChange[];
  /** The old database's revision counter, 0 if unreadable. */
  readonly revision: number;
  readonly complete: boolean;
}

/** A damaged page may fail for every row that lies on it. */
const MOST_FAILURES = 1_000;

const ONE_CHANGE = `
  SELECT k.id, i.name, i.revision, i.acks, ${columnsOf("i")}, o.kind, v.text, s.text, b.text,
         i.metadata, o.server_columns, o.changed_at, w.id
  FROM outbox o JOIN items i ON i.id = o.item JOIN calendars k ON k.key = i.calendar
  LEFT JOIN calendars w ON w.key = o.waits_for
  LEFT JOIN bodies v ON v.id = i.visible_body LEFT JOIN bodies s ON s.id = i.server_body
  LEFT JOIN bodies b ON b.id = o.base_body
  WHERE o.item = :item`;

/** Never throws: what cannot be read is missing, and `complete` says so. */
export async function readOutbox(damaged: SqlConnection): Promise<Salvage> {
  const changes: SalvagedChange[] = [];
  let complete = true;
  let failures = 0;
  let last = -1;
  while (failures < MOST_FAILURES) {
    let item: number;
    try {
      const next = await damaged.execute(
        "SELECT item FROM outbox WHERE item > :last ORDER BY item LIMIT 1",
        { last },
      );
      if (next[0] === undefined) break;
      item = next[0][0] as number;
    } catch {
      complete = false;
      failures++;
      last++;
      continue;
    }
    last = item;
    try {
      const rows = await damaged.execute(ONE_CHANGE, { item });
      const change = rows[0] === undefined ? null : toChange(rows[0]);
      if (change === null) complete = false;
      else changes.push(change);
    } catch {
      complete = false;
      failures++;
    }
  }
  return { changes, revision: await readRevision(damaged), complete };
}

/** Runs within a transaction on the new database. */
export async function writeOutbox(sql: SqlExecutor, salvage: Salvage): Promise<void> {
  let revision = salvage.revision;
  for (const change of salvage.changes) {
    revision = Math.max(revision, change.revision);
    if (!isHalfOfLostMove(change, salvage)) await writeChange(sql, change);
  }
  await sql.execute("UPDATE meta SET value = max(value, :revision) WHERE key = 'revision'", {
    revision,
  });
}

/** The delete of a move whose create may be what could not be read: sent, it would take the item's last place. */
function isHalfOfLostMove(change: SalvagedChange, { changes, complete }: Salvage): boolean {
  if (complete || change.kind !== "delete" || change.waitsFor === null) return false;
  const isItsCreate = (other: SalvagedChange): boolean =>
    other.kind === "create" &&
    other.calendarId === change.waitsFor &&
    uidOf(other) === uidOf(change);
  return !changes.some(isItsCreate);
}

const uidOf = ({ columns }: SalvagedChange): string | null =>
  (JSON.parse(columns) as ItemColumns).uid;

async function writeChange(sql: SqlExecutor, change: SalvagedChange): Promise<void> {
  const body = (text: string | null): Promise<number | null> =>
    text === null ? Promise.resolve(null) : addBody(sql, text);
  const rows = await sql.execute(
    `INSERT INTO items (calendar, name, revision, acks, visible_body, server_body, metadata, ${COLUMN_NAMES})
     SELECT :calendar, :name, :revision, :acks, :visible, :server, :metadata, ${columnsFrom(":columns")}
     RETURNING id`,
    {
      calendar: await calendarKey(sql, change.calendarId),
      name: change.name,
      revision: change.revision,
      acks: change.acks,
      visible: await body(change.userText),
      server: await body(change.serverText),
      metadata: change.metadata,
      columns: change.columns,
    },
  );
  await sql.execute(
    `INSERT INTO outbox (item, kind, base_body, server_columns, changed_at, waits_for)
     VALUES (:item, :kind, :base, :serverColumns, :changedAt, :waitsFor)`,
    {
      item: rows[0]?.[0] ?? null,
      kind: change.kind,
      base: await body(change.baseText),
      serverColumns: change.serverColumns,
      changedAt: change.changedAt,
      waitsFor: change.waitsFor === null ? null : await calendarKey(sql, change.waitsFor),
    },
  );
}

function toChange(values: readonly SqlValue[]): SalvagedChange | null {
  const [calendarId, name, revision, acks, columns, kind, userText] = values;
  const [serverText, baseText, metadata, serverColumns, changedAt, waitsFor] = values.slice(7);
  // Without its text a change is not worth a row; `unsent/` may have it.
  if (kind !== "delete" && userText === null) return null;
  return {
    calendarId: calendarId as string,
    name: name as string,
    revision: revision as number,
    acks: acks as string,
    columns: columns as string,
    kind: kind as PendingKind,
    userText: userText as string | null,
    serverText: serverText as string | null,
    baseText: baseText as string | null,
    metadata: metadata as string | null,
    serverColumns: (serverColumns ?? (serverText === null ? null : columns)) as string | null,
    changedAt: changedAt as number,
    waitsFor: waitsFor as string | null,
  };
}

async function readRevision(damaged: SqlConnection): Promise<number> {
  try {
    const rows = await damaged.execute("SELECT value FROM meta WHERE key = 'revision'");
    return (rows[0]?.[0] ?? 0) as number;
  } catch {
    return 0;
  }
}
