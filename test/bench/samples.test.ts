/** How a bench's numbers are summed up. */
import { expect, test } from "vitest";
import { brokenOff, PeerTime } from "../../bench/peer-time.ts";
import { benchResultsOf, readmeWith } from "../../bench/readme.ts";
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

test("a peer is only begun where it would take more than ten minutes, and what it did is said", () => {
  const time = new PeerTime();
  expect(time.allows(50_000)).toBe(true);
  time.took(1_000, 10_000);
  time.took(10_000, 130_000);
  expect([10_000, 40_000, 50_000].map((items) => time.allows(items))).toEqual([true, true, false]);
  expect(brokenOff("Other", 50_000, 12_345)).toBe(
    "Other had 12,345 of 50,000 items when its first sync was broken off after 10 minutes.",
  );
});

test("README gets the medians, the spread and the machine between its markers", () => {
  const results = {
    date: "2026-11-21",
    commit: "abc1234",
    machine: { cores: 2, processor: "Quick", memory: "4 GiB", platform: "linux", node: "v20" },
    thunderbird: "153.7.0",
    compiled: false,
    missing: ["restic"],
    leftOut: [],
    samples: [
      ...[90, 100, 120].map((ms) => sample(KEEPER, 10_000, ms)),
      sample("Peer", 10_000, 1_000),
      sample("Other", 10_000, 50),
      sample(KEEPER, 1_000, 10),
    ],
  };
  const written = readmeWith(
    "# A\n\n<!-- bench: written by `npm run bench -- --readme` -->\nold\n<!-- /bench -->\n\nB\n",
    results,
  );
  expect(written).toContain("| first sync | 100 ms (90 ms … 120 ms) | 1.00 | 1.00 s (Peer) | 10 |");
  expect(written).toContain("|  |  |  | 50 ms (Other) | 0.50 |");
  expect(written).toContain("commit abc1234, 2 cores (Quick), 4 GiB");
  expect(written).not.toContain("old");
  expect(written.endsWith("<!-- /bench -->\n\nB\n")).toBe(true);
  expect(readmeWith(written, results)).toBe(written);
  expect(() => readmeWith("# A\n", results)).toThrow("README.md lacks");
});

test("results of an older bench are refused, and what they lack is named", () => {
  const whole = {
    ...{ date: "2026-11-21", commit: "abc1234", thunderbird: "153.7.0", compiled: false },
    machine: { cores: 2, processor: "Quick", memory: "4 GiB", platform: "linux", node: "v20" },
    ...{ missing: [], leftOut: [], samples: [sample(KEEPER, 1_000, 10)] },
  };
  expect(benchResultsOf(JSON.stringify(whole))).toEqual(whole);
  const { leftOut: _, date: __, ...old } = whole;
  expect(() => benchResultsOf(JSON.stringify(old))).toThrow("date, leftOut is missing");
});
