/**
 * What one opened store made of the states, for the next one of the same store: decoding those of a first snapshot is most of
 * the work of a backup with nothing new. It is for whoever reads the very same state files again, and goes to one at a time.
 */
import type { BlobIndex } from "./blob-index.ts";
import type { Mac } from "./mac.ts";

export interface LoadedState {
  readonly id: Mac;
  readonly parent: string | undefined;
  readonly timestamp: bigint;
  readonly serial: Uint8Array;
  /** How many states of those that are here it was made after. */
  readonly age: number;
  /** That closes its file. */
  readonly mac: Uint8Array;
}

export interface ReadStates {
  readonly index: BlobIndex;
  /** By hex name. */
  readonly states: Map<string, LoadedState>;
}

/** About 20 MB. */
const MOST_PLACES = 200_000;

export class StateMemory {
  #kept: { readonly storeId: string; readonly read: ReadStates } | undefined;

  /** Whoever takes it may change it: it is not here any more. */
  take(storeId: string): ReadStates | undefined {
    const kept = this.#kept;
    this.#kept = undefined;
    return kept?.storeId === storeId ? kept.read : undefined;
  }

  /** Takes the place of what was kept before. Nothing else uses it any more. */
  keep(storeId: string, read: ReadStates): void {
    this.#kept = read.index.places > MOST_PLACES ? undefined : { storeId, read };
  }
}
