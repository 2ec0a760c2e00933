/** Storage in memory: for tests, and for stores that only live as long as the program. */
import { AppError } from "../../shared/errors.ts";
import type { FileToWrite, Storage } from "./storage.ts";

export class MemoryStorage implements Storage {
  readonly label = "memory";
  readonly files = new Map<string, Uint8Array>();
  readonly #directories = new Set<string>();

  async size(path: string): Promise<number | undefined> {
    return this.files.get(path)?.length;
  }

  async read(path: string): Promise<Uint8Array> {
    const bytes = this.files.get(path);
    if (!bytes) throw new AppError("blob-missing", "A file of the backup store is missing.");
    return bytes.slice();
  }

  async readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
    const bytes = await this.read(path);
    if (offset + length > bytes.length)
      throw new AppError("store-corrupt", "A file of the backup store is cut off.");
    return bytes.subarray(offset, offset + length);
  }

  async readMany(paths: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    return paths.map((path) => this.files.get(path)?.slice());
  }

  async write(files: readonly FileToWrite[]): Promise<void> {
    for (const { path, bytes } of files) this.files.set(path, bytes.slice());
  }

  async create(file: FileToWrite): Promise<boolean> {
    if (this.files.has(file.path)) return false;
    await this.write([file]);
    return true;
  }

  async makeDirectories(paths: readonly string[]): Promise<void> {
    for (const path of paths) this.#directories.add(path);
  }

  async list(path: string) {
    const prefix = path === "" ? "" : `${path}/`;
    const found = new Map<string, { name: string; directory: boolean; size: number }>();
    for (const directory of this.#directories) add(directory, true, 0);
    for (const [file, bytes] of this.files) add(file, false, bytes.length);
    return [...found.values()].filter(({ name }) => !name.startsWith("tmp."));

    function add(full: string, isDirectory: boolean, size: number): void {
      if (!full.startsWith(prefix)) return;
      const [name = "", ...deeper] = full.slice(prefix.length).split("/");
      const directory = isDirectory || deeper.length > 0;
      if (name !== "") found.set(name, { name, directory, size: directory ? 0 : size });
    }
  }

  async listBelow(path: string, only?: readonly string[]): Promise<string[]> {
    const prefix = `${path}/`;
    return [...this.files.keys()]
      .filter((file) => file.startsWith(prefix))
      .map((file) => file.slice(prefix.length).split("/"))
      .filter(([directory = "", name]) => name !== undefined && (only?.includes(directory) ?? true))
      .map(([directory, name]) => `${directory}/${name}`)
      .filter((found) => !found.includes("/tmp."));
  }

  async remove(paths: readonly string[]): Promise<void> {
    for (const path of paths) this.files.delete(path);
  }
}
