/**
 * Remembers which blobs of a store were found damaged until a backup has stored them anew, however often
 * Thunderbird is started in between.
 */
import type { Kloset } from "../kloset/kloset.ts";

/** Where it is remembered, by the store's id. */
export interface DamageMemory {
  read(storeId: string): Promise<readonly string[]>;
  /** Nothing else is written between what `change` is given and what it returns. */
  update(storeId: string, change: (known: readonly string[]) => readonly string[]): Promise<void>;
  /** Notes that these were met by work that was no check: nobody has been told yet how much else is damaged. */
  noteMet(storeId: string, names: readonly string[]): Promise<void>;
  /** A check of all snapshots has told of everything. */
  forgetMet(storeId: string): Promise<void>;
}

export const FORGETFUL: DamageMemory = {
  read: async () => [],
  update: async () => {},
  noteMet: async () => {},
  forgetMet: async () => {},
};

/** Beyond this the store is lost rather than damaged; the next check names the rest. */
export const REMEMBERED = 20_000;

/**
 * Does work with an opened store that knows of earlier damage, and keeps what the work found and what it stored anew, also
 * when it failed. Other work with the store may do the same meanwhile.
 * @param onFound before damage that was not known is remembered: whatever counts as held by the store may not be. Where this
 *   fails nothing is remembered, and who meets the damage next finds it anew.
 * @param sure asked afterwards: whether the store is as it lies on the disk. Otherwise nothing is remembered
 */
export async function withKnownDamage<T>(
  store: Kloset,
  memory: DamageMemory,
  onFound: () => Promise<void>,
  work: () => Promise<T>,
  sure: () => boolean = () => true,
): Promise<T> {
  const known = new Set(await memory.read(store.id));
  store.distrust([...known]);
  const before = new Set(store.damaged());
  try {
    return await work();
  } finally {
    const after = sure() ? new Set(store.damaged()) : before;
    const found = [...after].filter((name) => !known.has(name));
    const repaired = new Set([...before].filter((name) => !after.has(name)));
    const noted =
      found.length === 0 ||
      (await onFound().then(
        () => true,
        () => false,
      ));
    const news = noted ? found : [];
    if (news.length > 0 || repaired.size > 0)
      await memory.update(store.id, (old) => {
        const still = old.filter((name) => !repaired.has(name));
        return [...new Set([...still, ...news])].slice(0, REMEMBERED);
      });
    // Behind it: of what is met only that is kept which is known to be damaged.
    if (news.length > 0) await memory.noteMet(store.id, news);
  }
}
