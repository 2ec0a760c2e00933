/**
 * The store in the chosen place: opened with the key it needs, made where there may be a new one, never without a
 * passphrase where one was meant.
 */
import type { StoreProtection } from "../../shared/commands.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import { isStrong, passphraseBits, STRONG_BITS } from "../../shared/passphrase-strength.ts";
import { type KeyRequest, opens } from "../kloset/encryption.ts";
import {
  createStore,
  inspectStore,
  type Kloset,
  openStore,
  type StoreInfo,
} from "../kloset/kloset.ts";
import { StateMemory } from "../kloset/state-memory.ts";
import type { Storage } from "../storage/storage.ts";
import type { Watched } from "./kept-store.ts";
import type { Work } from "./ports.ts";
import type { OnDerivation, StoreKeys } from "./store-keys.ts";

export interface StorePlace {
  /** @throws AppError of the place */
  openStorage(work?: Watched): Promise<Storage>;
  /** True when this place held a store before: then an empty one is a loss to be told, not a fresh start. */
  expectsStore(): Promise<boolean>;
  /** True for the default place in the profile, where nothing lies that the profile does not hold as plain text already. */
  isDefault(): Promise<boolean>;
}

export interface BackupStoreDependencies {
  readonly place: StorePlace;
  readonly keys: StoreKeys;
  /** What the progress of work says while a key is derived. */
  readonly unlockingNote: () => string;
}

export class BackupStore {
  readonly #deps: BackupStoreDependencies;
  /** Of one backup, for the next one. It ends with the background page. */
  readonly #memory = new StateMemory();

  constructor(dependencies: BackupStoreDependencies) {
    this.#deps = dependencies;
  }

  /** @throws AppError of the place or the store, "credentials-locked", "aborted" */
  async open(work: Watched): Promise<Kloset> {
    return this.#open(await this.#deps.place.openStorage(work), work);
  }

  /** For who keeps it open after the work, whose end then gives up nothing of what others ask for. As {@link open} */
  async openToKeep(work: Watched): Promise<Kloset> {
    return this.#open(await this.#deps.place.openStorage(), work);
  }

