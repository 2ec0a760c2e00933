/**
 * The commit of one snapshot: what it relies on is looked for once more, then its state file is written. Before the
 * state there is no snapshot, with it there is one.
 */
import { fromHex, toHex } from "../../shared/bytes.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import type { BlobWriter } from "./blob-writer.ts";
import { wrap } from "./envelope.ts";
import type { Mac } from "./mac.ts";
import { Resource, STATE_VERSION_1_1_0 } from "./resource.ts";
import { decodeState, StateWriter } from "./state.ts";
import { type Store, statePath } from "./store.ts";
import { unixNanoseconds } from "./timestamp.ts";

export class SnapshotPublication {
  readonly #store: Store;
  readonly #id: Mac;
  readonly #blobs: BlobWriter;
  readonly #now: () => number;
  /** Packfiles that were there when the states were read. */
  readonly #reliedOn: ReadonlySet<string>;
  #mayExist: boolean = false;

  constructor(store: Store, id: Mac, blobs: BlobWriter, now: () => number) {
    this.#store = store;
    this.#id = id;
    this.#blobs = blobs;
    this.#now = now;
    this.#reliedOn = store.index.usablePackfiles();
  }

  /**
   * True when the state was written, or may have been: a write that was given up can still reach a slow disk, and
   * then its packfiles must be there.
   */
  get mayExist(): boolean {
    return this.#mayExist;
  }

  /**
   * @returns the size of the state file in bytes
   * @throws AppError "store-locked" when another program removed packfiles meanwhile, and those of Storage
   */
  async publish(signal: AbortSignal | undefined): Promise<number> {
    const state = this.#stateFile(this.#store.newestState());
    await this.#requireReliedOn(signal);
    const name = toHex(this.#id);
    const path = statePath(name);
    const body = await this.#store.codec.encode(state);
    const bytes = wrap(Resource.state, STATE_VERSION_1_1_0, body, this.#store.hashing);
    this.#mayExist = true;
    try {
      await this.#store.storage.write([{ path, bytes }]);
      this.#store.adopt(name, decodeState(state, STATE_VERSION_1_1_0, "The new state"), bytes);
    } catch (error) {
      if (isAppError(error, "place-full", "place-denied")) this.#mayExist = false;
      throw error;
    }
    return bytes.length;
  }

  #stateFile(previous: ReturnType<Store["newestState"]>): Uint8Array {
    const state = new StateWriter(previous?.id, unixNanoseconds(this.#now()));
    // A blob is only written again where its old copies are damaged or gone: readers must not find those first.
    for (const { blobs } of this.#blobs.written)
      for (const { type, mac } of blobs)
        for (const { packfile } of this.#store.index.locations(type, mac))
          state.deleteLocation(type, mac, fromHex(packfile) as Mac);
    for (const packfile of this.#blobs.written)
      for (const blob of packfile.blobs)
        state.location(blob.type, blob.mac, packfile.name, blob.offset, blob.length);
    for (const packfile of this.#blobs.written) state.packfile(packfile.name, this.#id);
    return state.finish(previous?.serial ?? this.#store.config.repositoryId);
  }

  /** Maintenance may have run when our lock went stale, e.g. while the machine slept. */
  async #requireReliedOn(signal: AbortSignal | undefined): Promise<void> {
    const listed = await this.#store.refreshForWriting(signal, this.#blobs.names());
    const { index } = this.#store;
    const usable = index.usablePackfiles();
    let gone = [...this.#reliedOn].filter((name) => !usable.has(name)).length;
    gone += this.#blobs.names().filter((name) => !listed.has(name)).length;
    if (gone === 0) return;
    throw new AppError(
      "store-locked",
      "Another program removed parts of the backup store while this backup ran.",
      {
        hint: "Nothing was published and earlier snapshots are untouched. Run the backup again.",
        retry: "later",
        details: { packfiles: gone },
      },
    );
  }
}
