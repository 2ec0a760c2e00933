// @vitest-environment jsdom
/** The history page keeps the background awake for as long as somebody looks at it, and no longer. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { stayReady } from "../../../src/options/history/stay-ready.ts";

const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function asked(): { count: number; see(state: DocumentVisibilityState): void } {
  const counted = {
    count: 0,
    see(state: DocumentVisibilityState) {
      Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
    },
  };
  counted.see("visible");
  stayReady(
    document,
    async () => {
      counted.count += 1;
      throw new Error("asleep");
    },
    Date.now,
  );
  return counted;
}

test("while the page can be seen, often enough that the background is never idle", () => {
  const background = asked();
  vi.advanceTimersByTime(MINUTE);
  expect(background.count).toBe(3);
  background.see("hidden");
  vi.advanceTimersByTime(MINUTE);
  expect(background.count).toBe(3);
});

test("not when nobody has touched anything for long, and again as soon as somebody does", () => {
  const background = asked();
  vi.advanceTimersByTime(60 * MINUTE);
  const { count } = background;
  expect(count).toBeLessThan(31);
  document.dispatchEvent(new Event("keydown"));
  vi.advanceTimersByTime(MINUTE);
  expect(background.count).toBe(count + 3);
});
