/**
 * The search over all backups that is under way: one that nobody waits for any more is cancelled in the background, where it
 * would go on reading. Its id is known from the first progress that is told of it.
 */
import type { BackgroundClient } from "../background-client.ts";
import { uniqueId } from "../element.ts";

/** Pages that are open at the same time have searches of their own. */
const PAGE = Math.random().toString(36).slice(2);

export class WholeSearch {
  readonly #client: BackgroundClient;
  readonly #ids = new Map<string, string>();
  readonly #superseded = new Set<string>();
  #current: string | null = null;

  constructor(client: BackgroundClient) {
    this.#client = client;
    client.onEvent((event) => {
      if (event.event !== "progress" || event.subject === undefined) return;
      const { subject, id } = event;
      if (subject === this.#current) this.#ids.set(subject, id);
      if (this.#superseded.delete(subject)) this.#cancel(id);
    });
  }

  /** @param search is given the subject to search under */
  async run<T>(search: (subject: string) => Promise<T>): Promise<T> {
    const subject = uniqueId(`search-${PAGE}`);
    this.#current = subject;
    try {
      return await search(subject);
    } finally {
      if (this.#current === subject) this.#current = null;
      this.#ids.delete(subject);
      this.#superseded.delete(subject);
    }
  }

  supersede(): void {
    const subject = this.#current;
    if (subject === null) return;
    this.#current = null;
    const id = this.#ids.get(subject);
    if (id === undefined) this.#superseded.add(subject);
    else this.#cancel(id);
  }

  #cancel(id: string): void {
    // It may have ended just now.
    this.#client.call("operations.cancel", { id }).catch(() => {});
  }
}
