/**
 * At start: every pending text has its file in `unsent/`, and every file there is either that of a pending text,
 * or settled (then it goes), or unknown to the database, which was lost or put back to an earlier state (then
 * its text is pending again).
 */
import { scanColumns } from "../../../shared/ical/scan.ts";
import { ITEM_FLAG } from "../../../shared/item-store.ts";
import { calendarKey, readRow } from "./item-rows.ts";
import { edited } from "./row-state.ts";
import { insertRow, writeRow } from "./row-writes.ts";
import type { SqlConnection, SqlExecutor } from "./sql-connection.ts";
import type { UnsentFolder, UnsentText } from "./unsent-folder.ts";

const PENDING_TEXTS = `
  SELECT k.id, i.name, o.kind, i.revision, v.text
  FROM outbox o JOIN items i ON i.id = o.item JOIN calendars k ON k.key = i.calendar
  JOIN bodies v ON v.id = i.visible_body WHERE o.kind IN ('create', 'update')`;

/** @returns how many changes are pending again because of a file */
export async function reconcileUnsent(
  sql: SqlConnection,
  folder: UnsentFolder,
  now: number,
): Promise<number> {
  const found = new Map((await folder.list()).map((file) => [idOf(file), file] as const));
  const recovered = await recoverUnknown(sql, folder, [...found.values()], now);
  for (const [calendarId, name, kind, revision, text] of await sql.execute(PENDING_TEXTS)) {
    const unsent = { calendarId, name, kind, revision } as UnsentText;
    const file = found.get(idOf(unsent));
    if (file === undefined) await folder.write(unsent, text as string);
    else folder.adopt(unsent, file.path);
  }
  return recovered;
}

async function recoverUnknown(
  sql: SqlConnection,
  folder: UnsentFolder,
  files: readonly (UnsentText & { readonly path: string })[],
  now: number,
): Promise<number> {
  const pending = new Set(
    (await sql.execute(PENDING_TEXTS)).map(([calendarId, name, kind, revision]) =>
      idOf({ calendarId, name, kind, revision } as UnsentText),
    ),
  );
  let recovered = 0;
  for (const file of files) {
    if (pending.has(idOf(file))) continue;
    const text = await readWhole(folder, file.path);
    if (text === null) continue;
    const known = await sql.execute("SELECT 1 FROM bodies WHERE text = :text LIMIT 1", { text });
    if (known.length === 0) {
      await sql.transaction((executor) => recover(executor, file, text, now), { durable: true });
      recovered++;
    }
    await folder.remove(file.path);
  }
  return recovered;
}

/** `null` for a file that was cut while it was written, or holds something else: it is left where it is. */
async function readWhole(folder: UnsentFolder, path: string): Promise<string | null> {
  try {
    const text = await folder.read(path);
    return /END:VCALENDAR\s*$/i.test(text) ? text : null;
  } catch {
    return null;
  }
}

async function recover(
  sql: SqlExecutor,
  file: UnsentText,
  text: string,
  now: number,
): Promise<void> {
  const calendar = await calendarKey(sql, file.calendarId);
  const columns = scanColumns(text);
  const mine = { text, columns: JSON.stringify(columns) };
  const row = await readRow(sql, calendar, file.name);
  if (row === null) {
    const change = { kind: file.kind, baseText: null, changedAt: now, attempts: 0 } as const;
    const state = {
      visible: mine,
      server: null,
      change: { ...change, lastError: null, waitsFor: null },
      takenBackAt: null,
    };
    await insertRow(sql, calendar, file.name, state, "");
    return;
  }
  // The row's own pending text is the newer one unless it is unreadable; either way both are kept.
  const isReadable = (columns.flags & ITEM_FLAG.unreadable) === 0;
  const isNewer = row.state.change === null || file.revision > row.revision;
  const reasons = { visible: "unsent", server: "unsent" };
  if (isReadable && isNewer) {
    await writeRow(sql, row, edited(row.state, mine, now), { reasons, now, newRevision: true });
    return;
  }
  await sql.execute("INSERT INTO bodies (text) VALUES (:text)", { text });
  await sql.execute(
    `INSERT INTO superseded (calendar, name, uid, body, reason, superseded_at)
     VALUES (:calendar, :name, :uid, last_insert_rowid(), 'unsent', :now)`,
    { calendar, name: file.name, uid: columns.uid, now },
  );
}

const idOf = ({ calendarId, name, kind, revision }: UnsentText): string =>
  [calendarId, name, kind, revision].join("\n");
