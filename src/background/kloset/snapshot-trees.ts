/** Collects the entries of a new snapshot and writes its trees: directories, listings, summaries, indexes. */
import { AppError } from "../../shared/errors.ts";
import type { BlobIndex } from "./blob-index.ts";
import { buildTree, encodeRoot, type TreePair } from "./btree.ts";
import { packEntries } from "./dirpack.ts";
import { DIRECTORY_MODE, type Entry, encodeEntry, entryOf } from "./entry.ts";
import type { SnapshotIndexes, SnapshotTrees } from "./header.ts";
import type { Hashing, Mac } from "./mac.ts";
import { type ChunkReference, encodeObject } from "./object.ts";
import type { Pace } from "./pace.ts";
import { comparePaths, compareText, nameOf, parentOf } from "./path.ts";
import { Resource, type ResourceType } from "./resource.ts";
import type { TreesOfFiles, WholeDirectory } from "./snapshot-content.ts";
import {
  countBelow,
  countChild,
  encodeSummary,
  finishSummary,
  newSummary,
  type Summary,
} from "./summary.ts";
import { TakenDirectories } from "./taken-directories.ts";
import { epoch, type Timestamp } from "./timestamp.ts";
import { buildTreeOver, type EarlierTree } from "./tree-over.ts";

/** Stores a blob and returns its name. */
type Put = (type: ResourceType, plain: Uint8Array) => Promise<Mac>;

interface Directory {
  readonly children: Map<string, Entry>;
  /** Only names: their entries are made at the end. */
  readonly directories: Set<string>;
}

export interface BuiltTrees {
  readonly trees: SnapshotTrees;
  readonly indexes: SnapshotIndexes;
  readonly summary: Summary;
}

interface BuiltDirectory {
  readonly entry: Entry;
  readonly summary: Summary;
}

export class SnapshotTreesBuilder {
  readonly #directories = new Map<string, Directory>([["/", newDirectory()]]);
  readonly #hashing: Hashing;
  readonly #index: BlobIndex;
  readonly #taken = new TakenDirectories();
  #earlier: TreesOfFiles | undefined;
  #files = 0;

  constructor(hashing: Hashing, index: BlobIndex) {
    this.#hashing = hashing;
    this.#index = index;
  }

  get files(): number {
    return this.#files;
  }

  /** @throws AppError "bad-argument" when the path is taken, or leads through a file */
  requireFree(path: string): void {
    let taken = this.#directories.has(path) || this.#taken.has(path);
    for (let at = path; !taken && at !== "/"; at = parentOf(at)) {
      const directory = this.#directories.get(parentOf(at));
      taken = directory?.children.has(nameOf(at)) || this.#taken.has(parentOf(at));
      // Above a directory there are only directories.
      if (directory) break;
    }
    if (taken)
      throw new AppError("bad-argument", "Two files of the snapshot have the same path.", {
        hint: "Nothing was written. Please report this.",
      });
  }

  /** Adds a file whose path is free. */
  add(entry: Entry): void {
    this.#directory(parentOf(entry.path)).children.set(entry.name, entry);
    this.#files++;
  }

  /**
   * Takes directories over with the files in them. All are from one snapshot, whose trees these are.
   * @throws AppError "bad-argument" when a path is taken, or leads through a file
   */
  takeOver(directories: readonly WholeDirectory[], trees: TreesOfFiles): void {
    for (const { entry } of directories) this.requireFree(entry.path);
    for (const directory of directories) {
      const { path, name } = directory.entry;
      this.#directory(parentOf(path)).directories.add(name);
      this.#taken.add(directory);
      this.#files += directory.summary.directory.get("files") ?? 0;
    }
    this.#earlier = trees;
  }

