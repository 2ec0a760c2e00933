/** Reads one snapshot: lists directories, finds entries, reads files; everything verified against its MACs. */
import { concatBytes, equalBytes } from "../../shared/bytes.ts";
import { AppError } from "../../shared/errors.ts";
import { decodeNode, decodeRoot, TreeReader } from "./btree.ts";
import { corrupt } from "./corruption.ts";
import { unpackEntries } from "./dirpack.ts";
import { decodeEntry, type Entry } from "./entry.ts";
import type { Header } from "./header.ts";
import type { Mac } from "./mac.ts";
import { decodeObject, type FileObject } from "./object.ts";
import { makePace, type Pace } from "./pace.ts";
import { comparePaths, compareText, isFileName, parentOf } from "./path.ts";
import { Resource, type ResourceType } from "./resource.ts";
import type { SnapshotInfo } from "./snapshot-info.ts";
import type { Store } from "./store.ts";

const DIRECTORIES_KEPT = 8;
/** A file is held in memory whole; what one calendar object can be is far below. */
const LARGEST_FILE = 512 * 1024 * 1024;

export class SnapshotReader {
  readonly info: SnapshotInfo;
  readonly #store: Store;
  readonly #header: Header;
  readonly #pace: Pace;
  /** Recently listed directories, the oldest first. */
  readonly #listed = new Map<string, Promise<readonly Entry[]>>();

  constructor(store: Store, info: SnapshotInfo, header: Header, signal?: AbortSignal) {
    this.#store = store;
    this.info = info;
    this.#header = header;
    this.#pace = makePace(signal);
  }

  /**
   * The entry at an absolute path.
   * @throws AppError "store-corrupt", "blob-missing"
   */
  async stat(path: string): Promise<Entry | undefined> {
    const tree = await this.#entryTree();
    const mac = await tree.find(path);
    return mac && this.#entry(mac);
  }

  /**
   * Direct children of a directory in the order of their names.
   * @throws AppError "not-found" when the snapshot has no such directory, "store-corrupt", "blob-missing"
   */
  async list(directory: string): Promise<readonly Entry[]> {
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

  async #list(directory: string): Promise<readonly Entry[]> {
    const entries = this.#header.indexes.dirpack
      ? await this.#listPacked(directory, this.#header.indexes.dirpack)
      : await this.#listTree(directory);
    // A name with "/" or ".." would lead out of the directory wherever the files are put.
    if (entries.some(({ path, name }) => parentOf(path) !== directory || !isFileName(name)))
      throw corrupt("a directory of the snapshot lists an entry of another one");
    return entries.sort((a, b) => compareText(a.name, b.name));
  }

  async #listPacked(directory: string, dirpack: Mac): Promise<Entry[]> {
    const tree = await this.#tree(dirpack, Resource.indexTree, Resource.indexNode, compareText);
    const object = await tree.find(directory);
    if (!object) throw noSuchPath();
    const content = await this.readObject(object);
    return unpackEntries(content, "A directory of the snapshot", this.#pace);
  }

  /** Children share a slash count, so they lie together in the main tree. */
  async #listTree(directory: string): Promise<Entry[]> {
    const tree = await this.#entryTree();
    if ((await tree.find(directory)) === undefined) throw noSuchPath();
    const prefix = directory === "/" ? "/" : `${directory}/`;
    const entries: Entry[] = [];
    for await (const { key, value } of tree.scan(prefix)) {
      if (!key.startsWith(prefix)) {
        if (key !== "/") break;
        continue;
      }
      if (key === "/") continue;
      if (parentOf(key) !== directory) break;
      entries.push(await this.#entry(value));
      await this.#pace.breathe();
    }
    return entries;
  }

  /**
   * The entry at `prefix` and everything below it, parents first, a directory's children by name.
   * @throws AppError "not-found" when there is nothing at `prefix`, "store-corrupt", "blob-missing"
   */
  async *walk(prefix = "/"): AsyncGenerator<Entry> {
    const start = await this.stat(prefix);
    if (!start) throw noSuchPath();
    yield start;
    if (start.kind === "directory") yield* this.#walkBelow(prefix);
  }

