/**
 * Questions to the store, one at a time: two at once would each open it. What the user waits for goes before what only
 * fills in.
 */
export class WorkQueue {
  readonly #urgent: (() => Promise<void>)[] = [];
  readonly #idle: (() => Promise<void>)[] = [];
  #running = false;

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
    void this.#work();
    return result;
  }

  async #work(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (;;) {
      const next = this.#urgent.shift() ?? this.#idle.shift();
      if (!next) break;
      await next();
    }
    this.#running = false;
  }
}
