/**
 * How many bodies are asked for at once. Batches are bounded by bytes as learnt from the bodies so far, so that
 * neither a calendar of tiny events is slow nor one with pasted images fills the memory. Pure.
 */

const FIRST_BATCH = 50;
const LARGEST_BATCH = 150;
const TARGET_BYTES = 1_000_000;

export class BatchSize {
  #bodies = 0;
  #bytes = 0;
  #limit = LARGEST_BATCH;

  next(): number {
    if (this.#bodies === 0) return Math.min(FIRST_BATCH, this.#limit);
    const average = Math.max(1, this.#bytes / this.#bodies);
    return Math.max(1, Math.min(this.#limit, Math.floor(TARGET_BYTES / average)));
  }

  learn(bodies: number, bytes: number): void {
    this.#bodies += bodies;
    this.#bytes += bytes;
  }

  /** The server failed with so many: ask for fewer from now on. */
  tooMany(count: number): void {
    this.#limit = Math.max(1, Math.min(this.#limit, Math.ceil(count / 2)));
  }
}

/**
 * One at a time, in the order of the calls: batches arrive in any order, but whoever stores them
 * need not be prepared for two at once.
 */
export class Turnstile {
  #last: Promise<unknown> = Promise.resolve();

  pass<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
