/** Objects: the content of a file as a list of chunks (kloset/objects). */

import type { Mac } from "./mac.ts";
import { decodeFields } from "./msgpack-reader.ts";
import { MsgpackWriter } from "./msgpack-writer.ts";
import { VERSION_1_0_0 } from "./resource.ts";

export interface ChunkReference {
  /** Names the chunk blob: the MAC of its bytes. */
  readonly mac: Mac;
  /** Plain bytes. */
  readonly length: number;
}

export interface FileObject {
  /** MAC of the whole content, which is not the name of the object. */
  readonly contentMac: Mac;
  readonly chunks: readonly ChunkReference[];
  readonly contentType: string;
}

export function encodeObject(object: FileObject): Uint8Array {
  const out = new MsgpackWriter().map(object.contentType === "" ? 4 : 5);
  out.text("version").u32(VERSION_1_0_0);
  out.text("contentMAC").bin(object.contentMac);
  out.text("chunks").array(object.chunks.length);
  for (const chunk of object.chunks) {
    out.map(5);
    out.text("version").u32(VERSION_1_0_0);
    out.text("contentMAC").bin(chunk.mac);
    out.text("length").u32(chunk.length);
    out.text("entropy").f64(0);
    out.text("flags").u32(0);
  }
  if (object.contentType !== "") out.text("content_type").text(object.contentType);
  out.text("flags").u32(0);
  return out.finish();
}

/** @throws AppError "store-corrupt" */
export function decodeObject(bytes: Uint8Array, what: string): FileObject {
  const fields = decodeFields(bytes, what);
  return {
    contentMac: fields.mac("contentMAC"),
    chunks: fields.records("chunks").map((chunk) => ({
      mac: chunk.mac("contentMAC"),
      length: chunk.size("length"),
    })),
    contentType: fields.text("content_type"),
  };
}
