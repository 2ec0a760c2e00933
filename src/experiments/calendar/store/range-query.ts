/**
 * Rows for views: the ids of a range's candidates first (from an index), then columns or texts in slices, each one
 * string of JSON from SQLite, so that no turn of the main thread gets long.
 */
import {
  COMPONENT,
  ITEM_FLAG,
  type ItemColumns,
  type PendingKind,
} from "../../../shared/item-store.ts";
import type { RangeQuery, StoredItem, StoredItemWithText } from "./item-store.ts";
import { columnsOf } from "./schema.ts";
import type { SqlExecutor, SqlParameters } from "./sql-connection.ts";

/** Wall times are of any zone: the widest difference of two zones is 26 hours, an end may be rounded. */
const PADDING = 27 * 60 * 60_000;

/** A to-do without DTSTART belongs to every day until it is completed (RFC 5545 §3.6.2). */
const CANDIDATES = `
  SELECT json_group_array(i.id ORDER BY i.starts)
  FROM items i JOIN calendars k ON k.key = i.calendar
  WHERE k.id = :calendarId AND i.visible_body IS NOT NULL AND i.components & :components
    AND ((:end IS NULL OR i.starts IS NULL OR i.starts < :end)
         AND (:start IS NULL OR i.ends IS NULL OR i.ends >= :start)
         OR i.components & ${COMPONENT.todo} AND i.start_value = '')
    AND (:completed OR i.completed IS NULL OR i.flags & ${ITEM_FLAG.recurring})
    AND (NOT :attendees OR i.flags & ${ITEM_FLAG.attendees})`;

const ITEM = `json_array(i.name, i.uid, i.revision, json(${columnsOf("i")}), i.acks, o.kind`;
const FROM = "FROM items i LEFT JOIN outbox o ON o.item = i.id";
const WITH_TEXT = `${FROM} JOIN bodies b ON b.id = i.visible_body`;

const SLICE = `
  SELECT json_group_array(${ITEM}) ORDER BY n.key)
  FROM json_each(:ids) n JOIN items i ON i.id = n.value LEFT JOIN outbox o ON o.item = i.id
  WHERE i.visible_body IS NOT NULL`;
const SLICE_WITH_TEXT = `
  SELECT json_group_array(${ITEM}, b.text) ORDER BY n.key)
  FROM json_each(:ids) n JOIN items i ON i.id = n.value LEFT JOIN outbox o ON o.item = i.id
  JOIN bodies b ON b.id = i.visible_body`;

type Wire = [
  name: string,
  uid: string | null,
  revision: number,
  columns: ItemColumns,
  acks: string,
  pending: PendingKind | null,
  text: string,
];

export async function* querySlices(
  sql: SqlExecutor,
  query: RangeQuery,
  sliceSize: number,
): AsyncGenerator<readonly StoredItem[]> {
  for await (const ids of candidates(sql, query, sliceSize)) {
    yield (await readSlice(sql, SLICE, ids)).map(toItem);
  }
}

export async function* queryTextSlices(
  sql: SqlExecutor,
  query: RangeQuery,
  sliceSize: number,
): AsyncGenerator<readonly StoredItemWithText[]> {
  for await (const ids of candidates(sql, query, sliceSize)) {
    yield (await readSlice(sql, SLICE_WITH_TEXT, ids)).map(toItemWithText);
  }
}

/** The visible row that a condition on `i` finds; the oldest of several. */
export async function readVisible(
  sql: SqlExecutor,
  calendarId: string,
  condition: "i.name = :key" | "i.uid = :key",
  key: string,
): Promise<StoredItemWithText | null> {
  const parameters: SqlParameters = { calendarId, key };
  const rows = await sql.execute(
    `SELECT ${ITEM}, b.text) ${WITH_TEXT} JOIN calendars k ON k.key = i.calendar
     WHERE k.id = :calendarId AND ${condition} ORDER BY i.id LIMIT 1`,
    parameters,
  );
  const found = rows[0]?.[0];
  return typeof found === "string" ? toItemWithText(JSON.parse(found) as Wire) : null;
}

/** The visible rows among the named ones. */
export async function readVisibleNames(
  sql: SqlExecutor,
  calendarId: string,
  names: readonly string[],
): Promise<StoredItemWithText[]> {
  const rows = await sql.execute(
    `SELECT json_group_array(${ITEM}, b.text)) ${WITH_TEXT} JOIN calendars k ON k.key = i.calendar
     WHERE k.id = :calendarId AND i.name IN (SELECT value FROM json_each(:names))`,
    { calendarId, names: JSON.stringify(names) },
  );
  return (JSON.parse(rows[0]?.[0] as string) as Wire[]).map(toItemWithText);
}

/** The text of a version that is visible, or was and is still kept. */
export async function readBodyAtRevision(
  sql: SqlExecutor,
  calendarId: string,
  revision: number,
): Promise<string | null> {
  const rows = await sql.execute(
    `SELECT b.text FROM (
       SELECT calendar, visible_body AS body FROM items WHERE revision = :revision
       UNION ALL SELECT calendar, body FROM versions WHERE revision = :revision
     ) r JOIN calendars k ON k.key = r.calendar JOIN bodies b ON b.id = r.body
     WHERE k.id = :calendarId LIMIT 1`,
    { revision, calendarId },
  );
  return (rows[0]?.[0] ?? null) as string | null;
}

async function* candidates(
  sql: SqlExecutor,
  query: RangeQuery,
  sliceSize: number,
): AsyncGenerator<string> {
  const rows = await sql.execute(CANDIDATES, {
    calendarId: query.calendarId,
    components: query.components,
    start: query.start === null ? null : query.start - PADDING,
    end: query.end === null ? null : query.end + PADDING,
    completed: query.includeCompleted ? 1 : 0,
    attendees: query.onlyWithAttendees === true ? 1 : 0,
  });
  const ids = JSON.parse(rows[0]?.[0] as string) as number[];
  for (let first = 0; first < ids.length; first += sliceSize) {
    yield JSON.stringify(ids.slice(first, first + sliceSize));
  }
}

async function readSlice(sql: SqlExecutor, statement: string, ids: string): Promise<Wire[]> {
  const rows = await sql.execute(statement, { ids });
  return JSON.parse(rows[0]?.[0] as string) as Wire[];
}

function toItem([name, uid, revision, columns, acks, pending]: Wire): StoredItem {
  return { name, uid, revision, columns, acks, pending };
}

function toItemWithText(wire: Wire): StoredItemWithText {
  return { ...toItem(wire), text: wire[6] };
}
