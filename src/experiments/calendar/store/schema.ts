/**
 * The tables of `items.sqlite`, version 1; what each is for stands in docs/item-store.md. Texts lie in `bodies`,
 * apart from the narrow rows that range queries walk through; a text is written once and referred to by id.
 */

/** Statements that make an empty database, one by one. */
export const SCHEMA: readonly string[] = [
  "CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID",
  `CREATE TABLE calendars (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    state TEXT,
    removed_at INTEGER
  )`,
  "CREATE TABLE bodies (id INTEGER PRIMARY KEY, text TEXT NOT NULL)",
  `CREATE TABLE items (
    id INTEGER PRIMARY KEY,
    calendar INTEGER NOT NULL REFERENCES calendars (key),
    name TEXT NOT NULL,
    revision INTEGER NOT NULL,
    uid TEXT,
    components INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    starts INTEGER,
    ends INTEGER,
    completed INTEGER,
    summary TEXT NOT NULL,
    location TEXT NOT NULL,
    status TEXT NOT NULL,
    classification TEXT NOT NULL,
    categories TEXT NOT NULL,
    start_value TEXT NOT NULL,
    end_value TEXT NOT NULL,
    last_modified INTEGER,
    sequence INTEGER NOT NULL,
    acks TEXT NOT NULL DEFAULT '',
    visible_body INTEGER REFERENCES bodies (id),
    server_body INTEGER REFERENCES bodies (id),
    metadata TEXT,
    taken_back_at INTEGER,
    UNIQUE (calendar, name)
  )`,
  "CREATE INDEX items_by_uid ON items (calendar, uid)",
  "CREATE UNIQUE INDEX items_by_revision ON items (revision)",
  `CREATE INDEX items_by_range ON items (calendar, starts, ends, components, flags, completed)
    WHERE visible_body IS NOT NULL`,
  `CREATE TABLE outbox (
    item INTEGER PRIMARY KEY REFERENCES items (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('create', 'update', 'delete')),
    base_body INTEGER REFERENCES bodies (id),
    server_columns TEXT,
    changed_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    waits_for INTEGER REFERENCES calendars (key)
  )`,
  `CREATE TABLE superseded (
    id INTEGER PRIMARY KEY,
    calendar INTEGER NOT NULL REFERENCES calendars (key),
    name TEXT NOT NULL,
    uid TEXT,
    body INTEGER NOT NULL REFERENCES bodies (id),
    reason TEXT NOT NULL,
    superseded_at INTEGER NOT NULL,
    snapshot_id TEXT
  )`,
  "CREATE INDEX superseded_by_uid ON superseded (calendar, uid)",
  `CREATE TABLE versions (
    revision INTEGER PRIMARY KEY,
    calendar INTEGER NOT NULL REFERENCES calendars (key),
    body INTEGER NOT NULL REFERENCES bodies (id),
    replaced_at INTEGER NOT NULL
  )`,
  `CREATE TABLE conflicts (
    id INTEGER PRIMARY KEY,
    calendar INTEGER NOT NULL REFERENCES calendars (key),
    name TEXT NOT NULL,
    uid TEXT,
    kind TEXT NOT NULL,
    mine INTEGER REFERENCES bodies (id),
    theirs INTEGER REFERENCES bodies (id),
    base INTEGER REFERENCES bodies (id),
    properties TEXT NOT NULL,
    created_at INTEGER NOT NULL
  )`,
  "CREATE INDEX conflicts_by_name ON conflicts (calendar, name)",
  "CREATE TABLE events (id INTEGER PRIMARY KEY, event TEXT NOT NULL)",
  "INSERT INTO meta VALUES ('revision', 0)",
];

/** Column of `items` → key of `ItemColumns`, and what a missing value becomes. */
const COLUMNS = [
  ["uid", "uid", null],
  ["components", "components", "0"],
  ["flags", "flags", "0"],
  ["starts", "start", null],
  ["ends", "end", null],
  ["completed", "completed", null],
  ["summary", "summary", "''"],
  ["location", "location", "''"],
  ["status", "status", "''"],
  ["classification", "classification", "''"],
  ["categories", "categories", "''"],
  ["start_value", "startValue", "''"],
  ["end_value", "endValue", "''"],
  ["last_modified", "lastModified", null],
  ["sequence", "sequence", "0"],
] as const;

/** `uid, components, …` */
export const COLUMN_NAMES = COLUMNS.map(([column]) => column).join(", ");

function valueFrom(source: string, [, key, missing]: (typeof COLUMNS)[number]): string {
  const value = `${source} ->> '$.${key}'`;
  return missing === null ? value : `coalesce(${value}, ${missing})`;
}

/** Expressions in the order of {@link COLUMN_NAMES} that read the JSON of `ItemColumns` in `source`. */
export function columnsFrom(source: string): string {
  return COLUMNS.map((column) => valueFrom(source, column)).join(", ");
}

/** `uid = …, components = …`: the same for an UPDATE. */
export function assignColumns(source: string): string {
  return COLUMNS.map((column) => `${column[0]} = ${valueFrom(source, column)}`).join(", ");
}

/** The JSON text of `ItemColumns` of a row of `items`. */
export function columnsOf(table: string): string {
  return `json_object(${COLUMNS.map(([column, key]) => `'${key}', ${table}.${column}`).join(", ")})`;
}
