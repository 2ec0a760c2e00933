/**
 * Decoded nodes of trees, the recently used ones: snapshots share most of them, and every way to a path leads through the
 * same few. A node is named by its kind and content, so what was read once is right for good. The kind counts: trees of two
 * kinds may have the same bytes, stored once for each, and one copy may be damaged while the other is whole.
 */
import { toHex } from "../../shared/bytes.ts";
import type { TreeNode } from "./btree.ts";
import type { Mac } from "./mac.ts";
import type { ResourceType } from "./resource.ts";

/** About ten kilobytes each. */
const NODES = 1024;
const ROOTS = 1024;

export class TreeNodes {
  /** Least recently used first. */
  readonly #nodes = new Map<string, Promise<TreeNode>>();
  readonly #roots = new Map<string, Promise<Mac>>();

  node(type: ResourceType, name: Mac, load: () => Promise<TreeNode>): Promise<TreeNode> {
    return remembered(this.#nodes, NODES, keyOf(type, name), load);
  }

  /** @returns the name of the tree's top node */
  root(type: ResourceType, name: Mac, load: () => Promise<Mac>): Promise<Mac> {
    return remembered(this.#roots, ROOTS, keyOf(type, name), load);
  }

  /** What lies on the disk is looked at anew: before a check, which then reads each node once. */
  forget(): void {
    this.#nodes.clear();
    this.#roots.clear();
  }
}

function keyOf(type: ResourceType, name: Mac): string {
  return `${type}:${toHex(name)}`;
}

async function remembered<T>(
  kept: Map<string, Promise<T>>,
  most: number,
  key: string,
  load: () => Promise<T>,
): Promise<T> {
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
