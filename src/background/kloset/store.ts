/**
 * One opened store: its parameters, and its states read into the index. Shared by readers, writers and checks of
 * the store; knows nothing of snapshots' content.
 */
import { equalBytes, fromHex, toHex } from "../../shared/bytes.ts";
import type { Storage } from "../storage/storage.ts";
import { BlobIndex } from "./blob-index.ts";
import { BlobReader } from "./blob-reader.ts";
import { type Codec, makeCodec } from "./codec.ts";
import type { StoreConfig } from "./config.ts";
import { corrupt } from "./corruption.ts";
import type { Unlocked } from "./encryption.ts";
import { unwrap } from "./envelope.ts";
import { prepareLz4 } from "./lz4-engine.ts";
import {
  type Hashing,
  keyedHashing,
  knownHashing,
  MAC_LENGTH,
  type Mac,
  plaintextKey,
} from "./mac.ts";
import { makePace, type Pace } from "./pace.ts";
import { Resource } from "./resource.ts";
import { decodeLargeState, RECORDS_AT_ONCE, type State } from "./state.ts";
import type { LoadedState, StateMemory } from "./state-memory.ts";
import { TreeNodes } from "./tree-nodes.ts";

const READ_AT_ONCE = 64;

export class Store {
  readonly storage: Storage;
  readonly config: StoreConfig;
  readonly hashing: Hashing;
  readonly codec: Codec;
  readonly treeNodes = new TreeNodes();
  readonly #memory: StateMemory | undefined;
  #index = new BlobIndex();
  #blobs: BlobReader;
  #states = new Map<string, LoadedState>();

  /** @throws AppError "store-unknown-version" */
  constructor(
    storage: Storage,
    config: StoreConfig,
    { cipher, macKey }: Unlocked,
    memory?: StateMemory,
  ) {
    this.#memory = memory;
    this.storage = storage;
    this.config = config;
    const algorithm = knownHashing(config.hashing.algorithm);
    this.hashing = keyedHashing(algorithm, macKey ?? plaintextKey(algorithm, config.repositoryId));
    this.codec = makeCodec(config.compression?.algorithm, cipher);
    this.#blobs = new BlobReader(storage, this.#index, this.codec, this.hashing);
  }

  get index(): BlobIndex {
    return this.#index;
  }

  get blobs(): BlobReader {
    return this.#blobs;
  }

