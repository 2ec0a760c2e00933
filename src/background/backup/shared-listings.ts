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
  const oldOnes = old.filter(({ name }) => !recentNames.has(name));
  const recentOnes = recent.filter(({ name }) => !oldNames.has(name));
  const [oldKeys, recentKeys] = [await keysOf(oldOnes), await keysOf(recentOnes)];
  if (!oldKeys || !recentKeys) return null;
  const [was, is] = [await entriesBut(recentKeys, oldOnes), await entriesBut(oldKeys, recentOnes)];
  if (!was || !is) return null;
  let { alike } = is;
  for (const piece of recent) {
    if (!oldNames.has(piece.name)) continue;
    const count = countsSeen.get(piece.name) ?? (await piece.count());
    if (count === undefined) return null;
    if (countsSeen.size >= COUNTS_KEPT) countsSeen.clear();
    countsSeen.set(piece.name, count);
    alike += count;
  }
  return { before: was.entries, after: is.entries, alike };
}

function namesOf(pieces: readonly ListingPiece[]): ReadonlySet<string> {
  return new Set(pieces.map(({ name }) => name));
}

const KNOWN = {};

/** Of all entries, none of which is decoded. */
async function keysOf(pieces: readonly ListingPiece[]): Promise<ReadonlySet<string> | null> {
  const keys = new Set<string>();
  const note = (key: string) => {
    keys.add(key);
    return KNOWN;
  };
  for (const piece of pieces) if (!(await piece.entries(note))) return null;
  return keys;
}

/** In parts that differ most entries are the same. */
async function entriesBut(
  known: ReadonlySet<string>,
  pieces: readonly ListingPiece[],
): Promise<{ readonly entries: readonly Entry[]; readonly alike: number } | null> {
  const entries: Entry[] = [];
  let alike = 0;
  for (const piece of pieces) {
    const found = await piece.entries((key) => (known.has(key) ? KNOWN : undefined));
    if (!found) return null;
    for (const entry of found)
      if ("path" in entry) entries.push(entry);
      else alike++;
  }
  return { entries, alike };
}
