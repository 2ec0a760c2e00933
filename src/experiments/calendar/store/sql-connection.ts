/**
 * SQLite as the store uses it: named parameters (`:name`), rows as arrays in the order of the columns. Two
 * implementations: Gecko's Sqlite.sys.mjs, and sql.js for tests.
 */

export type SqlValue = null | number | string;
export type SqlParameters = Readonly<Record<string, SqlValue>>;

export interface SqlExecutor {
  /** One statement. */
  execute(sql: string, parameters?: SqlParameters): Promise<SqlValue[][]>;
}

/** What a statement outside of a transaction reads is committed: it never sees a transaction under way. */
export interface SqlConnection extends SqlExecutor {
  /**
   * Runs `work` in a transaction of its own, one after the other; rolled back when it rejects.
   * @param options `durable`: it survives a power cut once it has resolved (else the last few may be undone whole)
   */
  transaction<T>(
    work: (executor: SqlExecutor) => Promise<T>,
    options: { readonly durable: boolean },
  ): Promise<T>;
  /** Waits for what was begun. */
  close(): Promise<void>;
}

/** Opens (or makes) the database at a path. */
export type OpenSql = (path: string) => Promise<SqlConnection>;
