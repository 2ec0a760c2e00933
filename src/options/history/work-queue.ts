/**
 * Questions to the store, one at a time: two at once would each take longer. What the user waits for goes before what only
 * fills in, and does not wait for that where it has begun.
 */
export class WorkQueue {
  readonly #urgent: (() => Promise<void>)[] = [];
  readonly #idle: (() => Promise<void>)[] = [];
  #isAsking: boolean = false;
  #isFilling: boolean = false;
  #beside = 0;
  #lastBeside: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    return this.#enqueue(this.#urgent, task, () => void this.#ask());
  }

  /** Waits until nothing else does. */
  whenIdle<T>(task: () => Promise<T>): Promise<T> {
    return this.#enqueue(this.#idle, task, () => void this.#fill());
  }

  /**
   * Not in the line: for what takes so long that nobody should wait for it. What only fills in does, and so does the
   * next of its kind.
   */
  async beside<T>(task: () => Promise<T>): Promise<T> {
    this.#beside += 1;
    const result = this.#lastBeside.then(task);
    this.#lastBeside = result.catch(() => undefined);
    try {
      return await result;
    } finally {
      this.#beside -= 1;
      void this.#fill();
    }
  }

  #enqueue<T>(
    line: (() => Promise<void>)[],
    task: () => Promise<T>,
    begin: () => void,
  ): Promise<T> {
    const result = new Promise<T>((resolve, reject) => {
      line.push(() => task().then(resolve, reject));
    });
    begin();
    return result;
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    for (let next = this.#urgent.shift(); next; next = this.#urgent.shift()) await next();
    this.#isAsking = false;
    void this.#fill();
  }

  async #fill(): Promise<void> {
    if (this.#isFilling) return;
    this.#isFilling = true;
    // What was asked in the same turn goes first.
    await Promise.resolve();
    while (!this.#isAsking && this.#beside === 0) {
      const next = this.#idle.shift();
      if (!next) break;
      await next();
    }
    this.#isFilling = false;
  }
}
