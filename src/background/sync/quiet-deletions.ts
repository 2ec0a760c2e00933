/**
 * Waits until the user has stopped deleting. Thunderbird takes a selection apart and deletes one item after the other:
 * who sends the first ones before the last one is there cannot see how many they are.
 */
import type { LocalCalendar } from "./ports.ts";

/** Without another deletion for so long, the user has stopped. */
const QUIET_MS = 1_000;
/** Then they are sent all the same, and counted as they are. */
const LONGEST_MS = 30_000;

export type Wait = (ms: number) => Promise<void>;

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

  /** Resolves when no deletion came for a moment, or the signal says so, which ends nobody else's waiting. */
  async come(signal: AbortSignal): Promise<void> {
    this.#waiting ??= this.#untilQuiet().finally(() => {
      this.#waiting = undefined;
    });
    await orAborted(this.#waiting, signal);
  }

  async #untilQuiet(): Promise<void> {
    let before = await this.#count();
    for (let waited = 0; waited < LONGEST_MS; waited += QUIET_MS) {
      await this.#wait(QUIET_MS);
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

function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => resolve();
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", end));
  });
}

const pause: Wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
