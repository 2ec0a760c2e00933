/**
 * Removes snapshots as plakar does: one state that marks their headers as removed (kloset/repository
 * DeleteSnapshot). Every packfile stays where it is until a maintenance finds that no snapshot needs it.
 */
import { fromHex, toHex } from "../../shared/bytes.ts";
import { wrap } from "./envelope.ts";
import { takeSharedLock } from "./lock.ts";
import { MAC_LENGTH, type Mac } from "./mac.ts";
import { throwIfAborted } from "./pace.ts";
import { Resource, STATE_VERSION_1_1_0 } from "./resource.ts";
import type { Surroundings } from "./snapshot-terms.ts";
import { StateWriter } from "./state.ts";
import { type Store, statePath } from "./store.ts";
import { unixNanoseconds } from "./timestamp.ts";

export interface RemovalOptions {
  /** Named in the lock, for whoever meets it. */
  readonly hostname?: string;
  readonly signal?: AbortSignal;
}

/** @throws AppError "store-locked", "store-corrupt", "aborted", and those of Storage */
export async function removeSnapshots(
  store: Store,
  ids: readonly string[],
  options: RemovalOptions,
  surroundings: Surroundings,
): Promise<void> {
  const lock = await takeSharedLock(store, {
    id: surroundings.random(MAC_LENGTH),
    hostname: options.hostname ?? "localhost",
    now: surroundings.now,
  });
  try {
    await store.refresh(options.signal);
    const there = ids
      .map((id) => fromHex(id))
      .filter((id): id is Mac => id?.length === MAC_LENGTH && store.index.hasSnapshot(id));
    throwIfAborted(options.signal);
    if (there.length > 0) await writeRemoval(store, there, surroundings);
  } finally {
    // It expires; that it stays must not make the removal look failed.
    await lock.release().catch(() => undefined);
  }
  // What is removed is removed, whether or not the states can be read again now.
  await store.refresh().catch(() => undefined);
}

async function writeRemoval(
  store: Store,
  ids: readonly Mac[],
  surroundings: Surroundings,
): Promise<void> {
  const previous = store.newestState();
  const state = new StateWriter(previous?.id, unixNanoseconds(surroundings.now()));
  for (const id of ids) state.colour(Resource.snapshot, id);
  const plain = state.finish(previous?.serial ?? store.config.repositoryId);
  const body = await store.codec.encode(plain);
  const bytes = wrap(Resource.state, STATE_VERSION_1_1_0, body, store.hashing);
  await store.storage.write([{ path: statePath(toHex(store.hashing.mac(plain))), bytes }]);
}
