/**
 * Decoded nodes of trees, the recently used ones: snapshots share most of them, and every way to a path leads through the
 * same few. A node is named by its content, so what was read once is right for good.
 */
import { toHex } from "../../shared/bytes.ts";
import type { TreeNode } from "./btree.ts";
import type { Mac } from "./mac.ts";

/** About ten kilobytes each. */
const NODES = 1024;
const ROOTS = 1024;

export class TreeNodes {
  /** Least recently used first. */
  readonly #nodes = new Map<string, Promise<TreeNode>>();
  readonly #roots = new Map<string, Promise<Mac>>();

  node(name: Mac, load: () => Promise<TreeNode>): Promise<TreeNode> {
    return remembered(this.#nodes, NODES, name, load);
  }

  /** @returns the name of the tree's top node */
  root(name: Mac, load: () => Promise<Mac>): Promise<Mac> {
    return remembered(this.#roots, ROOTS, name, load);
  }

  /** What lies on the disk is looked at anew. */
  forget(): void {
    this.#nodes.clear();
    this.#roots.clear();
  }
}

async function remembered<T>(
  kept: Map<string, Promise<T>>,
  most: number,
  name: Mac,
  load: () => Promise<T>,
): Promise<T> {
  const key = toHex(name);
  const found = kept.get(key) ?? load();
  kept.delete(key);
  kept.set(key, found);
  for (const oldest of kept.keys()) {
    if (kept.size <= most) break;
    kept.delete(oldest);
  }
  try {
    return await found;
  } catch (error) {
    if (kept.get(key) === found) kept.delete(key);
    throw error;
  }
}
