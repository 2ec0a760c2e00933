/**
 * Verifies a store: every chunk and object that the snapshots' files need; with `full` also every entry, node and
 * index, and the closing MAC of every packfile. Damage is reported, never thrown, and blobs found damaged are
 * stored anew by the next snapshot that needs them.
 */
import { equalBytes, toHex } from "../../shared/bytes.ts";
import { type AppError, type ErrorCode, isAppError } from "../../shared/errors.ts";
import { corrupt } from "./corruption.ts";
import type { Entry } from "./entry.ts";
import { parseEnvelope } from "./envelope.ts";
import { MAC_LENGTH, type Mac } from "./mac.ts";
import { makePace, type Pace, throwIfAborted } from "./pace.ts";
import { packfilePath, readPackfileIndex } from "./packfile.ts";
import { Resource } from "./resource.ts";
import type { SnapshotReader } from "./snapshot-reader.ts";
import type { Store } from "./store.ts";

export interface CheckOptions {
  /** One snapshot; all of them when absent. */
  readonly snapshotId?: string;
  readonly full?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly checked: number }) => void;
}

export interface CheckError {
  /** "" for damage that belongs to no snapshot in particular. */
  readonly snapshotId: string;
  /** In the snapshot, or the store's file; "" when the snapshot as a whole is meant. */
  readonly path: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** What is left of a snapshot in which damage was found. */
export interface DamagedSnapshot {
  readonly snapshotId: string;
  /** As its header counts them; 0 where that is damaged: then nothing of it can be restored. */
  readonly files: number;
  /** Files whose every byte was read and verified. */
  readonly restorable: number;
}

export interface CheckReport {
  readonly ok: boolean;
  readonly snapshots: number;
  /** Files verified; one that several snapshots share counts once. */
  readonly checked: number;
  readonly errors: readonly CheckError[];
  /** In the order in which they were checked. */
  readonly damaged: readonly DamagedSnapshot[];
}

/** Opens a snapshot whose header may be damaged. */
type Open = (id: string) => Promise<SnapshotReader>;

const READ_AT_ONCE = 1024 * 1024;

export async function checkStore(
  store: Store,
  ids: readonly string[],
  open: Open,
  options: CheckOptions,
): Promise<CheckReport> {
  const check = new Check(store, options);
  store.blobs.forget();
  store.treeNodes.forget();
  for (const id of ids) await check.snapshot(id, open);
  await check.besidesDamage();
  if (options.full && options.snapshotId === undefined) await check.packfiles();
  return {
    ok: check.errors.length === 0,
    snapshots: ids.length,
    checked: check.checked,
    errors: check.errors,
    damaged: check.damaged,
  };
}

class Check {
  readonly errors: CheckError[] = [];
  readonly damaged: DamagedSnapshot[] = [];
  checked = 0;
  /** Of errors, so that one blob met on two ways is told once. */
  readonly #told = new Set<string>();
  readonly #store: Store;
  readonly #options: CheckOptions;
  readonly #pace: Pace;
  /** Entries and objects verified already, by hex name: what went wrong, if anything. */
  readonly #objects = new Map<string, AppError | undefined>();

  constructor(store: Store, options: CheckOptions) {
    this.#store = store;
    this.#options = options;
    this.#pace = makePace(options.signal);
  }

