/**
 * Opens the store in its folder: `items.sqlite` beside `unsent/`. A file of a newer version is refused. A damaged
 * file is set aside, what was not sent is saved from it and from `unsent/`, and a new database is made.
 */
import { AppError, isAppError } from "../../../shared/errors.ts";
import type { FileAccess } from "./file-access.ts";
import { checkInstance, isPaused, type MachineMark, readMeta, writeMeta } from "./instance.ts";
import type { ItemStore, StoreEvent } from "./item-store.ts";
import { MIGRATIONS, type Migration, migrate } from "./migrations.ts";
import { forgetOld } from "./retention.ts";
import { readOutbox, type Salvage, writeOutbox } from "./salvage.ts";
import type { OpenSql, SqlConnection } from "./sql-connection.ts";
import { SqlError, storeError } from "./sql-error.ts";
import { SqliteItemStore } from "./sqlite-item-store.ts";
import { addEvent } from "./store-events.ts";
import { UnsentFolder } from "./unsent-folder.ts";
import { reconcileUnsent } from "./unsent-reconcile.ts";

export interface StoreEnvironment {
  readonly open: OpenSql;
  readonly files: FileAccess;
  /** The store's own. */
  readonly directory: string;
  readonly machine: MachineMark;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A name that nothing else has: letters, digits and `-`. */
  readonly newId: () => string;
  /** Default: those of this version. */
  readonly migrations?: readonly Migration[];
}

const DATABASE = "items.sqlite";
const UNSENT = "unsent";
/** Beside the database while it is in use; SQLite makes and needs them. */
const COMPANIONS = ["", "-wal", "-shm", "-journal"];
const NOTHING_SALVAGED: Salvage = { changes: [], revision: 0, complete: false };

/** @throws AppError "item-store-newer", "item-store" */
export async function openItemStore(environment: StoreEnvironment): Promise<ItemStore> {
  try {
    return await open(environment);
  } catch (error) {
    throw isAppError(error) ? error : storeError(error);
  }
}

async function open(environment: StoreEnvironment): Promise<ItemStore> {
  const { files, directory, machine, now, newId } = environment;
  await files.makeDirectory(files.join(directory, UNSENT));
  const { sql, events } = await openDatabase(environment);
  try {
    const unsent = new UnsentFolder(files, files.join(directory, UNSENT));
    const recovered = await reconcileUnsent(sql, unsent, now());
    const wasPaused = await isPaused(sql);
    const copied = await checkInstance(sql, machine, newId);
    await sql.transaction(
      async (executor) => {
        for (const event of eventsOf(events, recovered, now())) await addEvent(executor, event);
        if (copied && !wasPaused) {
          const rows = await executor.execute("SELECT count(*) FROM outbox");
          const pending = (rows[0]?.[0] ?? 0) as number;
          await addEvent(executor, { kind: "copied-profile", at: now(), pending });
        }
        await writeMeta(executor, "closed", null);
      },
      { durable: true },
    );
    await forgetOld(sql, now());
    return new SqliteItemStore({
      sql,
      unsent,
      machine,
      now,
      newId,
      onClosing: () =>
        sql.transaction((executor) => writeMeta(executor, "closed", "1"), { durable: true }),
    });
  } catch (error) {
    await sql.close();
    throw error;
  }
}

interface Salvaged {
  readonly setAside: string;
  readonly salvage: Salvage;
}

async function openDatabase(
  environment: StoreEnvironment,
): Promise<{ sql: SqlConnection; events: Salvaged | null }> {
  try {
    return { sql: await openSound(environment), events: null };
  } catch (error) {
    if (!(error instanceof SqlError) || error.failure !== "corrupt") throw error;
  }
  const setAside = await putAside(environment);
  const salvage = await salvageFrom(environment, setAside);
  const sql = await openSound(environment);
  try {
    await sql.transaction((executor) => writeOutbox(executor, salvage), { durable: true });
  } catch (error) {
    await sql.close();
    throw error;
  }
  return { sql, events: { setAside, salvage } };
}

/** @throws SqlError "corrupt" for a damaged file, AppError "item-store-newer" */
async function openSound(environment: StoreEnvironment): Promise<SqlConnection> {
  const { files, directory, migrations } = environment;
  const path = files.join(directory, DATABASE);
  const sql = await environment.open(path);
  try {
    const found = await migrate(
      sql,
      files,
      path,
      (version) => files.join(directory, `items.before-${version}.${stamp(environment)}.sqlite`),
      migrations ?? MIGRATIONS,
    );
    // A check reads the whole file: only after Thunderbird ended without closing it.
    if (found > 0 && (await readMeta(sql, "closed")) === null) await quickCheck(sql);
    return sql;
  } catch (error) {
    await sql.close();
    throw error;
  }
}

async function quickCheck(sql: SqlConnection): Promise<void> {
  const rows = await sql.execute("PRAGMA quick_check(1)");
  if (rows[0]?.[0] !== "ok") throw new SqlError("corrupt", "PRAGMA quick_check found damage");
}

/** @returns the new name of the damaged file */
async function putAside(environment: StoreEnvironment): Promise<string> {
  const { files, directory } = environment;
  const stem = `items.damaged.${stamp(environment)}`;
  for (let attempt = 0; attempt < 100; attempt++) {
    const name = `${stem}${attempt === 0 ? "" : `-${attempt}`}.sqlite`;
    if (await files.exists(files.join(directory, name))) continue;
    for (const companion of COMPANIONS) {
      const from = files.join(directory, `${DATABASE}${companion}`);
      if (await files.exists(from)) await files.move(from, files.join(directory, name + companion));
    }
    return name;
  }
  throw new AppError("item-store", "The damaged calendar database could not be set aside.", {
    hint: `Nothing was deleted. Remove old files items.damaged.… from ${directory}.`,
    retry: "after-user",
  });
}

async function salvageFrom(environment: StoreEnvironment, name: string): Promise<Salvage> {
  const { files, directory } = environment;
  let damaged: SqlConnection;
  try {
    damaged = await environment.open(files.join(directory, name));
  } catch {
    return NOTHING_SALVAGED;
  }
  try {
    return await readOutbox(damaged);
  } finally {
    await damaged.close().catch(() => undefined);
  }
}

function eventsOf(salvaged: Salvaged | null, recovered: number, at: number): StoreEvent[] {
  if (salvaged !== null) {
    const { setAside, salvage } = salvaged;
    const changes = salvage.changes.length + recovered;
    const { complete } = salvage;
    return [{ kind: "salvaged", at, setAside, changes, fromFiles: recovered, complete }];
  }
  return recovered === 0 ? [] : [{ kind: "unsent-recovered", at, changes: recovered }];
}

/** `20261121-110703`: fit for a file name, and sorted by time. */
function stamp(environment: StoreEnvironment): string {
  const digits = new Date(environment.now()).toISOString().replace(/\D/g, "");
  return `${digits.slice(0, 8)}-${digits.slice(8, 14)}`;
}
