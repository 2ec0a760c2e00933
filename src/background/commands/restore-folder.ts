/** A folder the user picked, to put restored files into: files appear whole or not at all, none is replaced. */
import { fromWire } from "../../shared/errors.ts";

type FolderFiles = Pick<
  typeof messenger.platform,
  "openPlace" | "writeFiles" | "statFile" | "readFile"
>;

export interface RestoreFolder {
  /** @returns false when a file of that name is there already. @throws AppError of the place */
  create(path: string, bytes: Uint8Array, modifiedMs: number): Promise<boolean>;
  /** `undefined` when there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
}

/** @throws AppError "place-not-allowed", "place-gone", "place-denied" … */
export async function openRestoreFolder(
  platform: FolderFiles,
  directory: string,
): Promise<RestoreFolder> {
  const opened = await platform.openPlace(directory);
  if ("error" in opened) throw fromWire(opened.error);
  const { place } = opened;
  return {
    async create(path, bytes, modifiedMs) {
      const files = [{ path, bytes, create: true, modifiedMs }];
      const written = await platform.writeFiles(place, files);
      if (!("error" in written)) return true;
      if (written.error.code === "file-exists") return false;
      throw fromWire(written.error);
    },
    async read(path) {
      const found = await platform.statFile(place, path);
      if ("error" in found) throw fromWire(found.error);
      if (found.size < 0) return undefined;
      const file = await platform.readFile(place, path);
      if ("error" in file) throw fromWire(file.error);
      return file.bytes;
    },
  };
}
