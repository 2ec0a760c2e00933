/** What the files of snapshots say, remembered by content: most contents are the same in the next snapshot. */
import { toHex } from "../../shared/bytes.ts";
import { scanColumns } from "../../shared/ical/scan.ts";
import type { ItemColumns } from "../../shared/item-store.ts";
import type { Entry } from "../kloset/entry.ts";
import type { SnapshotFiles } from "./snapshot-files.ts";

const columnsSeen = new Map<string, ItemColumns>();
const COLUMNS_KEPT = 20_000;

/** What the content is known by: two entries with one object have the same bytes. */
export function contentName(entry: Entry): string {
  return entry.object ? toHex(entry.object) : "";
}

/** @throws AppError "store-corrupt", "blob-missing" */
export async function columnsOf(snapshot: SnapshotFiles, entry: Entry): Promise<ItemColumns> {
  const content = contentName(entry);
  const seen = columnsSeen.get(content);
  if (seen) return seen;
  const columns = scanColumns(await readText(snapshot, entry));
  if (columnsSeen.size >= COLUMNS_KEPT) columnsSeen.clear();
  columnsSeen.set(content, columns);
  return columns;
}

/** @throws AppError "store-corrupt", "blob-missing" */
export async function readText(snapshot: SnapshotFiles, entry: Entry): Promise<string> {
  return decodeText(await snapshot.readFile(entry));
}

/** A byte order mark stays: encoding the text gives the same bytes again, where they are UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
