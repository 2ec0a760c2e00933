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
import { type Patience, unlessSlow } from "./patience.ts";

/** A folder, opened: what is asked of it here. */
export interface StoreFolder {
  /** On its disk; `null` where the system does not say. */
  readonly freeBytes: number | null;
  /** How much lies in the directories directly below one. */
  measure(path: string): Promise<{ readonly bytes: number; readonly files: number }>;
  /** Directly below a path; empty when it does not exist. */
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
  /** How long {@link KnownStores.list} waits for a folder. */
  readonly patience: Patience;
  /** A folder answered that was listed as not answering: the next list tells what it said. */
  readonly onAnswered: (directory: string) => void;
  readonly now: () => number;
}

/**
 * What came too late for whoever asked is the answer for this long: a page that asks again because one of two slow folders
 * answered would else never have the answers of both.
 */
const LATE_ANSWER_MS = 15_000;
/** A folder that says the same again and again, slowly, is not told of again and again. */
const TOLD_AGAIN_MS = 5 * 60_000;

type Contents = Pick<KnownStore, "holds" | "encrypted" | "freeBytes" | "error">;

interface Look {
  readonly contents: Promise<Contents>;
  /** Somebody was told that it does not answer. */
  late: boolean;
  /** Milliseconds since the epoch. */
  answeredAt: number | null;
}

export class KnownStores {
  readonly #deps: KnownStoresDependencies;
  /** By directory: questions under way, and answers that came too late for whoever asked. */
  readonly #looks = new Map<string, Look>();
  /** What each folder held when it answered last. */
  readonly #seen = new Map<string, Contents>();
  /** What was told of each folder that had answered late. */
  readonly #told = new Map<string, { readonly what: string; readonly at: number }>();

  constructor(dependencies: KnownStoresDependencies) {
    this.#deps = dependencies;
  }

  /**
   * The active one first. A folder that cannot be reached is listed with the reason, one that does not answer soon with what
   * it held when it did.
   */
  async list(): Promise<KnownStore[]> {
    const { settings, platform } = this.#deps;
    const [active, { stores }, { defaultDirectory }] = await Promise.all([
      this.#deps.directory(),
      settings.read(),
      platform.listPlaces(),
    ]);
    const directories = [...new Set([active, ...stores, defaultDirectory])];
    const known = await Promise.all(
      directories.map(async (directory) => ({
        directory,
        active: directory === active,
        isDefaultDirectory: directory === defaultDirectory,
        ...(await this.#contents(directory)),
      })),
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

  async #contents(directory: string): Promise<Contents> {
    const known = this.#looks.get(directory);
    const look = known && !this.#isOld(known) ? known : this.#look(directory);
    const contents = await unlessSlow(look.contents, undefined, this.#deps.patience);
    if (contents) {
      if (!look.late && this.#looks.get(directory) === look) this.#looks.delete(directory);
      return contents;
    }
    look.late = true;
    const seen = this.#seen.get(directory) ?? { ...NOTHING_KNOWN, error: null };
    return { ...seen, error: toWire(silent()) };
  }

  #look(directory: string): Look {
    const look: Look = { contents: this.#inspect(directory), late: false, answeredAt: null };
    this.#looks.set(directory, look);
    look.contents.then(
      (contents) => {
        if (contents.error === null) this.#seen.set(directory, contents);
        look.answeredAt = this.#deps.now();
        if (look.late) this.#tell(directory, contents, look.answeredAt);
      },
      () => this.#looks.delete(directory),
    );
    return look;
  }

  #isOld({ answeredAt }: Look): boolean {
    return answeredAt !== null && this.#deps.now() - answeredAt > LATE_ANSWER_MS;
  }

  /** Room on the disk is no news: it always changes. */
  #tell(directory: string, { holds, encrypted, error }: Contents, at: number): void {
    const what = JSON.stringify({ holds, encrypted, code: error?.code });
    const told = this.#told.get(directory);
    if (told?.what === what && at - told.at < TOLD_AGAIN_MS) return;
    this.#told.set(directory, { what, at });
    this.#deps.onAnswered(directory);
  }

  async #inspect(directory: string): Promise<Contents> {
    try {
      const folder = await this.#deps.open(directory);
      const { freeBytes } = folder;
      try {
        const { encryption } = await folder.inspect();
        return { holds: "store", encrypted: encryption !== undefined, freeBytes, error: null };
      } catch (error) {
        if (!isAppError(error, "store-missing")) throw error;
        const holds = (await folder.list("")).length === 0 ? "nothing" : "other-files";
        return { holds, encrypted: null, freeBytes, error: null };
      }
    } catch (error) {
      if (!isAppError(error)) throw error;
      return { ...NOTHING_KNOWN, error: toWire(error) };
    }
  }
}

const NOTHING_KNOWN = { holds: "unknown", encrypted: null, freeBytes: null } as const;

function silent(): AppError {
  return new AppError("place-io", "The disk of the chosen folder does not answer.", {
    hint: "Check the disk or the network drive, then try again. Files that were complete before stay as they are.",
    retry: "later",
  });
}

function notKnown(what: string): AppError {
  return new AppError("bad-argument", "No backups are known in this folder.", {
    hint: "Nothing was changed. Choose the folder first.",
    details: { argument: "directory", command: `stores.${what}` },
  });
}
