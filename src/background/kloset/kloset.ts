/**
 * A Kloset store, readable and writable by the plakar command: create or open it, list, read, write and check its
 * snapshots. Knows nothing of what the files mean.
 */
import { fromHex, toHex } from "../../shared/bytes.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import type { Storage } from "../storage/storage.ts";
import { type CheckOptions, type CheckReport, checkStore } from "./check.ts";
import { defaultConfig, type StoreConfig } from "./config.ts";
import { createConfigFile, readConfigFile } from "./config-file.ts";
import { objectNameOf } from "./content-name.ts";
import { corrupt } from "./corruption.ts";
import { damagedBlobs, distrustBlobs } from "./damaged-blobs.ts";
import { type Encryption, type KeySource, newEncryption, unlock } from "./encryption.ts";
import { decodeHeader, type Header } from "./header.ts";
import { type KeyDerivation, newDerivation, SALT_LENGTH } from "./key-derivation.ts";
import { type HashingAlgorithm, MAC_LENGTH, type Mac } from "./mac.ts";
import { Resource } from "./resource.ts";
import { type SnapshotInfo, snapshotInfo } from "./snapshot-info.ts";
import { SnapshotReader } from "./snapshot-reader.ts";
import { type RemovalOptions, removeSnapshots } from "./snapshot-removal.ts";
import { realSurroundings, type SnapshotOptions, type Surroundings } from "./snapshot-terms.ts";
import { SnapshotWriter } from "./snapshot-writer.ts";
import type { StateMemory } from "./state-memory.ts";
import { Store, storeDirectories } from "./store.ts";
import { timestampOf } from "./timestamp.ts";

export interface OpenOptions {
  readonly signal?: AbortSignal;
  readonly surroundings?: Surroundings;
  /** Asked once, for a store with a passphrase; absent: such a store is refused. */
  readonly keys?: KeySource;
  /** Leaves the states for the next snapshot's start to read, under its lock; until then the store looks empty. */
  readonly unread?: boolean;
  /** Spares decoding states that an earlier opened store has decoded ({@link Kloset.remember}). */
  readonly memory?: StateMemory;
}

export interface CreateOptions extends OpenOptions {
  readonly hashing?: HashingAlgorithm;
  /** LZ4 when absent. */
  readonly compression?: "LZ4" | "GZIP" | "none";
  /** For tests of the format: what `plakar create` chooses when absent. */
  readonly derivation?: KeyDerivation;
}

/**
 * Makes a store in an empty or missing directory: with a passphrase where {@link OpenOptions.keys} are given.
 * @throws AppError "file-exists" when the directory holds anything, those of the key source and of Storage
 */
export async function createStore(storage: Storage, options: CreateOptions = {}): Promise<Kloset> {
  const surroundings = options.surroundings ?? realSurroundings;
  const { random } = surroundings;
  await requireEmpty(storage);
  const plain = newConfig(options, surroundings);
  const { keys } = options;
  if (!keys) return make(storage, plain, undefined, options);
  const derivation = options.derivation ?? newDerivation(random(SALT_LENGTH));
  const { repositoryId } = plain;
  const { signal } = options;
  const key = await keys({
    storeId: toHex(repositoryId),
    derivation,
    opens: () => true,
    signal,
  });
  const encryption = newEncryption(key, derivation, random);
  return make(storage, { ...plain, encryption }, key, { ...options, keys: async () => key });
}

async function make(
  storage: Storage,
  config: StoreConfig,
  key: Uint8Array | undefined,
  options: OpenOptions,
): Promise<Kloset> {
  await storage.makeDirectories(storeDirectories());
  // CONFIG last: it is what makes the directory a store.
  if (!(await createConfigFile(storage, config, key))) throw notEmpty(storage);
  return openStore(storage, options);
}

