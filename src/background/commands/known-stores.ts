/** The folders in which backups are or were kept: all are listed, one is active. Nothing in them is changed here. */
import type {
  BackupSettings,
  CommandArguments,
  CommandValue,
  KnownStore,
} from "../../shared/commands.ts";
import { AppError, isAppError, toWire } from "../../shared/errors.ts";
import type { StoredBackupSettings } from "../settings/backup-settings.ts";
import type { StoredValue } from "../settings/stored-value.ts";

/** A folder, opened: what is asked of it here. */
export interface StoreFolder {
  /** On its disk; `null` where the system does not say. */
  readonly freeBytes: number | null;
  /** Directly below a path; empty when it does not exist. */
  /** How much lies in the directories directly below one. */
  measure(path: string): Promise<{ readonly bytes: number; readonly files: number }>;
  list(
    path: string,
  ): Promise<
    readonly { readonly name: string; readonly directory: boolean; readonly size: number }[]
  >;
  /** What a store says of itself without its key. @throws AppError "store-missing", and why it cannot be told */
  inspect(): Promise<{ readonly encryption?: unknown }>;
}

export interface KnownStoresDependencies {
  readonly settings: StoredValue<StoredBackupSettings>;
  readonly platform: Pick<typeof messenger.platform, "listPlaces">;
  /** Where the active one is. */
  directory(): Promise<string>;
  /** @throws AppError of the place */
  open(directory: string): Promise<StoreFolder>;
  /** The store made active may hold no replaced version yet: the next backup is to write all. */
  unmarkSaved(): Promise<void>;
  /** The active store is another one now. */
  changed(): Promise<BackupSettings>;
}

export class KnownStores {
  readonly #deps: KnownStoresDependencies;

  constructor(dependencies: KnownStoresDependencies) {
    this.#deps = dependencies;
  }

  /** The active one first. A folder that cannot be reached is listed with the reason. */
  async list(): Promise<KnownStore[]> {
    const { settings, platform } = this.#deps;
    const [active, { stores }, { defaultDirectory }] = await Promise.all([
      this.#deps.directory(),
      settings.read(),
      platform.listPlaces(),
    ]);
    const directories = [...new Set([active, ...stores, defaultDirectory])];
    const known = await Promise.all(
      directories.map((directory) => this.#describe(directory, { active, defaultDirectory })),
    );
    return known.filter(
      (store) => store.active || store.holds === "store" || stores.includes(store.directory),
    );
  }

  /**
   * @throws AppError "bad-argument" for a folder that is not known; those of the place; "store-missing", and then the
   *   active one stays
   */
  async activate({ directory }: CommandArguments<"stores.activate">): Promise<BackupSettings> {
    const { settings, platform, open } = this.#deps;
    const { defaultDirectory } = await platform.listPlaces();
    const { stores } = await settings.read();
    if (!stores.includes(directory) && directory !== defaultDirectory) throw notKnown("activate");
    await (await open(directory)).inspect();
    if (directory !== (await this.#deps.directory())) await this.#deps.unmarkSaved();
    await settings.update((old) => ({
      ...old,
      directory: directory === defaultDirectory ? null : directory,
      stores: [...new Set([...old.stores, directory])],
    }));
    return this.#deps.changed();
  }

  /** Takes a folder off the list. The backups in it stay. @throws AppError "bad-argument" for the active one */
  async forget({
    directory,
  }: CommandArguments<"stores.forget">): Promise<CommandValue<"stores.forget">> {
    if (directory === (await this.#deps.directory())) {
      throw new AppError("bad-argument", "Backups are kept in this folder now.", {
        hint: "Nothing was changed. Use another folder first.",
        details: { argument: "directory" },
      });
    }
    const { stores } = await this.#deps.settings.read();
    if (!stores.includes(directory)) throw notKnown("forget");
    await this.#deps.settings.update((old) => ({
      ...old,
      stores: old.stores.filter((store) => store !== directory),
    }));
    return { forgotten: directory };
  }

  /** What the active store takes on its disk. @throws AppError of the place */
  async size(): Promise<CommandValue<"stores.size">> {
    const folder = await this.#deps.open(await this.#deps.directory());
    const parts = await Promise.all(["packfiles", "states"].map((name) => folder.measure(name)));
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    const files = parts.reduce((sum, part) => sum + part.files, 0);
    return { bytes, files };
  }

  async #describe(
    directory: string,
    { active, defaultDirectory }: { readonly active: string; readonly defaultDirectory: string },
  ): Promise<KnownStore> {
    const facts = {
      directory,
      active: directory === active,
      isDefaultDirectory: directory === defaultDirectory,
    };
    try {
      const folder = await this.#deps.open(directory);
      const { freeBytes } = folder;
      try {
        const { encryption } = await folder.inspect();
        return {
          ...facts,
          holds: "store",
          encrypted: encryption !== undefined,
          freeBytes,
          error: null,
        };
      } catch (error) {
        if (!isAppError(error, "store-missing")) throw error;
        const holds = (await folder.list("")).length === 0 ? "nothing" : "other-files";
        return { ...facts, holds, encrypted: null, freeBytes, error: null };
      }
    } catch (error) {
      if (!isAppError(error)) throw error;
      return { ...facts, holds: "unknown", encrypted: null, freeBytes: null, error: toWire(error) };
    }
  }
}

function notKnown(what: string): AppError {
  return new AppError("bad-argument", "No backups are known in this folder.", {
    hint: "Nothing was changed. Choose the folder first.",
    details: { argument: "directory", command: `stores.${what}` },
  });
}
