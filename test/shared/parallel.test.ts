import { expect, test } from "vitest";
import { inParallel } from "../../src/shared/parallel.ts";

test("never more than the limit at once, results in order", async () => {
  let running = 0;
  let most = 0;
  const results = await inParallel([5, 4, 3, 2, 1], 2, async (n) => {
    most = Math.max(most, ++running);
    for (let i = 0; i < n; i++) await Promise.resolve();
    running--;
    return n * 10;
  });
  expect(results).toEqual([50, 40, 30, 20, 10]);
  expect(most).toBe(2);
});

test("after a failure nothing new starts, and what runs is awaited first", async () => {
  const finished: number[] = [];
  const work = inParallel([0, 1, 2, 3], 2, async (n) => {
    if (n === 0) throw new Error("first");
    await Promise.resolve();
    await Promise.resolve();
    finished.push(n);
  });
  await expect(work).rejects.toThrow("first");
  expect(finished).toEqual([1]);
});
