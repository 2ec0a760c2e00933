/**
 * Nodes and roots of Kloset's B+trees (kloset/btree): keys are text, values are MACs. Leaves are chained by
 * `next`; nodes are named by their content, so a tree is built from its last leaf backwards.
 */
import { toHex } from "../../shared/bytes.ts";
import { corrupt } from "./corruption.ts";
import type { Mac } from "./mac.ts";
import { decodeFields } from "./msgpack-reader.ts";
import { MsgpackWriter } from "./msgpack-writer.ts";

/** Fewer keys than this in a node. */
export const ORDER = 50;

export interface TreeNode {
  readonly keys: readonly string[];
  /** Empty in a leaf, one more than keys elsewhere. */
  readonly pointers: readonly Mac[];
  /** As many as keys in a leaf, empty elsewhere. */
  readonly values: readonly Mac[];
  readonly next: Mac | undefined;
}

export function encodeNode(node: TreeNode): Uint8Array {
  const out = new MsgpackWriter().map(node.next ? 5 : 4);
  out.text("version").u32(0);
  out.text("keys");
  if (node.keys.length === 0) out.nil();
  else {
    out.array(node.keys.length);
    for (const key of node.keys) out.text(key);
  }
  out.text("pointers");
  macs(out, node.pointers);
  out.text("values");
  macs(out, node.values);
  if (node.next) out.text("next").bin(node.next);
  return out.finish();
}

function macs(out: MsgpackWriter, list: readonly Mac[]): void {
  if (list.length === 0) {
    out.nil();
    return;
  }
  out.array(list.length);
  for (const mac of list) out.bin(mac);
}

/** @throws AppError "store-corrupt" */
export function decodeNode(bytes: Uint8Array, what: string): TreeNode {
  const fields = decodeFields(bytes, what);
  const keys = fields.list("keys").map((key) => {
    if (typeof key !== "string") throw corrupt(`${what} has an unusable key`);
    return key;
  });
  const pointers = fields.macs("pointers");
  const values = fields.macs("values");
  const fits =
    pointers.length === 0 ? values.length === keys.length : pointers.length === keys.length + 1;
  if (!fits) throw corrupt(`${what} is inconsistent`);
  return { keys, pointers, values, next: fields.has("next") ? fields.mac("next") : undefined };
}

export function encodeRoot(root: Mac): Uint8Array {
  const out = new MsgpackWriter().map(4);
  out.text("Version").u32(0);
  out.text("Order").int(ORDER);
  out.text("Count").int(0);
  out.text("Root").bin(root);
  return out.finish();
}

/** @returns the name of the root node. @throws AppError "store-corrupt" */
export function decodeRoot(bytes: Uint8Array, what: string): Mac {
  return decodeFields(bytes, what).mac("Root");
}

export interface TreePair {
  readonly key: string;
  readonly value: Mac;
}

/** Stores a node and returns its name. */
export type PutNode = (node: Uint8Array) => Promise<Mac>;

/**
 * Writes a tree of pairs that are already in order.
 * @param behind leaves of another tree, as they are: their keys follow
 * @returns the name of the root node
 */
export async function buildTree(
  pairs: readonly TreePair[],
  put: PutNode,
  behind: readonly Subtree[] = [],
): Promise<Mac> {
  const leaves = pairs.length > 0 || behind.length === 0;
  let level = leaves ? await buildLeaves(pairs, put, behind[0]?.node) : [];
  level.push(...behind);
  while (level.length > 1) level = await buildInner(level, put);
  return (level[0] as Subtree).node;
}

export interface Subtree {
  /** Of the first subtree of a tree any text: nothing looks at it. */
  readonly smallest: string;
  readonly node: Mac;
}

async function buildLeaves(
  pairs: readonly TreePair[],
  put: PutNode,
  behind: Mac | undefined,
): Promise<Subtree[]> {
  const starts = leafStarts(pairs);
  const leaves: Subtree[] = [];
  let next = behind;
  for (let i = starts.length - 1; i >= 0; i--) {
    const slice = pairs.slice(starts[i], starts[i + 1]);
    const node = await put(
      encodeNode({
        keys: slice.map((pair) => pair.key),
        pointers: [],
        values: slice.map((pair) => pair.value),
        next,
      }),
    );
    leaves.push({ smallest: slice[0]?.key ?? "", node });
    next = node;
  }
  return leaves.reverse();
}

