/** The directories that a new snapshot takes over from an earlier one, and which keys of that one's trees stay for it. */

import type { BlobIndex } from "./blob-index.ts";
import { comparePaths, compareText, parentOf } from "./path.ts";
import { Resource } from "./resource.ts";
import type { TreesOfFiles, WholeDirectory } from "./snapshot-content.ts";
import type { SnapshotReader } from "./snapshot-reader.ts";
import type { Store } from "./store.ts";
import { isStoredWhole } from "./stored-object.ts";
import type { EarlierTree } from "./tree-over.ts";

export class TakenDirectories {
  readonly #directories = new Map<string, WholeDirectory>();

  add(directory: WholeDirectory): void {
    this.#directories.set(directory.entry.path, directory);
  }

  has(path: string): boolean {
    return this.#directories.has(path);
  }

  get(path: string): WholeDirectory | undefined {
    return this.#directories.get(path);
  }

  paths(): string[] {
    return [...this.#directories.keys()];
  }

  get isEmpty(): boolean {
    return this.#directories.size === 0;
  }

  entries({ entries }: TreesOfFiles, index: BlobIndex): EarlierTree {
    return {
      tree: entries,
      compare: comparePaths,
      stays: (path) => this.#holds(path),
      // The tree's order is by the number of slashes first.
      staysUntil: (first, next) => this.#holds(first) && parentOf(first) === parentOf(next),
      has: (node) => index.usable(Resource.vfsNode, node),
    };
  }

  types({ types }: TreesOfFiles, index: BlobIndex): EarlierTree {
    return {
      tree: types,
      compare: compareText,
      stays: (key) => this.#holds(pathOfTyped(key)),
      // It has files only, and a directory that is taken over has nothing else.
      staysUntil: (first, next) =>
        this.#holds(pathOfTyped(first)) && parentOf(first) === parentOf(next),
      has: (node) => index.usable(Resource.indexNode, node),
    };
  }

  #holds(path: string): boolean {
    return this.#directories.has(parentOf(path));
  }
}

/**
 * What is needed of directories to take them over; those that are not in the snapshot are left out.
 * @returns `undefined` where one cannot be taken over as it is
 * @throws AppError "store-corrupt", "blob-missing", those of Storage
 */
export async function directoriesToTake(
  store: Store,
  { content }: SnapshotReader,
  paths: readonly string[],
): Promise<WholeDirectory[] | undefined> {
  const tree = await content.entryTree();
  const whole: WholeDirectory[] = [];
  for (const path of paths) {
    if ((await tree.find(path)) === undefined) continue;
    const directory = await content.wholeDirectory(path);
    const isStored =
      directory &&
      store.index.usable(Resource.vfsEntry, directory.entry.mac) &&
      store.index.usable(Resource.vfsSummary, directory.summaryName) &&
      (await isStoredWhole(store, directory.listing));
    if (!isStored) return undefined;
    whole.push(directory);
  }
  return whole;
}

export function filesIn(directories: readonly WholeDirectory[], path: string): number {
  const found = directories.find(({ entry }) => entry.path === path);
  return found?.summary.directory.get("files") ?? 0;
}

/** The path in `/text/calendar/path`. */
function pathOfTyped(key: string): string {
  return key.slice(key.indexOf("/", key.indexOf("/", 1) + 1));
}
