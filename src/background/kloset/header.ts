/** The snapshot header: who, when, and where its trees start (kloset/snapshot/header). */

import { corrupt } from "./corruption.ts";
import type { Mac } from "./mac.ts";
import { decodeFields, type Fields } from "./msgpack-reader.ts";
import { MsgpackWriter } from "./msgpack-writer.ts";
import { VERSION_1_0_0 } from "./resource.ts";
import { type Summary, totals, writeSummary } from "./summary.ts";
import { isDate, type Timestamp } from "./timestamp.ts";

export interface SnapshotSource {
  readonly type: string;
  readonly origin: string;
  /** The path that plakar lists, checks and restores by default. */
  readonly directory: string;
}

export interface SnapshotIndexes {
  readonly contentType?: Mac;
  readonly dirpack?: Mac;
  readonly summary?: Mac;
}

export interface SnapshotTrees {
  readonly entries: Mac;
  readonly xattrs: Mac;
  readonly errors: Mac;
}

export interface NewHeader {
  readonly id: Mac;
  readonly timestamp: Timestamp;
  readonly durationMs: number;
  readonly name: string;
  readonly tags: readonly string[];
  /** Facts about the writer, e.g. Client. */
  readonly context: readonly (readonly [key: string, value: string])[];
  readonly source: SnapshotSource;
  readonly trees: SnapshotTrees;
  readonly indexes: SnapshotIndexes;
  readonly summary: Summary;
}

const ZERO_UUID = new Uint8Array(16);

export function encodeHeader(header: NewHeader): Uint8Array {
  const out = new MsgpackWriter().map(17);
  out.text("version").u32(VERSION_1_0_0);
  out.text("identifier").bin(header.id);
  out.text("timestamp").time(header.timestamp);
  out.text("duration").i64(BigInt(Math.round(header.durationMs)) * 1_000_000n);
  // No signature: plakar verifies one only where the identity is set.
  out.text("identity").map(2);
  out.text("identifier").bin(ZERO_UUID);
  out.text("public_key").nil();
  out.text("name").text(header.name);
  for (const key of ["category", "environment", "perimeter", "job"]) out.text(key).text("");
  out.text("replicas").u32(1);
  out.text("dataset").text("");
  out.text("data_classes").array(0);
  out.text("classifications").array(0);
  out.text("tags").array(header.tags.length);
  for (const tag of header.tags) out.text(tag);
  out.text("context").array(header.context.length);
  for (const [key, value] of header.context)
    out.map(2).text("key").text(key).text("value").text(value);
  out.text("sources").array(1);
  writeSource(out, header);
  return out.finish();
}

function writeSource(out: MsgpackWriter, header: NewHeader): void {
  const { source, trees } = header;
  out.map(5);
  out.text("importer").map(3);
  out.text("type").text(source.type);
  out.text("origin").text(source.origin);
  out.text("directory").text(source.directory);
  out.text("context").array(0);
  out.text("root").map(3);
  out.text("root").bin(trees.entries);
  out.text("xattrs").bin(trees.xattrs);
  out.text("errors").bin(trees.errors);
  const indexes = (
    [
      ["content-type", header.indexes.contentType],
      ["dirpack", header.indexes.dirpack],
      ["summary", header.indexes.summary],
    ] as const
  ).filter((index): index is [(typeof index)[0], Mac] => index[1] !== undefined);
  out.text("indexes").array(indexes.length);
  for (const [name, root] of indexes) {
    out.map(3);
    out.text("name").text(name);
    out.text("type").text("btree");
    out.text("value").bin(root);
  }
  out.text("summary");
  writeSummary(out, header.summary);
}

export interface Header {
  readonly id: Mac;
  readonly timestamp: Timestamp;
  readonly name: string;
  readonly tags: readonly string[];
  readonly context: ReadonlyMap<string, string>;
  readonly source: SnapshotSource;
  readonly trees: SnapshotTrees;
  readonly indexes: SnapshotIndexes;
  readonly files: number;
  readonly size: number;
}

/** The first source counts: no released plakar writes more. @throws AppError "store-corrupt" */
export function decodeHeader(bytes: Uint8Array, what: string): Header {
  const fields = decodeFields(bytes, what);
  const source = fields.records("sources")[0];
  if (!source) throw corrupt(`${what} names no source`);
  const timestamp = fields.time("timestamp");
  if (!isDate(timestamp)) throw corrupt(`${what} has an impossible time`);
  const importer = source.record("importer");
  const trees = source.record("root");
  return {
    id: fields.mac("identifier"),
    timestamp,
    name: fields.text("name"),
    tags: fields.texts("tags"),
    context: new Map(
      fields
        .records("context")
        .map((item): [string, string] => [item.text("key"), item.text("value")]),
    ),
    source: {
      type: importer.text("type"),
      origin: importer.text("origin"),
      directory: importer.text("directory"),
    },
    trees: { entries: trees.mac("root"), xattrs: trees.mac("xattrs"), errors: trees.mac("errors") },
    indexes: decodeIndexes(source.records("indexes")),
    ...totals(source.record("summary")),
  };
}

function decodeIndexes(records: readonly Fields[]): SnapshotIndexes {
  const find = (name: string) =>
    records
      .find((index) => index.text("name") === name && index.text("type") === "btree")
      ?.mac("value");
  const contentType = find("content-type");
  const dirpack = find("dirpack");
  const summary = find("summary");
  return {
    ...(contentType && { contentType }),
    ...(dirpack && { dirpack }),
    ...(summary && { summary }),
  };
}
