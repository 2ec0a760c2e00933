/** What lies behind one snapshot's header: its trees, entries and file contents, everything verified against its MACs. */
import { concatBytes, equalBytes } from "../../shared/bytes.ts";
import { AppError } from "../../shared/errors.ts";
import { decodeNode, decodeRoot, TreeReader } from "./btree.ts";
import { corrupt } from "./corruption.ts";
import { decodeEntry, type Entry } from "./entry.ts";
import type { Header } from "./header.ts";
import type { Mac } from "./mac.ts";
import { decodeObject, type FileObject } from "./object.ts";
import type { Pace } from "./pace.ts";
import { comparePaths, compareText } from "./path.ts";
import { Resource, type ResourceType } from "./resource.ts";
import type { Store } from "./store.ts";
import { decodeSummary, type Summary } from "./summary.ts";

/** A file is held in memory whole; what one calendar object can be is far below. */
const LARGEST_FILE = 512 * 1024 * 1024;

export interface WholeDirectory {
  readonly entry: Entry;
  /** Names the object with the listing. */
  readonly listing: Mac;
  readonly summary: Summary;
  readonly summaryName: Mac;
}

/** Every path, and every type and path, with the name of the entry. */
export interface TreesOfFiles {
  readonly entries: TreeReader;
  readonly types: TreeReader;
}

export class SnapshotContent {
  readonly #store: Store;
  readonly #header: Header;
  readonly #pace: Pace;

  constructor(store: Store, header: Header, pace: Pace) {
    this.#store = store;
    this.#header = header;
    this.#pace = pace;
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
    const [only, ...others] = object.chunks;
    // Its name is the MAC of its bytes, which reading it has verified: of a single chunk nothing is left to be hashed.
    if (only && others.length === 0 && equalBytes(only.mac, object.contentMac)) {
      const bytes = await this.#store.blobs.read(Resource.chunk, only.mac);
      if (bytes.length !== only.length) throw corrupt("a chunk has another length than recorded");
      yield bytes;
      return;
    }
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

  /** Every path with the name of its entry, in the main tree's order; entries are not read. */
  async *entries(): AsyncGenerator<{ readonly path: string; readonly mac: Mac }> {
    const tree = await this.entryTree();
    for await (const { key, value } of tree.scan()) {
      yield { path: key, mac: value };
      await this.#pace.breathe();
    }
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

  async entry(mac: Mac): Promise<Entry> {
    return decodeEntry(await this.#store.blobs.read(Resource.vfsEntry, mac), mac, "An entry");
  }

  entryTree(): Promise<TreeReader> {
    return this.#tree(this.#header.trees.entries, Resource.vfsTree, Resource.vfsNode, comparePaths);
  }

  /**
   * What a new snapshot needs to take a directory of files over as it is, without reading one of them.
   * @returns `undefined` where it is not there, holds directories, or another program left something out
   * @throws AppError "store-corrupt", "blob-missing"
   */
  async wholeDirectory(path: string): Promise<WholeDirectory | undefined> {
    const { dirpack, summary, contentType } = this.#header.indexes;
    const mac = await (await this.entryTree()).find(path);
    if (!mac || !dirpack || !summary || !contentType) return undefined;
    const listing = await (await this.indexTree(dirpack)).find(path);
    const summaryName = await (await this.indexTree(summary)).find(path);
    if (!listing || !summaryName) return undefined;
    const entry = await this.entry(mac);
    const bytes = await this.#store.blobs.read(Resource.vfsSummary, summaryName);
    const counts = decodeSummary(bytes, "The summary of a directory");
    const flat = entry.kind === "directory" && !counts.directory.has("directories");
    return flat ? { entry, listing, summary: counts, summaryName } : undefined;
  }

  /** The trees that {@link wholeDirectory} stands in. @throws AppError "store-corrupt", "blob-missing" */
  async treesOfFiles(): Promise<TreesOfFiles> {
    const { contentType } = this.#header.indexes;
    if (!contentType) throw corrupt("a snapshot has no index of types");
    return { entries: await this.entryTree(), types: await this.indexTree(contentType) };
  }

  /** Of the listings of directories, their summaries, or the types of files. */
  indexTree(root: Mac): Promise<TreeReader> {
    return this.#tree(root, Resource.indexTree, Resource.indexNode, compareText);
  }

  async #tree(
    root: Mac,
    treeType: ResourceType,
    nodeType: ResourceType,
    compare: (a: string, b: string) => number,
  ): Promise<TreeReader> {
    const { blobs, treeNodes } = this.#store;
    const top = await treeNodes.root(treeType, root, async () =>
      decodeRoot(await blobs.read(treeType, root), "The root of a tree"),
    );
    const load = (mac: Mac) =>
      treeNodes.node(nodeType, mac, async () =>
        decodeNode(await blobs.read(nodeType, mac), "A tree node"),
      );
    return new TreeReader(top, load, compare);
  }
}
