/**
 * SQLite by Sqlite.sys.mjs, which runs statements on a thread of its own and holds up the end of Thunderbird
 * until every connection is closed (who opens one sees to that). Two connections to one file in WAL mode: one writes, in transactions; the other
 * reads what is committed, and never waits for the first.
 */
import type {
  OpenSql,
  SqlConnection,
  SqlExecutor,
  SqlParameters,
  SqlValue,
} from "./sql-connection.ts";
import { SqlError, sqlFailureOf } from "./sql-error.ts";

const LOG_PAGES = 128;
const LOG_BYTES = 4 * 1024 * 1024;

export const openGeckoSql: OpenSql = async (path) => {
  const { Sqlite } = ChromeUtils.importESModule("resource://gre/modules/Sqlite.sys.mjs");
  const opened: GeckoSqlConnection[] = [];
  const open = async (): Promise<GeckoSqlConnection> => {
    const connection = await Sqlite.openConnection({ path, sharedMemoryCache: false });
    opened.push(connection);
    // Of an instance of the add-on that is just being replaced.
    await run(connection, "PRAGMA busy_timeout = 10000");
    return connection;
  };
  try {
    const writer = await open();
    await run(writer, "PRAGMA journal_mode = WAL");
    // Thunderbird's pages are of 32 KiB: SQLite's usual thousand would let the log grow to 32 MB.
    await run(writer, `PRAGMA wal_autocheckpoint = ${LOG_PAGES}`);
    await run(writer, `PRAGMA journal_size_limit = ${LOG_BYTES}`);
    await run(writer, "PRAGMA foreign_keys = ON");
    await run(writer, "PRAGMA temp_store = MEMORY");
    return new GeckoSql(writer, await open());
  } catch (error) {
    for (const connection of opened) await connection.close();
    throw sqlErrorOf(error);
  }
};

class GeckoSql implements SqlConnection {
  readonly #writer: GeckoSqlConnection;
  readonly #reader: GeckoSqlConnection;
  #synchronous: "FULL" | "NORMAL" | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | null = null;

  constructor(writer: GeckoSqlConnection, reader: GeckoSqlConnection) {
    this.#writer = writer;
    this.#reader = reader;
  }

  execute(sql: string, parameters: SqlParameters = {}): Promise<SqlValue[][]> {
    return run(this.#reader, sql, parameters);
  }

  transaction<T>(
    work: (executor: SqlExecutor) => Promise<T>,
    options: { readonly durable: boolean },
  ): Promise<T> {
    const turn = this.#last.then(async () => {
      // Cannot be changed within a transaction; a synced commit takes the earlier ones with it.
      const synchronous = options.durable ? "FULL" : "NORMAL";
      if (synchronous !== this.#synchronous) {
        await run(this.#writer, `PRAGMA synchronous = ${synchronous}`);
        this.#synchronous = synchronous;
      }
      const executor: SqlExecutor = {
        execute: (sql, parameters = {}) => run(this.#writer, sql, parameters),
      };
      // Not executeTransaction: it reads its caller's name out of a stack trace, and throws where it finds none.
      await run(this.#writer, "BEGIN IMMEDIATE");
      try {
        const result = await work(executor);
        await run(this.#writer, "COMMIT");
        return result;
      } catch (error) {
        // After some errors (a full disk) SQLite has rolled back by itself.
        if (this.#writer.transactionInProgress) await run(this.#writer, "ROLLBACK");
        throw error;
      }
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  close(): Promise<void> {
    this.#closed ??= this.#last.then(async () => {
      await this.#reader.close();
      await this.#writer.close();
    });
    return this.#closed;
  }
}

async function run(
  connection: GeckoSqlConnection,
  sql: string,
  parameters: SqlParameters = {},
): Promise<SqlValue[][]> {
  try {
    const rows = await connection.executeCached(sql, { ...parameters });
    return rows.map((row) =>
      Array.from({ length: row.numEntries }, (_, index) => row.getResultByIndex(index)),
    );
  } catch (error) {
    throw sqlErrorOf(error);
  }
}

/** Errors of the module carry SQLite's words in `errors`, those of opening a result code. */
function sqlErrorOf(error: unknown): unknown {
  if (error instanceof SqlError || typeof error !== "object" || error === null) return error;
  const { errors, result, name } = error as {
    errors?: readonly { readonly message: string }[];
    result?: number;
    name?: string;
  };
  if (errors === undefined && result === undefined) return error;
  if (name === "AppError") return error;
  const words = (errors ?? []).map(({ message }) => message).join("; ");
  if (result === Cr.NS_ERROR_FILE_CORRUPTED) {
    return new SqlError("corrupt", words === "" ? "NS_ERROR_FILE_CORRUPTED" : words);
  }
  const failure = sqlFailureOf(words);
  return new SqlError(failure, words === "" ? `result ${result ?? "unknown"}` : words);
}
