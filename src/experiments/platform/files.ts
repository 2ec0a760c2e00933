/**
 * Files below one opened place, each written whole or not at all. Directories are made from the place downwards, never the place
 * itself: a vanished one (an unplugged disk) must not reappear empty elsewhere. Links are not followed.
 */
import { inParallel } from "../../shared/parallel.ts";
import { type Timers, withDeadline } from "./deadline.ts";
import { isLink, isLinkAsKnown } from "./links.ts";
import { fileError, pathRefused, placeGone, placeSilent } from "./place-errors.ts";
import { relativeParts } from "./place-path.ts";
import { type FileContent, isTemporary, writeWhole } from "./whole-file.ts";

export interface PlacedFile extends FileContent {
  readonly path: string;
}

const PARALLEL = 8;
/** Bytes that one answer of {@link PlacedFiles.readMany} holds, the last file of it apart. */
const READ_AT_ONCE = 16 * 1024 * 1024;
/** For one file: a packfile of many megabytes on a slow stick, yet not for ever on a dead network drive. */
const FILE_DEADLINE_MS = 120_000;
/** Backups are private: only the user's own account may read them. */
const DIRECTORY_MODE = 0o700;

export class PlacedFiles {
  readonly #root: string;
  readonly #windows: boolean;
  readonly #timers: Timers;

  constructor(root: string, windows: boolean, timers: Timers) {
    this.#root = root;
    this.#windows = windows;
    this.#timers = timers;
  }

