/**
 * Locks: small files that keep writers and maintenance apart (kloset/repository/lock). A backup takes a shared
 * one; only maintenance and repair take exclusive ones.
 */
import { toHex } from "../../shared/bytes.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import { unwrap, wrap } from "./envelope.ts";
import type { Mac } from "./mac.ts";
import { decodeFields } from "./msgpack-reader.ts";
import { MsgpackWriter } from "./msgpack-writer.ts";
import { Resource, VERSION_1_0_0 } from "./resource.ts";
import { isMacName, type Store } from "./store.ts";
import { millisecondsOf, type Timestamp, timestampOf } from "./timestamp.ts";

const STALE_MS = 10 * 60 * 1000;
const REFRESH_MS = 5 * 60 * 1000;

export interface LockRecord {
  readonly timestamp: Timestamp;
  readonly hostname: string;
  readonly exclusive: boolean;
}

export function encodeLock(lock: LockRecord): Uint8Array {
  const out = new MsgpackWriter().map(4);
  out.text("version").u32(VERSION_1_0_0);
  out.text("timestamp").time(lock.timestamp);
  out.text("hostname").text(lock.hostname);
  out.text("exclusive").bool(lock.exclusive);
  return out.finish();
}

/** A held shared lock. */
export interface StoreLock {
  release(): Promise<void>;
}

export interface LockOptions {
  readonly id: Mac;
  readonly hostname: string;
  readonly now: () => number;
}

/**
 * Takes a shared lock and keeps it fresh. Locks older than ten minutes are removed: their owner is gone.
 * @throws AppError "store-locked" naming the host and age of the exclusive lock in the way
 */
export async function takeSharedLock(store: Store, options: LockOptions): Promise<StoreLock> {
  const name = toHex(options.id);
  const path = `locks/${name}`;
  const write = async () => {
    const record = encodeLock({
      timestamp: timestampOf(options.now()),
      hostname: options.hostname,
      exclusive: false,
    });
    const body = await store.codec.encode(record);
    const bytes = wrap(Resource.lock, VERSION_1_0_0, body, store.hashing);
    await store.storage.write([{ path, bytes }]);
  };
  await write();
  try {
    await requireNoExclusive(store, name, options.now());
  } catch (error) {
    await store.storage.remove([path]);
    throw error;
  }
  let refreshing: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    // A lock that could not be refreshed shows when the packfiles are looked at before the commit.
    refreshing = write().catch(() => undefined);
  }, REFRESH_MS);
  return {
    async release() {
      clearInterval(timer);
      await refreshing;
      await store.storage.remove([path]);
    },
  };
}

async function requireNoExclusive(store: Store, own: string, now: number): Promise<void> {
  for (const file of await store.storage.list("locks")) {
    if (file.directory || file.name === own || !isMacName(file.name)) continue;
    const lock = await readLock(store, file.name);
    if (!lock) continue;
    const ageMs = now - millisecondsOf(lock.timestamp);
    if (ageMs > STALE_MS) await store.storage.remove([`locks/${file.name}`]);
    else if (lock.exclusive && ageMs < -STALE_MS) throw lockedInFuture(lock.hostname, file.name);
    else if (lock.exclusive) throw lockedBy(lock.hostname, ageMs);
  }
}

/** Nothing when it was released meanwhile. */
async function readLock(store: Store, name: string): Promise<LockRecord | undefined> {
  const what = `The lock ${name.slice(0, 12)}`;
  try {
    const file = await store.storage.read(`locks/${name}`);
    const { body } = unwrap(file, Resource.lock, store.hashing, what);
    const fields = decodeFields(await store.codec.decode(body, what), what);
    return {
      timestamp: fields.time("timestamp"),
      hostname: fields.text("hostname"),
      exclusive: fields.bool("exclusive"),
    };
  } catch (error) {
    if (isAppError(error, "blob-missing")) return undefined;
    if (!isAppError(error, "store-corrupt", "store-unknown-version")) throw error;
    throw new AppError("store-locked", "The backup store holds a lock that cannot be read.", {
      hint: `Nothing was changed. Another program may be working on the store: try again when it has finished. If none is, remove the file locks/${name} from the store's directory.`,
      retry: "after-user",
      details: { file: `locks/${name}` },
      cause: error,
    });
  }
}

/** Its age says nothing, so it never expires by itself: one of the two clocks is wrong. */
function lockedInFuture(host: string, name: string): AppError {
  return new AppError(
    "store-locked",
    `The backup store is locked by maintenance on "${host}", at a time that is still to come.`,
    {
      hint: `Nothing was changed. Check the clocks of both computers. If no other program is working on the store, remove the file locks/${name} from its directory.`,
      retry: "after-user",
      details: { host, file: `locks/${name}` },
    },
  );
}

function lockedBy(host: string, ageMs: number): AppError {
  const minutes = Math.max(0, Math.floor(ageMs / 60_000));
  const age =
    minutes === 0 ? "less than a minute" : minutes === 1 ? "1 minute" : `${minutes} minutes`;
  return new AppError(
    "store-locked",
    `The backup store is locked by maintenance on "${host}" since ${age}.`,
    {
      hint: "Nothing was changed. Try again when it has finished; a lock that is left behind expires after ten minutes.",
      retry: "later",
      details: { host, ageMs },
    },
  );
}
