import fc from "fast-check";
import { expect, test } from "vitest";
import {
  buildTree,
  decodeNode,
  encodeNode,
  ORDER,
  type TreeNode,
  TreeReader,
} from "../../../src/background/kloset/btree.ts";
import { configHashing, type Mac } from "../../../src/background/kloset/mac.ts";
import { comparePaths, compareText } from "../../../src/background/kloset/path.ts";
import { compareBytes, toHex } from "../../../src/shared/bytes.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const valueFor = (key: string): Mac => configHashing.mac(utf8(key));

async function tree(keys: readonly string[], compare: (a: string, b: string) => number) {
  const nodes = new Map<string, Uint8Array>();
  const sorted = [...new Set(keys)].sort(compare);
  const root = await buildTree(
    sorted.map((key) => ({ key, value: valueFor(key) })),
    async (node) => {
      const mac = configHashing.mac(node);
      nodes.set(toHex(mac), node);
      return mac;
    },
  );
  const load = async (mac: Mac) => decodeNode(nodes.get(toHex(mac)) as Uint8Array, "The test");
  return { sorted, nodes, root, load, reader: new TreeReader(root, load, compare) };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const names = fc.array(fc.string({ unit: "grapheme", maxLength: 6 }), { maxLength: 400 });

test("finds every key, none that is absent, and scans in order from anywhere", async () => {
  await fc.assert(
    fc.asyncProperty(names, fc.string({ unit: "grapheme", maxLength: 6 }), async (keys, other) => {
      const { sorted, reader } = await tree(keys, compareText);
      for (const key of sorted) expect(await reader.find(key)).toEqual(valueFor(key));
      if (!sorted.includes(other)) expect(await reader.find(other)).toBeUndefined();
      expect((await collect(reader.scan())).map(({ key }) => key)).toEqual(sorted);
      expect((await collect(reader.scan(other))).map(({ key }) => key)).toEqual(
        sorted.filter((key) => compareText(key, other) >= 0),
      );
    }),
    { numRuns: 40 },
  );
});

test("keeps plakar's rules for nodes in a tree of three levels", async () => {
  const keys = Array.from({ length: 6000 }, (_, i) => `/calendars/a/${i}.ics`);
  const { nodes, root, load, sorted } = await tree(keys, comparePaths);
  let leaves = 0;
  const depths = new Set<number>();
  async function visit(mac: Mac, depth: number): Promise<TreeNode> {
    const node = await load(mac);
    expect(node.keys.length).toBeLessThan(ORDER);
    if (node.pointers.length === 0) {
      leaves++;
      depths.add(depth);
      const last = node.keys.at(-1) === sorted.at(-1);
      expect(node.next === undefined).toBe(last);
      return node;
    }
    expect(node.pointers).toHaveLength(node.keys.length + 1);
    for (const [i, pointer] of node.pointers.entries()) {
      const child = await visit(pointer, depth + 1);
      const smallest = await smallestKey(child);
      if (i > 0) expect(node.keys[i - 1]).toBe(smallest);
    }
    return node;
  }
  async function smallestKey(node: TreeNode): Promise<string | undefined> {
    return node.pointers.length === 0
      ? node.keys[0]
      : smallestKey(await load(node.pointers[0] as Mac));
  }
  await visit(root, 0);
  expect(depths).toEqual(new Set([2]));
  expect(leaves).toBeGreaterThan(6000 / ORDER);
  expect(nodes.size).toBeGreaterThan(leaves);
});

test("an empty tree is one empty leaf, as plakar writes it", () => {
  const node = encodeNode({ keys: [], pointers: [], values: [], next: undefined });
  expect(toHex(node)).toBe(
    "84a776657273696f6ece00000000a46b657973c0a8706f696e74657273c0a676616c756573c0",
  );
});

test("a key inserted in front leaves the leaves behind it as they were", async () => {
  const keys = Array.from({ length: 3000 }, (_, i) => `/c/${String(i).padStart(5, "0")}.ics`);
  const before = await tree(keys, comparePaths);
  const after = await tree([...keys, "/c/00001x.ics"], comparePaths);
  const fresh = [...after.nodes.keys()].filter((mac) => !before.nodes.has(mac));
  expect(fresh.length).toBeLessThan(10);
});

test("keys are ordered as their UTF-8 bytes, and the main tree by depth first", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (a, b) => {
      expect(Math.sign(compareText(a, b))).toBe(Math.sign(compareBytes(utf8(a), utf8(b))));
    }),
  );
  expect(compareText("ﬀ", "🗓")).toBeLessThan(0);
  const paths = ["/", "/a", "/b", "/a/z", "/b/a"];
  expect([...paths].reverse().sort(comparePaths)).toEqual(paths);
});
