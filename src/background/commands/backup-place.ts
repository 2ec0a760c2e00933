/** The backup settings as pages see them, and their change: only places the user picked or listed are taken. */
import type { BackupSettings, CommandArguments } from "../../shared/commands.ts";
import { fromWire } from "../../shared/errors.ts";
import type { StoredBackupSettings, StoredLastBackup } from "../settings/backup-settings.ts";
import type { StoredValue } from "../settings/stored-value.ts";

export interface BackupPlaceDependencies {
  readonly platform: Pick<typeof messenger.platform, "listPlaces" | "openPlace" | "pickPlace">;
  readonly settings: StoredValue<StoredBackupSettings>;
  readonly last: StoredValue<StoredLastBackup>;
  readonly automatic: {
    /** When the next automatic backup will be tried; `null`: never. */
    next(): Promise<number | null>;
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
    const { settings, platform } = this.#deps;
    return (await settings.read()).directory ?? (await platform.listPlaces()).defaultDirectory;
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
  }

  /**
   * Choosing a directory, also the present one anew, says that it may start empty.
   * @throws AppError "place-not-allowed", "place-gone", "place-denied" …
   */
  async configure({
    directory,
    schedule,
  }: CommandArguments<"backup.configure">): Promise<BackupSettings> {
    const { platform, settings } = this.#deps;
    if (directory !== undefined) {
      const opened = await platform.openPlace(directory);
      if ("error" in opened) throw fromWire(opened.error);
      const { defaultDirectory } = await platform.listPlaces();
      await settings.update((old) => ({
        ...old,
        directory: directory === defaultDirectory ? null : directory,
        stores: old.stores.filter((store) => store !== directory),
      }));
    }
    if (schedule !== undefined) {
      await settings.update((old) => ({ ...old, schedule }));
      await this.#deps.automatic.replan();
    }
    return this.describe();
  }

  async describe(): Promise<BackupSettings> {
    const { platform, settings, last, automatic } = this.#deps;
    const [stored, { report, failure }, { defaultDirectory }] = await Promise.all([
      settings.read(),
      last.read(),
      platform.listPlaces(),
    ]);
    const directory = stored.directory ?? defaultDirectory;
    const opened = await platform.openPlace(directory);
    const device = "error" in opened ? "unknown" : opened.device;
    return {
      directory,
      isDefaultDirectory: directory === defaultDirectory,
      onProfileDisk: device === "unknown" ? null : device === "profile-disk",
      schedule: stored.schedule,
      nextAutomatic: await automatic.next(),
      lastBackup: report,
      lastFailure: failure,
    };
  }

  /** @returns `null` when the user cancelled the picker */
  async pick(title: string): Promise<string | null> {
    const picked = await this.#deps.platform.pickPlace(title);
    if ("error" in picked) throw fromWire(picked.error);
    return "directory" in picked ? picked.directory : null;
  }
}
