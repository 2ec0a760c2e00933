/**
 * An opened store, kept for the next question about it: reading the states of a hundred snapshots takes longer than most
 * answers. It ends with the background page. What another program wrote meanwhile is read before each use.
 */
import { isAppError } from "../../shared/errors.ts";
import type { Kloset } from "../kloset/kloset.ts";

export interface KeptStoreDependencies {
  /** @throws AppError of the store or its place */
  open(signal: AbortSignal): Promise<Kloset>;
  /** Tells apart which store lies where, now. @throws AppError of the store or its place */
  identify(): Promise<string>;
  /** Does work with the store, and remembers the damage it met. Absent: that is known only while the store is kept. */
  noting?<T>(store: Kloset, work: () => Promise<T>): Promise<T>;
}

export class KeptStore {
  readonly #deps: KeptStoreDependencies;
  #kept: { readonly identity: string; readonly store: Kloset } | undefined;

  constructor(dependencies: KeptStoreDependencies) {
    this.#deps = dependencies;
  }

  /**
   * Answers from the kept store, opened anew where another one lies there now, or where the kept one turns out not to
   * fit what lies there.
   * @throws AppError of the store or its place; whatever `answer` throws
   */
  async use<T>(signal: AbortSignal, answer: (store: Kloset) => Promise<T>): Promise<T> {
    const kept = this.#kept;
    // Two questions at once do not share it: each has the index as it found it.
    this.#kept = undefined;
    const identity = await this.#deps.identify();
    if (kept?.identity === identity) {
      try {
        await kept.store.refresh(signal);
        // A backup may have stored it anew, in an opened store of its own.
        kept.store.forgetDamage();
        const value = await this.#noting(kept.store, answer);
        this.#kept = kept;
        return value;
      } catch (error) {
        if (!isAppError(error, "blob-missing", "store-corrupt", "snapshot-unknown")) throw error;
      }
    }
    const store = await this.#deps.open(signal);
    const value = await this.#noting(store, answer);
    this.#kept = { identity, store };
    return value;
  }

  #noting<T>(store: Kloset, answer: (store: Kloset) => Promise<T>): Promise<T> {
    const { noting } = this.#deps;
    return noting ? noting(store, () => answer(store)) : answer(store);
  }
}
