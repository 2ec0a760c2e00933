/** Stores what is in a file, its chunks and the object that names them, and tells what its entry says of it. */
import { equalBytes } from "../../shared/bytes.ts";
import type { BlobWriter } from "./blob-writer.ts";
import { cutChunks } from "./chunking.ts";
import { contentTypeOf } from "./content-type.ts";
import type { Entry } from "./entry.ts";
import type { Mac } from "./mac.ts";
import { type ChunkReference, encodeObject } from "./object.ts";
import type { Pace } from "./pace.ts";
import { nameOf } from "./path.ts";
import { Resource } from "./resource.ts";
import type { NewFile } from "./snapshot-terms.ts";
import type { Store } from "./store.ts";
import { type Timestamp, timestampOf } from "./timestamp.ts";

export interface EntryContent {
  readonly size: number;
  readonly modified: Timestamp;
  readonly object: Mac;
  readonly contentType: string;
  readonly chunks: number;
}

export class FileContents {
  readonly #store: Store;
  readonly #blobs: BlobWriter;
  readonly #pace: Pace;

  constructor(store: Store, blobs: BlobWriter, pace: Pace) {
    this.#store = store;
    this.#blobs = blobs;
    this.#pace = pace;
  }

  async put({ path, bytes, modifiedMs }: NewFile): Promise<EntryContent> {
    const contentType = contentTypeOf(nameOf(path), bytes);
    const chunks: ChunkReference[] = [];
    for (const piece of cutChunks(bytes, this.#store.config.chunking))
      chunks.push({ mac: await this.#blobs.put(Resource.chunk, piece), length: piece.length });
    const [only] = chunks;
    const contentMac = only && chunks.length === 1 ? only.mac : await this.#macOf(bytes);
    const object = await this.#blobs.put(
      Resource.object,
      encodeObject({ contentMac, chunks, contentType }),
    );
    const modified = timestampOf(modifiedMs);
    return { size: bytes.length, modified, object, contentType, chunks: chunks.length };
  }

  async #macOf(bytes: Uint8Array): Promise<Mac> {
    const running = this.#store.hashing.start();
    const step = 1024 * 1024;
    for (let at = 0; at < bytes.length; at += step) {
      running.update(bytes.subarray(at, at + step));
      await this.#pace.breathe();
    }
    return running.digest();
  }

  /** Whether an entry of the store says of the content what a new one would. */
  isSame(before: Entry, wanted: EntryContent): boolean {
    return (
      before.kind === "file" &&
      before.object !== undefined &&
      equalBytes(before.object, wanted.object) &&
      before.size === wanted.size &&
      before.modified.seconds === wanted.modified.seconds &&
      before.modified.nanoseconds === wanted.modified.nanoseconds &&
      before.contentType === wanted.contentType &&
      before.chunks === wanted.chunks &&
      this.#store.index.usable(Resource.vfsEntry, before.mac)
    );
  }
}
