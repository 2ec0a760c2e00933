/** Reads one snapshot: lists directories, finds entries, reads files; everything verified against its MACs. */
import { toHex } from "../../shared/bytes.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import type { TreePair } from "./btree.ts";
import { corrupt } from "./corruption.ts";
import { countEntries, type Recall, unpackEntries } from "./dirpack.ts";
import type { Entry } from "./entry.ts";
import type { Header } from "./header.ts";
import type { Mac } from "./mac.ts";
import { makePace, type Pace } from "./pace.ts";
import { compareText, isFileName, parentOf } from "./path.ts";
import { Resource } from "./resource.ts";
import { SnapshotContent } from "./snapshot-content.ts";
import type { SnapshotInfo } from "./snapshot-info.ts";
import type { Store } from "./store.ts";

const DIRECTORIES_KEPT = 8;
const PIECE = "A part of a directory";

/** A part of a directory's listing. Equal names, equal entries: what was read once need not be read again. */
export interface ListingPiece {
  readonly name: string;
  /**
   * `undefined` where another program cut the listing in the middle of an entry: only {@link SnapshotReader.list}
   * can read it then.
   * @param recall what it knows of an entry takes that one's place, and the entry is not decoded
   * @throws AppError "store-corrupt", "blob-missing"
   */
  entries<T extends object = never>(
    recall?: Recall<T>,
  ): Promise<readonly (Entry | T)[] | undefined>;
  /**
   * How many entries it holds that are no directories, without decoding them; `undefined` as of {@link entries}.
   * @throws AppError "store-corrupt", "blob-missing"
   */
  count(): Promise<number | undefined>;
}

export type OnDamage = (path: string, error: AppError) => void;

interface Listing {
  readonly entries: readonly Entry[];
  /** Why the directory's own listing could not be read, where its entries were gathered otherwise. */
  readonly damage?: AppError;
}

export class SnapshotReader {
  readonly info: SnapshotInfo;
  /** What the header leads to, for checks. */
  readonly content: SnapshotContent;
  readonly #store: Store;
  readonly #header: Header;
  readonly #pace: Pace;
  /** Recently listed directories, the oldest first. */
  readonly #listed = new Map<string, Promise<Listing>>();

