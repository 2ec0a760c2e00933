/** For what can be done without a damaged part of the store. */
import { isAppError } from "../../shared/errors.ts";

/** `undefined` where the store does not have it whole. */
export async function unlessDamaged<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isAppError(error, "store-corrupt", "blob-missing", "not-found", "unsupported"))
      return undefined;
    throw error;
  }
}
