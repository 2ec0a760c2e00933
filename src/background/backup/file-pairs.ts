/** Puts the files of two versions of a calendar side by side: by name, else, where a resource was renamed, by UID. */

export interface ComparedFile {
  readonly name: string;
  /** In a snapshot; for a calendar as it is now, where the next snapshot would have it. */
  readonly path: string;
  /** Equal for equal bytes; different ones prove nothing. */
  readonly content: string;
  readonly size: number;
  text(): Promise<string>;
  uid(): Promise<string | null>;
}

/** By name. */
export type CalendarFiles = ReadonlyMap<string, ComparedFile>;

export interface CalendarPair {
  /** `/calendars/<account>/<calendar>` */
  readonly path: string;
  readonly displayName: string;
  readonly state: "added" | "removed" | "both";
  sides(): Promise<CalendarSides>;
}

/** Empty where that side does not hold the calendar. */
export interface CalendarSides {
  readonly before: CalendarFiles;
  readonly after: CalendarFiles;
  /** Files that are the same on both sides, and are in neither. */
  readonly alike: number;
}

export interface FilePair {
  readonly change: "added" | "removed" | "changed";
  readonly before: ComparedFile | undefined;
  readonly after: ComparedFile | undefined;
}

/** In the order of names. @throws AppError "store-corrupt", "blob-missing", "aborted" */
export async function pairFiles(
  before: CalendarFiles,
  after: CalendarFiles,
  signal: AbortSignal,
): Promise<{ readonly pairs: FilePair[]; readonly unchanged: number }> {
  const pairs: FilePair[] = [];
  const added: ComparedFile[] = [];
  let unchanged = 0;
  for (const file of after.values()) {
    signal.throwIfAborted();
    const was = before.get(file.name);
    if (!was) added.push(file);
    else if (await isSame(was, file)) unchanged++;
    else pairs.push({ change: "changed", before: was, after: file });
  }
  const removed = [...before.values()].filter(({ name }) => !after.has(name));
  const renamed = await pairByUid(removed, added, signal);
  for (const file of added) {
    const was = renamed.get(file);
    if (!was) pairs.push({ change: "added", before: undefined, after: file });
    else if (await isSame(was, file)) unchanged++;
    else pairs.push({ change: "changed", before: was, after: file });
  }
  const found = new Set(renamed.values());
  for (const file of removed)
    if (!found.has(file)) pairs.push({ change: "removed", before: file, after: undefined });
  const name = ({ before, after }: FilePair) => (after ?? before)?.name ?? "";
  pairs.sort((a, b) => (name(a) < name(b) ? -1 : 1));
  return { pairs, unchanged };
}

async function isSame(first: ComparedFile, second: ComparedFile): Promise<boolean> {
  if (first.content === second.content) return true;
  return first.size === second.size && (await first.text()) === (await second.text());
}

async function pairByUid(
  removed: readonly ComparedFile[],
  added: readonly ComparedFile[],
  signal: AbortSignal,
): Promise<Map<ComparedFile, ComparedFile>> {
  const pairs = new Map<ComparedFile, ComparedFile>();
  if (removed.length === 0 || added.length === 0) return pairs;
  const gone = new Map<string, ComparedFile>();
  for (const file of removed) {
    signal.throwIfAborted();
    const uid = await file.uid();
    if (uid !== null) gone.set(uid, file);
  }
  for (const file of added) {
    signal.throwIfAborted();
    const uid = await file.uid();
    const was = uid === null ? undefined : gone.get(uid);
    if (!was || uid === null) continue;
    gone.delete(uid);
    pairs.set(file, was);
  }
  return pairs;
}
