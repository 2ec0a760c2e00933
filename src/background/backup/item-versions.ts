/**
 * Every distinct version of one item across all snapshots. Snapshots are compared by the names that Kloset gives
 * to entries, listings and contents; what two snapshots share is read once.
 */
import type { ItemVersion, ItemVersions } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import { DIFFERENT_FORM, differenceWords } from "../../shared/ical/difference-words.ts";
import { itemDifferences } from "../../shared/ical/item-differences.ts";
import { entryKey } from "../kloset/dirpack.ts";
import type { Entry } from "../kloset/entry.ts";
import type { Kloset } from "../kloset/kloset.ts";
import type { ListingPiece, SnapshotReader } from "../kloset/snapshot-reader.ts";
import { componentName } from "./browse.ts";
import { columnsOf, contentName, readText } from "./content-columns.ts";
import { type ReplacedHolding, replacedHoldings } from "./replaced-holdings.ts";
import { unlessDamaged } from "./unless-damaged.ts";

const SNAPSHOTS_AT_ONCE = 8;

/** In the place of an entry that need not be decoded. */
const OTHER = {};

/** Which item, in which calendar. */
export interface WantedItem {
  /** `/calendars/<account>/<calendar>` */
  readonly calendar: string;
  /** File names it may have; it is looked for under any other one too. */
  readonly names: readonly string[];
  /** `null` for an item that cannot be read: then only its name says which it is. */
  readonly uid: string | null;
}

/** One snapshot's share: its entry of the item, nothing where it holds the calendar without it. */
interface Holding {
  readonly snapshot: SnapshotReader;
  readonly entry: Entry | undefined;
}

/** The UID of a content as far as it was read before: `undefined` where it was not. */
export type KnownUid = (content: string) => string | null | undefined;

/** @throws AppError "not-found" when no snapshot holds the calendar; "aborted" */
export async function itemVersions(
  store: Kloset,
  wanted: WantedItem,
  signal: AbortSignal,
  knownUid: KnownUid = () => undefined,
): Promise<ItemVersions> {
  const search = new ItemSearch(wanted, signal, knownUid);
  const ids = (await store.listSnapshots()).map(({ id }) => id);
  const named: (SnapshotReader | Holding | undefined)[] = [];
  for (let at = 0; at < ids.length; at += SNAPSHOTS_AT_ONCE) {
    const batch = ids.slice(at, at + SNAPSHOTS_AT_ONCE);
    const open = async (id: string) => search.byName(await store.openSnapshot(id, signal));
    named.push(...(await Promise.all(batch.map((id) => unlessDamaged(() => open(id))))));
  }
  const anchor = named.find(isHolding);
  const uid = wanted.uid ?? (anchor && (await uidOf(anchor)));
  if (uid && wanted.uid === null) return itemVersions(store, { ...wanted, uid }, signal, knownUid);
  if (anchor && named.some((one) => one && !isHolding(one)))
    await unlessDamaged(() => search.learn(anchor));
  const holdings: Holding[] = [];
  const unreadable: string[] = [];
  for (const [index, one] of named.entries()) {
    const found = one && (isHolding(one) ? one : await unlessDamaged(() => search.byUid(one)));
    if (found === undefined) unreadable.push(ids[index] as string);
    else if (found !== "no calendar") holdings.push(found);
  }
  const replaced: ReplacedHolding[] = [];
  const item = { ...wanted, asked: wanted.names, names: namesOf(wanted, holdings) };
  for (const [index, one] of named.entries()) {
    const snapshot = one && (isHolding(one) ? one.snapshot : one);
    const found =
      snapshot && (await unlessDamaged(() => replacedHoldings(snapshot, item, signal, knownUid)));
    if (found) replaced.push(...found);
    else if (snapshot) unreadable.push(ids[index] as string);
  }
  if (holdings.length + replaced.length + unreadable.length === 0) throw unknownCalendar();
  return {
    calendar: wanted.calendar,
    versions: await describe(inTime(group(holdings), replaced)),
    absentFrom: holdings.filter(({ entry }) => !entry).map(({ snapshot }) => snapshot.info.id),
    unreadable: [...new Set(unreadable)],
  };
}

/** Names the item has had; none where no snapshot holds it in its calendar: then it may have had any. */
function namesOf({ names }: WantedItem, holdings: readonly Holding[]): ReadonlySet<string> {
  const had = holdings.flatMap(({ entry }) => (entry ? [entry.name] : []));
  return new Set(had.length === 0 ? [] : [...names, ...had]);
}

