/** Objects: the content of a file as a list of chunks (kloset/objects). */

import type { Mac } from "./mac.ts";
import { decodeFields } from "./msgpack-reader.ts";
import { encodePart, MsgpackWriter } from "./msgpack-writer.ts";
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
  out.encoded(BEFORE_MAC).bin(object.contentMac);
  out.encoded(BEFORE_CHUNKS).array(object.chunks.length);
  for (const chunk of object.chunks) {
    out.encoded(BEFORE_CHUNK_MAC).bin(chunk.mac);
    out.encoded(BEFORE_LENGTH).u32(chunk.length);
    out.encoded(BEHIND_CHUNK);
  }
  if (object.contentType !== "") out.encoded(BEFORE_TYPE).text(object.contentType);
  out.encoded(FLAGS);
  return out.finish();
}

const BEFORE_MAC = encodePart((out) => out.text("version").u32(VERSION_1_0_0).text("contentMAC"));
const BEFORE_CHUNKS = encodePart((out) => out.text("chunks"));
const BEFORE_CHUNK_MAC = encodePart((out) =>
  out.map(5).text("version").u32(VERSION_1_0_0).text("contentMAC"),
);
const BEFORE_LENGTH = encodePart((out) => out.text("length"));
const FLAGS = encodePart((out) => out.text("flags").u32(0));
const BEHIND_CHUNK = encodePart((out) => out.text("entropy").f64(0).encoded(FLAGS));
const BEFORE_TYPE = encodePart((out) => out.text("content_type"));

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
