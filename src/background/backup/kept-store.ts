/**
 * An opened store, kept for the next question about it: reading the states of a hundred snapshots takes longer than most
 * answers. It ends with the background page. What another program wrote meanwhile is read before each use.
 */
import { isAppError } from "../../shared/errors.ts";
import type { Kloset } from "../kloset/kloset.ts";
import type { Work } from "./ports.ts";

export type Watched = Pick<Work, "signal"> & Partial<Pick<Work, "onProgress" | "onSilent">>;

export interface KeptStoreDependencies {
  /** @throws AppError of the store or its place */
  open(work: Watched): Promise<Kloset>;
  /** Tells apart which store lies where, now. @throws AppError of the store or its place */
  identify(): Promise<string>;
  /** Does work with the store, and remembers the damage it met. Absent: that is known only while the store is kept. */
  noting?<T>(store: Kloset, work: () => Promise<T>): Promise<T>;
}

interface Kept {
  readonly identity: string;
  readonly store: Kloset;
  /** What is new in it is read by one question after the other. */
  refreshed: Promise<void>;
  /** Questions that it answers now. */
  users: number;
}

export class KeptStore {
  readonly #deps: KeptStoreDependencies;
  #kept: Kept | undefined;
  #opening: { readonly identity: string; readonly kept: Promise<Kept> } | undefined;

  constructor(dependencies: KeptStoreDependencies) {
    this.#deps = dependencies;
  }

  /**
   * Answers from the kept store, opened anew where another one lies there now, or where the kept one turns out not to
   * fit what lies there. Questions at the same time share it, unless it is damaged.
   * @throws AppError of the store or its place; whatever `answer` throws
   */
  async use<T>(work: Watched, answer: (store: Kloset) => Promise<T>): Promise<T> {
    const identity = await this.#deps.identify();
    const kept = this.#kept;
    if (kept?.identity === identity && isFree(kept)) {
      // A backup may have stored it anew, in an opened store of its own.
      if (kept.users === 0) kept.store.forgetDamage();
      try {
        return await this.#answer(kept, answer, () => refreshed(kept, work.signal));
      } catch (error) {
        if (!isAppError(error, "blob-missing", "store-corrupt", "snapshot-unknown")) throw error;
        if (this.#kept === kept) this.#kept = undefined;
      }
    }
    return this.#answer(await this.#opened(identity, work), answer);
  }

  async #answer<T>(
    kept: Kept,
    answer: (store: Kloset) => Promise<T>,
    prepare = async () => {},
  ): Promise<T> {
    const { noting } = this.#deps;
    kept.users += 1;
    try {
      await prepare();
      const { store } = kept;
      return await (noting ? noting(store, () => answer(store)) : answer(store));
    } finally {
      kept.users -= 1;
    }
  }

  async #opened(identity: string, work: Watched): Promise<Kept> {
    const opening = this.#opening;
    if (opening?.identity === identity) {
      // Given up by whoever asked first, it is opened for this one.
      const kept = await opening.kept.catch(() => undefined);
      if (kept && isFree(kept)) return kept;
      work.signal.throwIfAborted();
    }
    const kept = this.#open(identity, work);
    this.#opening = { identity, kept };
    try {
      this.#kept = await kept;
      return this.#kept;
    } finally {
      if (this.#opening?.kept === kept) this.#opening = undefined;
    }
  }

  async #open(identity: string, work: Watched): Promise<Kept> {
    const store = await this.#deps.open(work);
    return { identity, store, refreshed: Promise.resolve(), users: 0 };
  }
}

/** Of damage it must be known which question met it. */
function isFree({ users, store }: Kept): boolean {
  return users === 0 || store.damaged().length === 0;
}

async function refreshed(kept: Kept, signal: AbortSignal): Promise<void> {
  const refreshing = kept.refreshed.then(() => kept.store.refresh(signal));
  kept.refreshed = refreshing.catch(() => {});
  await refreshing;
}
