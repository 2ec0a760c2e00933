/** The few file operations the store needs beside SQLite; paths are absolute. */

export interface FileAccess {
  join(directory: string, ...names: string[]): string;
  exists(path: string): Promise<boolean>;
  /** Names in a directory; none when there is no such directory. */
  list(directory: string): Promise<string[]>;
  makeDirectory(path: string): Promise<void>;
  readText(path: string): Promise<string>;
  /** Replaces the file whole; a power cut may take it back. */
  writeText(path: string, text: string): Promise<void>;
  /** Never over an existing file. */
  move(from: string, to: string): Promise<void>;
  copy(from: string, to: string): Promise<void>;
  /** A file that is gone is no error. */
  remove(path: string): Promise<void>;
}
