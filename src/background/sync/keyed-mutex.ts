/**
 * One operation at a time a resource: those of the same key run one after another in the order they came,
 * those of different keys together. Also tells which keys were in use since a moment, so that a body fetched
 * while its resource was being written is not taken for the newest.
 */
export class KeyedMutex {
  readonly #tails = new Map<string, Promise<void>>();
  readonly #lastUse = new Map<string, number>();
  #clock = 0;

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key);
    let release = (): void => {};
    const tail = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#tails.set(key, tail);
    this.#lastUse.set(key, ++this.#clock);
    try {
      await before;
      return await work();
    } finally {
      this.#lastUse.set(key, ++this.#clock);
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
      release();
    }
  }

  /** A moment to hand to {@link usedSince}. */
  now(): number {
    return this.#clock;
  }

  /** True when an operation of the key is under way, or one ended after the moment. */
  usedSince(key: string, moment: number): boolean {
    return this.#tails.has(key) || (this.#lastUse.get(key) ?? 0) > moment;
  }

  /** Forgets what is over; moments taken before lose their meaning. */
  forget(): void {
    for (const key of this.#lastUse.keys()) if (!this.#tails.has(key)) this.#lastUse.delete(key);
  }
}