/** Under the same name may have lain another item at another time: the UID tells. */
async function uidOf({ snapshot, entry }: Holding): Promise<string | null | undefined> {
  return entry && (await unlessDamaged(() => columnsOf(snapshot, entry)))?.uid;
}

function isHolding(one: SnapshotReader | Holding | undefined): one is Holding {
  return one !== undefined && "entry" in one;
}

class ItemSearch {
  readonly #wanted: WantedItem;
  readonly #signal: AbortSignal;
  readonly #knownUid: KnownUid;
  /** By Kloset's name; `undefined` for entries of other items. */
  readonly #entries = new Map<string, Promise<Entry | undefined>>();
  /** Contents of other items. */
  readonly #others = new Set<string>();
  /** Kloset's names of their entries: of a part that changed most entries are as they were. */
  readonly #otherEntries = new Set<string>();
  /** Parts of listings looked through, with what they hold of the item. */
  readonly #searched = new Map<string, Entry | undefined>();
  /** Parts of the listing in one snapshot that holds the item, by name, and which of them were read. */
  readonly #learned = new Map<string, ListingPiece>();
  readonly #read = new Set<string>();
  /** The item in that snapshot. */
  #own: Entry | undefined;

  constructor(wanted: WantedItem, signal: AbortSignal, knownUid: KnownUid) {
    this.#wanted = wanted;
    this.#signal = signal;
    this.#knownUid = knownUid;
  }

  /** @returns the reader itself where nothing lies under the item's names */
  async byName(snapshot: SnapshotReader): Promise<Holding | SnapshotReader> {
    this.#signal.throwIfAborted();
    for (const name of this.#wanted.names) {
      const path = `${this.#wanted.calendar}/${name}`;
      const known = await snapshot.entryName(path);
      if (known === undefined) continue;
      let entry = this.#entries.get(known);
      if (!entry) {
        entry = this.#ownEntry(snapshot, path);
        this.#entries.set(known, entry);
      }
      const own = await entry;
      if (own) return { snapshot, entry: own };
    }
    return snapshot;
  }

  async #ownEntry(snapshot: SnapshotReader, path: string): Promise<Entry | undefined> {
    const entry = await snapshot.stat(path);
    return entry?.kind === "file" && (await this.#isOwn(snapshot, entry)) ? entry : undefined;
  }

