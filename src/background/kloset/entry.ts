/** VFS entries: one file or directory of a snapshot (kloset/snapshot/vfs, kloset/objects FileInfo). */
import { equalBytes } from "../../shared/bytes.ts";
import { type Mac, zeroMac } from "./mac.ts";
import { decodeFields } from "./msgpack-reader.ts";
import { encodePart, MsgpackWriter } from "./msgpack-writer.ts";
import { joinPath } from "./path.ts";
import { VERSION_1_0_0 } from "./resource.ts";
import type { Timestamp } from "./timestamp.ts";

/** Go's FileMode. */
const DIRECTORY_BIT = 0x80000000;
/** Symlink, device, pipe, socket, character device, irregular: anything but a plain file. */
const SPECIAL_BITS = 0x08000000 | 0x04000000 | 0x02000000 | 0x01000000 | 0x00200000 | 0x00080000;

export const FILE_MODE = 0o644;
export const DIRECTORY_MODE = DIRECTORY_BIT + 0o755;

export type EntryKind = "file" | "directory" | "other";

export interface Entry {
  /** Absolute, "/"-separated. */
  readonly path: string;
  readonly name: string;
  readonly kind: EntryKind;
  /** Bytes of the content; 0 for directories. */
  readonly size: number;
  readonly modified: Timestamp;
  /** Names the object with the content; `undefined` for what has none. */
  readonly object: Mac | undefined;
  readonly contentType: string;
  /** 0 where the writer did not say. */
  readonly chunks: number;
  /** The stored record and its name, for carrying the entry into another snapshot unchanged. */
  readonly record: Uint8Array;
  readonly mac: Mac;
}

export interface NewEntry {
  readonly parent: string;
  readonly name: string;
  readonly mode: number;
  readonly size: number;
  readonly modified: Timestamp;
  readonly object?: Mac;
  readonly contentType?: string;
  readonly chunks?: number;
}

export function encodeEntry(entry: NewEntry): Uint8Array {
  const contentType = entry.contentType ?? "";
  const chunks = entry.chunks ?? 0;
  const out = new MsgpackWriter();
  out.map(5 + (contentType === "" ? 0 : 1) + (chunks === 0 ? 0 : 1));
  out.encoded(BEFORE_PARENT).text(entry.parent);
  out.encoded(BEFORE_NAME).text(entry.name);
  out.encoded(BEFORE_SIZE).i64(entry.size);
  out.encoded(BEFORE_MODE).u32(entry.mode);
  out.encoded(BEFORE_TIME).time(entry.modified);
  out.encoded(BEFORE_OBJECT).bin(entry.object ?? zeroMac);
  if (contentType !== "") out.encoded(BEFORE_TYPE).text(contentType);
  if (chunks !== 0) out.encoded(BEFORE_CHUNKS).u64(chunks);
  return out.finish();
}

const BEFORE_PARENT = encodePart((out) =>
  out.text("version").u32(VERSION_1_0_0).text("parent_path"),
);
const BEFORE_NAME = encodePart((out) => out.text("file_info").map(12).text("name"));
const BEFORE_SIZE = encodePart((out) => out.text("size"));
const BEFORE_MODE = encodePart((out) => out.text("mode"));
const BEFORE_TIME = encodePart((out) => out.text("mod_time"));
const BEFORE_OBJECT = encodePart((out) => {
  out.text("dev").u64(0);
  out.text("ino").u64(0);
  out.text("uid").u64(0);
  out.text("gid").u64(0);
  out.text("nlink").u16(1);
  out.text("username").text("");
  out.text("groupname").text("");
  out.text("flags").u32(0);
  out.text("summary").nil();
  out.text("object");
});
const BEFORE_TYPE = encodePart((out) => out.text("content_type"));
const BEFORE_CHUNKS = encodePart((out) => out.text("chunks"));

/** What {@link decodeEntry} makes of the record of {@link encodeEntry}. */
export function entryOf(entry: NewEntry, record: Uint8Array, mac: Mac): Entry {
  const { name, size, modified, object, mode } = entry;
  return {
    path: joinPath(entry.parent, name),
    name,
    kind: kindOf(mode),
    size,
    modified,
    object,
    contentType: entry.contentType ?? "",
    chunks: entry.chunks ?? 0,
    record,
    mac,
  };
}

function kindOf(mode: number): EntryKind {
  if (mode >= DIRECTORY_BIT) return "directory";
  return (mode & SPECIAL_BITS) === 0 ? "file" : "other";
}

/** @throws AppError "store-corrupt" */
export function decodeEntry(record: Uint8Array, mac: Mac, what: string): Entry {
  const fields = decodeFields(record, what);
  const info = fields.record("file_info");
  const name = info.text("name");
  const object = fields.mac("object");
  return {
    path: joinPath(fields.text("parent_path"), name),
    name,
    kind: kindOf(info.number("mode")),
    size: info.number("size"),
    modified: info.time("mod_time"),
    object: equalBytes(object, zeroMac) ? undefined : object,
    contentType: fields.text("content_type"),
    chunks: fields.number("chunks"),
    record,
    mac,
  };
}
