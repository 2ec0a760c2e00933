/** Joins what checks the store and what remembers the outcome: by command, by the month, and for the next backup. */
import { type DamageMemory, REMEMBERED } from "../backup/known-damage.ts";
import type { StoredBackupSettings } from "../settings/backup-settings.ts";
import type { StoredChecks, StoredDamage } from "../settings/check-settings.ts";
import type { StoredValue } from "../settings/stored-value.ts";
import { AutomaticChecks, type AutomaticChecksDependencies } from "./automatic-checks.ts";
import { CheckRuns, type CheckRunsDependencies } from "./check-runs.ts";

export interface StoreChecksDependencies
  extends Pick<AutomaticChecksDependencies, "alarms" | "tellDamage" | "tellFailed" | "now">,
    Pick<CheckRunsDependencies, "operations" | "backup"> {
  readonly settings: StoredValue<StoredBackupSettings>;
  readonly checks: StoredValue<StoredChecks>;
  readonly place: { directory(): Promise<string>; expectsStore(): Promise<boolean> };
  readonly reportBug: (where: string, error: unknown) => void;
}

export function storeChecks(deps: StoreChecksDependencies): {
  readonly runs: CheckRuns;
  readonly automatic: AutomaticChecks;
} {
  const { place } = deps;
  const runs: CheckRuns = new CheckRuns({
    ...deps,
    directory: () => place.directory(),
    onChecked: () => {
      automatic.replan().catch((error) => deps.reportBug("check schedule", error));
    },
  });
  const automatic: AutomaticChecks = new AutomaticChecks({
    ...deps,
    storeDirectory: async () => ((await place.expectsStore()) ? place.directory() : null),
    runCheck: () => runs.run({ full: true }),
  });
  return { runs, automatic };
}

/**
 * @param met those of the `stored` ones that no check has told of yet
 * @param onMet what pages say of the store is another thing now
 */
export function damageMemory(
  stored: StoredValue<StoredDamage>,
  met: StoredValue<StoredDamage>,
  onMet: () => void = () => {},
): DamageMemory {
  return {
    read: async (storeId) => (await stored.read())[storeId] ?? [],
    update: async (storeId, change) => {
      await stored.update((old) => ({ ...old, [storeId]: [...change(old[storeId] ?? [])] }));
    },
    noteMet: async (storeId, names) => {
      const known = new Set((await stored.read())[storeId]);
      await met.update((old) => {
        const still = (old[storeId] ?? []).filter((name) => known.has(name));
        return { ...old, [storeId]: [...new Set([...still, ...names])].slice(0, REMEMBERED) };
      });
      onMet();
    },
    forgetMet: async (storeId) => {
      await met.update(({ [storeId]: _, ...others }) => others);
    },
  };
}

/** How many blobs were met damaged since the last check, and were not stored anew. */
export async function damageMet(
  stored: StoredValue<StoredDamage>,
  met: StoredValue<StoredDamage>,
  storeId: string,
): Promise<number> {
  const [known, { [storeId]: names = [] }] = await Promise.all([stored.read(), met.read()]);
  const still = new Set(known[storeId]);
  return names.filter((name) => still.has(name)).length;
}
