/** The backup settings as pages see them, and their change: only places the user picked or listed are taken. */
import type { BackupSettings, CommandArguments, StoreProtection } from "../../shared/commands.ts";
import { fromWire } from "../../shared/errors.ts";
import { keepsNothing, keepsSomething } from "../backup/retention.ts";
import type { StoredBackupSettings, StoredLastBackup } from "../settings/backup-settings.ts";
import type { StoredValue } from "../settings/stored-value.ts";
import { type Patience, unlessSlow } from "./patience.ts";
import type { Work } from "./ports.ts";

export interface BackupPlaceDependencies {
  readonly platform: Pick<typeof messenger.platform, "listPlaces" | "openPlace" | "pickPlace">;
  readonly settings: StoredValue<StoredBackupSettings>;
  readonly last: StoredValue<StoredLastBackup>;
  readonly store: {
    setUp(passphrase: string | null, allowWeak: boolean, work: Work): Promise<void>;
    protection(): Promise<StoreProtection>;
  };
  /** The store may be another one, which holds no replaced version yet: the next backup is to write all. */
  readonly unmarkSaved: () => Promise<void>;
  /** How long {@link BackupPlace.describe} waits for the folder. */
  readonly patience: Patience;
  readonly checks: {
    last(): Promise<BackupSettings["lastCheck"]>;
    /** {@link BackupSettings.damageMet} of the present store. */
    damageMet(): Promise<number>;
    /** When the next monthly check will be tried; `null`: never. */
    next(): Promise<number | null>;
    /** The store or the schedule is another one now. */
    replan(): Promise<void>;
  };
  readonly automatic: {
    /** When the next automatic backup will be tried; `null`: never. */
    next(): Promise<number | null>;
    /** The schedule goes by changes now, and did not before. */
    startCounting(): Promise<void>;
    /** The schedule is another one now. */
    replan(): Promise<void>;
  };
}

export class BackupPlace {
  readonly #deps: BackupPlaceDependencies;

  constructor(dependencies: BackupPlaceDependencies) {
    this.#deps = dependencies;
  }

  /** The directory of the store: the chosen one, else the default one in the profile. */
  async directory(): Promise<string> {
    return this.#path((await this.#deps.settings.read()).directory);
  }

  async #path(directory: string | null): Promise<string> {
    return directory ?? (await this.#deps.platform.listPlaces()).defaultDirectory;
  }

  /** True for the one in the profile. */
  async isDefault(): Promise<boolean> {
    const { defaultDirectory } = await this.#deps.platform.listPlaces();
    return (await this.directory()) === defaultDirectory;
  }

  /** True when the present directory held a store before. */
  async expectsStore(): Promise<boolean> {
    const directory = await this.directory();
    return (await this.#deps.settings.read()).stores.includes(directory);
  }

  /** Remembers that the present directory holds a store now. */
  async noteStore(): Promise<void> {
    const directory = await this.directory();
    const { settings } = this.#deps;
    if ((await settings.read()).stores.includes(directory)) return;
    await settings.update((old) => ({ ...old, stores: [...old.stores, directory] }));
    await this.#deps.checks.replan();
  }

  /**
   * Choosing a directory, also the present one anew, says that it may start empty. When the store there does not go with
   * the passphrase, the old directory stays.
   * @throws AppError "bad-argument" for a policy that keeps nothing, "place-not-allowed", "place-gone", "place-denied" …; those of
   *   BackupStore.setUp
   */
  async configure(
    { directory, schedule, retention, passphrase, allowWeak }: CommandArguments<"backup.configure">,
    work: Work,
  ): Promise<BackupSettings> {
    const { settings, store, automatic } = this.#deps;
    // One that keeps nothing would end in an error at every backup.
    if (retention && !keepsSomething(retention)) throw keepsNothing("retention");
    const { directory: oldDirectory, stores: expected } = await settings.read();
    if (directory !== undefined) await this.#choose(directory);
    if (passphrase !== undefined) {
      try {
        await store.setUp(passphrase, allowWeak ?? false, work);
      } catch (error) {
        // Schedule, retention and known folders may have been changed while the key was derived.
        const touched = [directory, await this.#path(oldDirectory)];
        const lost = expected.filter((store) => touched.includes(store));
        await settings.update((now) => ({
          ...now,
          directory: oldDirectory,
          stores: [...new Set([...now.stores, ...lost])],
        }));
        throw error;
      }
      await this.noteStore();
    }
    if (retention !== undefined) await settings.update((old) => ({ ...old, retention }));
    if (schedule !== undefined) {
      let counted = false;
      await settings.update((old) => {
        counted = old.schedule === "change";
        return { ...old, schedule };
      });
      if (schedule === "change" && !counted) await automatic.startCounting();
      await automatic.replan();
    }
    if (directory !== undefined || schedule !== undefined) await this.#deps.checks.replan();
    return this.describe();
  }

  async #choose(directory: string): Promise<void> {
    const { platform, settings } = this.#deps;
    const opened = await platform.openPlace(directory);
    if ("error" in opened) throw fromWire(opened.error);
    const { defaultDirectory } = await platform.listPlaces();
    await this.#deps.unmarkSaved();
    await settings.update((old) => ({
      ...old,
      directory: directory === defaultDirectory ? null : directory,
      stores: old.stores.filter((store) => store !== directory),
    }));
  }

  async describe(): Promise<BackupSettings> {
    const { platform, settings, last, automatic, checks, store, patience } = this.#deps;
    const [stored, { report, failure }, { defaultDirectory }] = await Promise.all([
      settings.read(),
      last.read(),
      platform.listPlaces(),
    ]);
    const directory = stored.directory ?? defaultDirectory;
    const [opened, protection, damageMet] = await Promise.all([
      unlessSlow(platform.openPlace(directory), undefined, patience),
      unlessSlow(store.protection(), "unknown" as const, patience),
      unlessSlow(checks.damageMet(), 0, patience),
    ]);
    const device = opened === undefined || "error" in opened ? "unknown" : opened.device;
    return {
      directory,
      isDefaultDirectory: directory === defaultDirectory,
      onProfileDisk: device === "unknown" ? null : device === "profile-disk",
      protection,
      schedule: stored.schedule,
      retention: stored.retention,
      nextAutomatic: await automatic.next(),
      lastBackup: report,
      lastFailure: failure,
      lastCheck: await checks.last(),
      damageMet,
      nextCheck: await checks.next(),
    };
  }

  /** @returns `null` when the user cancelled the picker */
  async pick(title: string): Promise<string | null> {
    const picked = await this.#deps.platform.pickPlace(title);
    if ("error" in picked) throw fromWire(picked.error);
    return "directory" in picked ? picked.directory : null;
  }
}
