/**
 * What both sides wrote, and whether any of it is gone. Every edit puts a token of its own into the text; the newest
 * token of each side of an item must be found somewhere at the end, whatever happened in between. Pure.
 */

export type Side = "user" | "server";

export class Ledger {
  #count = 0;
  /** By item: the newest token of each side. */
  readonly #newest = new Map<string, Map<Side, string>>();

  /** A token that occurs in no other text. */
  next(side: Side): string {
    this.#count++;
    return `<${side}-${this.#count}>`;
  }

  /** Only once the edit was accepted: what was refused or cut off may be gone. */
  wrote(uid: string, side: Side, token: string): void {
    const sides = this.#newest.get(uid) ?? new Map<Side, string>();
    sides.set(side, token);
    this.#newest.set(uid, sides);
  }

  /** A side deleted the item: what it saw before is gone on purpose. */
  removed(uid: string): void {
    this.#newest.delete(uid);
  }

  get edits(): number {
    return this.#count;
  }

  /** @param texts every text that is still to be had */
  missing(texts: readonly string[]): { uid: string; side: Side; token: string }[] {
    const all = texts.join("\n").replace(/\r?\n[ \t]/g, "");
    return [...this.#newest].flatMap(([uid, sides]) =>
      [...sides]
        .filter(([, token]) => !all.includes(token))
        .map(([side, token]) => ({ uid, side, token })),
    );
  }
}

/** Draws, the same for the same seed (mulberry32). */
export function makeDraws(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * below);
  };
}
