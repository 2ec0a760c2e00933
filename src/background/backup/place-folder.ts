/** A folder the user picked, for restored files: over the platform's files, which reach picked places only. */
import { fromWire, isAppError, type WireError } from "../../shared/errors.ts";
import type { FolderTarget } from "./restore-to-folder.ts";

type Platform = Pick<typeof messenger.platform, "openPlace" | "readFile" | "writeFiles">;

function unwrap<T extends object>(answer: T | { error: WireError }): T {
  if ("error" in answer) throw fromWire(answer.error);
  return answer;
}

/** @throws AppError "place-not-allowed", "place-gone", "place-denied" … */
export async function openPlaceFolder(
  platform: Platform,
  directory: string,
): Promise<FolderTarget> {
  const { place } = unwrap(await platform.openPlace(directory));
  return {
    async create(path, bytes, modifiedMs) {
      try {
        unwrap(await platform.writeFiles(place, [{ path, bytes, modifiedMs, create: true }]));
        return true;
      } catch (error) {
        if (isAppError(error, "file-exists")) return false;
        throw error;
      }
    },
    async read(path) {
      const answer = await platform.readFile(place, path);
      if ("error" in answer && answer.error.code === "blob-missing") return undefined;
      return unwrap(answer).bytes;
    },
  };
}
