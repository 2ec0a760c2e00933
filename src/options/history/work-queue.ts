/**
 * Questions to the store, one at a time: two at once would each open it. What the user waits for goes before what only
 * fills in.
 */
export class WorkQueue {
  readonly #urgent: (() => Promise<void>)[] = [];
  readonly #idle: (() => Promise<void>)[] = [];
  #working: Promise<void> | undefined;

  run<T>(task: () => Promise<T>): Promise<T> {
    return this.#enqueue(this.#urgent, task);
  }

  /** Waits until nothing else does. */
  whenIdle<T>(task: () => Promise<T>): Promise<T> {
    return this.#enqueue(this.#idle, task);
  }

  #enqueue<T>(line: (() => Promise<void>)[], task: () => Promise<T>): Promise<T> {
    const result = new Promise<T>((resolve, reject) => {
      line.push(() => task().then(resolve, reject));
    });
    this.#working ??= this.#work();
    return result;
  }

  async #work(): Promise<void> {
    for (;;) {
      const next = this.#urgent.shift() ?? this.#idle.shift();
      if (!next) break;
      await next();
    }
    this.#working = undefined;
  }
}
