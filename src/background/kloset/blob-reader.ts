/**
 * Reads blobs through the index: one range read each, neighbours out of the same window, every copy tried and
 * every MAC verified.
 */
import { equalBytes, toHex } from "../../shared/bytes.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import type { Storage } from "../storage/storage.ts";
import type { BlobIndex, BlobLocation } from "./blob-index.ts";
import type { Codec } from "./codec.ts";
import { corrupt } from "./corruption.ts";
import { ENVELOPE_HEADER } from "./envelope.ts";
import type { Hashing, Mac } from "./mac.ts";
import { packfilePath } from "./packfile.ts";
import { Resource, type ResourceType, resourceName } from "./resource.ts";

const WINDOW = 256 * 1024;
/** 24 MB: a calendar of ten thousand items fits (62), and is read in the order of names, which is none in the packfiles. */
const WINDOWS = 96;

export class BlobReader {
  readonly #storage: Storage;
  readonly #index: BlobIndex;
  readonly #codec: Codec;
  readonly #hashing: Hashing;
  /** Least recently used first. */
  readonly #windows = new Map<string, Promise<Uint8Array>>();
  readonly #sizes = new Map<string, number>();
  #forgotten = 0;

  constructor(storage: Storage, index: BlobIndex, codec: Codec, hashing: Hashing) {
    this.#storage = storage;
    this.#index = index;
    this.#codec = codec;
    this.#hashing = hashing;
  }

  /**
   * Forgets what was read before: needed before checking what lies on disk now, and where blobs are known to be damaged.
   */
  forget(): void {
    this.#forgotten += 1;
    this.#windows.clear();
    this.#sizes.clear();
  }

  /**
   * The plain bytes of a blob. Snapshot headers have random names; theirs is compared by the caller.
   * @throws AppError "blob-missing" when no place is known, "store-corrupt" when no copy is intact
   */
  async read(type: ResourceType, mac: Mac): Promise<Uint8Array> {
    const what = `The ${resourceName(type)} ${toHex(mac.subarray(0, 6) as Mac)}`;
    let failure: AppError | undefined;
    const forgotten = this.#forgotten;
    for (const place of this.#index.locations(type, mac)) {
      try {
        const plain = await this.#codec.decode(await this.#fetch(place, type), what);
        if (type !== Resource.snapshot && !equalBytes(this.#hashing.mac(plain), mac))
          throw corrupt(`${what} does not match its checksum`, { packfile: place.packfile });
        // What was asked of the disk before all was forgotten proves nothing of what lies there since.
        if (forgotten === this.#forgotten) this.#index.trust(type, mac);
        return plain;
      } catch (error) {
        if (!isAppError(error, "store-corrupt", "blob-missing")) throw error;
        failure ??= error;
      }
    }
    if (failure) this.#index.distrust(type, mac);
    throw (
      failure ??
      new AppError("blob-missing", `${what} is missing from the backup store.`, {
        hint: "Nothing was changed. Check the store to see which snapshots are affected.",
        details: { type: resourceName(type), mac: toHex(mac) },
      })
    );
  }

  async #fetch(place: BlobLocation, type: ResourceType): Promise<Uint8Array> {
    const path = packfilePath(place.packfile);
    const start = ENVELOPE_HEADER + place.offset;
    const end = start + place.length;
    const first = Math.floor(start / WINDOW);
    // Headers are read for a list of snapshots: each alone in its packfile.
    const alone = type === Resource.snapshot || place.length === 0;
    if (alone || Math.floor((end - 1) / WINDOW) !== first)
      return this.#storage.readRange(path, start, place.length);
    const window = await this.#window(path, first);
    if (end - first * WINDOW > window.length)
      throw corrupt(`The packfile ${place.packfile.slice(0, 12)} is cut off`);
    return window.subarray(start - first * WINDOW, end - first * WINDOW);
  }

  async #window(path: string, number: number): Promise<Uint8Array> {
    const key = `${path} ${number}`;
    const cached = this.#windows.get(key) ?? this.#readWindow(path, number);
    this.#windows.delete(key);
    this.#windows.set(key, cached);
    for (const oldest of this.#windows.keys()) {
      if (this.#windows.size <= WINDOWS) break;
      this.#windows.delete(oldest);
    }
    try {
      return await cached;
    } catch (error) {
      this.#windows.delete(key);
      throw error;
    }
  }

  async #readWindow(path: string, number: number): Promise<Uint8Array> {
    const size = this.#sizes.get(path) ?? (await this.#storage.size(path));
    if (size === undefined)
      throw new AppError("blob-missing", "A file of the backup store is missing.", {
        hint: "Nothing was changed. Check the store to see which snapshots are affected.",
        details: { file: path },
      });
    this.#sizes.set(path, size);
    const start = number * WINDOW;
    if (start >= size) return new Uint8Array();
    return this.#storage.readRange(path, start, Math.min(WINDOW, size - start));
  }
}
