/** The folder that a restore writes into, in memory. */
import type { FolderFile, FolderTarget } from "../../src/background/backup/folder-target.ts";
import { AppError } from "../../src/shared/errors.ts";

export class MemoryFolder implements FolderTarget {
  readonly files = new Map<string, Uint8Array>();

  async create(path: string, bytes: Uint8Array): Promise<boolean> {
    if (this.files.has(path)) return false;
    this.files.set(path, bytes);
    return true;
  }

  async createAll(files: readonly FolderFile[]): Promise<void> {
    for (const { path, bytes } of files) {
      if (this.files.has(path)) throw new AppError("file-exists", "It is there.");
      this.files.set(path, bytes);
    }
  }

  async readAll(paths: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    return paths.map((path) => this.files.get(path));
  }

  paths(): string[] {
    return [...this.files.keys()].sort((a, b) => (a < b ? -1 : 1));
  }

  text(path: string): string {
    return new TextDecoder().decode(this.files.get(path));
  }
}
