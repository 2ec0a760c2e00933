import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PlaceCalls } from "../../../src/background/storage/place-calls.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function silent() {
  let resolve: (value: string) => void = () => {};
  const promise = new Promise<string>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

test("what answers is passed on, errors as well, and nothing is said", async () => {
  const onSilent = vi.fn();
  const calls = new PlaceCalls({ onSilent });
  expect(await calls.answer(Promise.resolve("there"))).toBe("there");
  await expect(calls.answer(Promise.reject(new Error("denied")))).rejects.toThrow("denied");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(onSilent).not.toHaveBeenCalled();
});

test("silence is told once for all calls, and its end when the last has answered", async () => {
  const told: boolean[] = [];
  const calls = new PlaceCalls({ onSilent: (now) => told.push(now) });
  const [first, second] = [silent(), silent()];
  const answers = [calls.answer(first.promise), calls.answer(second.promise)];
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual([true]);
  first.resolve("1");
  await answers[0];
  expect(told).toEqual([true]);
  second.resolve("2");
  expect(await Promise.all(answers)).toEqual(["1", "2"]);
  expect(told).toEqual([true, false]);
});

test("cancelled work waits a little for what is under way, then gives it up", async () => {
  const controller = new AbortController();
  const calls = new PlaceCalls({ signal: controller.signal });
  const [soon, never] = [silent(), silent()];
  const answers = Promise.allSettled([calls.answer(soon.promise), calls.answer(never.promise)]);
  controller.abort(new Error("cancelled"));
  soon.resolve("tidied");
  await vi.runAllTimersAsync();
  expect(await answers).toMatchObject([
    { status: "fulfilled", value: "tidied" },
    { status: "rejected", reason: { message: "cancelled" } },
  ]);
});

test("what is asked after that, to tidy up, is given up as soon", async () => {
  const controller = new AbortController();
  controller.abort(new Error("cancelled"));
  const calls = new PlaceCalls({ signal: controller.signal });
  expect(await calls.answer(Promise.resolve("removed"))).toBe("removed");
  const given = calls.answer(silent().promise).catch((error: Error) => error.message);
  await vi.runAllTimersAsync();
  expect(await given).toBe("cancelled");
});
