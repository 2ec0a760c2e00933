/**
 * One directory in two snapshots, without what both list alike: of ten thousand entries the few that differ are decoded,
 * and the others counted.
 */
import type { Entry } from "../kloset/entry.ts";
import type { ListingPiece, SnapshotReader } from "../kloset/snapshot-reader.ts";

export interface DifferentEntries {
  readonly before: readonly Entry[];
  readonly after: readonly Entry[];
  /** Entries, no directories, that both list alike and that are left out. */
  readonly alike: number;
}

/** By the name of the piece. */
const countsSeen = new Map<string, number>();
const COUNTS_KEPT = 20_000;

/**
 * `null` where a listing cannot be read in pieces: then as a whole, if at all.
 * @throws AppError "not-found", "store-corrupt", "blob-missing"
 */
export async function differentEntries(
  before: SnapshotReader,
  after: SnapshotReader,
  directory: string,
): Promise<DifferentEntries | null> {
  const [old, recent] = [
    await before.listingPieces(directory),
    await after.listingPieces(directory),
  ];
  const [oldNames, recentNames] = [namesOf(old), namesOf(recent)];
  const [was, is] = [
    await entriesOf(old.filter(({ name }) => !recentNames.has(name))),
    await entriesOf(recent.filter(({ name }) => !oldNames.has(name))),
  ];
  if (!was || !is) return null;
  let alike = 0;
  for (const piece of recent) {
    if (!oldNames.has(piece.name)) continue;
    const count = countsSeen.get(piece.name) ?? (await piece.count());
    if (count === undefined) return null;
    if (countsSeen.size >= COUNTS_KEPT) countsSeen.clear();
    countsSeen.set(piece.name, count);
    alike += count;
  }
  return { before: was, after: is, alike };
}

function namesOf(pieces: readonly ListingPiece[]): ReadonlySet<string> {
  return new Set(pieces.map(({ name }) => name));
}

async function entriesOf(pieces: readonly ListingPiece[]): Promise<Entry[] | null> {
  const entries: Entry[] = [];
  for (const piece of pieces) {
    const found = await piece.entries();
    if (!found) return null;
    entries.push(...found);
  }
  return entries;
}
