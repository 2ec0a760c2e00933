/**
 * Questions to the store, one at a time: two at once would each open it. What the user waits for goes before what only
 * fills in.
 */
export class WorkQueue {
  readonly #urgent: (() => Promise<void>)[] = [];
  readonly #idle: (() => Promise<void>)[] = [];
  #working: Promise<void> | undefined;
  #beside = 0;
  #lastBeside: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    return this.#enqueue(this.#urgent, task);
  }

  /** Waits until nothing else does. */
  whenIdle<T>(task: () => Promise<T>): Promise<T> {
    return this.#enqueue(this.#idle, task);
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
      this.#working ??= this.#work();
    }
  }

  #enqueue<T>(line: (() => Promise<void>)[], task: () => Promise<T>): Promise<T> {
    const result = new Promise<T>((resolve, reject) => {
      line.push(() => task().then(resolve, reject));
    });
    this.#working ??= this.#work();
    return result;
  }

  async #work(): Promise<void> {
    // Not before `#working` says that it runs.
    await Promise.resolve();
    for (;;) {
      const next = this.#urgent.shift() ?? (this.#beside === 0 ? this.#idle.shift() : undefined);
      if (!next) break;
      await next();
    }
    this.#working = undefined;
  }
}
