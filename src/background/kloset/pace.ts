/** Long work in slices: gives the event loop a turn regularly, and notices cancellation. */
import { AppError } from "../../shared/errors.ts";

const SLICE_MS = 20;

export interface Pace {
  /**
   * Returns at once, or after a turn of the event loop when a slice is used up.
   * @throws AppError "aborted"
   */
  breathe(): Promise<void>;
}

export function makePace(signal: AbortSignal | undefined): Pace {
  let sliceEnd = performance.now() + SLICE_MS;
  return {
    async breathe() {
      throwIfAborted(signal);
      if (performance.now() < sliceEnd) return;
      await new Promise((resolve) => setTimeout(resolve, 0));
      sliceEnd = performance.now() + SLICE_MS;
      throwIfAborted(signal);
    },
  };
}

/** @throws AppError "aborted" */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new AppError("aborted", "The work on the backup store was cancelled.", {
      hint: "Snapshots that were there before are untouched.",
      retry: "later",
    });
}
