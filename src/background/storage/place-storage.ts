/**
 * Storage in a directory on disk that the user picked, through `messenger.platform`: the parent process checks every
 * path and writes each file whole. Missing files and damaged ones are told apart by their codes.
 */
import { AppError, fromWire, type WireError } from "../../shared/errors.ts";
import type { FileToWrite, Storage } from "./storage.ts";

/** What this needs of `messenger.platform`. */
export type PlaceFiles = Pick<
  typeof messenger.platform,
  | "openPlace"
  | "statFile"
  | "readFile"
  | "readFiles"
  | "writeFiles"
  | "makeDirectories"
  | "listDirectory"
  | "listBelow"
  | "measureBelow"
  | "removeFiles"
>;

/** Bytes that cross the process boundary in one call. */
const WRITTEN_AT_ONCE = 16 * 1024 * 1024;

/** @throws the AppError that the parent process answered with */
function unpack<A extends object>(answer: A): Exclude<A, { readonly error: WireError }> {
  if ("error" in answer) throw fromWire(answer.error as WireError);
  return answer as Exclude<A, { readonly error: WireError }>;
}

export class PlaceStorage implements Storage {
  readonly label: string;
  /** Where the directory lies, as found when it was opened. */
  readonly device: "profile-disk" | "other-disk" | "unknown";
  readonly freeBytes: number | null;
  readonly #files: PlaceFiles;
  readonly #place: string;

  private constructor(
    files: PlaceFiles,
    directory: string,
    opened: {
      readonly place: string;
      readonly device: PlaceStorage["device"];
      readonly freeBytes: number | null;
    },
  ) {
    this.#files = files;
    this.label = directory;
    this.#place = opened.place;
    this.device = opened.device;
    this.freeBytes = opened.freeBytes;
  }

  /**
   * Opens an allowed place, or a folder below one; made when it does not exist.
   * @throws AppError "place-not-allowed", "place-gone", "place-denied", "place-full", "place-io"
   */
  static async open(files: PlaceFiles, directory: string): Promise<PlaceStorage> {
    return new PlaceStorage(files, directory, unpack(await files.openPlace(directory)));
  }

  async size(path: string): Promise<number | undefined> {
    const { size } = unpack(await this.#files.statFile(this.#place, path));
    return size < 0 ? undefined : size;
  }

  async read(path: string): Promise<Uint8Array> {
    return unpack(await this.#files.readFile(this.#place, path)).bytes;
  }

  async readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
    const answer = await this.#files.readFile(this.#place, path, offset, length);
    const { bytes } = unpack(answer);
    if (bytes.length === length) return bytes;
    throw new AppError("store-corrupt", "A file of the backup store is cut off.", {
      hint: "Nothing was changed. Check the store to see which snapshots are affected.",
      details: { file: path },
    });
  }

  async readMany(paths: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    const read: (Uint8Array | undefined)[] = [];
    while (read.length < paths.length) {
      const { files } = unpack(await this.#files.readFiles(this.#place, paths.slice(read.length)));
      read.push(...files.map((bytes) => bytes ?? undefined));
    }
    return read;
  }

  async write(files: readonly FileToWrite[]): Promise<void> {
    let batch: FileToWrite[] = [];
    let size = 0;
    for (const file of files) {
      if (batch.length > 0 && size + file.bytes.length > WRITTEN_AT_ONCE) {
        await this.#writeBatch(batch);
        batch = [];
        size = 0;
      }
      batch.push(file);
      size += file.bytes.length;
    }
    if (batch.length > 0) await this.#writeBatch(batch);
  }

  async #writeBatch(files: readonly FileToWrite[]): Promise<void> {
    unpack(
      await this.#files.writeFiles(
        this.#place,
        files.map(({ path, bytes }) => ({ path, bytes })),
      ),
    );
  }

  async create({ path, bytes }: FileToWrite): Promise<boolean> {
    const answer = await this.#files.writeFiles(this.#place, [{ path, bytes, create: true }]);
    if ("error" in answer && answer.error.code === "file-exists") return false;
    unpack(answer);
    return true;
  }

  async makeDirectories(paths: readonly string[]): Promise<void> {
    unpack(await this.#files.makeDirectories(this.#place, [...paths]));
  }

  async list(path: string) {
    const { entries } = unpack(await this.#files.listDirectory(this.#place, path));
    return entries.filter((entry) => !entry.name.startsWith("tmp."));
  }

  async listBelow(path: string, only?: readonly string[]): Promise<readonly string[]> {
    const { paths } = unpack(
      await this.#files.listBelow(this.#place, path, ...(only === undefined ? [] : [[...only]])),
    );
    return paths.filter((found) => !/(?:^|\/)tmp\.[^/]*$/.test(found));
  }

  /** How much lies in the directories directly below one. */
  async measureBelow(path: string): Promise<{ readonly bytes: number; readonly files: number }> {
    return unpack(await this.#files.measureBelow(this.#place, path));
  }

  async remove(paths: readonly string[]): Promise<void> {
    if (paths.length > 0) unpack(await this.#files.removeFiles(this.#place, [...paths]));
  }
}
