/**
 * Leases that keep the event page alive while long work runs: Thunderbird counts only recent events as
 * activity, and would stop a page in the middle of a long sync. A lease ends with the page that took it.
 */

/** Well under the shortest idle timeout in use (30 s by default; tests go down to 2 s, which the promise covers). */
const RESET_EVERY_MS = 10_000;

interface Intervals {
  setInterval(callback: () => void, ms: number): number;
  clearInterval(timer: number): void;
}

export class AwakeLeases {
  readonly #extension: GeckoExtension;
  readonly #intervals: Intervals;
  readonly #leases = new Map<string, () => void>();
  #timer: number | null = null;

  constructor(extension: GeckoExtension, intervals: Intervals) {
    this.#extension = extension;
    this.#intervals = intervals;
  }

  /** @returns the lease to give to {@link release} */
  hold(reason: string, context: GeckoBaseContext): string {
    const lease = Services.uuid.generateUUID().toString();
    const promise = new Promise<void>((resolve) => this.#leases.set(lease, resolve));
    this.#extension.emit("background-script-idle-waituntil", { promise, reason });
    this.#timer ??= this.#intervals.setInterval(() => {
      this.#extension.emit("background-script-reset-idle", { reason });
    }, RESET_EVERY_MS);
    context.callOnClose({ close: () => this.release(lease) });
    return lease;
  }

  /** An unknown or ended lease is no error. */
  release(lease: string): void {
    this.#leases.get(lease)?.();
    this.#leases.delete(lease);
    if (this.#leases.size === 0 && this.#timer !== null) {
      this.#intervals.clearInterval(this.#timer);
      this.#timer = null;
    }
  }

  releaseAll(): void {
    for (const lease of [...this.#leases.keys()]) this.release(lease);
  }
}
