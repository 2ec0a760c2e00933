/**
 * Writes the new blobs of one snapshot into packfiles. A blob that the store has, or that this snapshot wrote
 * already, is not written again.
 */

import { toHex } from "../../shared/bytes.ts";
import type { Storage } from "../storage/storage.ts";
import { blobKey } from "./blob-key.ts";
import type { Mac } from "./mac.ts";
import type { Pace } from "./pace.ts";
import { type PackedBlob, PackfileWriter } from "./packfile.ts";
import { Resource, type ResourceType } from "./resource.ts";
import type { Store } from "./store.ts";
import { unixNanoseconds } from "./timestamp.ts";

/** Bounds memory: one packfile is held while it grows. */
const LARGEST_PACKFILE = 8 * 1024 * 1024;

export interface WrittenPackfile {
  readonly name: Mac;
  readonly path: string;
  readonly blobs: readonly PackedBlob[];
}

export class BlobWriter {
  readonly written: WrittenPackfile[] = [];
  /** Bytes of all packfiles so far. */
  bytesWritten = 0;
  newBlobs = 0;
  readonly #store: Store;
  readonly #storage: Storage;
  readonly #random: (size: number) => Uint8Array;
  readonly #now: () => number;
  readonly #pace: Pace;
  readonly #mine = new Set<string>();
  readonly #limit: number;
  #packfile = new PackfileWriter();
  /** Blobs that others may refer to by now were lost with it: no snapshot may be made of the rest. */
  #failure: { readonly error: unknown } | null = null;

  constructor(store: Store, random: (size: number) => Uint8Array, now: () => number, pace: Pace) {
    this.#store = store;
    this.#storage = store.storage;
    this.#random = random;
    this.#now = now;
    this.#pace = pace;
    const wanted = store.config.packfile.maxSize;
    this.#limit = wanted > 0 ? Math.min(wanted, LARGEST_PACKFILE) : LARGEST_PACKFILE;
  }

  /** Stores a blob named by its MAC. @returns its name @throws what an earlier call failed with, if one did */
  async put(type: ResourceType, plain: Uint8Array): Promise<Mac> {
    if (this.#failure) throw this.#failure.error;
    const mac = this.#store.hashing.mac(plain);
    const key = blobKey(type, mac);
    if (this.#mine.has(key) || this.#store.index.usableByKey(key)) return mac;
    this.#mine.add(key);
    await this.putNamed(type, mac, plain);
    return mac;
  }

  /** Stores a blob under a name of its own, like a snapshot header. */
  putNamed(type: ResourceType, name: Mac, plain: Uint8Array): Promise<void> {
    return this.#guarded(async () => {
      this.#packfile.add(type, name, await this.#store.codec.encode(plain));
      this.newBlobs++;
      if (this.#packfile.size >= this.#limit) await this.#writePackfile();
      await this.#pace.breathe();
    });
  }

  /** Writes the packfile begun, if it holds anything. */
  flush(): Promise<void> {
    return this.#guarded(() => this.#writePackfile());
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    try {
      await work();
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  async #writePackfile(): Promise<void> {
    if (this.#packfile.size === 0) return;
    const finished = await this.#packfile.finish(
      this.#store.codec,
      this.#store.hashing,
      unixNanoseconds(this.#now()),
      this.#random,
      this.#pace,
    );
    this.#packfile = new PackfileWriter();
    const { name, path, file, blobs } = finished;
    await this.#storage.write([{ path, bytes: file }]);
    this.written.push({ name, path, blobs });
    this.bytesWritten += file.length;
  }

  /** Removes what was written: only before a state names it. */
  async discard(): Promise<void> {
    await this.#storage.remove(this.written.map((packfile) => packfile.path));
    this.written.length = 0;
  }

  /** Blobs found damaged before are whole again in these packfiles. */
  restoreTrust(): void {
    for (const packfile of this.written)
      for (const blob of packfile.blobs)
        if (blob.type !== Resource.random) this.#store.index.trust(blob.type, blob.mac);
  }

  /** Hex names of the packfiles written. */
  names(): string[] {
    return this.written.map((packfile) => toHex(packfile.name));
  }
}
