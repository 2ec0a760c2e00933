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
      await turn();
      sliceEnd = performance.now() + SLICE_MS;
      throwIfAborted(signal);
    },
  };
}

/** By a message, not a timer: browsers slow down the timers of pages that nobody sees. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** @throws AppError "aborted" */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new AppError("aborted", "The work on the backup store was cancelled.", {
      hint: "Snapshots that were there before are untouched.",
      retry: "later",
    });
}
