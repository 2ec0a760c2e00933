/**
 * Waits until the user has stopped deleting. Thunderbird takes a selection apart and deletes one item after the other:
 * who sends the first ones before the last one is there cannot see how many they are.
 */
import type { LocalCalendar } from "./ports.ts";

/** Without another deletion for so long, the user has stopped. */
const QUIET_MS = 1_000;
/** Then they are sent all the same, and counted as they are. */
const LONGEST_MS = 30_000;

export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

/** True for a deletion that others may still follow. */
export function isFresh(deletion: { readonly changedAt: number }, now: number): boolean {
  return Math.abs(now - deletion.changedAt) < QUIET_MS;
}

export class QuietDeletions {
  readonly #local: Pick<LocalCalendar, "countDeletions">;
  readonly #wait: Wait;
  #waiting: Promise<void> | undefined;

  constructor(local: Pick<LocalCalendar, "countDeletions">, wait: Wait = pause) {
    this.#local = local;
    this.#wait = wait;
  }

  /** Resolves when no deletion came for a moment, or the signal says so. */
  async come(signal: AbortSignal): Promise<void> {
    this.#waiting ??= this.#untilQuiet(signal).finally(() => {
      this.#waiting = undefined;
    });
    await this.#waiting;
  }

  async #untilQuiet(signal: AbortSignal): Promise<void> {
    let before = await this.#count();
    for (let waited = 0; waited < LONGEST_MS && !signal.aborted; waited += QUIET_MS) {
      await this.#wait(QUIET_MS, signal);
      const now = await this.#count();
      if (now === before) return;
      before = now;
    }
  }

  /** Every deletion there is or was: those that are sent meanwhile must not hide new ones. */
  async #count(): Promise<number> {
    const { pending, confirmed } = await this.#local.countDeletions(0);
    return pending + confirmed;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}
