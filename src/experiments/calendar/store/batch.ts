/**
 * `items.batch` in SQL: the operations go as one JSON string into a temporary table, and a fixed number of
 * statements applies them to all rows at once, whatever their number. Only server sides are written: a row with
 * a pending change keeps what the user sees. What is replaced goes to `superseded` by the same transaction.
 */
import { AppError } from "../../../shared/errors.ts";
import type { BatchOperation, BatchResult } from "../../../shared/item-store.ts";
import { assignColumns, COLUMN_NAMES, columnsFrom } from "./schema.ts";
import type { SqlExecutor } from "./sql-connection.ts";

/** A removal of what the user has just taken back from deletion is answered by sending it again. */
const TAKEN_BACK_MS = 24 * 60 * 60_000;

/** `columns` is JSONB: it is read many times, and parsed only once. */
const MAKE_INCOMING = `
  CREATE TEMP TABLE IF NOT EXISTS incoming (
    seq INTEGER PRIMARY KEY, kind TEXT, name TEXT, text TEXT, metadata TEXT, columns BLOB, reason TEXT,
    item INTEGER, revision INTEGER, uid TEXT, pending TEXT, old_body INTEGER, visible_body INTEGER,
    taken_back INTEGER, new_text INTEGER, new_metadata INTEGER
  )`;

const FILL_INCOMING = `
  INSERT INTO temp.incoming
  WITH
    parsed AS MATERIALIZED (SELECT key + 1 AS seq, jsonb(value) AS v FROM json_each(:operations)),
    read AS MATERIALIZED (
      SELECT seq, v ->> '$.kind' AS kind, v ->> '$.name' AS name, v ->> '$.text' AS text,
             v -> '$.metadata' AS metadata, jsonb_extract(v, '$.columns') AS columns, v ->> '$.reason' AS reason
      FROM parsed)
  SELECT n.seq, n.kind, n.name, n.text, n.metadata, n.columns, n.reason,
         i.id, i.revision, i.uid, o.kind, i.server_body, i.visible_body,
         o.kind IS NULL AND i.taken_back_at IS NOT NULL AND i.taken_back_at > :recently,
         n.kind = 'put' AND b.text IS NOT n.text, n.kind <> 'remove' AND i.metadata IS NOT n.metadata
  FROM read n
  LEFT JOIN items i ON i.calendar = :calendar AND i.name = n.name
  LEFT JOIN outbox o ON o.item = i.id
  LEFT JOIN bodies b ON b.id = i.server_body AND n.kind = 'put'`;

/** Puts and removals that take a text from the server side; a removal that is answered by a create takes none. */
const REPLACES = "old_body IS NOT NULL AND (new_text OR kind = 'remove' AND NOT taken_back)";

/** In the order of {@link Inspection}. */
const INSPECT = `
  SELECT count(*), count(DISTINCT name), max(seq),
         sum(CASE kind
           WHEN 'put' THEN name IS NULL OR text IS NULL OR columns IS NULL OR json_type(columns) <> 'object'
           WHEN 'remove' THEN name IS NULL
           WHEN 'metadata' THEN name IS NULL
           ELSE 1 END),
         sum(kind = 'put' AND item IS NULL),
         sum(kind = 'put' AND item IS NOT NULL AND (new_text OR new_metadata)),
         sum(kind = 'remove' AND old_body IS NOT NULL),
         sum(kind = 'put' AND item IS NOT NULL AND NOT new_text AND NOT new_metadata),
         sum(new_text), sum(${REPLACES}), sum(kind = 'put' AND pending IS NOT NULL),
         sum(new_metadata AND item IS NOT NULL),
         json_group_array(name) FILTER (WHERE
           pending IS NOT NULL AND (kind = 'put' AND (new_text OR new_metadata)
                                    OR kind = 'remove' AND old_body IS NOT NULL)
           OR kind = 'remove' AND taken_back),
         json_group_array(name) FILTER (WHERE
           pending IS NULL AND (new_text OR kind = 'remove' AND item IS NOT NULL AND NOT taken_back))
  FROM temp.incoming`;

interface Inspection {
  readonly count: number;
  readonly names: number;
  readonly last: number;
  readonly bad: number;
  readonly added: number;
  readonly updated: number;
  readonly removed: number;
  readonly unchanged: number;
  readonly texts: number;
  readonly replaced: number;
  readonly pendingPuts: number;
  readonly metadata: number;
  /** JSON of names. */
  readonly pending: string;
  /** JSON of names. */
  readonly visible: string;
}

