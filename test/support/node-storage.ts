/** Storage over Node's file system, for tests that share a directory with the real plakar. */
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { FileToWrite, Storage } from "../../src/background/storage/storage.ts";
import { AppError } from "../../src/shared/errors.ts";

let counter = 0;

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR";
}

export class NodeStorage implements Storage {
  readonly label: string;

  constructor(directory: string) {
    this.label = directory;
  }

  #full(relative: string): string {
    return path.join(this.label, relative);
  }

  async size(file: string): Promise<number | undefined> {
    try {
      const found = await stat(this.#full(file));
      return found.isFile() ? found.size : undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async read(file: string): Promise<Uint8Array> {
    try {
      return new Uint8Array(await readFile(this.#full(file)));
    } catch (error) {
      if (isMissing(error)) throw new AppError("blob-missing", "A file is missing.");
      throw error;
    }
  }

  async readRange(file: string, offset: number, length: number): Promise<Uint8Array> {
    const size = await this.size(file);
    if (size === undefined) throw new AppError("blob-missing", "A file is missing.");
    if (offset + length > size) throw new AppError("store-corrupt", "A file is cut off.");
    const handle = await open(this.#full(file));
    try {
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0) throw new AppError("store-corrupt", "A file is cut off.");
        done += bytesRead;
      }
      return bytes;
    } finally {
      await handle.close();
    }
  }

  async readMany(files: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    return Promise.all(
      files.map(async (file) => {
        try {
          return new Uint8Array(await readFile(this.#full(file)));
        } catch (error) {
          if (isMissing(error)) return undefined;
          throw error;
        }
      }),
    );
  }

  async #temporary(file: FileToWrite): Promise<string> {
    const full = this.#full(file.path);
    await mkdir(path.dirname(full), { recursive: true, mode: 0o700 });
    const temporary = this.#full(`tmp.${process.pid}.${counter++}`);
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(file.bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return temporary;
  }

  async write(files: readonly FileToWrite[]): Promise<void> {
    for (const file of files) await rename(await this.#temporary(file), this.#full(file.path));
  }

  async create(file: FileToWrite): Promise<boolean> {
    const temporary = await this.#temporary(file);
    try {
      await link(temporary, this.#full(file.path));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    } finally {
      await rm(temporary);
    }
  }

  async makeDirectories(paths: readonly string[]): Promise<void> {
    for (const directory of paths)
      await mkdir(this.#full(directory), { recursive: true, mode: 0o700 });
  }

  async list(directory: string) {
    try {
      const names = await readdir(this.#full(directory), { withFileTypes: true });
      return await Promise.all(
        names
          .filter((entry) => !entry.name.startsWith("tmp."))
          .map(async (entry) => ({
            name: entry.name,
            directory: entry.isDirectory(),
            size: entry.isFile() ? ((await this.size(path.join(directory, entry.name))) ?? 0) : 0,
          })),
      );
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  async listBelow(directory: string, only?: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    for (const { name, directory: isDirectory } of await this.list(directory)) {
      if (!isDirectory || only?.includes(name) === false) continue;
      for (const entry of await this.list(`${directory}/${name}`))
        found.push(`${name}/${entry.name}`);
    }
    return found;
  }

  async remove(paths: readonly string[]): Promise<void> {
    for (const file of paths) await rm(this.#full(file), { force: true });
  }
}