function newConfig(options: CreateOptions, surroundings: Surroundings): StoreConfig {
  const id = surroundings.random(16);
  // UUID version 4, variant 1.
  id[6] = ((id[6] as number) & 0x0f) | 0x40;
  id[8] = ((id[8] as number) & 0x3f) | 0x80;
  const { compression, ...config } = defaultConfig(id, timestampOf(surroundings.now()));
  const algorithm = options.compression ?? "LZ4";
  return {
    ...config,
    ...(options.hashing && { hashing: { algorithm: options.hashing, bits: 256 } }),
    ...(compression && algorithm !== "none" && { compression: { ...compression, algorithm } }),
  };
}

/** What an interrupted creation left behind counts as empty. */
async function requireEmpty(storage: Storage): Promise<void> {
  for (const entry of await storage.list("")) {
    const ours = entry.directory && ["packfiles", "states", "locks"].includes(entry.name);
    if (!ours) throw notEmpty(storage);
    const inner = await storage.list(entry.name);
    if (inner.some(({ directory }) => !directory)) throw notEmpty(storage);
    if ((await storage.listBelow(entry.name)).length > 0) throw notEmpty(storage);
  }
}

function notEmpty(storage: Storage): AppError {
  return new AppError("file-exists", "A new backup store needs an empty directory.", {
    hint: `Nothing was changed in ${storage.label}. Choose an empty directory, or one that holds a backup store.`,
    retry: "after-user",
  });
}

/**
 * Opens a store and reads its index.
 * @throws AppError "store-missing" (no CONFIG), "not-a-store", "store-unknown-version", "store-encrypted",
 *   "wrong-passphrase", "store-corrupt", those of the key source and of Storage
 */
export async function openStore(storage: Storage, options: OpenOptions = {}): Promise<Kloset> {
  const surroundings = options.surroundings ?? realSurroundings;
  const { signal, keys } = options;
  const { config, verify } = await readConfigFile(storage);
  const id = toHex(config.repositoryId);
  const { random } = surroundings;
  const unlocked = await unlock(id, config.encryption, keys, { signal, random });
  verify(unlocked.macKey);
  const store = new Store(storage, config, unlocked, options.memory);
  if (options.unread !== true) await store.refresh(signal);
  return new Kloset(store, surroundings);
}

/** What can be said of a store before it is unlocked. */
export interface StoreInfo {
  /** 32 hex digits. */
  readonly id: string;
  /** Absent: without passphrase. */
  readonly encryption?: Encryption | undefined;
}

/** Reads CONFIG alone. @throws AppError as {@link openStore} before it asks for a key */
export async function inspectStore(storage: Storage): Promise<StoreInfo> {
  const { config } = await readConfigFile(storage);
  return { id: toHex(config.repositoryId), encryption: config.encryption };
}

export class Kloset {
  readonly #store: Store;
  readonly #surroundings: Surroundings;
  /** Headers by hex id: they never change. */
  readonly #headers = new Map<string, Header>();

  constructor(store: Store, surroundings: Surroundings) {
    this.#store = store;
    this.#surroundings = surroundings;
  }

