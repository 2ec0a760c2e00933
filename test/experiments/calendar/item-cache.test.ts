import { expect, test, vi } from "vitest";
import { ItemCache, rememberedExpansion } from "../../../src/experiments/calendar/item-cache.ts";

test("a row is found by its revision only", () => {
  const cache = new ItemCache<string>(10);
  cache.set("a.ics", 3, ["third"]);
  expect(cache.get("a.ics", 3)?.items).toEqual(["third"]);
  expect(cache.get("a.ics", 4)).toBeUndefined();
  expect(cache.get("a.ics", 3), "an outdated row is forgotten").toBeUndefined();
});

test("the least recently used row goes first", () => {
  const cache = new ItemCache<string>(2);
  cache.set("a", 1, ["a"]);
  cache.set("b", 1, ["b"]);
  cache.get("a", 1);
  cache.set("c", 1, ["c"]);
  expect(cache.get("b", 1)).toBeUndefined();
  expect(cache.get("a", 1)?.items).toEqual(["a"]);
  expect(cache.get("c", 1)?.items).toEqual(["c"]);
});

test("a range is expanded once, and anew when the row was forgotten", () => {
  const cache = new ItemCache<string>(2);
  const expand = vi.fn(() => ["one", "two"]);
  const row = cache.set("a", 1, ["master"]);
  expect(rememberedExpansion(row, "week", expand)).toEqual(["one", "two"]);
  expect(rememberedExpansion(row, "week", expand)).toEqual(["one", "two"]);
  expect(expand).toHaveBeenCalledTimes(1);
  cache.drop("a");
  rememberedExpansion(cache.set("a", 1, ["master"]), "week", expand);
  expect(expand).toHaveBeenCalledTimes(2);
});

test("the expansions kept of one row are bounded", () => {
  const row = new ItemCache<number>(1).set("a", 1, [0]);
  for (let month = 0; month < 100; month++) rememberedExpansion(row, `${month}`, () => [month]);
  expect(row.expansions.size).toBeLessThan(20);
  expect(rememberedExpansion(row, "99", () => [])).toEqual([99]);
});
