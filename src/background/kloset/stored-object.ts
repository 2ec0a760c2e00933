/** Whether a store has all of a file's content: its chunks may lie in other packfiles than the object naming them. */
import { isAppError } from "../../shared/errors.ts";
import type { Mac } from "./mac.ts";
import { decodeObject } from "./object.ts";
import { Resource } from "./resource.ts";
import type { Store } from "./store.ts";

/** By the index and the object alone: the chunks themselves are not read. */
export async function isStoredWhole({ index, blobs }: Store, object: Mac): Promise<boolean> {
  if (!index.usable(Resource.object, object)) return false;
  try {
    const description = await blobs.read(Resource.object, object);
    const { chunks } = decodeObject(description, "The description of a file");
    return chunks.every((chunk) => index.usable(Resource.chunk, chunk.mac));
  } catch (error) {
    if (isAppError(error, "store-corrupt", "blob-missing")) return false;
    throw error;
  }
}
