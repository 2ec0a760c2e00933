/**
 * Writes to the store, one after the other: the transaction, then the files in `unsent/` that follow from it, so
 * that a file never outlives its edit and no edit is confirmed before its file is there.
 */
import { calendarKey } from "./item-rows.ts";
import type { SqlConnection, SqlExecutor } from "./sql-connection.ts";
import type { UnsentFolder } from "./unsent-folder.ts";

/** Files written at a time after a restore. */
const PARALLEL_FILES = 8;

export interface WriteTarget {
  /** Key of the calendar. */
  readonly calendar: number;
  /** ms since the epoch. */
  readonly now: number;
}

export interface Written<T> {
  readonly value: T;
  /** Names of rows whose unsent text may have changed. */
  readonly touched: readonly string[];
}

export class StoreWrites {
  readonly #sql: SqlConnection;
  readonly #unsent: UnsentFolder;
  readonly #now: () => number;
  #last: Promise<unknown> = Promise.resolve();

  constructor(sql: SqlConnection, unsent: UnsentFolder, now: () => number) {
    this.#sql = sql;
    this.#unsent = unsent;
    this.#now = now;
  }

  /** @param durable see {@link SqlConnection.transaction} */
  write<T>(
    calendarId: string,
    durable: boolean,
    work: (sql: SqlExecutor, target: WriteTarget) => Promise<Written<T>>,
  ): Promise<T> {
    return this.inTurn(async () => {
      const { value, touched } = await this.#sql.transaction(
        async (sql) => {
          const calendar = await calendarKey(sql, calendarId);
          return work(sql, { calendar, now: this.#now() });
        },
        { durable },
      );
      if (touched.length > 0) await this.#writeFiles(calendarId, touched);
      return value;
    });
  }

  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #writeFiles(calendarId: string, names: readonly string[]): Promise<void> {
    const rows = await this.#sql.execute(
      `SELECT i.name, o.kind, i.revision, v.text
       FROM calendars k JOIN items i ON i.calendar = k.key JOIN outbox o ON o.item = i.id
       JOIN bodies v ON v.id = i.visible_body
       WHERE k.id = :calendarId AND o.kind IN ('create', 'update')
         AND i.name IN (SELECT value FROM json_each(:names))`,
      { calendarId, names: JSON.stringify(names) },
    );
    const unsent = new Map(rows.map((row) => [row[0] as string, row]));
    const queue = [...names];
    const lane = async (): Promise<void> => {
      for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
        const row = unsent.get(name);
        if (row === undefined) await this.#unsent.settle(calendarId, name);
        else {
          const [, kind, revision, text] = row;
          await this.#unsent.write(
            { calendarId, name, kind: kind as "create" | "update", revision: revision as number },
            text as string,
          );
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(PARALLEL_FILES, names.length) }, lane));
  }
}
