/**
 * A disk in memory for tests of the item store: SQLite databases by sql.js (SQLite compiled to WebAssembly), and
 * the plain files beside them. Whatever is written is there after a "restart" (opening again); a crash can be
 * played by opening again without closing.
 */
import initSqlJs, { type Database, type SqlJsStatic } from "sql.js";
import type { FileAccess } from "../../src/experiments/calendar/store/file-access.ts";
import type {
  OpenSql,
  SqlConnection,
  SqlExecutor,
  SqlParameters,
  SqlValue,
} from "../../src/experiments/calendar/store/sql-connection.ts";
import { SqlError, sqlFailureOf } from "../../src/experiments/calendar/store/sql-error.ts";

let loaded: Promise<SqlJsStatic> | undefined;

export class MemoryDisk {
  /** Plain files; a database lies here after it was closed, or read by {@link MemoryDisk.bytesOf}. */
  readonly files = new Map<string, Uint8Array>();
  readonly #open = new Map<string, SqlJsConnection>();
  /** When set, writing files fails with it, as a full disk does. */
  writeFailure: Error | null = null;

  readonly open: OpenSql = async (path) => {
    loaded ??= initSqlJs();
    const sqlJs = await loaded;
    // Without a close before: what was committed is there all the same.
    const bytes = this.bytesOf(path);
    let database: Database;
    try {
      database = new sqlJs.Database(bytes);
    } catch (error) {
      throw toSqlError(error);
    }
    const connection = new SqlJsConnection(database, bytes ?? new Uint8Array(), (closed) => {
      if (this.#open.get(path) !== connection) return;
      this.#open.delete(path);
      this.files.set(path, closed);
    });
    this.#open.set(path, connection);
    if (bytes === undefined) this.files.set(path, new Uint8Array());
    return connection;
  };

  /** The database as a power cut would leave it. */
  bytesOf(path: string): Uint8Array | undefined {
    return this.#open.get(path)?.bytes() ?? this.files.get(path);
  }

  /** Replaces a closed or open database, as damage does. */
  overwrite(path: string, bytes: Uint8Array): void {
    this.#open.delete(path);
    this.files.set(path, bytes);
  }

  /** Plain text of a file. */
  textOf(path: string): string | undefined {
    const bytes = this.files.get(path);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  readonly access: FileAccess = {
    join: (directory, ...names) => [directory, ...names].join("/"),
    exists: async (path) => this.files.has(path),
    list: async (directory) => {
      const prefix = `${directory}/`;
      const names = [...this.files.keys()]
        .filter((path) => path.startsWith(prefix))
        .map((path) => path.slice(prefix.length).split("/")[0] as string);
      return [...new Set(names)];
    },
    makeDirectory: async () => {},
    readText: async (path) => {
      const text = this.textOf(path);
      if (text === undefined) throw new Error(`no file ${path}`);
      return text;
    },
    writeText: async (path, text) => {
      if (this.writeFailure !== null) throw this.writeFailure;
      this.files.set(path, new TextEncoder().encode(text));
    },
    move: async (from, to) => {
      await this.access.copy(from, to);
      this.files.delete(from);
    },
    copy: async (from, to) => {
      const bytes = this.bytesOf(from);
      if (bytes === undefined) throw new Error(`no file ${from}`);
      if (this.files.has(to)) throw new Error(`there is a file ${to}`);
      this.files.set(to, bytes);
    },
    remove: async (path) => {
      this.files.delete(path);
    },
  };
}

class SqlJsConnection implements SqlConnection {
  readonly #database: Database;
  readonly #opened: Uint8Array;
  readonly #onClosed: (bytes: Uint8Array) => void;
  #last: Promise<unknown> = Promise.resolve();
  #committed: Uint8Array | null = null;
  #closed: Promise<void> | null = null;

  constructor(database: Database, opened: Uint8Array, onClosed: (bytes: Uint8Array) => void) {
    this.#database = database;
    this.#opened = opened;
    this.#onClosed = onClosed;
  }

  /** What is committed. */
  bytes(): Uint8Array {
    if (this.#committed !== null) return this.#committed;
    try {
      return this.#database.export();
    } catch {
      // sql.js cannot export a damaged database, and nothing was written into it.
      return this.#opened;
    }
  }

  /** One connection only: a statement outside of a transaction waits for it, so as to see what is committed. */
  execute(sql: string, parameters: SqlParameters = {}): Promise<SqlValue[][]> {
    return this.#inTurn(async () => this.#run(sql, parameters));
  }

  transaction<T>(work: (executor: SqlExecutor) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      this.#run("BEGIN IMMEDIATE", {});
      try {
        const result = await work({
          execute: async (sql, parameters = {}) => this.#run(sql, parameters),
        });
        this.#run("COMMIT", {});
        return result;
      } catch (error) {
        this.#run("ROLLBACK", {});
        throw error;
      }
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.#inTurn(async () => {
      this.#committed = this.bytes();
      this.#onClosed(this.#committed);
      this.#database.close();
    });
    return this.#closed;
  }

  #run(sql: string, parameters: SqlParameters): SqlValue[][] {
    try {
      const statement = this.#database.prepare(sql);
      try {
        const named = Object.entries(parameters).map(([name, value]) => [`:${name}`, value]);
        for (const [name] of named) {
          // Gecko refuses a parameter that the statement does not name.
          if (!sql.includes(name as string)) throw new Error(`no parameter ${name} in ${sql}`);
        }
        statement.bind(Object.fromEntries(named));
        const rows: SqlValue[][] = [];
        while (statement.step()) rows.push(statement.get() as SqlValue[]);
        return rows;
      } finally {
        statement.free();
      }
    } catch (error) {
      throw toSqlError(error);
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

function toSqlError(error: unknown): SqlError {
  const message = error instanceof Error ? error.message : String(error);
  return new SqlError(sqlFailureOf(message), message);
}
