/**
 * An opened store, kept for the next question about it: reading the states of a hundred snapshots takes longer than most
 * answers. It ends with the background page. What another program wrote meanwhile is read before each use; where something is
 * gone, or damaged, the store is opened anew before that is told or remembered.
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
  /**
   * Does work with the store, and remembers the damage it met, if it is `sure` then. Absent: that is known only while the store
   * is kept.
   */
  noting?<T>(store: Kloset, work: () => Promise<T>, sure?: () => boolean): Promise<T>;
}

interface Kept {
  readonly identity: string;
  readonly store: Kloset;
  /** What is new in it is read by one question after the other. */
  refreshed: Promise<unknown>;
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
   * fit what lies there: states are gone, or damage is met of which nobody knew. Questions at the same time share it, unless
   * it is damaged.
   * @throws AppError of the store or its place; whatever `answer` throws
   */
  async use<T>(work: Watched, answer: (store: Kloset) => Promise<T>): Promise<T> {
    const identity = await this.#deps.identify();
    const kept = this.#kept;
    if (kept?.identity === identity && isFree(kept)) {
      // A backup may have stored it anew, in an opened store of its own.
      if (kept.users === 0) kept.store.forgetDamage();
      const answered = await this.#answerIfSure(kept, answer, work.signal);
      if (answered) return answered.value;
      if (this.#kept === kept) this.#kept = undefined;
    }
    const fresh = await this.#opened(identity, work);
    return this.#using(fresh, () => this.#noting(fresh.store, () => answer(fresh.store)));
  }

  /** @returns `undefined` where the store, opened anew, may answer otherwise */
  async #answerIfSure<T>(
    kept: Kept,
    answer: (store: Kloset) => Promise<T>,
    signal: AbortSignal,
  ): Promise<{ readonly value: T } | undefined> {
    const { store } = kept;
    let sure = true;
    const ask = async () => {
      const known = new Set(store.damaged());
      try {
        return { value: await answer(store) };
      } finally {
        sure = store.damaged().every((name) => known.has(name));
      }
    };
    try {
      return await this.#using(kept, async () => {
        if (!(await refreshed(kept, signal))) return undefined;
        const answered = await this.#noting(store, ask, () => sure);
        return sure ? answered : undefined;
      });
    } catch (error) {
      if (!isAppError(error, "blob-missing", "store-corrupt", "snapshot-unknown")) throw error;
      return undefined;
    }
  }

  async #using<T>(kept: Kept, work: () => Promise<T>): Promise<T> {
    kept.users += 1;
    try {
      return await work();
    } finally {
      kept.users -= 1;
    }
  }

  #noting<T>(store: Kloset, work: () => Promise<T>, sure?: () => boolean): Promise<T> {
    const { noting } = this.#deps;
    return noting ? noting(store, work, sure) : work();
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

async function refreshed(kept: Kept, signal: AbortSignal): Promise<boolean> {
  const refreshing = kept.refreshed.then(() => kept.store.refresh(signal));
  kept.refreshed = refreshing.catch(() => {});
  return refreshing;
}
