/**
 * What the provider reads, as JSON that SQLite builds: neither side's texts are parsed or copied in the parent
 * process. Shapes are those of src/shared/item-store.ts.
 */
import type { SupersededOptions } from "./item-store.ts";
import { IS_WAITING } from "./moves.ts";
import type { SqlExecutor, SqlParameters } from "./sql-connection.ts";

const ROW = `'name', i.name, 'uid', i.uid, 'metadata', json(coalesce(i.metadata, 'null')),
  'revision', i.revision, 'pending', o.kind,
  'onServer', json(iif(i.server_body IS NULL, 'false', 'true'))`;

const BODY = `${ROW}, 'serverText', s.text,
  'userText', iif(o.kind IN ('create', 'update'), v.text, NULL), 'flags', i.flags`;

/**
 * The user's own versions that were replaced since the change began: texts get rising ids, so they are newer than
 * the base. Of a create that was deleted before it was confirmed the base is the user's own last version.
 */
const EARLIER_TEXTS = `(
  SELECT json_group_array(t.text ORDER BY p.id)
  FROM superseded p JOIN bodies t ON t.id = p.body
  WHERE p.calendar = i.calendar AND p.uid IS i.uid AND p.name = i.name
    AND p.reason IN ('edit', 'delete', 'restore')
    AND (p.body > coalesce(o.base_body, 0) OR o.kind = 'delete' AND i.server_body IS NULL))`;

const CHANGE = `'name', i.name, 'uid', i.uid, 'kind', o.kind, 'revision', i.revision,
  'userText', v.text, 'baseText', b.text, 'serverText', s.text,
  'metadata', json(coalesce(i.metadata, 'null')), 'changedAt', o.changed_at,
  'attempts', o.attempts, 'lastError', json(coalesce(o.last_error, 'null')),
  'earlierTexts', json(${EARLIER_TEXTS}),
  'waiting', json(iif(:paused OR (${IS_WAITING}), 'true', 'false')),
  'moved', json(iif(o.waits_for IS NULL, 'false', 'true'))`;

const ROWS = `FROM calendars k JOIN items i ON i.calendar = k.key`;
const SIDES = `LEFT JOIN bodies s ON s.id = i.server_body LEFT JOIN bodies v ON v.id = i.visible_body`;
const OF_CALENDAR = "WHERE k.id = :calendarId";
const NAMED = "AND i.name IN (SELECT value FROM json_each(:names))";

/** JSON; `"null"` when nothing is stored. */
export async function readState(sql: SqlExecutor, calendarId: string): Promise<string> {
  const rows = await sql.execute(
    "SELECT state FROM calendars WHERE id = :calendarId AND removed_at IS NULL",
    { calendarId },
  );
  const state = rows[0]?.[0];
  return typeof state === "string" ? state : "null";
}

/** JSON of `ResourceRow[]`. */
export function listRows(sql: SqlExecutor, calendarId: string): Promise<string> {
  return readJson(
    sql,
    `SELECT json_group_array(json_object(${ROW}) ORDER BY i.name)
     ${ROWS} LEFT JOIN outbox o ON o.item = i.id ${OF_CALENDAR}`,
    { calendarId },
  );
}

/** JSON of `ResourceBody[]` of the named rows. */
export function readNamed(
  sql: SqlExecutor,
  calendarId: string,
  names: readonly string[],
): Promise<string> {
  return readJson(
    sql,
    `SELECT json_group_array(json_object(${BODY}) ORDER BY i.name)
     ${ROWS} ${SIDES} LEFT JOIN outbox o ON o.item = i.id ${OF_CALENDAR} ${NAMED}`,
    { calendarId, names: JSON.stringify(names) },
  );
}

/** JSON of `ResourceBody[]`, one page by name. */
export function readPage(
  sql: SqlExecutor,
  calendarId: string,
  after: string,
  limit: number,
): Promise<string> {
  return readJson(
    sql,
    `SELECT json_group_array(json_object(${BODY}) ORDER BY i.name)
     FROM (SELECT i.* ${ROWS} ${OF_CALENDAR} AND i.name > :after ORDER BY i.name LIMIT :limit) i
     ${SIDES} LEFT JOIN outbox o ON o.item = i.id`,
    { calendarId, after, limit },
  );
}

