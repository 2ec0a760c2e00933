/** A folder that the user picked, for files of a restore or an export: files are only added, never replaced. */
import { equalBytes } from "../../shared/bytes.ts";
import { AppError } from "../../shared/errors.ts";

export interface FolderTarget {
  /** @returns false when a file of that name is there already. @throws AppError of the place */
  create(path: string, bytes: Uint8Array, modifiedMs: number): Promise<boolean>;
  /** `undefined` when there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
}

/**
 * Writes a file and reads it back. The same file from an earlier run is left as it is.
 * @throws AppError "file-exists" for a different one of the name, "place-io" when it cannot be read back, those of the place
 */
export async function putFile(
  folder: FolderTarget,
  path: string,
  { bytes, modifiedMs }: { readonly bytes: Uint8Array; readonly modifiedMs: number },
  dryRun: boolean,
): Promise<"created" | "unchanged"> {
  const there = await folder.read(path);
  if (there !== undefined) {
    if (equalBytes(there, bytes)) return "unchanged";
    throw fileExists();
  }
  if (dryRun) return "created";
  if (!(await folder.create(path, bytes, modifiedMs))) throw fileExists();
  const written = await folder.read(path);
  if (written === undefined || !equalBytes(written, bytes)) {
    throw new AppError("place-io", "A file could not be read back as it was written.", {
      hint: "Check the disk, and write into another folder. The snapshot is unharmed.",
    });
  }
  return "created";
}

/** The directory and the name of an absolute path, `/` or `\` between them. @throws AppError "bad-argument" */
export function splitFilePath(
  path: string,
  endings: readonly string[],
): { readonly directory: string; readonly name: string } {
  const cut = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  const name = path.slice(cut + 1);
  const directory = path.slice(0, Math.max(cut, path.startsWith("/") ? 1 : 0));
  const fits = endings.some(
    (ending) => name.toLowerCase().endsWith(ending) && name.length > ending.length,
  );
  if (cut < 0 || !fits) {
    throw new AppError(
      "bad-argument",
      `The target must be an absolute path that ends in ${endings.join(" or ")}.`,
      { hint: "Nothing was written.", details: { argument: "target" } },
    );
  }
  return { directory, name };
}

function fileExists(): AppError {
  return new AppError(
    "file-exists",
    "A different file of this name is in the folder already; it was left alone.",
    { hint: "Choose an empty folder, or another name." },
  );
}
