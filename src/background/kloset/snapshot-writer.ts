/**
 * Writes one snapshot. Order: lock → states read → packfiles → what it relies on is still there → state file, the
 * commit point → unlock. Stopping anywhere before the state leaves the store as it was.
 */
import { toHex } from "../../shared/bytes.ts";
import { AppError } from "../../shared/errors.ts";
import { BlobWriter } from "./blob-writer.ts";
import { type Entry, encodeEntry, entryOf, FILE_MODE } from "./entry.ts";
import { type EntryContent, FileContents } from "./file-contents.ts";
import { encodeHeader } from "./header.ts";
import { type StoreLock, takeSharedLock } from "./lock.ts";
import { MAC_LENGTH, type Mac } from "./mac.ts";
import { makePace, type Pace } from "./pace.ts";
import { nameOf, parentOf, requireFilePath } from "./path.ts";
import { Resource } from "./resource.ts";
import { FOOTING, type SnapshotInfo, UNNAMED } from "./snapshot-info.ts";
import { SnapshotPublication } from "./snapshot-publication.ts";
import type { SnapshotReader } from "./snapshot-reader.ts";
import type {
  CommittedSnapshot,
  NewFile,
  SnapshotOptions,
  Surroundings,
} from "./snapshot-terms.ts";
import { SnapshotTreesBuilder } from "./snapshot-trees.ts";
import type { Store } from "./store.ts";
import { isStoredWhole } from "./stored-object.ts";
import { directoriesToTake, filesIn } from "./taken-directories.ts";
import { timestampOf } from "./timestamp.ts";

export class SnapshotWriter {
  readonly #store: Store;
  readonly #options: SnapshotOptions;
  readonly #surroundings: Surroundings;
  readonly #id: Mac;
  readonly #started: number;
  readonly #lock: StoreLock;
  readonly #pace: Pace;
  readonly #blobs: BlobWriter;
  readonly #contents: FileContents;
  readonly #trees: SnapshotTreesBuilder;
  readonly #publication: SnapshotPublication;
  /** What this snapshot stands on, as of the first thing in it: for a later one that takes something over from it. */
  #footing: string | undefined;
  /** Of the snapshot that directories are taken over from. */
  #source: string | undefined;
  #bytesRead = 0;
  #ended: boolean = false;
  /** Calls run one after the other, whatever the caller awaits. */
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(
    store: Store,
    options: SnapshotOptions,
    surroundings: Surroundings,
    id: Mac,
    lock: StoreLock,
  ) {
    this.#store = store;
    this.#options = options;
    this.#surroundings = surroundings;
    this.#id = id;
    this.#lock = lock;
    this.#started = surroundings.now();
    this.#pace = makePace(options.signal);
    this.#blobs = new BlobWriter(store, surroundings.random, surroundings.now, this.#pace);
    this.#contents = new FileContents(store, this.#blobs, this.#pace);
    this.#trees = new SnapshotTreesBuilder(store.hashing, store.index);
    this.#publication = new SnapshotPublication(store, id, this.#blobs, surroundings.now);
  }

  /**
   * Takes the store's lock and reads its states.
   * @throws AppError "store-locked", "store-corrupt", "aborted", and those of Storage
   */
  static async start(
    store: Store,
    options: SnapshotOptions,
    surroundings: Surroundings,
  ): Promise<SnapshotWriter> {
    const id = surroundings.random(MAC_LENGTH);
    const lock = await takeSharedLock(store, {
      id,
      hostname: options.hostname ?? "localhost",
      now: surroundings.now,
    });
    try {
      await store.refreshForWriting(options.signal);
      return new SnapshotWriter(store, options, surroundings, id, lock);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  #queue<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#tail.then(() => {
      if (this.#ended) throw new AppError("bug", "This snapshot is finished already.");
      this.#footing ??= this.#store.footing();
      return work();
    });
    this.#tail = run.catch(() => undefined);
    return run;
  }