  #report(snapshotId: string, path: string, error: unknown): AppError {
    throwIfAborted(this.#options.signal);
    if (!isAppError(error)) throw error;
    const { code, message } = error;
    const key = JSON.stringify([snapshotId, path, message]);
    if (!this.#told.has(key)) this.errors.push({ snapshotId, path, code, message });
    this.#told.add(key);
    return error;
  }

  async snapshot(id: string, open: Open): Promise<void> {
    const before = this.errors.length;
    let files = 0;
    let restorable = 0;
    try {
      const reader = await open(id);
      files = reader.info.files;
      if (this.#options.full) await this.#everyTree(id, reader);
      const onDamage = (path: string, error: AppError) => void this.#report(id, path, error);
      for await (const entry of reader.walk("/", onDamage)) {
        if (entry.kind === "file" && (await this.#file(id, reader, entry))) restorable++;
      }
    } catch (error) {
      this.#report(id, "", error);
    }
    if (this.errors.length > before) this.damaged.push({ snapshotId: id, files, restorable });
  }

  /** @returns true when it can be restored */
  async #file(id: string, reader: SnapshotReader, { path, object }: Entry): Promise<boolean> {
    const key = object ? toHex(object) : "";
    if (this.#objects.has(key)) {
      const known = this.#objects.get(key);
      if (known) this.#report(id, path, known);
      return !known;
    }
    let failure: AppError | undefined;
    try {
      if (!object) throw corrupt("a file of the snapshot has no content");
      await reader.content.verifyObject(object);
    } catch (error) {
      failure = this.#report(id, path, error);
    }
    if (object) this.#objects.set(key, failure);
    this.checked++;
    this.#options.onProgress?.({ checked: this.checked });
    await this.#pace.breathe();
    return !failure;
  }

  /** Entries and nodes that listing does not touch. */
  async #everyTree(id: string, reader: SnapshotReader): Promise<void> {
    try {
      for await (const { path, mac } of reader.content.entries()) {
        await this.#blob(id, path, Resource.vfsEntry, mac);
      }
      for await (const { tree, key, value } of reader.content.otherTrees()) {
        if (tree === "dirpack") await this.#listing(id, reader, key, value);
        else if (tree === "summary") await this.#blob(id, key, Resource.vfsSummary, value);
        else if (tree === "errors") await this.#blob(id, key, Resource.errorEntry, value);
        else if (tree === "xattrs") await this.#blob(id, key, Resource.xattrEntry, value);
      }
    } catch (error) {
      this.#report(id, "", error);
    }
  }

  async #listing(id: string, reader: SnapshotReader, path: string, object: Mac): Promise<void> {
    try {
      await reader.content.verifyObject(object);
    } catch (error) {
      this.#report(id, path, error);
    }
  }

  async #blob(id: string, path: string, type: number, mac: Uint8Array): Promise<void> {
    try {
      await this.#store.blobs.read(type, mac);
    } catch (error) {
      this.#report(id, path, error);
    }
    await this.#pace.breathe();
  }

  /**
   * Reads all else in the packfiles that damage was met in: what is only known from something damaged, as a file's chunks from
   * its object, was not looked at, and damage seldom ends where a blob does. It is told already; this lets one backup store all anew.
   */
  async besidesDamage(): Promise<void> {
    const { index, blobs, storage } = this.#store;
    const packfiles = new Set<string>();
    for (const { type, mac } of index.distrusted())
      for (const { packfile } of index.locations(type, mac)) packfiles.add(packfile);
    for (const name of packfiles)
      if ((await storage.size(packfilePath(name))) === undefined) packfiles.delete(name);
    for (const { type, mac } of packfiles.size > 0 ? index.blobsIn(packfiles) : []) {
      try {
        await blobs.read(type, mac);
      } catch (error) {
        throwIfAborted(this.#options.signal);
        if (!isAppError(error)) throw error;
      }
      await this.#pace.breathe();
    }
  }

  async packfiles(): Promise<void> {
    for (const name of this.#store.index.knownPackfiles()) {
      const path = packfilePath(name);
      try {
        await this.#packfile(path, `The packfile ${name.slice(0, 12)}`);
      } catch (error) {
        this.#report("", path, error);
      }
    }
  }

  async #packfile(path: string, what: string): Promise<void> {
    const { storage, hashing, codec } = this.#store;
    const size = await storage.size(path);
    if (size === undefined) {
      await storage.read(path);
      return;
    }
    const file = new Uint8Array(size);
    const running = hashing.start();
    const end = Math.max(0, size - MAC_LENGTH);
    for (let at = 0; at < size; at += READ_AT_ONCE) {
      const piece = await storage.readRange(path, at, Math.min(READ_AT_ONCE, size - at));
      file.set(piece, at);
      running.update(piece.subarray(0, Math.max(0, Math.min(piece.length, end - at))));
      await this.#pace.breathe();
    }
    const { body } = parseEnvelope(file, Resource.packfile, what);
    if (!equalBytes(running.digest(), file.subarray(end)))
      throw corrupt(`${what} does not match its checksum`);
    await readPackfileIndex(body, codec, hashing, what);
  }
}
