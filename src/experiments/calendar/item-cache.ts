/**
 * Built items and their expansions, by row and revision, least recently used out first. Items are immutable, so
 * one object serves every view. Pure.
 */

/** Expansions remembered an item: the ranges that the views ask for at one time. */
const MOST_RANGES = 6;

export interface CachedRow<Item> {
  readonly revision: number;
  /** The items built from the row's text: usually one. */
  readonly items: readonly Item[];
  /** Occurrences by range. */
  readonly expansions: Map<string, readonly Item[]>;
}

export class ItemCache<Item> {
  readonly #rows = new Map<string, CachedRow<Item>>();
  readonly #capacity: number;

  /** @param capacity rows kept */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(name: string, revision: number): CachedRow<Item> | undefined {
    const row = this.#rows.get(name);
    if (row === undefined) return undefined;
    this.#rows.delete(name);
    if (row.revision !== revision) return undefined;
    this.#rows.set(name, row);
    return row;
  }

  /** Whatever is kept of a row, without making it more recent. */
  peek(name: string): CachedRow<Item> | undefined {
    return this.#rows.get(name);
  }

  get size(): number {
    return this.#rows.size;
  }

  set(name: string, revision: number, items: readonly Item[]): CachedRow<Item> {
    const row: CachedRow<Item> = { revision, items, expansions: new Map() };
    this.#rows.delete(name);
    this.#rows.set(name, row);
    if (this.#rows.size > this.#capacity) {
      const oldest = this.#rows.keys().next();
      if (!oldest.done) this.#rows.delete(oldest.value);
    }
    return row;
  }

  /** For what changes an item without a new revision (acknowledged alarms). */
  drop(name: string): void {
    this.#rows.delete(name);
  }
}

/** The occurrences of a range, computed once as long as the row is cached. */
export function rememberedExpansion<Item>(
  row: CachedRow<Item>,
  range: string,
  expand: () => readonly Item[],
): readonly Item[] {
  const known = row.expansions.get(range);
  if (known !== undefined) return known;
  const occurrences = expand();
  if (row.expansions.size >= MOST_RANGES) {
    const oldest = row.expansions.keys().next();
    if (!oldest.done) row.expansions.delete(oldest.value);
  }
  row.expansions.set(range, occurrences);
  return occurrences;
}
