import { expect, test } from "vitest";
import { withDeadline } from "../../../src/experiments/platform/deadline.ts";

const timers = {
  setTimeout: (callback: () => void, ms: number) => Number(setTimeout(callback, ms)),
  clearTimeout: (timer: number) => clearTimeout(timer),
};

test("work that never ends is given up on", async () => {
  await expect(
    withDeadline(new Promise(() => undefined), 1, timers, () => new Error("silent")),
  ).rejects.toThrow("silent");
});

test("work in time keeps its result", async () => {
  await expect(
    withDeadline(Promise.resolve(7), 10_000, timers, () => new Error("silent")),
  ).resolves.toBe(7);
});