  /** 32 hex digits: tells stores apart wherever they lie. */
  get id(): string {
    return toHex(this.#store.config.repositoryId);
  }

  /** Leaves what is known of the states to the memory it was opened with, if any. To be called last. */
  remember(): void {
    this.#store.remember();
  }

  /**
   * Takes notice of snapshots that other programs wrote since the store was opened.
   * @returns `false` where states that it had read are gone, as after the directory was put back from an older copy:
   *   what it tells may be there no more, and only the store opened anew knows
   */
  async refresh(signal?: AbortSignal): Promise<boolean> {
    return this.#store.refresh(signal);
  }

  /**
   * Newest first. A snapshot whose header cannot be read is left out here; {@link check} reports it.
   */
  async listSnapshots(): Promise<SnapshotInfo[]> {
    const infos: SnapshotInfo[] = [];
    for (const id of this.#store.index.snapshots()) {
      try {
        infos.push(snapshotInfo(id, await this.#header(id)));
      } catch (error) {
        if (!isAppError(error, "store-corrupt", "blob-missing")) throw error;
      }
    }
    return infos.sort((a, b) => b.timestamp - a.timestamp || (a.id < b.id ? -1 : 1));
  }

  async #header(id: Mac): Promise<Header> {
    const hex = toHex(id);
    const known = this.#headers.get(hex);
    if (known) return known;
    const what = `The header of snapshot ${hex.slice(0, 8)}`;
    const header = decodeHeader(await this.#store.blobs.read(Resource.snapshot, id), what);
    if (toHex(header.id) !== hex) throw corrupt(`${what} belongs to another snapshot`);
    this.#headers.set(hex, header);
    return header;
  }

  /**
   * @param id 64 hex digits
   * @throws AppError "snapshot-unknown", "store-corrupt", "blob-missing"
   */
  async openSnapshot(id: string, signal?: AbortSignal): Promise<SnapshotReader> {
    const mac = fromHex(id);
    const known = mac?.length === MAC_LENGTH && this.#store.index.hasSnapshot(mac);
    if (!mac || !known)
      throw new AppError("snapshot-unknown", "This snapshot is not in the backup store.", {
        hint: "Nothing was changed. It may have been removed by another program: look at the list of snapshots again.",
        details: { snapshotId: id },
      });
    const header = await this.#header(mac);
    return new SnapshotReader(this.#store, snapshotInfo(mac, header), header, signal);
  }

  /**
   * What the entry of a file with this content would name as its object. Equal names, equal bytes; unequal ones
   * prove nothing where another program wrote the snapshot.
   */
  contentName(path: string, bytes: Uint8Array): string {
    return toHex(objectNameOf(this.#store, path, bytes));
  }

  /**
   * Starts a snapshot under the store's lock. End it by `commit()` or `abort()`.
   * @throws AppError "store-locked", "store-corrupt", "aborted", and those of Storage
   */
  startSnapshot(options: SnapshotOptions): Promise<SnapshotWriter> {
    return SnapshotWriter.start(this.#store, options, this.#surroundings);
  }

  /**
   * Removes snapshots the way plakar records it. Nothing is erased: the space is freed by `plakar maintenance`.
   * @param ids 64 hex digits each; those that are gone already are passed over
   * @throws AppError "store-locked", "store-corrupt", "aborted", and those of Storage
   */
  removeSnapshots(ids: readonly string[], options: RemovalOptions = {}): Promise<void> {
    return removeSnapshots(this.#store, ids, options, this.#surroundings);
  }

  /** A small file beside the store's own, `undefined` when there is none: other programs pass over it. */
  async readSideFile(name: string): Promise<Uint8Array | undefined> {
    const { storage } = this.#store;
    return (await storage.size(name)) === undefined ? undefined : storage.read(name);
  }

  async writeSideFile(name: string, bytes: Uint8Array): Promise<void> {
    await this.#store.storage.write([{ path: name, bytes }]);
  }

  /** Blobs found damaged, by {@link check} or while reading, until a snapshot has stored them anew. */
  damaged(): readonly string[] {
    return damagedBlobs(this.#store.index);
  }

  /** Trusts every blob again until it is read: for who keeps a store open while others write to it. */
  forgetDamage(): void {
    this.#store.index.trustAll();
  }

  /** Makes the next snapshot store these blobs anew. @param names as {@link damaged} gave them before */
  distrust(names: readonly string[]): void {
    // What was read before the damage came would pass for its repair.
    if (names.length > 0) this.#store.blobs.forget();
    distrustBlobs(this.#store.index, names);
  }

  /**
   * Verifies one snapshot or all. Damage is in the report, never thrown.
   * @throws AppError "snapshot-unknown", "aborted", and those of Storage except missing files
   */
  async check(options: CheckOptions = {}): Promise<CheckReport> {
    this.#headers.clear();
    const ids =
      options.snapshotId === undefined
        ? this.#store.index.snapshots().map(toHex)
        : [options.snapshotId];
    return checkStore(this.#store, ids, (id) => this.openSnapshot(id, options.signal), options);
  }
}
