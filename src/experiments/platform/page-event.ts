/** An event of the background page that is told from code here; a stopped page is woken for it. */
export class PageEvent<Args extends readonly unknown[]> {
  readonly #listeners = new Set<{ fire: GeckoFire }>();

  /** For `PERSISTENT_EVENTS`. */
  readonly persistent: GeckoPersistentEvent = ({ fire }) => {
    const listener = { fire };
    this.#listeners.add(listener);
    return {
      unregister: () => {
        this.#listeners.delete(listener);
      },
      convert: (converted) => {
        listener.fire = converted;
      },
    };
  };

  /** @returns what the first listener answered; `undefined` when nobody listens */
  async emit(...args: Args): Promise<unknown> {
    const [listener] = this.#listeners;
    if (!listener) return undefined;
    await listener.fire.wakeup?.();
    return listener.fire.async(...args);
  }
}
