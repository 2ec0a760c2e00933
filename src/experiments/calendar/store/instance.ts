/**
 * Whether this is the profile the database was made in. A copy that sends the same unsent changes a second time,
 * or an old copy that sends them late, would undo work: after a copy sending waits for the user.
 *
 * A mark lies outside of the profile on this machine (it is not copied along) and holds the database's id. Without
 * it (a cleared cache) the place is compared.
 */
import type { SqlConnection, SqlExecutor } from "./sql-connection.ts";

export interface MachineMark {
  /** Where the profile lies: host and path. */
  place(): string;
  /** `null` when there is none. */
  read(): Promise<string | null>;
  write(instanceId: string): Promise<void>;
}

/** Pure. @param stored what the database holds; `mark` and `place` what is found */
export function isCopied(
  stored: { readonly id: string; readonly place: string },
  mark: string | null,
  place: string,
): boolean {
  return mark !== stored.id && place !== stored.place;
}

/** @returns true if the profile is a copy; sending is paused then */
export async function checkInstance(
  sql: SqlConnection,
  machine: MachineMark,
  newId: () => string,
): Promise<boolean> {
  const id = await readMeta(sql, "instance");
  const storedPlace = await readMeta(sql, "place");
  const place = machine.place();
  if (id !== null && storedPlace !== null) {
    const mark = await machine.read();
    if (isCopied({ id, place: storedPlace }, mark, place)) {
      await sql.transaction((executor) => writeMeta(executor, "paused", "1"), { durable: true });
      return true;
    }
    if (mark === id && place === storedPlace) return false;
  }
  await adopt(sql, machine, id ?? newId());
  return false;
}

/** The user says that this profile is the one to go on with. */
export async function resume(
  sql: SqlConnection,
  machine: MachineMark,
  newId: () => string,
): Promise<void> {
  await adopt(sql, machine, newId());
  await sql.transaction((executor) => writeMeta(executor, "paused", null), { durable: true });
}

export async function isPaused(sql: SqlExecutor): Promise<boolean> {
  return (await readMeta(sql, "paused")) !== null;
}

async function adopt(sql: SqlConnection, machine: MachineMark, id: string): Promise<void> {
  await sql.transaction(
    async (executor) => {
      await writeMeta(executor, "instance", id);
      await writeMeta(executor, "place", machine.place());
    },
    { durable: true },
  );
  await machine.write(id);
}

export async function readMeta(sql: SqlExecutor, key: string): Promise<string | null> {
  const rows = await sql.execute("SELECT value FROM meta WHERE key = :key", { key });
  return (rows[0]?.[0] ?? null) as string | null;
}

export async function writeMeta(
  sql: SqlExecutor,
  key: string,
  value: string | null,
): Promise<void> {
  if (value === null) await sql.execute("DELETE FROM meta WHERE key = :key", { key });
  else
    await sql.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (:key, :value)", {
      key,
      value,
    });
}