  /**
   * Adds a file; directories above it are made.
   * @param before the entry at this path in an earlier snapshot of the store: kept where it would be the same again
   * @returns its entry, and whether any of it is new to the store
   * @throws AppError "bad-argument" for an unusable or repeated path, "aborted", and those of Storage
   */
  addFile(
    file: NewFile,
    before?: Entry,
  ): Promise<{ readonly entry: Entry; readonly isNew: boolean }> {
    return this.#queue(async () => {
      requireFilePath(file.path);
      this.#trees.requireFree(file.path);
      const blobsBefore = this.#blobs.newBlobs;
      const wanted = await this.#contents.put(file);
      const entry =
        before?.path === file.path && this.#contents.isSame(before, wanted)
          ? this.#keepEntry(before)
          : await this.#addEntry(file.path, wanted);
      this.#bytesRead += file.bytes.length;
      this.#report();
      return { entry, isNew: this.#blobs.newBlobs > blobsBefore };
    });
  }

  #keepEntry(entry: Entry): Entry {
    this.#trees.add(entry);
    return entry;
  }

  async #addEntry(path: string, content: EntryContent): Promise<Entry> {
    const wanted = { parent: parentOf(path), name: nameOf(path), mode: FILE_MODE, ...content };
    const record = encodeEntry(wanted);
    const entry = entryOf(wanted, record, await this.#blobs.put(Resource.vfsEntry, record));
    this.#trees.add(entry);
    return entry;
  }

  /**
   * Makes a directory, with those above it; it may stay empty. One that is there already is left as it is.
   * @throws AppError "bad-argument" for an unusable path
   */
  addDirectory(path: string): Promise<void> {
    return this.#queue(async () => {
      requireFilePath(path);
      this.#trees.addDirectory(path);
    });
  }

  /**
   * Takes a file over from an earlier snapshot of this store without reading its content.
   * @param entry from a reader of this store. @param path where it lies in this snapshot
   * @returns false when the store no longer has all of it: the file must then be added by its bytes
   * @throws AppError "bad-argument" for an unusable or repeated path, "aborted", and those of Storage
   */
  carryFile(entry: Entry, path: string = entry.path): Promise<boolean> {
    return this.#queue(async () => {
      requireFilePath(path);
      this.#trees.requireFree(path);
      const { index } = this.#store;
      const { object } = entry;
      if (entry.kind !== "file" || !object || !(await isStoredWhole(this.#store, object)))
        return false;
      if (path === entry.path) {
        if (!index.usable(Resource.vfsEntry, entry.mac)) return false;
        this.#trees.add(entry);
      } else {
        const { size, modified, contentType, chunks } = entry;
        await this.#addEntry(path, { size, modified, object, contentType, chunks });
      }
      this.#report();
      await this.#pace.breathe();
      return true;
    });
  }

  /** Whether directories may be taken over from an earlier snapshot: all that it needs is as it was when it was made. */
  mayTakeFrom({ context }: SnapshotInfo): boolean {
    return this.#store.standsOn(context.get(FOOTING) ?? "");
  }

  /**
   * Takes directories over from an earlier snapshot of this store, with all files in them and without reading one.
   * @param paths those that are not in the snapshot are passed over. Only one snapshot can be taken over from
   * @returns how many files are in each of the paths; `undefined`, and nothing is taken over, where this cannot be done: then
   *   the files must be added one by one
   * @throws AppError "bad-argument" for a path that is used already, "store-corrupt", "blob-missing", those of Storage
   */
  takeOver(from: SnapshotReader, paths: readonly string[]): Promise<number[] | undefined> {
    return this.#queue(async () => {
      this.#source ??= from.info.id;
      if (this.#source !== from.info.id || !this.mayTakeFrom(from.info)) return undefined;
      const whole = await directoriesToTake(this.#store, from, paths);
      if (whole) this.#trees.takeOver(whole, await from.content.treesOfFiles());
      this.#report();
      return whole && paths.map((path) => filesIn(whole, path));
    });
  }

  #report(): void {
    this.#options.onProgress?.({
      files: this.#trees.files,
      bytesRead: this.#bytesRead,
      bytesWritten: this.#blobs.bytesWritten,
    });
  }

  /**
   * Publishes the snapshot. `context` adds facts that were not known at the start. When it throws, nothing is published, and {@link abort} cleans up.
   * @throws AppError "store-locked" when another program removed packfiles meanwhile, "aborted", and those of Storage
   */
  commit(context: Readonly<Record<string, string>> = {}): Promise<CommittedSnapshot> {
    return this.#queue(async () => {
      await this.#putHeader(context);
      await this.#blobs.flush();
      const stateBytes = await this.#publication.publish(this.#options.signal);
      this.#ended = true;
      this.#blobs.restoreTrust();
      // It is published: what fails now must not make it look lost, and the lock expires by itself.
      await this.#lock.release().catch(() => undefined);
      return {
        snapshotId: toHex(this.#id),
        timestamp: this.#started,
        files: this.#trees.files,
        bytesRead: this.#bytesRead,
        bytesWritten: this.#blobs.bytesWritten + stateBytes,
        newBlobs: this.#blobs.newBlobs,
      };
    });
  }

  async #putHeader(context: Readonly<Record<string, string>>): Promise<void> {
    const options = this.#options;
    const started = this.#started;
    const built = await this.#trees.build(
      (type, plain) => this.#blobs.put(type, plain),
      this.#pace,
    );
    const header = encodeHeader({
      id: this.#id,
      timestamp: timestampOf(started),
      durationMs: Math.max(0, this.#surroundings.now() - started),
      name: options.label || UNNAMED,
      tags: options.tags ?? [],
      context: Object.entries({
        Client: "CalDAV Keeper",
        ...options.context,
        ...context,
        [FOOTING]: this.#footing ?? "",
      }),
      source: { type: options.type, origin: options.origin, directory: options.directory },
      ...built,
    });
    await this.#blobs.putNamed(Resource.snapshot, this.#id, header);
  }

  /**
   * Gives up: removes what was written and unlocks, as far as the disk lets it. Never throws: packfiles that stay
   * are harmless, and the lock expires. Where it is unknown whether the state was written, the packfiles stay.
   * Without effect after the end.
   */
  async abort(): Promise<void> {
    await this.#tail;
    if (this.#ended) return;
    this.#ended = true;
    if (!this.#publication.mayExist) await this.#blobs.discard().catch(() => undefined);
    await this.#lock.release().catch(() => undefined);
  }
}
