/** A folder that the user picked, for files of a restore or an export: files are only added, never replaced. */
import { equalBytes } from "../../shared/bytes.ts";
import { AppError, isAppError } from "../../shared/errors.ts";

export interface FolderFile {
  /** `/` between its parts. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly modifiedMs: number;
}

export interface FolderTarget {
  /**
   * Returns when they lie on the disk.
   * @throws AppError "file-exists" when a file of one of the names is there (some of the others may be written), those of the place
   */
  createAll(files: readonly FolderFile[]): Promise<void>;
  /** `undefined` for each that is not there. @throws AppError of the place */
  readAll(paths: readonly string[]): Promise<readonly (Uint8Array | undefined)[]>;
}

/** What became of one file; an error that concerns no other. */
export type Put = "created" | "unchanged" | AppError;

/**
 * Writes files together and reads each back. The same file from an earlier run is left as it is; a different one of the name is the
 * file's error "file-exists", and so is a name that file systems here do not take.
 * @param files few enough for memory
 * @throws AppError "place-io" when one cannot be read back, those of the place
 */
export async function putFiles(
  folder: FolderTarget,
  files: readonly FolderFile[],
  dryRun: boolean,
): Promise<Put[]> {
  const absent = new Set<string>();
  try {
    return await putTogether(folder, files, dryRun, absent);
  } catch (error) {
    if (!isAppError(error) || !concernsOneFile(error)) throw error;
    if (files.length === 1) return [error];
  }
  const outcomes: Put[] = [];
  for (const file of files) {
    const [outcome] = await putFiles(folder, [file], dryRun);
    // Written before another of them failed.
    const written = outcome === "unchanged" && absent.has(file.path);
    outcomes.push(written ? "created" : (outcome as Put));
  }
  return outcomes;
}

/** {@link putFiles} for one. @throws its error as well */
export async function putFile(
  folder: FolderTarget,
  file: FolderFile,
  dryRun: boolean,
): Promise<"created" | "unchanged"> {
  const [outcome] = await putFiles(folder, [file], dryRun);
  if (outcome instanceof AppError) throw outcome;
  return outcome as "created" | "unchanged";
}

async function putTogether(
  folder: FolderTarget,
  files: readonly FolderFile[],
  dryRun: boolean,
  absent: Set<string>,
): Promise<Put[]> {
  const there = await folder.readAll(files.map(({ path }) => path));
  const missing = files.filter((_, index) => there[index] === undefined);
  for (const { path } of missing) absent.add(path);
  if (!dryRun && missing.length > 0) {
    await folder.createAll(missing);
    const written = await folder.readAll(missing.map(({ path }) => path));
    if (!missing.every((file, index) => sameBytes(written[index], file.bytes))) {
      throw new AppError("place-io", "A file could not be read back as it was written.", {
        hint: "Check the disk, and write into another folder. The snapshot is unharmed.",
      });
    }
  }
  return files.map((file, index) => {
    const found = there[index];
    if (found === undefined) return "created";
    return equalBytes(found, file.bytes) ? "unchanged" : fileExists();
  });
}

function sameBytes(read: Uint8Array | undefined, bytes: Uint8Array): boolean {
  return read !== undefined && equalBytes(read, bytes);
}

/** Another file of that name, or a name that this computer's file systems do not take. */
function concernsOneFile(error: AppError): boolean {
  return error.code === "file-exists" || "refusal" in error.details;
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
