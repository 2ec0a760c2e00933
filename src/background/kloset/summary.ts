/**
 * Summaries: what lies in a directory and below it, as plakar counts (kloset/snapshot/vfs). Entropies are not
 * measured and count as low.
 */

import { decodeFields, type Fields } from "./msgpack-reader.ts";
import { MsgpackWriter } from "./msgpack-writer.ts";

/** The order in which both parts of the record list their fields; floats are marked. */
const names = [
  "directories",
  "files",
  "symlinks",
  "devices",
  "pipes",
  "sockets",
  "children",
  "setuid",
  "setgid",
  "sticky",
  "objects",
  "chunks",
  "min_size",
  "max_size",
  "avg_size",
  "size",
  "min_mod_time",
  "max_mod_time",
  "hi_entropy",
  "lo_entropy",
  "MIME_audio",
  "MIME_video",
  "MIME_image",
  "MIME_text",
  "MIME_application",
  "MIME_other",
  "errors",
] as const;

type Name = (typeof names)[number];

const signed: ReadonlySet<Name> = new Set<Name>(["min_mod_time", "max_mod_time"]);
const smallest: ReadonlySet<Name> = new Set<Name>(["min_size", "min_mod_time"]);
const largest: ReadonlySet<Name> = new Set<Name>(["max_size", "max_mod_time"]);

type Counts = Map<Name, number>;

export interface Summary {
  readonly directory: Counts;
  readonly below: Counts;
}

export interface SummarizedChild {
  readonly kind: "file" | "directory" | "other";
  readonly size: number;
  /** Unix seconds. */
  readonly modified: number;
  readonly hasObject: boolean;
  readonly chunks: number;
  readonly contentType: string;
}

export function newSummary(): Summary {
  return { directory: new Map(), below: new Map() };
}

function add(counts: Counts, name: Name, value: number): void {
  if (value !== 0) counts.set(name, (counts.get(name) ?? 0) + value);
}

/** Zero means "not set yet", as in plakar. */
function extreme(counts: Counts, name: Name, value: number): void {
  const known = counts.get(name) ?? 0;
  const better = smallest.has(name) ? value < known : value > known;
  if (known === 0 || better) {
    if (value === 0) counts.delete(name);
    else counts.set(name, value);
  }
}

export function countChild(summary: Summary, child: SummarizedChild): void {
  const counts = summary.directory;
  add(counts, "children", 1);
  add(counts, child.kind === "directory" ? "directories" : "files", 1);
  if (child.hasObject) {
    add(counts, "objects", 1);
    add(counts, "chunks", child.chunks);
  }
  add(counts, "size", child.size);
  extreme(counts, "min_size", child.size);
  extreme(counts, "max_size", child.size);
  extreme(counts, "min_mod_time", child.modified);
  extreme(counts, "max_mod_time", child.modified);
  add(counts, "lo_entropy", 1);
  if (child.contentType !== "") add(counts, mimeCount(child.contentType), 1);
}

function mimeCount(contentType: string): Name {
  switch (contentType.slice(0, contentType.indexOf("/"))) {
    case "text":
      return "MIME_text";
    case "image":
      return "MIME_image";
    case "audio":
      return "MIME_audio";
    case "video":
      return "MIME_video";
    case "application":
      return "MIME_application";
    default:
      return "MIME_other";
  }
}

/** Adds a finished child directory to its parent. */
export function countBelow(summary: Summary, child: Summary): void {
  for (const part of [child.below, child.directory]) {
    for (const name of names) {
      if (name === "avg_size") continue;
      const value = part.get(name) ?? 0;
      if (smallest.has(name) || largest.has(name)) {
        if (value !== 0) extreme(summary.below, name, value);
      } else add(summary.below, name, value);
    }
  }
}

/** Call once after the last child. */
export function finishSummary(summary: Summary): void {
  const { directory } = summary;
  const files = directory.get("files") ?? 0;
  if (files > 0) add(directory, "avg_size", Math.floor((directory.get("size") ?? 0) / files));
}

export function writeSummary(out: MsgpackWriter, summary: Summary): void {
  const directory = names.filter((name) => (summary.directory.get(name) ?? 0) !== 0);
  const below = names.filter((name) => name === "errors" || (summary.below.get(name) ?? 0) !== 0);
  out.map(directory.length === 0 ? 1 : 2);
  if (directory.length > 0) {
    out.text("directory").map(directory.length);
    for (const name of directory) writeCount(out, name, summary.directory.get(name) ?? 0);
  }
  out.text("below").map(below.length);
  for (const name of below) writeCount(out, name, summary.below.get(name) ?? 0);
}

function writeCount(out: MsgpackWriter, name: Name, value: number): void {
  out.text(name);
  if (signed.has(name)) out.i64(value);
  else out.u64(value);
}

export function encodeSummary(summary: Summary): Uint8Array {
  const out = new MsgpackWriter();
  writeSummary(out, summary);
  return out.finish();
}

/** @throws AppError "store-corrupt" */
export function decodeSummary(bytes: Uint8Array, what: string): Summary {
  const fields = decodeFields(bytes, what);
  const counts = (part: string): Counts => {
    const record = fields.record(part);
    const present = names.filter((name) => record.number(name) !== 0);
    return new Map(present.map((name) => [name, record.number(name)]));
  };
  return { directory: counts("directory"), below: counts("below") };
}

/** Files and bytes of a whole snapshot, from the summary in its header. */
export function totals(summary: Fields): { readonly files: number; readonly size: number } {
  const directory = summary.record("directory");
  const below = summary.record("below");
  return {
    files: directory.number("files") + below.number("files"),
    size: directory.number("size") + below.number("size"),
  };
}
