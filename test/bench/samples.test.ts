/** How a bench's numbers are summed up. */
import { expect, test } from "vitest";
import { compare, figureOf, growth, KEEPER, type Sample } from "../../bench/samples.ts";
import { growthTableOf, tableOf } from "../../bench/table.ts";
import { topicsOf } from "../../bench/topics.ts";

const sample = (who: string, items: number, value: number, work = "first sync"): Sample => ({
  work,
  who,
  items,
  unit: "ms",
  value,
});

test("a figure is the median with its spread", () => {
  expect(figureOf([30, 10, 20])).toEqual({ median: 20, least: 10, most: 30, runs: 3 });
  expect(figureOf([10, 40])).toEqual({ median: 25, least: 10, most: 40, runs: 2 });
  expect(() => figureOf([])).toThrow("No values");
});

test("growth is the exponent of the cost", () => {
  const points = (cost: (items: number) => number) =>
    [1_000, 10_000, 50_000].map((items) => ({ items, cost: cost(items) }));
  expect(growth(points((items) => items / 3))).toBeCloseTo(1);
  expect(growth(points((items) => items ** 2))).toBeCloseTo(2);
  expect(growth(points(() => 7))).toBeCloseTo(0);
  expect(growth([{ items: 10, cost: 1 }])).toBeNull();
});

test("each peer is compared at each size, and ours alone where there is none", () => {
  const comparisons = compare([
    sample(KEEPER, 1_000, 100),
    sample(KEEPER, 1_000, 300),
    sample("peer", 1_000, 1_000),
    sample("other", 1_000, 100),
    sample(KEEPER, 1_000, 5, "poll"),
  ]);
  expect(comparisons.map(({ work, peer, ratio }) => [work, peer?.name, ratio])).toEqual([
    ["first sync", "peer", 5],
    ["first sync", "other", 0.5],
    ["poll", undefined, null],
  ]);
});

test("the tables say what was measured", () => {
  const comparisons = compare([
    sample(KEEPER, 1_000, 500),
    sample("peer", 1_000, 20_000),
    sample(KEEPER, 10_000, 5_000),
    sample("peer", 10_000, 200_000),
  ]);
  expect(tableOf(comparisons)).toContain("| first sync | 1,000 | 500 ms | 20.0 s (peer) | 40 |");
  expect(growthTableOf(comparisons)).toContain("| first sync, ms | 1.00 |");
});

test("topics are chosen by name, and a name nobody knows is refused", () => {
  expect(topicsOf("views, backups")).toEqual(new Set(["views", "backups"]));
  expect(topicsOf("sync,view")).toBeNull();
  expect(topicsOf("")).toBeNull();
});
