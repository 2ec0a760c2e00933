/**
 * Storage in a directory on disk that the user picked, through `messenger.platform`: the parent process checks every
 * path and writes each file whole. Missing files and damaged ones are told apart by their codes.
 */
import { AppError, fromWire, type WireError } from "../../shared/errors.ts";
import { PlaceCalls, type PlaceWork } from "./place-calls.ts";
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
  readonly #calls: PlaceCalls;

  private constructor(
    files: PlaceFiles,
    directory: string,
    opened: {
      readonly place: string;
      readonly device: PlaceStorage["device"];
      readonly freeBytes: number | null;
    },
    calls: PlaceCalls,
  ) {
    this.#files = files;
    this.label = directory;
    this.#place = opened.place;
    this.device = opened.device;
    this.freeBytes = opened.freeBytes;
    this.#calls = calls;
  }

  /**
   * Opens an allowed place, or a folder below one; made when it does not exist.
   * @param work whose end gives up what the disk does not answer: then every call throws the signal's reason
   * @throws AppError "place-not-allowed", "place-gone", "place-denied", "place-full", "place-io"
   */
  static async open(
    files: PlaceFiles,
    directory: string,
    work: PlaceWork = {},
  ): Promise<PlaceStorage> {
    const calls = new PlaceCalls(work);
    const opened = unpack(await calls.answer(files.openPlace(directory)));
    return new PlaceStorage(files, directory, opened, calls);
  }

  async #answer<A extends object>(call: Promise<A>) {
    return unpack(await this.#calls.answer(call));
  }

  async size(path: string): Promise<number | undefined> {
    const { size } = await this.#answer(this.#files.statFile(this.#place, path));
    return size < 0 ? undefined : size;
  }

  async read(path: string): Promise<Uint8Array> {
    return (await this.#answer(this.#files.readFile(this.#place, path))).bytes;
  }

  async readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
    const { bytes } = await this.#answer(this.#files.readFile(this.#place, path, offset, length));
    if (bytes.length === length) return bytes;
    throw new AppError("store-corrupt", "A file of the backup store is cut off.", {
      hint: "Nothing was changed. Check the store to see which snapshots are affected.",
      details: { file: path },
    });
  }

  async readMany(paths: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    const read: (Uint8Array | undefined)[] = [];
    while (read.length < paths.length) {
      const { files } = await this.#answer(
        this.#files.readFiles(this.#place, paths.slice(read.length)),
      );
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
    await this.#answer(
      this.#files.writeFiles(
        this.#place,
        files.map(({ path, bytes }) => ({ path, bytes })),
      ),
    );
  }

  async create({ path, bytes }: FileToWrite): Promise<boolean> {
    const write = this.#files.writeFiles(this.#place, [{ path, bytes, create: true }]);
    const answer = await this.#calls.answer(write);
    if ("error" in answer && answer.error.code === "file-exists") return false;
    unpack(answer);
    return true;
  }

  async makeDirectories(paths: readonly string[]): Promise<void> {
    await this.#answer(this.#files.makeDirectories(this.#place, [...paths]));
  }

  async list(path: string) {
    const { entries } = await this.#answer(this.#files.listDirectory(this.#place, path));
    return entries.filter((entry) => !entry.name.startsWith("tmp."));
  }

  async listBelow(path: string, only?: readonly string[]): Promise<readonly string[]> {
    const { paths } = await this.#answer(
      this.#files.listBelow(this.#place, path, ...(only === undefined ? [] : [[...only]])),
    );
    return paths.filter((found) => !/(?:^|\/)tmp\.[^/]*$/.test(found));
  }

  /** How much lies in the directories directly below one. */
  async measureBelow(path: string): Promise<{ readonly bytes: number; readonly files: number }> {
    return await this.#answer(this.#files.measureBelow(this.#place, path));
  }

  async remove(paths: readonly string[]): Promise<void> {
    if (paths.length > 0) await this.#answer(this.#files.removeFiles(this.#place, [...paths]));
  }
}
