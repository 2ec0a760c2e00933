/** The rows whose server side is known, read when they are first needed and not again before they change. */
import { type KnownMembers, knownMembers } from "./plan.ts";
import type { LocalCalendar } from "./ports.ts";

/** Above this many names of one page it is cheaper to list the rows than to read the named ones. */
const NAMED_ROWS = 200;

export class KnownRows {
  readonly #local: LocalCalendar;
  #all: KnownMembers | undefined;

  constructor(local: LocalCalendar) {
    this.#local = local;
  }

  async all(): Promise<KnownMembers> {
    this.#all ??= knownMembers(await this.#local.listResources());
    return this.#all;
  }

  /** Rows were written: what was read before says nothing of them. */
  forget(): void {
    this.#all = undefined;
  }

  async of(names: readonly string[]): Promise<KnownMembers> {
    if (names.length === 0) return new Map();
    if (names.length > NAMED_ROWS) return this.all();
    return knownMembers(await this.#local.getResources(names));
  }
}
