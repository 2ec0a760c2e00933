/**
 * Stores what arrives in the order it came, one part at a time: while one is being stored the next are fetched and
 * prepared, and go together as the next part. Whoever brings them waits only where many are ahead.
 */

export interface ArrivalLimits<T> {
  /** Whether several batches may be stored as one part. */
  readonly fits: (part: readonly T[]) => boolean;
  /** Batches not stored yet from which on {@link Arrivals.take} waits. */
  readonly ahead: number;
}

export class Arrivals<T> {
  readonly #limits: ArrivalLimits<T>;
  readonly #store: (part: readonly T[]) => Promise<void>;
  readonly #waiting: (readonly T[])[] = [];
  readonly #listeners: (() => void)[] = [];
  /** Batches of the part that is being stored. */
  #underWay = 0;
  #failure: { readonly error: unknown } | undefined;

  /** @param store what it goes by is asked when a part's turn has come; after it has thrown it is not called again */
  constructor(limits: ArrivalLimits<T>, store: (part: readonly T[]) => Promise<void>) {
    this.#limits = limits;
    this.#store = store;
  }

  /** What `store` has thrown. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  /** Resolves when there is room for another batch. @throws what `store` has thrown */
  async take(batch: readonly T[]): Promise<void> {
    if (this.#failure === undefined) this.#waiting.push(batch);
    if (this.#underWay === 0) void this.#storeAll();
    while (this.#count() >= this.#limits.ahead) await this.#change();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Resolves when nothing waits and nothing is being stored; `failure` tells how it went. */
  async settled(): Promise<void> {
    while (this.#count() > 0) await this.#change();
  }

  #count(): number {
    return this.#underWay + this.#waiting.length;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#listeners.push(resolve));
  }

  /** Never rejects. */
  async #storeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const part = this.#waiting.splice(0, this.#together());
      this.#underWay = part.length;
      try {
        await this.#store(part.flat());
      } catch (error) {
        this.#failure = { error };
        this.#waiting.length = 0;
      }
      this.#underWay = 0;
      for (const listener of this.#listeners.splice(0)) listener();
    }
  }

  #together(): number {
    let count = 1;
    while (count < this.#waiting.length && this.#fits(count + 1)) count++;
    return count;
  }

  #fits(count: number): boolean {
    return this.#limits.fits(this.#waiting.slice(0, count).flat());
  }
}
