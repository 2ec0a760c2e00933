/**
 * A Kloset store, readable and writable by the plakar command: create or open it, list, read, write and check its
 * snapshots. Knows nothing of what the files mean.
 */
import { fromHex, toHex } from "../../shared/bytes.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import type { Storage } from "../storage/storage.ts";
import { type CheckOptions, type CheckReport, checkStore } from "./check.ts";
import { decodeConfig, defaultConfig, encodeConfig, type StoreConfig } from "./config.ts";
import { corrupt, unknownVersion } from "./corruption.ts";
import { looksLikeKloset, parseEnvelope, verifyEnvelope, wrap } from "./envelope.ts";
import { decodeHeader, type Header } from "./header.ts";
import { configHashing, type HashingAlgorithm, MAC_LENGTH, type Mac } from "./mac.ts";
import { Resource, VERSION_1_0_0, versionText } from "./resource.ts";
import { type SnapshotInfo, snapshotInfo } from "./snapshot-info.ts";
import { SnapshotReader } from "./snapshot-reader.ts";
import {
  realSurroundings,
  type SnapshotOptions,
  SnapshotWriter,
  type Surroundings,
} from "./snapshot-writer.ts";
import { Store, storeDirectories } from "./store.ts";
import { timestampOf } from "./timestamp.ts";

const CONFIG = "CONFIG";

export interface OpenOptions {
  readonly signal?: AbortSignal;
  readonly surroundings?: Surroundings;
}

export interface CreateOptions extends OpenOptions {
  readonly hashing?: HashingAlgorithm;
  /** LZ4 when absent. */
  readonly compression?: "LZ4" | "GZIP" | "none";
}

/**
 * Makes a store without passphrase in an empty or missing directory.
 * @throws AppError "file-exists" when the directory holds anything, and those of Storage
 */
export async function createStore(storage: Storage, options: CreateOptions = {}): Promise<Kloset> {
  const surroundings = options.surroundings ?? realSurroundings;
  await requireEmpty(storage);
  const config = newConfig(options, surroundings);
  await storage.makeDirectories(storeDirectories());
  // CONFIG last: it is what makes the directory a store.
  const bytes = wrap(Resource.config, VERSION_1_0_0, encodeConfig(config), configHashing);
  if (!(await storage.create({ path: CONFIG, bytes }))) throw notEmpty(storage);
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
    for (const inner of await storage.list(entry.name)) {
      const files = inner.directory ? await storage.list(`${entry.name}/${inner.name}`) : [inner];
      if (files.length > 0) throw notEmpty(storage);
    }
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
 *   "store-corrupt", and those of Storage
 */
export async function openStore(storage: Storage, options: OpenOptions = {}): Promise<Kloset> {
  const file = await readConfigFile(storage);
  if (!looksLikeKloset(file))
    throw new AppError("not-a-store", "This directory holds a CONFIG file of something else.", {
      hint: `Nothing was changed in ${storage.label}. Choose the directory of a backup store, or an empty one.`,
      retry: "after-user",
    });
  const { version, body } = parseEnvelope(file, Resource.config, "CONFIG");
  if (version !== VERSION_1_0_0)
    throw unknownVersion(`its CONFIG has version ${versionText(version)}`, { version });
  const config = decodeConfig(body);
  const store = new Store(storage, config);
  verifyEnvelope(file, configHashing, "CONFIG");
  await store.refresh(options.signal);
  return new Kloset(store, options.surroundings ?? realSurroundings);
}

async function readConfigFile(storage: Storage): Promise<Uint8Array> {
  try {
    return await storage.read(CONFIG);
  } catch (error) {
    if (!isAppError(error, "blob-missing")) throw error;
    throw new AppError("store-missing", "There is no backup store here: CONFIG is missing.", {
      hint: `Nothing was changed in ${storage.label}. If a store should be there, look whether its disk is connected; otherwise choose another directory.`,
      retry: "after-user",
      cause: error,
    });
  }
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

  /** Takes notice of snapshots that other programs wrote since the store was opened. */
  async refresh(signal?: AbortSignal): Promise<void> {
    await this.#store.refresh(signal);
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
        hint: "It may have been removed by another program. Look at the list of snapshots again.",
        details: { snapshotId: id },
      });
    const header = await this.#header(mac);
    return new SnapshotReader(this.#store, snapshotInfo(mac, header), header, signal);
  }

  /**
   * Starts a snapshot under the store's lock. End it by `commit()` or `abort()`.
   * @throws AppError "store-locked", "store-corrupt", "aborted", and those of Storage
   */
  startSnapshot(options: SnapshotOptions): Promise<SnapshotWriter> {
    return SnapshotWriter.start(this.#store, options, this.#surroundings);
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