  /**
   * Makes a directory that may stay empty.
   * @throws AppError "bad-argument" when there is a file at the path or above it
   */
  addDirectory(path: string): void {
    if (this.#taken.has(path)) return;
    if (!this.#directories.has(path)) this.requireFree(path);
    this.#directory(path);
  }

  #directory(path: string): Directory {
    const known = this.#directories.get(path);
    if (known) return known;
    const made = newDirectory();
    this.#directories.set(path, made);
    this.#directory(parentOf(path)).directories.add(nameOf(path));
    return made;
  }

  async build(put: Put, pace: Pace): Promise<BuiltTrees> {
    const entries: TreePair[] = [];
    const types: TreePair[] = [];
    const dirpack: TreePair[] = [];
    const summaries: TreePair[] = [];
    const built = new Map<string, BuiltDirectory>();
    // Children before their parents.
    const paths = [...this.#directories.keys(), ...this.#taken.paths()]
      .sort(comparePaths)
      .reverse();
    // "/" has as many slashes as "/a": it comes last by hand.
    for (const path of [...paths.filter((path) => path !== "/"), "/"]) {
      const whole = this.#taken.get(path);
      if (whole) {
        built.set(path, whole);
        entries.push({ key: path, value: whole.entry.mac });
        dirpack.push({ key: path, value: whole.listing });
        summaries.push({ key: path, value: whole.summaryName });
        continue;
      }
      const directory = this.#directories.get(path) as Directory;
      const children = this.#childEntries(path, directory, built);
      const summary = newSummary();
      for (const child of children) {
        countChild(summary, {
          kind: child.kind,
          size: child.size,
          modified: child.modified.seconds,
          hasObject: child.object !== undefined,
          chunks: child.chunks,
          contentType: child.contentType,
        });
        const below = built.get(child.path);
        if (below) countBelow(summary, below.summary);
        if (child.kind === "file") {
          entries.push({ key: child.path, value: child.mac });
          types.push({ key: `/${mimeOf(child)}${child.path}`, value: child.mac });
        }
        await pace.breathe();
      }
      finishSummary(summary);
      const wanted = {
        parent: parentOf(path),
        name: nameOf(path),
        mode: DIRECTORY_MODE,
        size: 0,
        modified: latest(children),
      };
      const record = encodeEntry(wanted);
      const mac = await put(Resource.vfsEntry, record);
      built.set(path, { entry: entryOf(wanted, record, mac), summary });
      entries.push({ key: path, value: mac });
      dirpack.push({ key: path, value: await putDirpack(children, put, this.#hashing) });
      summaries.push({ key: path, value: await put(Resource.vfsSummary, encodeSummary(summary)) });
    }
    entries.sort((a, b) => comparePaths(a.key, b.key));
    for (const pairs of [types, dirpack, summaries])
      pairs.sort((a, b) => compareText(a.key, b.key));
    const tree = async (
      pairs: readonly TreePair[],
      root: ResourceType,
      node: ResourceType,
      over?: EarlierTree,
    ) => {
      const putNode = (bytes: Uint8Array) => put(node, bytes);
      const top = over
        ? await buildTreeOver(pairs, over, putNode, pace)
        : await buildTree(pairs, putNode);
      return put(root, encodeRoot(top));
    };
    const taken = this.#taken;
    const earlier = this.#earlier;
    const over = earlier && {
      entries: taken.entries(earlier, this.#index),
      types: taken.types(earlier, this.#index),
    };
    return {
      trees: {
        entries: await tree(entries, Resource.vfsTree, Resource.vfsNode, over?.entries),
        errors: await tree([], Resource.errorTree, Resource.errorNode),
        xattrs: await tree([], Resource.xattrTree, Resource.xattrNode),
      },
      indexes: {
        dirpack: await tree(dirpack, Resource.indexTree, Resource.indexNode),
        contentType: await tree(types, Resource.indexTree, Resource.indexNode, over?.types),
        summary: await tree(summaries, Resource.indexTree, Resource.indexNode),
      },
      summary: (built.get("/") as BuiltDirectory).summary,
    };
  }

  /** Sorted by name. */
  #childEntries(
    path: string,
    directory: Directory,
    built: ReadonlyMap<string, BuiltDirectory>,
  ): Entry[] {
    const children = [...directory.children.values()];
    for (const name of directory.directories) {
      const child = built.get(path === "/" ? `/${name}` : `${path}/${name}`);
      if (child) children.push(child.entry);
    }
    return children.sort((a, b) => compareText(a.name, b.name));
  }
}

function newDirectory(): Directory {
  return { children: new Map(), directories: new Set() };
}

/** Without parameters. */
function mimeOf(entry: Entry): string {
  const type = entry.contentType.split(";")[0]?.trim() ?? "";
  return type === "" ? "application/octet-stream" : type;
}

/** A directory is as new as what lies in it. */
function latest(children: readonly Entry[]): Timestamp {
  let newest = epoch;
  for (const { modified } of children) {
    const later = modified.seconds - newest.seconds || modified.nanoseconds - newest.nanoseconds;
    if (later > 0) newest = modified;
  }
  return newest;
}

/** A directory's listing as an object. */
async function putDirpack(children: readonly Entry[], put: Put, hashing: Hashing): Promise<Mac> {
  const whole = hashing.start();
  const chunks: ChunkReference[] = [];
  for (const piece of packEntries(children)) {
    whole.update(piece);
    chunks.push({ mac: await put(Resource.chunk, piece), length: piece.length });
  }
  return put(
    Resource.object,
    encodeObject({
      contentMac: whole.digest(),
      chunks,
      contentType: "application/octet-stream",
    }),
  );
}