  get #id(): string {
    return toHex(this.config.repositoryId);
  }

  /** For the next store that is opened with the same memory. This one is not used any more. */
  remember(): void {
    this.#memory?.keep(this.#id, { index: this.#index, states: this.#states });
  }

  /**
   * Reads states that are new since the last time.
   * @returns `false` where one that was read before is gone: the index tells of it all the same
   * @throws AppError "store-corrupt" when a state cannot be read: an index with holes would mislead
   */
  async refresh(signal?: AbortSignal): Promise<boolean> {
    const known = [...this.#states.keys()];
    const pace = makePace(signal);
    await Promise.all([this.hashing.prepare(), prepareLz4()]);
    const names = await this.#listSharded("states");
    if (this.#states.size === 0 && (await this.#recall(names, pace))) return true;
    const unseen = [...names].filter((name) => !this.#states.has(name));
    const read = new Map<string, { readonly state: State; readonly mac: Uint8Array }>();
    for (let at = 0; at < unseen.length; at += READ_AT_ONCE) {
      const batch = unseen.slice(at, at + READ_AT_ONCE);
      const files = await this.storage.readMany(batch.map(statePath));
      for (const [i, name] of batch.entries()) {
        const file = files[i];
        // It may have vanished since the listing.
        if (file)
          read.set(name, { state: await this.#decodeState(name, file, pace), mac: macOf(file) });
        await pace.breathe();
      }
    }
    for (const name of parentsFirst(read)) {
      const { state, mac } = read.get(name) as { state: State; mac: Uint8Array };
      for (let at = 0; at < state.records.length; at += RECORDS_AT_ONCE) {
        this.index.apply(state.records.slice(at, at + RECORDS_AT_ONCE));
        await pace.breathe();
      }
      this.#note(name, state, mac);
    }
    return known.every((name) => names.has(name));
  }

  /**
   * Goes on with what is remembered where it is of these states and no others: each file is read and verified, and closed by
   * the MAC it had.
   */
  async #recall(names: ReadonlySet<string>, pace: Pace): Promise<boolean> {
    const kept = this.#memory?.take(this.#id);
    if (!kept || kept.states.size !== names.size) return false;
    const all = [...names];
    for (let at = 0; at < all.length; at += READ_AT_ONCE) {
      const batch = all.slice(at, at + READ_AT_ONCE);
      const files = await this.storage.readMany(batch.map(statePath));
      for (const [i, name] of batch.entries()) {
        const file = files[i];
        const known = kept.states.get(name);
        if (!file || !known) return false;
        unwrap(file, Resource.state, this.hashing, `The state ${name.slice(0, 12)}`);
        if (!equalBytes(macOf(file), known.mac)) return false;
        await pace.breathe();
      }
    }
    const damaged = this.#index.distrusted();
    this.#index = kept.index;
    this.#index.trustAll();
    for (const { type, mac } of damaged) this.#index.distrust(type, mac);
    this.#states = kept.states;
    this.#blobs = new BlobReader(this.storage, this.#index, this.codec, this.hashing);
    return true;
  }

  /**
   * {@link refresh}, and looks which packfiles are there: needed to write.
   * @param written names that no state tells of yet. @returns the names of those that are there
   */
  async refreshForWriting(
    signal?: AbortSignal,
    written: readonly string[] = [],
  ): Promise<ReadonlySet<string>> {
    await this.refresh(signal);
    // Only where some are known to be: a small store has packfiles in few of the 256 folders.
    const shards = [...this.index.knownPackfiles(), ...written].map((name) => name.slice(0, 2));
    const listed = await this.#listSharded("packfiles", [...new Set(shards)]);
    this.index.setListed(listed);
    return listed;
  }

  /** Takes a state into account that was written just now. */
  adopt(name: string, state: State, file: Uint8Array): void {
    this.index.apply(state.records);
    this.#note(name, state, macOf(file));
  }

  #note(name: string, state: State, mac: Uint8Array): void {
    const parent = state.parent && toHex(state.parent);
    const older = parent === undefined ? undefined : this.#states.get(parent);
    this.#states.set(name, {
      age: older ? older.age + 1 : 0,
      id: fromHex(name) as Mac,
      parent,
      timestamp: state.timestamp,
      serial: state.serial,
      mac,
    });
  }

  async #decodeState(name: string, file: Uint8Array, pace: Pace): Promise<State> {
    const what = `The state ${name.slice(0, 12)}`;
    const { version, body } = unwrap(file, Resource.state, this.hashing, what);
    return decodeLargeState(await this.codec.decode(body, what), version, what, pace);
  }

  /** Names below the 256 folders of `states` or `packfiles`; what is not named by 32 bytes is no part of the store. */
  async #listSharded(
    folder: "states" | "packfiles",
    shards?: readonly string[],
  ): Promise<Set<string>> {
    const names = new Set<string>();
    for (const path of await this.storage.listBelow(folder, shards)) {
      const name = path.slice(3);
      if (path[2] === "/" && isMacName(name) && name.startsWith(path.slice(0, 2))) names.add(name);
    }
    return names;
  }

  /**
   * Names what a snapshot that is begun now stands on: the states that are here, and what is unusable of what they tell of.
   * @param count of states, the oldest ones; all when absent. `undefined` where there are not so many
   */
  footing(count = this.#states.size): string | undefined {
    if (count > this.#states.size) return undefined;
    const byAge = [...this.#states].sort(
      ([a, x], [b, y]) => Number(x.timestamp - y.timestamp) || x.age - y.age || (a < b ? -1 : 1),
    );
    const states = byAge.slice(0, count).map(([name]) => name);
    const unusable = this.index.unusable().sort((a, b) => (a < b ? -1 : 1));
    const facts = [...states, "", ...unusable].join("\n");
    return `${count}:${toHex(this.hashing.mac(new TextEncoder().encode(facts)))}`;
  }

  /**
   * Whether a snapshot with this footing is as whole as it was: no state that was read then is gone, and nothing has
   * become unusable since. (A state that came later and says that it is older makes this false, too.)
   */
  standsOn(footing: string): boolean {
    const count = /^(\d{1,9}):/.exec(footing)?.[1];
    return count !== undefined && this.footing(Number(count)) === footing;
  }

  /** What a new state continues: the newest state that is no other's parent. */
  newestState(): { readonly id: Mac; readonly serial: Uint8Array } | undefined {
    const parents = new Set([...this.#states.values()].map((state) => state.parent));
    let newest: LoadedState | undefined;
    for (const [name, state] of this.#states) {
      if (parents.has(name)) continue;
      if (!newest || state.timestamp > newest.timestamp) newest = state;
    }
    return newest;
  }
}

/** A copy: the file is not kept for it. */
function macOf(file: Uint8Array): Uint8Array {
  return file.slice(-MAC_LENGTH);
}

export function statePath(name: string): string {
  return `states/${name.slice(0, 2)}/${name}`;
}

/** The 512 folders and the one for locks: plakar's own writes fail where one is missing. */
export function storeDirectories(): string[] {
  const shards = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));
  return [
    ...shards.map((shard) => `packfiles/${shard}`),
    ...shards.map((shard) => `states/${shard}`),
    "locks",
  ];
}

export function isMacName(name: string): boolean {
  return name.length === 2 * MAC_LENGTH && /^[0-9a-f]*$/.test(name);
}

/** An order in which a state comes behind its parent where that is among them; older ones first otherwise. */
function parentsFirst(states: ReadonlyMap<string, { readonly state: State }>): string[] {
  const children = new Map<string, string[]>();
  const roots: string[] = [];
  const byTime = [...states].sort(([, { state: a }], [, { state: b }]) =>
    Number(a.timestamp - b.timestamp),
  );
  for (const [name, { state }] of byTime) {
    const parent = state.parent && toHex(state.parent);
    if (parent === undefined || parent === name || !states.has(parent)) roots.push(name);
    else children.set(parent, [...(children.get(parent) ?? []), name]);
  }
  const ordered: string[] = [];
  const waiting = roots.reverse();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    ordered.push(name);
    waiting.push(...(children.get(name) ?? []).reverse());
  }
  if (ordered.length !== states.size) throw corrupt("its states lead in circles");
  return ordered;
}