  /** A missing file has size -1. @throws AppError place-gone when the place itself is missing */
  async stat(path: string): Promise<{ size: number; modifiedMs: number }> {
    const parts = this.#parts(path);
    return this.#guard("read", async () => {
      try {
        await this.#refuseLinks(parts);
        const { size, lastModified } = await IOUtils.stat(this.#absolute(parts));
        return { size, modifiedMs: lastModified };
      } catch (error) {
        if (!isNotFound(error)) throw error;
        await this.#assertRoot();
        return { size: -1, modifiedMs: 0 };
      }
    });
  }

  /** Fewer bytes than `length` where the file ends. @throws AppError blob-missing, place-gone, place-denied, place-io */
  async read(path: string, offset: number | null, length: number | null): Promise<Uint8Array> {
    const parts = this.#parts(path);
    return this.#guard("read", () => this.#readOne(parts, offset, length));
  }

  /**
   * The first of the files whole, as many as go into one answer, at least one; `null` for one that is missing.
   * @throws AppError as {@link read}
   */
  async readMany(paths: readonly string[]): Promise<(Uint8Array | null)[]> {
    const files: (Uint8Array | null)[] = [];
    let size = 0;
    const checked = new Set<string>();
    for (let at = 0; at < paths.length && size < READ_AT_ONCE; at += PARALLEL) {
      const step = paths.slice(at, at + PARALLEL).map((path) => this.#parts(path));
      for (const bytes of await inParallel(step, PARALLEL, (parts) =>
        this.#readIfThere(parts, checked),
      )) {
        files.push(bytes);
        size += bytes?.length ?? 0;
      }
    }
    return files;
  }

  #readIfThere(parts: readonly string[], checked: Set<string>): Promise<Uint8Array | null> {
    return this.#guard("read", async () => {
      try {
        return await this.#readOne(parts, null, null, checked);
      } catch (error) {
        if (!isNotFound(error)) throw error;
        await this.#assertRoot();
        return null;
      }
    });
  }

  async #readOne(
    parts: readonly string[],
    offset: number | null,
    length: number | null,
    checked?: Set<string>,
  ): Promise<Uint8Array> {
    const file = this.#absolute(parts);
    await this.#refuseLinks(parts.slice(0, -1), checked);
    // Asked first: a pipe or a device would never end.
    const { type } = await IOUtils.stat(file);
    if (isLinkAsKnown(file)) throw pathRefused("link");
    if (type !== "regular") throw fileError({ name: type }, "read");
    return IOUtils.read(file, {
      ...(offset === null ? {} : { offset }),
      ...(length === null ? {} : { maxBytes: length }),
    });
  }

  /** Each file whole; after a failure some of the others may have been written. */
  async write(files: readonly PlacedFile[]): Promise<void> {
    const checked = files.map((file) => ({ file, parts: this.#parts(file.path) }));
    // IOUtils would make missing directories by itself, the vanished place included.
    const directories = new Map(
      checked.map(({ parts }) => [parts.slice(0, -1).join("/"), parts.slice(0, -1)]),
    );
    const made = new Set<string>();
    for (const directory of directories.values()) {
      await this.#guard("write", () => this.#makeBelow(directory, made));
    }
    await inParallel(checked, PARALLEL, ({ file, parts }) =>
      this.#guard("write", () => this.#writeOne(file, parts)),
    );
  }

  async makeDirectories(paths: readonly string[]): Promise<void> {
    const made = new Set<string>();
    for (const path of paths) {
      const parts = this.#parts(path);
      await this.#guard("write", () => this.#makeBelow(parts, made));
    }
  }

  /** Names directly below; unfinished writes are left out. A missing directory has `exists` false. */
  async list(
    path: string,
  ): Promise<{ exists: boolean; entries: { name: string; directory: boolean; size: number }[] }> {
    const parts = this.#parts(path);
    return this.#guard("read", async () => {
      let children: string[];
      try {
        children = await IOUtils.getChildren(this.#absolute(parts));
      } catch (error) {
        if (!isNotFound(error)) throw error;
        await this.#assertRoot();
        return { exists: false, entries: [] };
      }
      await this.#refuseLinks(parts);
      const named = children
        .map((child) => ({ child, name: PathUtils.filename(child) }))
        .filter(({ name }) => !isTemporary(name));
      const entries = await inParallel(named, PARALLEL, async ({ child, name }) => {
        try {
          const { type, size } = await IOUtils.stat(child);
          return { name, directory: type === "directory", size: type === "directory" ? 0 : size };
        } catch (error) {
          // Removed since the listing, or a link that leads nowhere.
          if (isNotFound(error)) return null;
          throw error;
        }
      });
      return { exists: true, entries: entries.filter((entry) => entry !== null) };
    });
  }

  /**
   * `<directory>/<name>` of what lies in the directories directly below: hundreds of listings in one call. Links to
   * directories and unfinished writes are left out; a missing directory has nothing.
   * @param only the directories to look into; `null`: all
   */
  async listBelow(path: string, only: readonly string[] | null): Promise<string[]> {
    const parts = this.#parts(path);
    for (const name of only ?? []) this.#parts(`${path}/${name}`);
    const names = only ?? (await this.#guard("read", () => this.#namesIn(parts)));
    const checked = new Set<string>();
    const lists = await inParallel(names, PARALLEL, (name) =>
      this.#guard("read", () => this.#namesIn([...parts, name], checked)),
    );
    return lists.flatMap((inner, index) => inner.map((name) => `${names[index]}/${name}`));
  }

  /** How much lies in the directories directly below, as {@link listBelow} finds it. */
  async measureBelow(path: string): Promise<{ bytes: number; files: number }> {
    const found = await this.listBelow(path, null);
    const stats = await inParallel(found, PARALLEL, (file) => this.stat(`${path}/${file}`));
    const sizes = stats.map(({ size }) => size).filter((size) => size >= 0);
    return { bytes: sizes.reduce((sum, size) => sum + size, 0), files: sizes.length };
  }

  /** Nothing for what is no directory, or is one no more. @param checked given, a link to a directory has nothing either */
  async #namesIn(parts: readonly string[], checked?: Set<string>): Promise<string[]> {
    try {
      const children = await IOUtils.getChildren(this.#absolute(parts));
      if (checked && (await isLink(this.#absolute(parts)))) return [];
      await this.#refuseLinks(checked ? parts.slice(0, -1) : parts, checked);
      return children
        .map((child) => PathUtils.filename(child))
        .filter((name) => !isTemporary(name));
    } catch (error) {
      // What IOUtils says of a file.
      if ((error as { name?: unknown }).name === "InvalidAccessError") return [];
      if (!isNotFound(error)) throw error;
      await this.#assertRoot();
      return [];
    }
  }

  /** Removing what is not there is no error; directories only when empty. */
  async remove(paths: readonly string[]): Promise<void> {
    const checked = paths.map((path) => this.#parts(path));
    if (checked.some((parts) => parts.length === 0)) throw pathRefused("empty-part");
    const looked = new Set<string>();
    await inParallel(checked, PARALLEL, (parts) =>
      this.#guard("write", async () => {
        await this.#refuseLinks(parts.slice(0, -1), looked);
        await IOUtils.remove(this.#absolute(parts), { ignoreAbsent: true, recursive: false });
      }),
    );
  }

  /** @throws AppError place-gone */
  async #assertRoot(): Promise<void> {
    const stat = await IOUtils.stat(this.#root).catch((error: unknown) => {
      if (isNotFound(error)) throw placeGone();
      throw error;
    });
    if (stat.type !== "directory") throw placeGone();
  }

  async #writeOne(file: PlacedFile, parts: readonly string[]): Promise<void> {
    if (parts.length === 0) throw pathRefused("empty-part");
    await writeWhole(this.#absolute(parts.slice(0, -1)), this.#absolute(parts), file);
  }

  /** @param made those of this call that are there already */
  async #makeBelow(parts: readonly string[], made: Set<string>): Promise<void> {
    if (made.size === 0) await this.#assertRoot();
    for (let depth = 1; depth <= parts.length; depth++) {
      const directory = this.#absolute(parts.slice(0, depth));
      if (made.has(directory)) continue;
      await IOUtils.makeDirectory(directory, {
        createAncestors: false,
        ignoreExisting: true,
        permissions: DIRECTORY_MODE,
      });
      if (await isLink(directory)) throw pathRefused("link");
      made.add(directory);
    }
  }

  /** @param checked those of this call that were looked at already */
  async #refuseLinks(parts: readonly string[], checked = new Set<string>()): Promise<void> {
    for (let depth = 1; depth <= parts.length; depth++) {
      const path = this.#absolute(parts.slice(0, depth));
      if (checked.has(path)) continue;
      if (await isLink(path)) throw pathRefused("link");
      checked.add(path);
    }
  }

  #parts(path: string): string[] {
    const checked = relativeParts(path, this.#windows);
    if ("refused" in checked) throw pathRefused(checked.refused);
    return checked.parts;
  }

  #absolute(parts: readonly string[]): string {
    return parts.length === 0 ? this.#root : PathUtils.join(this.#root, ...parts);
  }

  async #guard<T>(doing: "read" | "write", work: () => Promise<T>): Promise<T> {
    try {
      return await withDeadline(work(), FILE_DEADLINE_MS, this.#timers, placeSilent);
    } catch (error) {
      if (isNotFound(error)) await this.#assertRoot();
      throw fileError(error, doing);
    }
  }
}

function isNotFound(error: unknown): boolean {
  return (error as { name?: unknown } | null)?.name === "NotFoundError";
}