  async #isOwn(snapshot: SnapshotReader, entry: Entry): Promise<boolean> {
    const { uid, names } = this.#wanted;
    if (uid === null) return names.includes(entry.name);
    const known = this.#knownUid(contentName(entry));
    const found = known === undefined ? (await columnsOf(snapshot, entry)).uid : known;
    // Damaged on the server, it is still the same resource.
    return found === uid || (found === null && names.includes(entry.name));
  }

  /**
   * Whatever lies beside the item in one snapshot is other items: their contents need not be read elsewhere. Which those
   * are is looked up once a listing differs from this one.
   */
  async learn({ snapshot, entry }: Holding): Promise<void> {
    this.#own = entry;
    for (const piece of await snapshot.listingPieces(this.#wanted.calendar))
      this.#learned.set(piece.name, piece);
  }

  /** Looks through what this snapshot holds of the calendar and no snapshot looked through before. */
  async byUid(snapshot: SnapshotReader): Promise<Holding | "no calendar"> {
    const { calendar, uid } = this.#wanted;
    if ((await snapshot.entryName(calendar)) === undefined) return "no calendar";
    if (uid === null) return { snapshot, entry: undefined };
    const pieces = await snapshot.listingPieces(calendar);
    const names = new Set(pieces.map(({ name }) => name));
    // A part that the learned snapshot has too holds the item under its own name, where it was not found.
    const unknown = pieces.filter(({ name }) => !this.#learned.has(name));
    if (unknown.some(({ name }) => !this.#searched.has(name))) await this.#readLearned(names);
    let found: Entry | undefined;
    for (const piece of unknown) {
      const entries = this.#searched.has(piece.name) ? [] : await this.#unseen(piece);
      // Parts that cannot be read alone: the listing as a whole is looked through.
      if (!entries)
        return { snapshot, entry: await this.#search(snapshot, await snapshot.list(calendar)) };
      const own = this.#searched.get(piece.name) ?? (await this.#search(snapshot, entries));
      this.#searched.set(piece.name, own);
      found ??= own;
    }
    return { snapshot, entry: found };
  }

  /** @param shared parts that need no reading: what lies there is looked for by name */
  async #readLearned(shared: ReadonlySet<string>): Promise<void> {
    for (const [name, piece] of this.#learned) {
      if (shared.has(name) || this.#read.has(name)) continue;
      this.#read.add(name);
      for (const other of (await this.#unseen(piece)) ?? [])
        if (other.path !== this.#own?.path) this.#noteOther(other);
    }
  }

  async #unseen(piece: ListingPiece): Promise<readonly Entry[] | undefined> {
    const found = await piece.entries((key) => (this.#otherEntries.has(key) ? OTHER : undefined));
    return found?.filter((entry): entry is Entry => "path" in entry);
  }

  #noteOther(entry: Entry): void {
    this.#others.add(contentName(entry));
    if (entry.mac.length > 0) this.#otherEntries.add(entryKey(entry.mac));
  }

  async #search(snapshot: SnapshotReader, entries: readonly Entry[]): Promise<Entry | undefined> {
    let found: Entry | undefined;
    for (const entry of entries) {
      this.#signal.throwIfAborted();
      const content = contentName(entry);
      if (entry.kind !== "file" || this.#others.has(content)) continue;
      if (await this.#isOwn(snapshot, entry)) found ??= entry;
      else this.#noteOther(entry);
    }
    return found;
  }
}

interface Version {
  readonly entry: Entry;
  /** Newest first. */
  readonly snapshots: SnapshotReader[];
  /** When it was replaced, of a text that no snapshot holds in the calendar; else `null`. */
  readonly replacedAt: number | null;
}

/** Newest first, each content once. */
function group(holdings: readonly Holding[]): Version[] {
  const versions = new Map<string, Version>();
  for (const { snapshot, entry } of holdings) {
    if (!entry) continue;
    const content = contentName(entry);
    const known = versions.get(content);
    if (known) known.snapshots.push(snapshot);
    else versions.set(content, { entry, snapshots: [snapshot], replacedAt: null });
  }
  return [...versions.values()];
}

/** Puts replaced texts among the versions by the last moment each of them was current. */
function inTime(versions: readonly Version[], replaced: readonly ReplacedHolding[]): Version[] {
  const held = new Set(versions.map(({ entry }) => contentName(entry)));
  const texts = new Map<string, Version>();
  for (const { snapshot, entry, replacedAt } of replaced) {
    const content = contentName(entry);
    if (held.has(content)) continue;
    const { snapshots = [], ...known } = texts.get(content) ?? { entry, replacedAt };
    const last = Math.max(known.replacedAt ?? replacedAt, replacedAt);
    // The same snapshot may hold a text twice: it was replaced, came back and was replaced again.
    const holders = snapshots.includes(snapshot) ? snapshots : [...snapshots, snapshot];
    texts.set(content, { entry: known.entry, snapshots: holders, replacedAt: last });
  }
  const lastCurrent = ({ replacedAt, snapshots }: Version) =>
    replacedAt ?? (snapshots[0] as SnapshotReader).info.timestamp;
  return [...versions, ...texts.values()].sort((a, b) => lastCurrent(b) - lastCurrent(a));
}

async function describe(versions: readonly Version[]): Promise<ItemVersion[]> {
  const described: ItemVersion[] = [];
  let before: string | undefined;
  for (const { entry, snapshots, replacedAt } of [...versions].reverse()) {
    const [newest, oldest] = [snapshots[0], snapshots.at(-1)] as [SnapshotReader, SnapshotReader];
    const text = await unlessDamaged(() => readText(newest, entry));
    const columns = text === undefined ? undefined : await columnsOf(newest, entry);
    const comparable = before !== undefined && text !== undefined;
    const differences = comparable ? itemDifferences(before as string, text) : [];
    described.unshift({
      path: entry.path,
      snapshotIds: snapshots.map(({ info }) => info.id),
      since: oldest.info.timestamp,
      until: newest.info.timestamp,
      replacedAt,
      readable: text !== undefined,
      uid: columns?.uid ?? null,
      summary: columns?.summary ?? "",
      start: columns?.start ?? null,
      component: componentName(columns?.components ?? 0),
      size: entry.size,
      differences,
      words:
        comparable && differences.length === 0
          ? [DIFFERENT_FORM]
          : differences.map(differenceWords),
    });
    before = text ?? before;
  }
  return described;
}

function unknownCalendar(): AppError {
  return new AppError("not-found", "No snapshot holds this calendar.", {
    hint: "List the snapshots' calendars and use one of their paths.",
  });
}
