/** Keeps a slow peer from taking hours: a size it would take too long for is only begun. Pure. */

/** For a first sync, whole or broken off. */
export const MOST_PEER_MS = 10 * 60_000;

export class PeerTime {
  #longest: { readonly items: number; readonly ms: number } | null = null;

  took(items: number, ms: number): void {
    if (this.#longest === null || items >= this.#longest.items) this.#longest = { items, ms };
  }

  /** False where it would take more than ten minutes if its cost grew no faster than the calendar. */
  allows(items: number): boolean {
    if (this.#longest === null) return true;
    const expected = (this.#longest.ms * items) / this.#longest.items;
    return items <= this.#longest.items || expected <= MOST_PEER_MS;
  }
}

/** What is said of a peer that was broken off. @param done items it had by then */
export function brokenOff(name: string, items: number, done: number): string {
  const [whole, part] = [items.toLocaleString("en"), done.toLocaleString("en")];
  const minutes = MOST_PEER_MS / 60_000;
  return `${name} had ${part} of ${whole} items when its first sync was broken off after ${minutes} minutes.`;
}
