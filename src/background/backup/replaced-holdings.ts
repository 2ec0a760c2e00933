/** Texts of one item that were replaced or removed between snapshots: they lie below `/replaced` of the next one (layout.ts). */
import type { Entry } from "../kloset/entry.ts";
import type { SnapshotReader } from "../kloset/snapshot-reader.ts";
import { millisecondsOf } from "../kloset/timestamp.ts";
import { columnsOf, contentName } from "./content-columns.ts";
import { parseCalendarPath, REPLACED, resourceName, sectionPath } from "./layout.ts";
import { unlessDamaged } from "./unless-damaged.ts";

export interface ReplacedHolding {
  readonly snapshot: SnapshotReader;
  readonly entry: Entry;
  /** Milliseconds since the epoch. */
  readonly replacedAt: number;
}

export interface ReplacedItem {
  /** `/calendars/<account>/<calendar>` */
  readonly calendar: string;
  /** Names the resource has had: they tell a text that cannot be read. It may have had others; every text of the calendar is looked at. */
  readonly names: ReadonlySet<string>;
  /** Names asked for: where it has no others, these tell a text that cannot be read. */
  readonly asked: readonly string[];
  /** `null` for an item that cannot be read. */
  readonly uid: string | null;
}

/** @throws AppError "store-corrupt", "blob-missing", "aborted" */
export async function replacedHoldings(
  snapshot: SnapshotReader,
  { calendar, names, asked, uid }: ReplacedItem,
  signal: AbortSignal,
  knownUid: (content: string) => string | null | undefined,
): Promise<ReplacedHolding[]> {
  const place = parseCalendarPath(calendar);
  const directory = place && sectionPath(REPLACED, place.account, place.calendar);
  const holdings: ReplacedHolding[] = [];
  for (const path of directory ? await snapshot.childPaths(directory) : []) {
    signal.throwIfAborted();
    const name = resourceName(path);
    const isNamed = names.size > 0 ? names.has(name) : asked.includes(name);
    if (!isNamed && uid === null) continue;
    const entry = await snapshot.stat(path);
    if (entry?.kind !== "file") continue;
    const seen = uid === null ? undefined : knownUid(contentName(entry));
    const read = async () => (uid === null ? null : (await columnsOf(snapshot, entry)).uid);
    // A damaged text under another name than the item's known ones is most likely another item's.
    const known = seen ?? (isNamed || names.size === 0 ? await read() : await unlessDamaged(read));
    // Damaged on the server, it is still the same resource.
    if (known === null || known === undefined ? isNamed : known === uid)
      holdings.push({ snapshot, entry, replacedAt: replacedAt(entry, snapshot.info.timestamp) });
  }
  return holdings;
}

/** When it was replaced: as its file says, and before the snapshot that holds it in any case. */
export function replacedAt({ modified }: Pick<Entry, "modified">, snapshotTime: number): number {
  const time = Math.floor(millisecondsOf(modified));
  return time > 0 ? Math.min(time, snapshotTime) : snapshotTime;
}
