/**
 * Files below one opened place. Every write goes to a temporary name `tmp.<uuid>` beside the target, is flushed,
 * then renamed, so that a reader sees the whole file or none of it. Directories are made from the place
 * downwards, never the place itself: a vanished one (an unplugged disk) must not reappear empty elsewhere.
 */
import { inParallel, type Timers, withDeadline } from "./parallel.ts";
import { fileError, pathRefused, placeGone, placeSilent } from "./place-errors.ts";
import { relativeParts } from "./place-path.ts";

export interface PlacedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Fails with file-exists instead of replacing. */
  readonly create?: boolean | null;
  /** Milliseconds since the epoch. */
  readonly modifiedMs?: number | null;
}

const PARALLEL = 8;
/** For one file: a packfile of many megabytes on a slow stick, yet not for ever on a dead network drive. */
const FILE_DEADLINE_MS = 120_000;
/** Backups are private: only the user's own account may read them. */
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;
const TEMPORARY = /^tmp\.[0-9a-f]{8}-[0-9a-f-]{27}$/;

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
    return this.#guard("read", () =>
      IOUtils.read(this.#absolute(parts), {
        ...(offset === null ? {} : { offset }),
        ...(length === null ? {} : { maxBytes: length }),
      }),
    );
  }

  /** Each file whole; after a failure some of the others may have been written. */
  async write(files: readonly PlacedFile[]): Promise<void> {
    const checked = files.map((file) => ({ file, parts: this.#parts(file.path) }));
    // IOUtils would make missing directories by itself, the vanished place included.
    const directories = new Map(
      checked.map(({ parts }) => [parts.slice(0, -1).join("/"), parts.slice(0, -1)]),
    );
    for (const directory of directories.values()) {
      await this.#guard("write", () => this.#makeBelow(directory));
    }
    await inParallel(checked, PARALLEL, ({ file, parts }) =>
      this.#guard("write", () => this.#writeOne(file, parts)),
    );
  }

  async makeDirectories(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const parts = this.#parts(path);
      await this.#guard("write", () => this.#makeBelow(parts));
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
      const named = children
        .map((child) => ({ child, name: PathUtils.filename(child) }))
        .filter(({ name }) => !TEMPORARY.test(name));
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

  /** Removing what is not there is no error; directories only when empty. */
  async remove(paths: readonly string[]): Promise<void> {
    const checked = paths.map((path) => this.#parts(path));
    if (checked.some((parts) => parts.length === 0)) throw pathRefused("empty-part");
    await inParallel(checked, PARALLEL, (parts) =>
      this.#guard("write", async () => {
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
    const target = this.#absolute(parts);
    const directory = parts.slice(0, -1);
    const temporary = PathUtils.join(this.#absolute(directory), `tmp.${uuid()}`);
    if (file.create && (await IOUtils.exists(target))) throw exists();
    try {
      await IOUtils.write(temporary, file.bytes, { mode: "create", flush: true });
      await IOUtils.setPermissions(temporary, FILE_MODE);
      if (file.modifiedMs != null) {
        // Gecko refuses 0, which it could not tell from "now".
        await IOUtils.setModificationTime(temporary, Math.max(1, Math.trunc(file.modifiedMs)));
      }
      await IOUtils.move(temporary, target, { noOverwrite: file.create === true });
    } catch (error) {
      await IOUtils.remove(temporary, { ignoreAbsent: true }).catch(() => undefined);
      throw error;
    }
  }

  async #makeBelow(parts: readonly string[]): Promise<void> {
    await this.#assertRoot();
    for (let depth = 1; depth <= parts.length; depth++) {
      await IOUtils.makeDirectory(this.#absolute(parts.slice(0, depth)), {
        createAncestors: false,
        ignoreExisting: true,
        permissions: DIRECTORY_MODE,
      });
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

function exists(): Error {
  return fileError({ name: "NoModificationAllowedError" }, "write");
}

function uuid(): string {
  return Services.uuid.generateUUID().toString().slice(1, -1);
}
