/**
 * Remembers which blobs of a store were found damaged until a backup has stored them anew, however often
 * Thunderbird is started in between.
 */
import type { Kloset } from "../kloset/kloset.ts";

/** Where it is remembered, by the store's id. */
export interface DamageMemory {
  read(storeId: string): Promise<readonly string[]>;
  write(storeId: string, blobs: readonly string[]): Promise<void>;
}

export const FORGETFUL: DamageMemory = { read: async () => [], write: async () => {} };

/** Beyond this the store is lost rather than damaged; the next check names the rest. */
const REMEMBERED = 20_000;

/**
 * Does work with an opened store that knows of earlier damage, and keeps what the store knows afterwards, also
 * when the work failed.
 */
export async function withKnownDamage<T>(
  store: Kloset,
  memory: DamageMemory,
  work: () => Promise<T>,
): Promise<T> {
  const before = await memory.read(store.id);
  store.distrust(before);
  try {
    return await work();
  } finally {
    const after = store.damaged().slice(0, REMEMBERED);
    if (!sameNames(before, after)) await memory.write(store.id, after);
  }
}

function sameNames(before: readonly string[], after: readonly string[]): boolean {
  const known = new Set(before);
  return after.length === known.size && after.every((name) => known.has(name));
}
