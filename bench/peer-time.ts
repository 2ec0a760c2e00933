/** Keeps a slow peer from taking hours: a size is left out, and named, where it would take too long. Pure. */

const MOST_MS = 10 * 60_000;

export class PeerTime {
  readonly #name: string;
  readonly #notes: string[];
  #longest: { readonly items: number; readonly ms: number } | null = null;

  /** @param notes where sizes that are left out are told, each once */
  constructor(name: string, notes: string[]) {
    this.#name = name;
    this.#notes = notes;
  }

  took(items: number, ms: number): void {
    if (this.#longest === null || items >= this.#longest.items) this.#longest = { items, ms };
  }

  /** False where it would take more than ten minutes if its cost grew no faster than the calendar. */
  allows(items: number): boolean {
    if (this.#longest === null) return true;
    const expected = (this.#longest.ms * items) / this.#longest.items;
    if (items <= this.#longest.items || expected <= MOST_MS) return true;
    const [size, minutes] = [items.toLocaleString("en"), Math.round(expected / 60_000)];
    const note = `${this.#name} was not measured with ${size} items: at least ${minutes} minutes were to be expected.`;
    if (!this.#notes.includes(note)) this.#notes.push(note);
    return false;
  }
}
