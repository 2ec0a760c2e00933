/**
 * Where the bytes of a Kloset store lie: a flat name space of "/"-separated relative paths. Knows nothing of
 * the format. Implementations share one conformance suite (test/background/storage).
 */

export interface FileToWrite {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Every method throws AppError: place-gone (the directory vanished), place-denied, place-full, place-io.
 * Writing is atomic a file: a reader sees the whole new content or none of it, and the bytes are flushed.
 */
export interface Storage {
  /** The place in words for messages, e.g. its directory. */
  readonly label: string;
  /** Size in bytes; `undefined` when there is no such file. */
  size(path: string): Promise<number | undefined>;
  /** @throws AppError "blob-missing" when there is no such file */
  read(path: string): Promise<Uint8Array>;
  /** Exactly `length` bytes from `offset`. @throws AppError "blob-missing", "store-corrupt" when the file is shorter */
  readRange(path: string, offset: number, length: number): Promise<Uint8Array>;
  /** Whole files in the order asked for; `undefined` for those that are missing. Hold few enough for memory. */
  readMany(paths: readonly string[]): Promise<readonly (Uint8Array | undefined)[]>;
  write(files: readonly FileToWrite[]): Promise<void>;
  /** Like write, but refuses to replace. @returns false when the file existed */
  create(file: FileToWrite): Promise<boolean>;
  makeDirectories(paths: readonly string[]): Promise<void>;
  /** Names directly below a directory; empty when it does not exist. Temporary files are left out. */
  list(
    path: string,
  ): Promise<
    readonly { readonly name: string; readonly directory: boolean; readonly size: number }[]
  >;
  /**
   * `<directory>/<name>` of all that lies in the directories directly below one, whatever it is; nothing when it does
   * not exist. Temporary files are left out.
   * @param only names of the directories to look into; absent: all
   */
  listBelow(path: string, only?: readonly string[]): Promise<readonly string[]>;
  /** Removing what is not there is no error. */
  remove(paths: readonly string[]): Promise<void>;
}
