/** What a file's content would be called in a store: tells without reading whether the store's copy is the same. */
import { cutChunks } from "./chunking.ts";
import { contentTypeOf } from "./content-type.ts";
import type { Mac } from "./mac.ts";
import { encodeObject } from "./object.ts";
import { nameOf } from "./path.ts";
import type { Store } from "./store.ts";

/**
 * The name of the object that this program would write for the content. Another program may have described the same bytes in
 * another object: different names prove nothing.
 */
export function objectNameOf({ config, hashing }: Store, path: string, bytes: Uint8Array): Mac {
  const chunks = [...cutChunks(bytes, config.chunking)].map((piece) => ({
    mac: hashing.mac(piece),
    length: piece.length,
  }));
  const only = chunks.length === 1 ? chunks[0] : undefined;
  const object = encodeObject({
    contentMac: only?.mac ?? hashing.mac(bytes),
    chunks,
    contentType: contentTypeOf(nameOf(path), bytes),
  });
  return hashing.mac(object);
}
