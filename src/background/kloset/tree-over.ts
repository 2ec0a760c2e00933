/**
 * A tree of which most is in an earlier one. A leaf names the next one, so that everything behind the last difference is
 * the very same: those leaves are taken without being read, and only what is before them is written anew.
 */
import { equalBytes } from "../../shared/bytes.ts";
import { buildTree, type PutNode, type TreeNode, type TreePair, type TreeReader } from "./btree.ts";
import type { Mac } from "./mac.ts";
import type { Pace } from "./pace.ts";

/** An earlier tree, some keys of which stay with their values. */
export interface EarlierTree {
  readonly tree: TreeReader;
  readonly compare: (a: string, b: string) => number;
  /** Of a key of the tree. */
  stays(key: string): boolean;
  /** Of two keys in order: the first one stays, and whatever the tree has between them. */
  staysUntil(first: string, next: string): boolean;
  /** Whether the store has a node. */
  has(node: Mac): boolean;
}

/**
 * @param pairs in order; none of them stays in the earlier tree
 * @returns the name of the root node
 * @throws AppError "store-corrupt", "blob-missing" where the earlier tree is damaged
 */
export async function buildTreeOver(
  pairs: readonly TreePair[],
  earlier: EarlierTree,
  put: PutNode,
  pace: Pace,
): Promise<Mac> {
  const leaves = await earlier.tree.leaves();
  let end = pairs.length;
  let kept = leaves.length;
  for (let leaf = leaves[kept - 1]; leaf; leaf = leaves[kept - 1]) {
    if (!earlier.has(leaf.node)) break;
    const start = kept === 1 ? 0 : firstFrom(pairs, leaf.smallest, end, earlier.compare);
    const next = leaves[kept]?.smallest;
    const isInside =
      kept > 1 && start === end && next !== undefined && earlier.staysUntil(leaf.smallest, next);
    if (!isInside) {
      const node = await earlier.tree.leaf(leaf.node);
      if (!isSame(node, pairs.slice(start, end), earlier)) break;
    }
    end = start;
    kept--;
    await pace.breathe();
  }
  const before: TreePair[] = [];
  let at = 0;
  for (const { node } of leaves.slice(0, kept)) {
    const { keys, values } = await earlier.tree.leaf(node);
    for (const [i, key] of keys.entries()) {
      if (!earlier.stays(key)) continue;
      for (; at < end; at++) {
        const pair = pairs[at] as TreePair;
        if (earlier.compare(pair.key, key) > 0) break;
        before.push(pair);
      }
      before.push({ key, value: values[i] as Mac });
    }
    await pace.breathe();
  }
  before.push(...pairs.slice(at, end));
  return buildTree(before, put, leaves.slice(kept));
}

/** The place of the first of the first `end` pairs that is not before `key`. */
function firstFrom(
  pairs: readonly TreePair[],
  key: string,
  end: number,
  compare: EarlierTree["compare"],
): number {
  let from = 0;
  let to = end;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (compare((pairs[middle] as TreePair).key, key) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Whether the leaf holds what stays and these pairs, and nothing else. */
function isSame(leaf: TreeNode, pairs: readonly TreePair[], earlier: EarlierTree): boolean {
  let at = 0;
  for (const [i, key] of leaf.keys.entries()) {
    if (earlier.stays(key)) continue;
    const pair = pairs[at++];
    if (pair?.key !== key || !equalBytes(pair.value, leaf.values[i] as Mac)) return false;
  }
  return at === pairs.length;
}
