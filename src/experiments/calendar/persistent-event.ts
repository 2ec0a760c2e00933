/**
 * Events that wake a suspended event page, and jobs that keep it awake: a listener's result is handed to the
 * idle manager, because a pending listener alone extends the page's life only once.
 */

/** Calls a page's listener and answers with what it returned. */
export type EventListener<Args extends readonly unknown[]> = (...args: Args) => Promise<unknown>;

/** The listeners of one event; who emits knows nothing of pages. */
export class EventSource<Args extends readonly unknown[]> {
  readonly #listeners = new Set<EventListener<Args>>();
  #waiting: (() => void)[] = [];

  add(listener: EventListener<Args>): () => void {
    this.#listeners.add(listener);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const proceed of waiting) proceed();
    return () => this.#listeners.delete(listener);
  }

  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  /** Resolves when there is a listener: after an upgrade calendars exist before the page has run. */
  async listening(): Promise<void> {
    if (this.#listeners.size > 0) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Settles when every listener has; the results in the order of registration, failures apart. */
  async emit(...args: Args): Promise<readonly PromiseSettledResult<unknown>[]> {
    return Promise.allSettled([...this.#listeners].map((listener) => listener(...args)));
  }
}

/**
 * @param convert turns what was emitted into the page's arguments, or into `null` when it is none of the page's
 * business; it gets the extra arguments of `addListener`
 */
export function persistentEvent<Args extends readonly unknown[]>(
  extension: GeckoExtension,
  name: string,
  source: EventSource<Args>,
  convert: (
    args: Args,
    parameters: readonly unknown[],
  ) => readonly unknown[] | null | Promise<readonly unknown[] | null>,
): GeckoPersistentEvent {
  return ({ fire }, parameters) => {
    let current = fire;
    // What is converted later must not overtake what was emitted before it.
    let last: Promise<unknown> = Promise.resolve();
    const remove = source.add(async (...args) => {
      // Converted before waking: what is emitted may change while the page starts.
      const conversion = last.then(() => convert(args, parameters));
      last = conversion.catch((error) =>
        console.error(`The event ${name} could not be told to its listener:`, error),
      );
      const converted = await conversion;
      if (converted === null) return undefined;
      if (current.wakeup) await current.wakeup();
      const job = current.async(...converted);
      keepAwake(extension, job, name);
      return job;
    });
    return {
      unregister: remove,
      convert(next) {
        current = next;
      },
    };
  };
}

function keepAwake(extension: GeckoExtension, job: Promise<unknown>, reason: string): void {
  const settled = job.then(
    () => undefined,
    () => undefined,
  );
  // No result to wait for: undefined when the page has no idle manager (a persistent page).
  void extension.emit("background-script-idle-waituntil", { promise: settled, reason });
}
