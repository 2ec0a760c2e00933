/** Turns of the main thread for everybody else within a long loop. */
import { monotonicNow, yieldToMainThread } from "../gecko-modules.ts";

/** Longest turn of the main thread. */
const SLICE_MS = 12;

/** @returns to be awaited after each step; it waits only when the turn has been long */
export function slices(): () => Promise<void> {
  let start = monotonicNow();
  return async () => {
    if (monotonicNow() - start <= SLICE_MS) return;
    await yieldToMainThread();
    start = monotonicNow();
  };
}
