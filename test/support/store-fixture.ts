/** Small stores in memory for tests of the format: fixed clock and ids, and a storage that fails on demand. */
import { createStore, type Kloset, openStore } from "../../src/background/kloset/kloset.ts";
import type {
  CommittedSnapshot,
  NewFile,
  Surroundings,
} from "../../src/background/kloset/snapshot-terms.ts";
import { MemoryStorage } from "../../src/background/storage/memory-storage.ts";
import type { FileToWrite, Storage } from "../../src/background/storage/storage.ts";

export const START_MS = 1_767_323_045_000;

/** A clock that only tests move, and random bytes that repeat from run to run but never within one. */
export function fixedSurroundings(): Surroundings & { time: number } {
  let calls = 0;
  const surroundings = {
    time: START_MS,
    now: () => surroundings.time,
    random: (size: number) => {
      calls++;
      return Uint8Array.from({ length: size }, (_, i) => (calls * 89 + i * 31) & 255);
    },
  };
  return surroundings;
}

export const source = {
  type: "caldav",
  origin: "thunderbird:test",
  directory: "/",
  hostname: "desk",
} as const;

export async function addSnapshot(
  store: Kloset,
  files: readonly NewFile[],
  label = "",
): Promise<CommittedSnapshot> {
  const writer = await store.startSnapshot({ ...source, label });
  for (const file of files) await writer.addFile(file);
  return writer.commit();
}

export async function memoryStore(surroundings = fixedSurroundings()) {
  const storage = new MemoryStorage();
  const store = await createStore(storage, { surroundings });
  return { storage, store, surroundings, reopen: () => openStore(storage, { surroundings }) };
}

/** Passes everything on until the given number of changes has been made; then every change fails, as after a crash. */
export class FailingStorage implements Storage {
  readonly label = "failing";
  changesLeft: number;
  readonly #inner: Storage;

  constructor(inner: Storage, changes: number) {
    this.#inner = inner;
    this.changesLeft = changes;
  }

  #spend(): void {
    if (this.changesLeft <= 0) throw new Error("the machine lost power");
    this.changesLeft--;
  }

  size(path: string) {
    return this.#inner.size(path);
  }
  read(path: string) {
    return this.#inner.read(path);
  }
  readRange(path: string, offset: number, length: number) {
    return this.#inner.readRange(path, offset, length);
  }
  list(path: string) {
    return this.#inner.list(path);
  }
  readMany(paths: readonly string[]) {
    return this.#inner.readMany(paths);
  }
  listBelow(path: string, only?: readonly string[]) {
    return this.#inner.listBelow(path, only);
  }
  async write(files: readonly FileToWrite[]): Promise<void> {
    for (const file of files) {
      this.#spend();
      await this.#inner.write([file]);
    }
  }
  async create(file: FileToWrite): Promise<boolean> {
    this.#spend();
    return this.#inner.create(file);
  }
  async makeDirectories(paths: readonly string[]): Promise<void> {
    this.#spend();
    await this.#inner.makeDirectories(paths);
  }
  async remove(paths: readonly string[]): Promise<void> {
    this.#spend();
    await this.#inner.remove(paths);
  }
}