  constructor(store: Store, info: SnapshotInfo, header: Header, signal?: AbortSignal) {
    this.#store = store;
    this.info = info;
    this.#header = header;
    this.#pace = makePace(signal);
    this.content = new SnapshotContent(store, header, this.#pace);
  }

  /**
   * The entry at an absolute path.
   * @throws AppError "store-corrupt", "blob-missing"
   */
  async stat(path: string): Promise<Entry | undefined> {
    const tree = await this.content.entryTree();
    const mac = await tree.find(path);
    return mac && this.content.entry(mac);
  }

  /**
   * Names the entry at a path without reading it: equal names, equal entries.
   * @throws AppError "store-corrupt", "blob-missing"
   */
  async entryName(path: string): Promise<string | undefined> {
    const mac = await (await this.content.entryTree()).find(path);
    return mac && toHex(mac);
  }

  /**
   * The listing of a directory in pieces, most of which it shares with the snapshots before and after.
   * @throws AppError "not-found" when the snapshot has no such directory, "store-corrupt", "blob-missing"
   */
  async listingPieces(directory: string): Promise<readonly ListingPiece[]> {
    const { dirpack } = this.#header.indexes;
    if (!dirpack) {
      // Without listings the whole snapshot's tree names it; entries are read one by one.
      const name = `${toHex(this.#header.trees.entries)} ${directory}`;
      const entries = () => this.list(directory);
      const count = async () => (await entries()).filter(({ kind }) => kind !== "directory").length;
      return [{ name, entries, count }];
    }
    const tree = await this.content.indexTree(dirpack);
    const mac = await tree.find(directory);
    if (!mac) throw noSuchPath();
    const { chunks } = await this.content.object(mac);
    return chunks.map((chunk) => ({
      name: toHex(chunk.mac),
      entries: (recall) => this.#piece(directory, chunk.mac, recall),
      count: () => this.#countPiece(chunk.mac),
    }));
  }

  async #countPiece(chunk: Mac): Promise<number | undefined> {
    try {
      return countEntries(await this.#store.blobs.read(Resource.chunk, chunk), PIECE);
    } catch (error) {
      if (isAppError(error, "store-corrupt")) return undefined;
      throw error;
    }
  }

  async #piece<T extends object>(
    directory: string,
    chunk: Mac,
    recall?: Recall<T>,
  ): Promise<readonly (Entry | T)[] | undefined> {
    const bytes = await this.#store.blobs.read(Resource.chunk, chunk);
    try {
      const known = new Set<Entry | T>();
      const remember: Recall<T> = (key) => {
        const found = recall?.(key);
        if (found !== undefined) known.add(found);
        return found;
      };
      const entries = await unpackEntries(bytes, PIECE, this.#pace, remember);
      const isDecoded = (entry: Entry | T): entry is Entry => !known.has(entry);
      requireChildren(directory, entries.filter(isDecoded));
      return entries;
    } catch (error) {
      if (isAppError(error, "store-corrupt")) return undefined;
      throw error;
    }
  }

  /**
   * Direct children of a directory in the order of their names. Where its listing is damaged, they are read one by one.
   * @throws AppError "not-found" when the snapshot has no such directory, "store-corrupt", "blob-missing"
   */
  async list(directory: string): Promise<readonly Entry[]> {
    return (await this.#listing(directory)).entries;
  }

  async #listing(directory: string): Promise<Listing> {
    const known = this.#listed.get(directory);
    if (known) return known;
    const listing = this.#list(directory);
    this.#listed.set(directory, listing);
    for (const oldest of this.#listed.keys()) {
      if (this.#listed.size <= DIRECTORIES_KEPT) break;
      this.#listed.delete(oldest);
    }
    try {
      return await listing;
    } catch (error) {
      this.#listed.delete(directory);
      throw error;
    }
  }

  async #list(directory: string): Promise<Listing> {
    const { dirpack } = this.#header.indexes;
    if (!dirpack) return { entries: await this.#listTree(directory) };
    try {
      return { entries: await this.#listPacked(directory, dirpack) };
    } catch (damage) {
      if (!isDamage(damage)) throw damage;
      try {
        return { entries: await this.#listTree(directory), damage };
      } catch (error) {
        throw isDamage(error) ? damage : error;
      }
    }
  }

  async #listPacked(directory: string, dirpack: Mac): Promise<Entry[]> {
    const tree = await this.content.indexTree(dirpack);
    const object = await tree.find(directory);
    if (!object) throw noSuchPath();
    const content = await this.content.readObject(object);
    const entries = await unpackEntries(content, "A directory of the snapshot", this.#pace);
    return inOrder(directory, entries);
  }

  /** Children share a slash count, so they lie together in the main tree. */
  async #listTree(directory: string): Promise<Entry[]> {
    const tree = await this.content.entryTree();
    if ((await tree.find(directory)) === undefined) throw noSuchPath();
    const entries: Entry[] = [];
    for await (const { value } of this.#children(directory)) {
      entries.push(await this.content.entry(value));
      await this.#pace.breathe();
    }
    return inOrder(directory, entries);
  }

  async *#children(directory: string): AsyncGenerator<TreePair> {
    const prefix = directory === "/" ? "/" : `${directory}/`;
    for await (const pair of (await this.content.entryTree()).scan(prefix)) {
      const { key } = pair;
      if (!key.startsWith(prefix)) {
        if (key !== "/") break;
        continue;
      }
      if (key === "/") continue;
      if (parentOf(key) !== directory) break;
      yield pair;
    }
  }

  /**
   * Paths of what lies directly below a directory, without reading any of it; none where there is no such directory.
   * @throws AppError "store-corrupt", "blob-missing"
   */
  async childPaths(directory: string): Promise<string[]> {
    const paths: string[] = [];
    for await (const { key } of this.#children(directory)) paths.push(key);
    return paths;
  }

  /**
   * The entry at `prefix` and everything below it, parents first, a directory's children by name.
   * @param onDamage told of each damaged directory, which is then read as far as it can be; absent: damage ends the walk
   * @throws AppError "not-found" when there is nothing at `prefix`, "store-corrupt", "blob-missing"
   */
  async *walk(prefix = "/", onDamage?: OnDamage): AsyncGenerator<Entry> {
    let start: Entry | undefined;
    try {
      start = await this.stat(prefix);
    } catch (error) {
      if (!onDamage || !isDamage(error)) throw error;
      onDamage(prefix, error);
      yield* this.#walkBelow(prefix, onDamage);
      return;
    }
    if (!start) throw noSuchPath();
    yield start;
    if (start.kind === "directory") yield* this.#walkBelow(prefix, onDamage);
  }

  async *#walkBelow(directory: string, onDamage: OnDamage | undefined): AsyncGenerator<Entry> {
    let listing: Listing;
    try {
      listing = await this.#listing(directory);
    } catch (error) {
      if (!onDamage || !isDamage(error)) throw error;
      onDamage(directory, error);
      return;
    }
    if (listing.damage) onDamage?.(directory, listing.damage);
    for (const entry of listing.entries) {
      yield entry;
      if (entry.kind === "directory") yield* this.#walkBelow(entry.path, onDamage);
      await this.#pace.breathe();
    }
  }

  /**
   * The whole content of a file, given by path or as an entry of this snapshot; every MAC verified.
   * @throws AppError "not-found", "store-corrupt", "blob-missing"
   */
  async readFile(file: string | Entry): Promise<Uint8Array> {
    const entry = typeof file === "string" ? await this.stat(file) : file;
    if (entry?.kind !== "file") throw noSuchPath();
    if (!entry.object) {
      if (entry.size === 0) return new Uint8Array();
      throw corrupt("a file of the snapshot has no content");
    }
    return this.content.readObject(entry.object);
  }
}

function isDamage(error: unknown): error is AppError {
  return isAppError(error, "store-corrupt", "blob-missing");
}

function inOrder(directory: string, entries: Entry[]): Entry[] {
  requireChildren(directory, entries);
  return entries.sort((a, b) => compareText(a.name, b.name));
}

/** A name with "/" or ".." would lead out of the directory wherever the files are put. */
function requireChildren(directory: string, entries: readonly Entry[]): void {
  if (entries.some(({ path, name }) => parentOf(path) !== directory || !isFileName(name)))
    throw corrupt("a directory of the snapshot lists an entry of another one");
}

function noSuchPath(): AppError {
  return new AppError("not-found", "The snapshot holds nothing at this path.", {
    hint: "Look it up in the list of the snapshot's calendars; another snapshot may hold it.",
  });
}
