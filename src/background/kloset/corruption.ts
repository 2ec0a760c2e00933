/** The errors of a damaged or too new store, worded once. */
import { AppError } from "../../shared/errors.ts";

/** @param what which part is damaged, e.g. "The packfile 12ab…" (no content of the user's files) */
export function corrupt(
  what: string,
  details: Readonly<Record<string, unknown>> = {},
  cause?: unknown,
): AppError {
  return new AppError("store-corrupt", `The backup store is damaged: ${what}.`, {
    hint: "Nothing was changed. Check the store to see which snapshots are affected; the next backup stores anew what is damaged.",
    details,
    cause,
  });
}

/** The store was written by a newer program, or uses an option this add-on does not know. */
export function unknownVersion(what: string, details: Readonly<Record<string, unknown>>): AppError {
  return new AppError("store-unknown-version", `This backup store cannot be read: ${what}.`, {
    hint: "Nothing was changed. Update CalDAV Keeper, or choose another directory for backups.",
    details,
  });
}

/** One stored thing unpacks to more than is read here: a crafted one, or another program's of an unforeseen size. */
export function largerThan(limit: number, what: string): AppError {
  return corrupt(`${what} is larger than it may be: ${Math.floor(limit / 1048576)} MiB at most`, {
    limit,
  });
}
