/** How a failure of SQLite is told apart, whatever the implementation throws. */
import { AppError } from "../../../shared/errors.ts";

export type SqlFailure = "corrupt" | "full" | "malformed-json" | "other";

/** Neither the statement's parameters nor event text are in the message. */
export class SqlError extends Error {
  override readonly name = "SqlError";
  readonly failure: SqlFailure;

  constructor(failure: SqlFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

/** SQLite's own words for SQLITE_CORRUPT, SQLITE_NOTADB and SQLITE_FULL (sqlite3_errstr). */
export function sqlFailureOf(message: string): SqlFailure {
  if (/malformed JSON/i.test(message)) return "malformed-json";
  if (/disk image is malformed|not a database|NS_ERROR_FILE_CORRUPTED/i.test(message))
    return "corrupt";
  if (/database or disk is full|NS_ERROR_FILE_NO_DEVICE_SPACE/i.test(message)) return "full";
  return "other";
}

/** What a caller of the store is told. */
export function storeError(error: unknown): AppError {
  const failure = error instanceof SqlError ? error.failure : "other";
  if (failure === "malformed-json") {
    return new AppError("bad-argument", "The operations are not well-formed JSON.", {
      hint: "Nothing was changed.",
      cause: error,
    });
  }
  const reason =
    failure === "full"
      ? { hint: "Nothing was changed. Make room on the disk, then try again." }
      : failure === "corrupt"
        ? {
            hint: "Nothing was changed. Restart Thunderbird: the damaged file is then set aside, and unsent changes are saved from it.",
          }
        : { hint: "Nothing was changed. Try again; if it happens again, restart Thunderbird." };
  return new AppError("item-store", "The calendar database could not be used.", {
    ...reason,
    retry: "after-user",
    details: { failure },
    cause: error,
  });
}