/** Statements with the number of operations that need them: most batches need few. */
const APPLY: readonly (readonly [need: keyof Inspection, statement: string])[] = [
  [
    "replaced",
    `INSERT INTO superseded (calendar, name, uid, body, reason, superseded_at)
     SELECT :calendar, name, uid, old_body, CASE kind WHEN 'put' THEN 'sync' ELSE coalesce(reason, 'sync') END, :now
     FROM temp.incoming WHERE ${REPLACES}`,
  ],
  [
    "replaced",
    `INSERT OR IGNORE INTO versions (revision, calendar, body, replaced_at)
     SELECT revision, :calendar, visible_body, :now FROM temp.incoming WHERE ${REPLACES} AND pending IS NULL`,
  ],
  [
    "texts",
    "INSERT INTO bodies (id, text) SELECT :bodies + seq, text FROM temp.incoming WHERE new_text",
  ],
  [
    "added",
    `INSERT INTO items (calendar, name, revision, visible_body, server_body, metadata, ${COLUMN_NAMES})
     SELECT :calendar, name, :revision + seq, :bodies + seq, :bodies + seq, metadata, ${columnsFrom("columns")}
     FROM temp.incoming WHERE kind = 'put' AND item IS NULL`,
  ],
  [
    "replaced",
    `UPDATE items SET revision = :revision + n.seq, visible_body = :bodies + n.seq,
       server_body = :bodies + n.seq, taken_back_at = NULL, ${assignColumns("n.columns")}
     FROM temp.incoming n WHERE items.id = n.item AND n.pending IS NULL AND n.new_text`,
  ],
  [
    "pendingPuts",
    `UPDATE items SET server_body = :bodies + n.seq
     FROM temp.incoming n WHERE items.id = n.item AND n.pending IS NOT NULL AND n.new_text`,
  ],
  [
    "pendingPuts",
    `UPDATE outbox SET server_columns = json(n.columns)
     FROM temp.incoming n WHERE outbox.item = n.item AND n.kind = 'put'`,
  ],
  [
    "metadata",
    `UPDATE items SET metadata = n.metadata
     FROM temp.incoming n WHERE items.id = n.item AND n.new_metadata
       AND (n.kind = 'put' OR items.server_body IS NOT NULL)`,
  ],
  [
    "removed",
    `INSERT INTO outbox (item, kind, changed_at)
     SELECT item, 'create', :now FROM temp.incoming WHERE kind = 'remove' AND taken_back`,
  ],
  [
    "removed",
    `DELETE FROM items WHERE id IN
       (SELECT item FROM temp.incoming WHERE kind = 'remove' AND pending IS NULL AND NOT taken_back)`,
  ],
  [
    "removed",
    `UPDATE items SET server_body = NULL, metadata = NULL, taken_back_at = NULL
     WHERE id IN (SELECT item FROM temp.incoming WHERE kind = 'remove')`,
  ],
  [
    "removed",
    `UPDATE outbox SET server_columns = NULL
     WHERE item IN (SELECT item FROM temp.incoming WHERE kind = 'remove')`,
  ],
];

export interface AppliedBatch {
  readonly result: BatchResult;
  /** Names of the rows that show something else now, or went. */
  readonly visible: readonly string[];
}

const NOTHING: BatchResult = { added: 0, updated: 0, removed: 0, unchanged: 0, pending: [] };

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
): Promise<AppliedBatch> {
  await sql.execute(MAKE_INCOMING);
  await sql.execute("DELETE FROM temp.incoming");
  await sql.execute(FILL_INCOMING, {
    operations,
    calendar: target.calendar,
    recently: target.now - TAKEN_BACK_MS,
  });
  const inspection = await inspect(sql);
  if (inspection.bad > 0) throw badOperation();
  if (inspection.names !== inspection.count) return applyInTurn(sql, target, operations);
  if (inspection.count === 0) return { result: NOTHING, visible: [] };
  await applyIncoming(sql, target, inspection);
  await sql.execute("DELETE FROM temp.incoming");
  const { added, updated, removed, unchanged } = inspection;
  const pending = JSON.parse(inspection.pending) as string[];
  return {
    result: { added, updated, removed, unchanged, pending },
    visible: JSON.parse(inspection.visible) as string[],
  };
}

async function inspect(sql: SqlExecutor): Promise<Inspection> {
  const values = (await sql.execute(INSPECT))[0] ?? [];
  const [count, names, last, bad, added, updated, removed, unchanged] = values.map(Number);
  const [texts, replaced, pendingPuts, metadata] = values.slice(8).map(Number);
  return {
    count: count ?? 0,
    names: names ?? 0,
    last: last ?? 0,
    bad: bad ?? 0,
    added: added ?? 0,
    updated: updated ?? 0,
    removed: removed ?? 0,
    unchanged: unchanged ?? 0,
    texts: texts ?? 0,
    replaced: replaced ?? 0,
    pendingPuts: pendingPuts ?? 0,
    metadata: metadata ?? 0,
    pending: String(values.at(-2) ?? "[]"),
    visible: String(values.at(-1) ?? "[]"),
  };
}

async function applyIncoming(
  sql: SqlExecutor,
  target: BatchTarget,
  inspection: Inspection,
): Promise<void> {
  const needed = APPLY.filter(([need]) => inspection[need] !== 0);
  if (needed.length === 0) return;
  const reserved = await sql.execute(
    `UPDATE meta SET value = value + :last WHERE key = 'revision'
     RETURNING value - :last, (SELECT coalesce(max(id), 0) FROM bodies)`,
    { last: inspection.last },
  );
  const [revision, bodies] = (reserved[0] ?? []) as number[];
  const values: Record<string, number> = {
    calendar: target.calendar,
    now: target.now,
    revision: revision ?? 0,
    bodies: bodies ?? 0,
  };
  for (const [, statement] of needed) await sql.execute(statement, usedBy(statement, values));
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
): Promise<AppliedBatch> {
  let { added, updated, removed, unchanged } = NOTHING;
  const pending = new Set<string>();
  const visible = new Set<string>();
  for (const operation of JSON.parse(operations) as BatchOperation[]) {
    const applied = await applyBatch(sql, target, JSON.stringify([operation]));
    const { result } = applied;
    added += result.added;
    updated += result.updated;
    removed += result.removed;
    unchanged += result.unchanged;
    for (const name of result.pending) pending.add(name);
    for (const name of applied.visible) visible.add(name);
  }
  return {
    result: { added, updated, removed, unchanged, pending: [...pending] },
    visible: [...visible],
  };
}

const badOperation = (): AppError =>
  new AppError("bad-argument", "A batch holds an operation that is not well-formed.", {
    hint: "Nothing of it was applied.",
  });
