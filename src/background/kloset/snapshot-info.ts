/** A snapshot in a list: the facts of its header. */
import { toHex } from "../../shared/bytes.ts";
import type { Header } from "./header.ts";
import type { Mac } from "./mac.ts";
import { millisecondsOf } from "./timestamp.ts";

export interface SnapshotInfo {
  /** 64 hex digits. */
  readonly id: string;
  /** When the backup started, Unix milliseconds. */
  readonly timestamp: number;
  /** The user's words for it; "" where none were given. */
  readonly label: string;
  readonly tags: readonly string[];
  /** Facts about the writer, e.g. Client. */
  readonly context: ReadonlyMap<string, string>;
  readonly type: string;
  readonly origin: string;
  readonly directory: string;
  readonly files: number;
  /** Plain bytes of all files. */
  readonly size: number;
}

/** In the context: the states that were there when it was begun, and what of them was unusable (`Store.footing`). */
export const FOOTING = "Footing";

/** The name that plakar gives to snapshots nobody named. */
export const UNNAMED = "default";

export function snapshotInfo(id: Mac, header: Header): SnapshotInfo {
  return {
    id: toHex(id),
    timestamp: Math.floor(millisecondsOf(header.timestamp)),
    label: header.name === UNNAMED ? "" : header.name,
    tags: header.tags,
    context: header.context,
    type: header.source.type,
    origin: header.source.origin,
    directory: header.source.directory,
    files: header.files,
    size: header.size,
  };
}
