/** A folder the user picked, to put restored files into: files appear whole or not at all, none is replaced. */
import { fromWire, isAppError } from "../../shared/errors.ts";
import { PlaceCalls, type PlaceWork } from "./place-calls.ts";

type FolderFiles = Pick<typeof messenger.platform, "openPlace" | "writeFiles" | "readFiles">;

interface RestoreFolder {
  /** @returns false when a file of that name is there already. @throws AppError of the place */
  create(path: string, bytes: Uint8Array, modifiedMs: number): Promise<boolean>;
  /** @throws AppError "file-exists" when a file of one of the names is there already, those of the place */
  createAll(
    files: readonly {
      readonly path: string;
      readonly bytes: Uint8Array;
      readonly modifiedMs: number;
    }[],
  ): Promise<void>;
  /** `undefined` for each that is not there. @throws AppError of the place */
  readAll(paths: readonly string[]): Promise<(Uint8Array | undefined)[]>;
}

/**
 * @param work whose end gives up what the disk does not answer
 * @throws AppError "place-not-allowed", "place-gone", "place-denied" …
 */
export async function openRestoreFolder(
  platform: FolderFiles,
  directory: string,
  work: PlaceWork = {},
): Promise<RestoreFolder> {
  const calls = new PlaceCalls(work);
  const opened = await calls.answer(platform.openPlace(directory));
  if ("error" in opened) throw fromWire(opened.error);
  const { place } = opened;
  const createAll: RestoreFolder["createAll"] = async (files) => {
    const wanted = files.map((file) => ({ ...file, create: true }));
    const written = await calls.answer(platform.writeFiles(place, wanted));
    if ("error" in written) throw fromWire(written.error);
  };
  return {
    createAll,
    async create(path, bytes, modifiedMs) {
      try {
        await createAll([{ path, bytes, modifiedMs }]);
        return true;
      } catch (error) {
        if (isAppError(error, "file-exists")) return false;
        throw error;
      }
    },
    async readAll(paths) {
      const read: (Uint8Array | undefined)[] = [];
      while (read.length < paths.length) {
        const answer = await calls.answer(platform.readFiles(place, paths.slice(read.length)));
        if ("error" in answer) throw fromWire(answer.error);
        read.push(...answer.files.map((bytes) => bytes ?? undefined));
      }
      return read;
    },
  };
}
