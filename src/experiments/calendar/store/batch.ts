/**
 * `items.batch` in SQL: the operations go as one JSON string into a temporary table, and a fixed number of
 * statements applies them to all rows at once, whatever their number. Only server sides are written: a row with
 * a pending change keeps what the user sees. What is replaced goes to `superseded` by the same transaction.
 */
import { AppError } from "../../../shared/errors.ts";
import type { BatchOperation, BatchResult } from "../../../shared/item-store.ts";
import { COLUMN_NAMES, columnsFrom } from "./schema.ts";
import type { SqlExecutor } from "./sql-connection.ts";

/** A removal of what the user has just taken back from deletion is answered by sending it again. */
const TAKEN_BACK_MS = 24 * 60 * 60_000;

const MAKE_INCOMING = `
  CREATE TEMP TABLE IF NOT EXISTS incoming (
    seq INTEGER PRIMARY KEY, kind TEXT, name TEXT, text TEXT, metadata TEXT, columns TEXT, reason TEXT,
    item INTEGER, revision INTEGER, uid TEXT, pending TEXT, old_body INTEGER, visible_body INTEGER,
    taken_back INTEGER, new_text INTEGER, new_metadata INTEGER
  )`;

const FILL_INCOMING = `
  INSERT INTO temp.incoming
  SELECT e.key + 1, e.value ->> '$.kind', e.value ->> '$.name', e.value ->> '$.text',
         e.value -> '$.metadata', e.value -> '$.columns', e.value ->> '$.reason',
         i.id, i.revision, i.uid, o.kind, i.server_body, i.visible_body,
         o.kind IS NULL AND i.taken_back_at IS NOT NULL AND i.taken_back_at > :recently,
         b.text IS NOT e.value ->> '$.text', i.metadata IS NOT e.value -> '$.metadata'
  FROM json_each(:operations) e
  LEFT JOIN items i ON i.calendar = :calendar AND i.name = e.value ->> '$.name'
  LEFT JOIN outbox o ON o.item = i.id
  LEFT JOIN bodies b ON b.id = i.server_body AND e.value ->> '$.kind' = 'put'`;

const INSPECT = `
  SELECT count(*), count(DISTINCT name), coalesce(max(seq), 0),
         coalesce(sum(CASE kind
           WHEN 'put' THEN name IS NULL OR text IS NULL OR json_type(columns) IS NOT 'object'
           WHEN 'remove' THEN name IS NULL
           WHEN 'metadata' THEN name IS NULL
           ELSE 1 END), 0)
  FROM temp.incoming`;

/** Puts and removals that take a text from the server side. */
const REPLACES = "old_body IS NOT NULL AND (kind = 'remove' OR kind = 'put' AND new_text)";

const APPLY: readonly string[] = [
  `INSERT INTO superseded (calendar, name, uid, body, reason, superseded_at)
   SELECT :calendar, name, uid, old_body, CASE kind WHEN 'put' THEN 'sync' ELSE coalesce(reason, 'sync') END, :now
   FROM temp.incoming WHERE ${REPLACES} AND NOT (kind = 'remove' AND taken_back)`,
  `INSERT OR IGNORE INTO versions (revision, calendar, body, replaced_at)
   SELECT revision, :calendar, visible_body, :now FROM temp.incoming
   WHERE ${REPLACES} AND pending IS NULL AND NOT (kind = 'remove' AND taken_back)`,
  `INSERT INTO bodies (id, text)
   SELECT :bodies + seq, text FROM temp.incoming WHERE kind = 'put' AND new_text`,
  `INSERT INTO items (calendar, name, revision, visible_body, server_body, metadata, ${COLUMN_NAMES})
   SELECT :calendar, name, :revision + seq, :bodies + seq, :bodies + seq, metadata, ${columnsFrom("columns")}
   FROM temp.incoming WHERE kind = 'put' AND item IS NULL`,
  `UPDATE items SET revision = :revision + n.seq, visible_body = :bodies + n.seq,
     server_body = :bodies + n.seq, taken_back_at = NULL
   FROM temp.incoming n WHERE items.id = n.item AND n.kind = 'put' AND n.pending IS NULL AND n.new_text`,
  `UPDATE items SET (${COLUMN_NAMES}) =
     (SELECT ${columnsFrom("n.columns")} FROM temp.incoming n WHERE n.item = items.id AND n.kind = 'put')
   WHERE id IN (SELECT item FROM temp.incoming WHERE kind = 'put' AND pending IS NULL AND new_text)`,
  `UPDATE items SET server_body = :bodies + n.seq
   FROM temp.incoming n WHERE items.id = n.item AND n.kind = 'put' AND n.pending IS NOT NULL AND n.new_text`,
  `UPDATE outbox SET server_columns = n.columns
   FROM temp.incoming n WHERE outbox.item = n.item AND n.kind = 'put'`,
  `UPDATE items SET metadata = n.metadata
   FROM temp.incoming n WHERE items.id = n.item AND n.kind IN ('put', 'metadata') AND n.new_metadata
     AND (n.kind = 'put' OR items.server_body IS NOT NULL)`,
  `INSERT INTO outbox (item, kind, changed_at)
   SELECT item, 'create', :now FROM temp.incoming WHERE kind = 'remove' AND taken_back`,
  `DELETE FROM items WHERE id IN
     (SELECT item FROM temp.incoming WHERE kind = 'remove' AND pending IS NULL AND NOT taken_back)`,
  `UPDATE items SET server_body = NULL, metadata = NULL, taken_back_at = NULL
   WHERE id IN (SELECT item FROM temp.incoming WHERE kind = 'remove')`,
  `UPDATE outbox SET server_columns = NULL
   WHERE item IN (SELECT item FROM temp.incoming WHERE kind = 'remove')`,
];

