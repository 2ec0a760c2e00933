/** Why a store's passphrase stays what it is. */
import { AppError } from "../../shared/errors.ts";

/**
 * The key of everything in a Kloset store, and the names of its blobs, come from the passphrase itself: another one would
 * mean to write every byte anew. plakar has no such command either.
 * @throws AppError "unsupported", always
 */
export async function refusePassphraseChange(): Promise<never> {
  throw new AppError("unsupported", "The passphrase of a backup store cannot be changed.", {
    hint: "Nothing was changed. Choose an empty folder for backups and give it the new passphrase; the old snapshots can be copied there by the command plakar sync, and the old folder deleted after that.",
    retry: "never",
  });
}