async function buildInner(children: readonly Subtree[], put: PutNode): Promise<Subtree[]> {
  const starts = evenly(children.length, ORDER);
  const parents: Subtree[] = [];
  for (const [i, start] of starts.entries()) {
    const slice = children.slice(start, starts[i + 1]);
    const node = await put(
      encodeNode({
        keys: slice.slice(1).map((child) => child.smallest),
        pointers: slice.map((child) => child.node),
        values: [],
        next: undefined,
      }),
    );
    parents.push({ smallest: (slice[0] as Subtree).smallest, node });
  }
  return parents;
}

/**
 * Where each leaf starts. Leaves end at keys that their own text chooses, so that an inserted key moves the ends
 * of its own leaf only and the leaves behind it are stored already.
 */
function leafStarts(pairs: readonly TreePair[]): number[] {
  const starts = [0];
  let size = 0;
  for (const [i, pair] of pairs.entries()) {
    size++;
    if (i + 1 < pairs.length && (size === ORDER - 1 || endsLeaf(pair.key))) {
      starts.push(i + 1);
      size = 0;
    }
  }
  return starts;
}

/** One key in 32. */
function endsLeaf(key: string): boolean {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) % 32 === 0;
}

/** Where each of the fewest possible groups of nearly equal size starts; one empty group for nothing. */
function evenly(count: number, most: number): number[] {
  const groups = Math.max(1, Math.ceil(count / most));
  return Array.from({ length: groups }, (_, i) => Math.floor((i * count) / groups));
}

/** Reads trees through `load`, which returns a decoded node. */
export class TreeReader {
  readonly #root: Mac;
  readonly #load: (node: Mac) => Promise<TreeNode>;
  readonly #compare: (a: string, b: string) => number;

  constructor(
    root: Mac,
    load: (node: Mac) => Promise<TreeNode>,
    compare: (a: string, b: string) => number,
  ) {
    this.#root = root;
    this.#load = load;
    this.#compare = compare;
  }

  async find(key: string): Promise<Mac | undefined> {
    const leaf = await this.#leafFor(key);
    const at = leaf.keys.findIndex((candidate) => this.#compare(candidate, key) === 0);
    return leaf.values[at];
  }

  /** The pairs from `from` on, in order. */
  async *scan(from?: string): AsyncGenerator<TreePair> {
    let leaf: TreeNode | undefined = await this.#leafFor(from);
    // No writer could make a circle of names that are MACs of content; a reader need not trust in that.
    const met = new Set<string>();
    while (leaf) {
      for (const [i, key] of leaf.keys.entries()) {
        if (from !== undefined && this.#compare(key, from) < 0) continue;
        yield { key, value: leaf.values[i] as Mac };
      }
      const { next }: TreeNode = leaf;
      if (next) {
        const name = toHex(next);
        if (met.has(name)) throw corrupt("a tree leads in circles");
        met.add(name);
      }
      leaf = next && (await this.#load(next));
    }
  }

  /** All leaves in order, without reading them: only the nodes above. */
  async leaves(): Promise<Subtree[]> {
    let level: Subtree[] = [{ smallest: "", node: this.#root }];
    for (let depth = 0; ; depth++) {
      if (depth > 32) throw corrupt("a tree is too deep");
      // All leaves are equally deep.
      const [first] = level as [Subtree];
      if ((await this.#load(first.node)).pointers.length === 0) return level;
      const below: Subtree[] = [];
      for (const { smallest, node } of level) {
        const { keys, pointers } = await this.#load(node);
        if (pointers.length === 0) throw corrupt("a tree is lopsided");
        for (const [i, pointer] of pointers.entries())
          below.push({ smallest: keys[i - 1] ?? smallest, node: pointer });
      }
      level = below;
    }
  }

  /** @throws AppError "store-corrupt" */
  async leaf(node: Mac): Promise<TreeNode> {
    const leaf = await this.#load(node);
    if (leaf.pointers.length > 0) throw corrupt("a tree is lopsided");
    return leaf;
  }

  async #leafFor(key: string | undefined): Promise<TreeNode> {
    let node = await this.#load(this.#root);
    for (let depth = 0; node.pointers.length > 0; depth++) {
      if (depth > 32) throw corrupt("a tree is too deep");
      const above = key === undefined ? 0 : node.keys.findIndex((k) => this.#compare(key, k) < 0);
      const child = node.pointers[above < 0 ? node.pointers.length - 1 : above] as Mac;
      node = await this.#load(child);
    }
    return node;
  }
}
