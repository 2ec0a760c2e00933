/**
 * A storage with a disk that goes wrong at one chosen operation. Every call counts, each file of a write by itself,
 * so that a test can walk through all of them.
 */
import type { FileToWrite, Storage } from "../../src/background/storage/storage.ts";
import { AppError } from "../../src/shared/errors.ts";

export const faults = [
  /** One operation fails, the next works again. */
  "fails once",
  /** One operation is given up by its deadline, and takes effect later all the same. */
  "stalls",
  /** The machine stops before the operation. */
  "stops before",
  /** The machine stops right behind it. */
  "stops behind",
  /** The machine stops in the middle of writing: half of a temporary file stays. */
  "stops within",
  "is full",
  "is read-only",
  "vanishes",
] as const;
export type Fault = (typeof faults)[number];

const CHANGES = new Set(["write", "create", "makeDirectories", "remove"]);
const WRITES = new Set(["write", "create"]);

export class FaultyStorage implements Storage {
  readonly label = "faulty";
  /** Calls so far, failed ones included. */
  operations = 0;
  readonly #inner: Storage;
  readonly #fault: Fault | "works";
  readonly #at: number;
  #late: (() => Promise<unknown>)[] = [];

  constructor(inner: Storage, fault: Fault | "works" = "works", at: number = Number.MAX_VALUE) {
    this.#inner = inner;
    this.#fault = fault;
    this.#at = at;
  }

  /** True when the chosen operation was reached. */
  get struck(): boolean {
    return this.operations > this.#at;
  }

  /** What a stalled operation does when its disk answers at last: nobody hears of it any more. */
  async settle(): Promise<void> {
    for (const effect of this.#late.splice(0)) await effect().catch(() => undefined);
  }

  async #step<T>(name: string, effect: () => Promise<T>, file?: FileToWrite): Promise<T> {
    const number = this.operations++;
    if (number < this.#at) return effect();
    const first = number === this.#at;
    switch (this.#fault) {
      case "works":
        return effect();
      case "fails once":
        if (first) throw broken();
        return effect();
      case "stalls":
        if (!first) return effect();
        this.#late.push(effect);
        throw broken();
      case "stops before":
        throw broken();
      case "stops behind":
        if (first) await effect();
        throw broken();
      case "stops within":
        if (first && file) await this.#inner.write([half(file)]);
        throw broken();
      case "is full":
        if (WRITES.has(name)) throw new AppError("place-full", "The disk is full.");
        return effect();
      case "is read-only":
        if (CHANGES.has(name)) throw new AppError("place-denied", "The disk is read-only.");
        return effect();
      case "vanishes":
        throw new AppError("place-gone", "The folder is not there any more.");
    }
  }

  size(path: string) {
    return this.#step("size", () => this.#inner.size(path));
  }
  read(path: string) {
    return this.#step("read", () => this.#inner.read(path));
  }
  readRange(path: string, offset: number, length: number) {
    return this.#step("readRange", () => this.#inner.readRange(path, offset, length));
  }
  list(path: string) {
    return this.#step("list", () => this.#inner.list(path));
  }
  readMany(paths: readonly string[]) {
    return this.#step("readMany", () => this.#inner.readMany(paths));
  }
  listBelow(path: string, only?: readonly string[]) {
    return this.#step("listBelow", () => this.#inner.listBelow(path, only));
  }
  async write(files: readonly FileToWrite[]): Promise<void> {
    for (const file of files) await this.#step("write", () => this.#inner.write([file]), file);
  }
  create(file: FileToWrite): Promise<boolean> {
    return this.#step("create", () => this.#inner.create(file), file);
  }
  makeDirectories(paths: readonly string[]): Promise<void> {
    return this.#step("makeDirectories", () => this.#inner.makeDirectories(paths));
  }
  remove(paths: readonly string[]): Promise<void> {
    return this.#step("remove", () => this.#inner.remove(paths));
  }
}

/** As the privileged file access leaves it: beside its target, under a name that no listing shows. */
function half({ path, bytes }: FileToWrite): FileToWrite {
  const directory = path.slice(0, path.lastIndexOf("/") + 1);
  return { path: `${directory}tmp.half`, bytes: bytes.slice(0, bytes.length / 2) };
}

function broken(): AppError {
  return new AppError("place-io", "The disk did not answer.", { retry: "later" });
}
