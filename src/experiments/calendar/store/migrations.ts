/**
 * The schema's version (`PRAGMA user_version`) and the steps to it. The file is copied before a step changes it;
 * a file of a newer version of the add-on is refused and never touched.
 */
import { AppError } from "../../../shared/errors.ts";
import { nameContents } from "./content-names.ts";
import type { FileAccess } from "./file-access.ts";
import { SCHEMA } from "./schema.ts";
import type { SqlConnection, SqlExecutor } from "./sql-connection.ts";
import { tellLeftOversApart } from "./tell-left-overs-apart.ts";

export interface Migration {
  /** The version that the step leads to, from the one before. */
  readonly version: number;
  readonly apply: (sql: SqlExecutor) => Promise<void>;
}

/** In ascending order. The first makes an empty database. */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    async apply(sql) {
      for (const statement of SCHEMA) await sql.execute(statement);
    },
  },
  { version: 2, apply: tellLeftOversApart },
  { version: 3, apply: nameContents },
];

/**
 * All steps together are one transaction.
 * @param copyPath where the file is copied to, made of the version it has
 * @returns the version found; 0 for an empty database
 * @throws AppError "item-store-newer"
 */
export async function migrate(
  sql: SqlConnection,
  files: FileAccess,
  path: string,
  copyPath: (version: number) => string,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<number> {
  const found = ((await sql.execute("PRAGMA user_version"))[0]?.[0] ?? 0) as number;
  const latest = migrations.at(-1)?.version ?? 0;
  if (found > latest) throw newer(found, latest);
  const steps = migrations.filter(({ version }) => version > found);
  if (steps.length === 0) return found;
  if (found > 0) {
    // Afterwards everything lies in the main file.
    await sql.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    await files.copy(path, copyPath(found));
  }
  await sql.transaction(
    async (executor) => {
      for (const step of steps) await step.apply(executor);
      await executor.execute(`PRAGMA user_version = ${latest}`);
    },
    { durable: true },
  );
  return found;
}

const newer = (found: number, latest: number): AppError =>
  new AppError(
    "item-store-newer",
    "The calendar database was written by a newer version of this add-on.",
    {
      hint: "Nothing was changed. Install the newer version again; your events and unsent changes are in it.",
      retry: "after-user",
      details: { found, latest },
    },
  );
