/** The folder that a restore writes into, in memory. */
import type { FolderTarget } from "../../src/background/backup/folder-target.ts";

export class MemoryFolder implements FolderTarget {
  readonly files = new Map<string, Uint8Array>();

  async create(path: string, bytes: Uint8Array): Promise<boolean> {
    if (this.files.has(path)) return false;
    this.files.set(path, bytes);
    return true;
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    return this.files.get(path);
  }

  paths(): string[] {
    return [...this.files.keys()].sort((a, b) => (a < b ? -1 : 1));
  }

  text(path: string): string {
    return new TextDecoder().decode(this.files.get(path));
  }
}
