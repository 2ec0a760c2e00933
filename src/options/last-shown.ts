/**
 * What a page showed last: shown at once when it is opened again, until the background has answered. Where titles of
 * events are among it, it lies in Thunderbird's memory (`storage.session`) and never on the disk.
 */

import type { Localizer } from "./localizer.ts";

/** The part of an area of `browser.storage` that is used. */
export interface ShownArea {
  get(key: string): Promise<Record<string, unknown>>;
  set(values: Record<string, unknown>): Promise<void>;
}

export interface ShownAreas {
  /** Absent where Thunderbird has none: nothing is remembered then. */
  readonly session?: ShownArea | undefined;
  readonly local?: ShownArea | undefined;
}

/** On the disk, what holds no event. */
const ON_DISK = new Set(["accounts", "backups"]);

/** Another version of the add-on may show other things. */
const FORMAT = 1;

export class LastShown {
  readonly #areas: ShownAreas;
  readonly #written = new Map<string, string>();

  constructor(areas: ShownAreas) {
    this.#areas = areas;
  }

  /** Never rejects: what cannot be read was not shown. */
  async read<T>(what: string): Promise<T | null> {
    const key = keyOf(what);
    try {
      return ((await this.#area(what)?.get(key))?.[key] as T | undefined) ?? null;
    } catch {
      return null;
    }
  }

  /** @param shown as JSON has it */
  keep(what: string, shown: unknown): void {
    const text = JSON.stringify(shown);
    if (this.#written.get(what) === text) return;
    this.#written.set(what, text);
    this.#area(what)
      ?.set({ [keyOf(what)]: shown })
      .catch(() => {});
  }

  #area(what: string): ShownArea | undefined {
    return ON_DISK.has(what) ? this.#areas.local : this.#areas.session;
  }
}

function keyOf(what: string): string {
  return `shown ${FORMAT} ${what}`;
}

/** Says, where the answer takes long enough to be noticed, that this is what was shown last. */
export function markAsLast(node: HTMLElement, words: Localizer): void {
  node.setAttribute("aria-busy", "true");
  node.setAttribute("data-as-last", words.text("asShownLast"));
}

export function markAsNew(node: HTMLElement): void {
  node.removeAttribute("aria-busy");
  node.removeAttribute("data-as-last");
}