  /** What `use` makes of the store; nothing where there is no store yet. @throws AppError as `use` */
  async ifAny<T>(use: () => Promise<T>): Promise<T | undefined> {
    try {
      return await use();
    } catch (error) {
      if (await this.#mayStart(error)) return undefined;
      throw error;
    }
  }

  /**
   * For a backup, which reads the states itself, under the store's lock. A store that was here and is gone is never
   * replaced by an empty one: its disk may just not be connected.
   * @throws AppError "protection-undecided" where a new one needs the user's word first; as {@link open}
   */
  async openOrCreate(work: Watched): Promise<Kloset> {
    const storage = await this.#deps.place.openStorage(work);
    try {
      return await this.#open(storage, work, true);
    } catch (error) {
      if (!(await this.#mayStart(error))) throw error;
      if (!(await this.#deps.place.isDefault())) throw undecided(storage.label);
      return createStore(storage, {
        signal: work.signal,
        unread: true,
        memory: this.#memory,
      });
    }
  }

  #open(storage: Storage, work: Watched, unread = false): Promise<Kloset> {
    const keys = this.#deps.keys.saved(this.#noted(work));
    const memory = unread ? { memory: this.#memory } : {};
    return openStore(storage, { signal: work.signal, keys, unread, ...memory });
  }

  /** Of an error in opening: true when there is no store, and none is missed. */
  async #mayStart(error: unknown): Promise<boolean> {
    return isAppError(error, "store-missing") && !(await this.#deps.place.expectsStore());
  }

  /**
   * Makes a new store with or without (`null`) a passphrase, or unlocks the one that is there; the passphrase is saved
   * in the password manager.
   * @throws AppError "passphrase-weak", "wrong-passphrase", "store-encrypted" and "store-not-encrypted" where a store
   *   is there that does not go with what was said, "credentials-locked"; as {@link open}
   */
  async setUp(passphrase: string | null, allowWeak: boolean, work: Work): Promise<void> {
    const storage = await this.#deps.place.openStorage(work);
    let info: StoreInfo | undefined;
    try {
      info = await inspectStore(storage);
    } catch (error) {
      if (!(await this.#mayStart(error))) throw error;
    }
    if (info) await this.#unlock(storage, info, passphrase, work);
    else if (passphrase === null) await createStore(storage, { signal: work.signal });
    else await this.#create(storage, passphrase, allowWeak, work);
  }

  async #unlock(
    storage: Storage,
    info: StoreInfo,
    passphrase: string | null,
    work: Work,
  ): Promise<void> {
    if (info.encryption && passphrase === null) throw hasPassphrase();
    if (!info.encryption && passphrase !== null) throw hasNoPassphrase();
    if (passphrase === null) return;
    await this.#openEntered(storage, passphrase, work, openStore);
  }

  async #create(storage: Storage, passphrase: string, allowWeak: boolean, work: Work) {
    if (!allowWeak && !isStrong(passphrase)) throw weak(passphrase);
    // The form that most keyboards give, so that plakar opens the store with what is typed at a terminal.
    await this.#openEntered(storage, passphrase.normalize("NFC"), work, createStore);
  }

  /** Keeps the passphrase once it opened the store. */
  async #openEntered(
    storage: Storage,
    passphrase: string,
    work: Work,
    open: typeof openStore,
  ): Promise<void> {
    const { keys } = this.#deps;
    await keys.requireUnlocked();
    let entered: { readonly storeId: string; readonly passphrase: string } | undefined;
    await open(storage, {
      signal: work.signal,
      keys: async (request) => {
        const found = await keys.enter(passphrase, request, inPercent(work));
        entered = { storeId: request.storeId, passphrase: found.passphrase };
        return found.key;
      },
    });
    if (entered) await keys.save(entered.storeId, entered.passphrase);
  }

  /** @throws AppError "store-not-encrypted"; as {@link open} */
  async test(passphrase: string, work: Work): Promise<boolean> {
    const request = keyRequest(await this.inspect(), work.signal);
    if (!request) throw hasNoPassphrase();
    try {
      await this.#deps.keys.enter(passphrase, request, inPercent(work));
      return true;
    } catch (error) {
      if (isAppError(error, "wrong-passphrase")) return false;
      throw error;
    }
  }

  /** What is known of it without its key. @throws AppError of the place or the store */
  async inspect(): Promise<StoreInfo> {
    return inspectStore(await this.#deps.place.openStorage());
  }

  /** Never rejects for the place or the store: pages ask for it all the time. */
  async protection(): Promise<StoreProtection> {
    try {
      const request = keyRequest(await this.inspect());
      return request ? await this.#deps.keys.state(request) : "none";
    } catch (error) {
      if (await this.#mayStart(error)) return "undecided";
      if (!isAppError(error)) throw error;
      return "unknown";
    }
  }

  /** The work itself has not begun: no number would mean anything. */
  #noted(work: Watched): OnDerivation {
    return () => work.onProgress?.({ done: 0, total: 0, note: this.#deps.unlockingNote() });
  }
}

function inPercent(work: Work): OnDerivation {
  return (done) => work.onProgress({ done: Math.round(100 * done), total: 100, note: "" });
}

function keyRequest({ id, encryption }: StoreInfo, signal?: AbortSignal): KeyRequest | undefined {
  if (!encryption) return undefined;
  const { derivation } = encryption;
  return { storeId: id, derivation, opens: (key) => opens(encryption, key), signal };
}

function undecided(label: string): AppError {
  return new AppError(
    "protection-undecided",
    "It is not decided yet whether the backups get a passphrase.",
    {
      hint: `Nothing was written to ${label}. Open Backups on the page of CalDAV Keeper, and choose a passphrase or none: that cannot be changed later.`,
      retry: "after-user",
    },
  );
}

function weak(passphrase: string): AppError {
  const bits = Math.floor(passphraseBits(passphrase));
  return new AppError("passphrase-weak", "This passphrase is too easy to guess.", {
    hint: `Nothing was changed. Take five or more words that do not belong together, or say that it may be weak.`,
    retry: "after-user",
    details: { bits, enough: STRONG_BITS },
  });
}

function hasPassphrase(): AppError {
  return new AppError("store-encrypted", "The backup store here is protected by a passphrase.", {
    hint: "Nothing was changed. Enter its passphrase, or choose an empty folder for backups without one.",
    retry: "after-user",
  });
}

function hasNoPassphrase(): AppError {
  return new AppError("store-not-encrypted", "The backup store here has no passphrase.", {
    hint: "Nothing was changed. A passphrase can only be chosen for a new store: choose an empty folder. The snapshots of this one can be copied there by plakar sync.",
    retry: "after-user",
  });
}