  async *#walkBelow(directory: string): AsyncGenerator<Entry> {
    for (const entry of await this.list(directory)) {
      yield entry;
      if (entry.kind === "directory") yield* this.#walkBelow(entry.path);
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
    return this.readObject(entry.object);
  }

  /** What an entry's object refers to. */
  async object(mac: Mac): Promise<FileObject> {
    return decodeObject(
      await this.#store.blobs.read(Resource.object, mac),
      "The description of a file",
    );
  }

  /** The content of an object, verified. @throws AppError "store-corrupt", "blob-missing", "too-large" */
  async readObject(mac: Mac): Promise<Uint8Array> {
    const object = await this.object(mac);
    const size = object.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (size > LARGEST_FILE)
      throw new AppError("too-large", "A file of the snapshot is too large to be read here.", {
        hint: "Nothing was changed. Another program made it: restore it with that program, for example with plakar.",
      });
    const chunks: Uint8Array[] = [];
    for await (const bytes of this.#chunks(object)) chunks.push(bytes);
    return chunks.length === 1 ? (chunks[0] as Uint8Array) : concatBytes(chunks);
  }

  /** Reads all of an object without keeping it. @throws AppError "store-corrupt", "blob-missing" */
  async verifyObject(mac: Mac): Promise<void> {
    for await (const _ of this.#chunks(await this.object(mac)));
  }

  async *#chunks(object: FileObject): AsyncGenerator<Uint8Array> {
    const whole = this.#store.hashing.start();
    for (const chunk of object.chunks) {
      const bytes = await this.#store.blobs.read(Resource.chunk, chunk.mac);
      if (bytes.length !== chunk.length) throw corrupt("a chunk has another length than recorded");
      whole.update(bytes);
      yield bytes;
      await this.#pace.breathe();
    }
    if (!equalBytes(whole.digest(), object.contentMac))
      throw corrupt("a file's chunks do not make up its content");
  }

  /** Every key of the main tree with its entry, in the tree's order: for checks. */
  async *entries(): AsyncGenerator<{ readonly path: string; readonly mac: Mac }> {
    const tree = await this.#entryTree();
    for await (const { key, value } of tree.scan()) yield { path: key, mac: value };
  }

  /** Reads every node of the snapshot's other trees, and what they lead to: for checks. */
  async *otherTrees(): AsyncGenerator<{
    readonly tree: string;
    readonly key: string;
    readonly value: Mac;
  }> {
    const { trees, indexes } = this.#header;
    const all = [
      ["xattrs", trees.xattrs, Resource.xattrTree, Resource.xattrNode],
      ["errors", trees.errors, Resource.errorTree, Resource.errorNode],
      ["content-type", indexes.contentType, Resource.indexTree, Resource.indexNode],
      ["dirpack", indexes.dirpack, Resource.indexTree, Resource.indexNode],
      ["summary", indexes.summary, Resource.indexTree, Resource.indexNode],
    ] as const;
    for (const [name, root, treeType, nodeType] of all) {
      if (!root) continue;
      const tree = await this.#tree(root, treeType, nodeType, compareText);
      for await (const { key, value } of tree.scan()) yield { tree: name, key, value };
    }
  }

  async #entry(mac: Mac): Promise<Entry> {
    return decodeEntry(await this.#store.blobs.read(Resource.vfsEntry, mac), mac, "An entry");
  }

  #entryTree(): Promise<TreeReader> {
    return this.#tree(this.#header.trees.entries, Resource.vfsTree, Resource.vfsNode, comparePaths);
  }

  async #tree(
    root: Mac,
    treeType: ResourceType,
    nodeType: ResourceType,
    compare: (a: string, b: string) => number,
  ): Promise<TreeReader> {
    const { blobs } = this.#store;
    const top = decodeRoot(await blobs.read(treeType, root), "The root of a tree");
    const load = async (mac: Mac) => decodeNode(await blobs.read(nodeType, mac), "A tree node");
    return new TreeReader(top, load, compare);
  }
}

function noSuchPath(): AppError {
  return new AppError("not-found", "The snapshot holds nothing at this path.", {
    hint: "Look it up in the list of the snapshot's calendars; another snapshot may hold it.",
  });
}