const SUMMARY = `
  SELECT coalesce(sum(kind = 'put' AND item IS NULL), 0),
         coalesce(sum(kind = 'put' AND item IS NOT NULL AND (new_text OR new_metadata)), 0),
         coalesce(sum(kind = 'remove' AND old_body IS NOT NULL), 0),
         coalesce(sum(kind = 'put' AND item IS NOT NULL AND NOT new_text AND NOT new_metadata), 0),
         json_group_array(name) FILTER (WHERE
           pending IS NOT NULL AND (kind = 'put' AND (new_text OR new_metadata)
                                    OR kind = 'remove' AND old_body IS NOT NULL)
           OR kind = 'remove' AND taken_back)
  FROM temp.incoming`;

const NOTHING = { added: 0, updated: 0, removed: 0, unchanged: 0, pending: [] };

export interface BatchTarget {
  /** Key of the calendar. */
  readonly calendar: number;
  /** ms since the epoch. */
  readonly now: number;
}

/**
 * Runs within a transaction.
 * @param operations JSON of `BatchOperation[]`
 * @throws AppError "bad-argument", SqlError
 */
export async function applyBatch(
  sql: SqlExecutor,
  target: BatchTarget,
  operations: string,
): Promise<BatchResult> {
  await sql.execute(MAKE_INCOMING);
  await sql.execute("DELETE FROM temp.incoming");
  await sql.execute(FILL_INCOMING, {
    operations,
    calendar: target.calendar,
    recently: target.now - TAKEN_BACK_MS,
  });
  const inspected = (await sql.execute(INSPECT))[0] ?? [];
  const [count, names, last, bad] = inspected as number[];
  if (bad !== 0) throw badOperation();
  if (count === 0) return NOTHING;
  if (names !== count) return applyInTurn(sql, target, operations);
  return applyIncoming(sql, target, last ?? 0);
}

async function applyIncoming(
  sql: SqlExecutor,
  target: BatchTarget,
  last: number,
): Promise<BatchResult> {
  const reserved = await sql.execute(
    `UPDATE meta SET value = value + :last WHERE key = 'revision'
     RETURNING value - :last, (SELECT coalesce(max(id), 0) FROM bodies)`,
    { last },
  );
  const [revision, bodies] = (reserved[0] ?? []) as number[];
  const values: Record<string, number> = {
    calendar: target.calendar,
    now: target.now,
    revision: revision ?? 0,
    bodies: bodies ?? 0,
  };
  for (const statement of APPLY) await sql.execute(statement, usedBy(statement, values));
  const [added, updated, removed, unchanged, pending] = (await sql.execute(SUMMARY))[0] ?? [];
  await sql.execute("DELETE FROM temp.incoming");
  return {
    added: added as number,
    updated: updated as number,
    removed: removed as number,
    unchanged: unchanged as number,
    pending: JSON.parse(pending as string) as string[],
  };
}

/** Statements may only be given the parameters that they name. */
function usedBy(statement: string, values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => new RegExp(`:${name}\\b`).test(statement)),
  );
}

/** A batch that names a row more than once: its operations follow each other. */
async function applyInTurn(
  sql: SqlExecutor,
  target: BatchTarget,
  operations: string,
): Promise<BatchResult> {
  let { added, updated, removed, unchanged } = NOTHING;
  const pending = new Set<string>();
  for (const operation of JSON.parse(operations) as BatchOperation[]) {
    const result = await applyBatch(sql, target, JSON.stringify([operation]));
    added += result.added;
    updated += result.updated;
    removed += result.removed;
    unchanged += result.unchanged;
    for (const name of result.pending) pending.add(name);
  }
  return { added, updated, removed, unchanged, pending: [...pending] };
}

const badOperation = (): AppError =>
  new AppError("bad-argument", "A batch holds an operation that is not well-formed.", {
    hint: "Nothing of it was applied.",
  });
