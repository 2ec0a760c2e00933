/** Long work done in small steps, so that Thunderbird never stutters. */
import { monotonicNow, yieldToMainThread } from "../gecko-modules.ts";

const SLICE_MS = 8;

/** A clock that gives everybody else a turn when a slice of time is used up. */
export class Slices {
  #start = monotonicNow();

  async pause(): Promise<void> {
    if (monotonicNow() - this.#start < SLICE_MS) return;
    await yieldToMainThread();
    this.#start = monotonicNow();
  }
}

/** What a generator of steps returns at its end. */
export async function finished<T>(steps: Generator<unknown, T>): Promise<T> {
  const slices = new Slices();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value as T;
    await slices.pause();
  }
}