/** JSON of `ResourceBody[]` with at most one entry; a visible row before one whose delete is pending. */
export function readByUid(sql: SqlExecutor, calendarId: string, uid: string): Promise<string> {
  return readJson(
    sql,
    `SELECT json_group_array(json_object(${BODY}))
     FROM (SELECT i.* ${ROWS} ${OF_CALENDAR} AND i.uid = :uid
           ORDER BY i.visible_body IS NULL, i.id LIMIT 1) i
     ${SIDES} LEFT JOIN outbox o ON o.item = i.id`,
    { calendarId, uid },
  );
}

/** JSON of `PendingChange[]`, oldest first. */
export function listChanges(
  sql: SqlExecutor,
  calendarId: string,
  names: readonly string[] | undefined,
  paused: boolean,
): Promise<string> {
  const parameters = { calendarId, paused: paused ? 1 : 0 };
  return readJson(
    sql,
    `SELECT json_group_array(json_object(${CHANGE}) ORDER BY o.changed_at, i.revision)
     FROM outbox o JOIN items i ON i.id = o.item JOIN calendars k ON k.key = i.calendar
     ${SIDES} LEFT JOIN bodies b ON b.id = o.base_body ${OF_CALENDAR} ${names === undefined ? "" : NAMED}`,
    names === undefined ? parameters : { ...parameters, names: JSON.stringify(names) },
  );
}

/** UIDs of the visible rows, or of the rows on the server. */
export async function listUids(
  sql: SqlExecutor,
  calendarId: string,
  serverSide: boolean,
): Promise<string[]> {
  const side = serverSide ? "i.server_body" : "i.visible_body";
  const json = await readJson(
    sql,
    `SELECT json_group_array(DISTINCT i.uid) ${ROWS}
     ${OF_CALENDAR} AND ${side} IS NOT NULL AND i.uid IS NOT NULL`,
    { calendarId },
  );
  return JSON.parse(json) as string[];
}

/** JSON of `StoredConflict[]`, oldest first. */
export function listConflicts(sql: SqlExecutor, calendarId: string): Promise<string> {
  return readJson(
    sql,
    `SELECT json_group_array(json_object('id', c.id, 'calendarId', k.id, 'name', c.name, 'uid', c.uid,
       'createdAt', c.created_at, 'conflict', c.kind, 'mine', m.text, 'theirs', t.text, 'base', b.text,
       'properties', json(c.properties)) ORDER BY c.id)
     FROM conflicts c JOIN calendars k ON k.key = c.calendar
     LEFT JOIN bodies m ON m.id = c.mine LEFT JOIN bodies t ON t.id = c.theirs
     LEFT JOIN bodies b ON b.id = c.base ${OF_CALENDAR}`,
    { calendarId },
  );
}

/** JSON of `SupersededVersion[]`, newest first. */
export function listSuperseded(
  sql: SqlExecutor,
  calendarId: string,
  { uid, since, limit, unsaved, before, reasons }: SupersededOptions & { readonly limit: number },
): Promise<string> {
  return readJson(
    sql,
    `SELECT json_group_array(json_object('id', p.id, 'calendarId', k.id, 'name', p.name, 'uid', p.uid,
       'text', b.text, 'reason', p.reason, 'supersededAt', p.superseded_at) ORDER BY p.id DESC)
     FROM (SELECT p.* FROM superseded p JOIN calendars k ON k.key = p.calendar
           ${OF_CALENDAR} AND (:uid IS NULL OR p.uid = :uid) AND p.superseded_at >= :since
             AND (:unsaved = 0 OR p.snapshot_id IS NULL) AND (:before IS NULL OR p.id < :before)
             AND (:reasons IS NULL OR p.reason IN (SELECT value FROM json_each(:reasons)))
           ORDER BY p.id DESC LIMIT :limit) p
     JOIN calendars k ON k.key = p.calendar JOIN bodies b ON b.id = p.body`,
    {
      calendarId,
      uid: uid ?? null,
      since: since ?? 0,
      limit,
      unsaved: unsaved ? 1 : 0,
      before: before ?? null,
      reasons: reasons === undefined ? null : JSON.stringify(reasons),
    },
  );
}

async function readJson(
  sql: SqlExecutor,
  statement: string,
  parameters: SqlParameters,
): Promise<string> {
  const rows = await sql.execute(statement, parameters);
  return (rows[0]?.[0] ?? "[]") as string;
}
