/**
 * The folder `unsent/`: every text that the user changed and no server has yet, as a plain .ics file, so that it
 * can be had even when the add-on cannot run or the database is lost. One folder a calendar; a file's name tells
 * the row's name, the kind of change and its revision: `<name>~create-12.ics`.
 *
 * Files only repeat what the database holds durably: one that cannot be written, or that a power cut takes, is no
 * failure of the edit, and the next start writes it again.
 */
import type { FileAccess } from "./file-access.ts";

export interface UnsentText {
  readonly calendarId: string;
  readonly name: string;
  readonly kind: "create" | "update";
  readonly revision: number;
}

/** Bytes of a file's name, well within what file systems take. */
const MAX_FILE_NAME = 200;

export class UnsentFolder {
  readonly #files: FileAccess;
  readonly #directory: string;
  /** File by calendar and row, as far as they were written or found. */
  readonly #known = new Map<string, string>();

  constructor(files: FileAccess, directory: string) {
    this.#files = files;
    this.#directory = directory;
  }

  /** All files; names that are not ours are left alone. */
  async list(): Promise<(UnsentText & { readonly path: string })[]> {
    const found: (UnsentText & { path: string })[] = [];
    for (const folder of await this.#files.list(this.#directory)) {
      const calendarId = decoded(folder);
      if (calendarId === null) continue;
      const directory = this.#files.join(this.#directory, folder);
      for (const file of await this.#files.list(directory)) {
        const parsed = parseFileName(file);
        if (parsed === null) continue;
        found.push({ calendarId, ...parsed, path: this.#files.join(directory, file) });
      }
    }
    return found;
  }

  read(path: string): Promise<string> {
    return this.#files.readText(path);
  }

  remove(path: string): Promise<void> {
    return this.#files.remove(path);
  }

  /** The file is there already (found by {@link list}). */
  adopt(unsent: UnsentText, path: string): void {
    this.#known.set(keyOf(unsent.calendarId, unsent.name), path);
  }

  /** In place of the row's earlier file. */
  async write(unsent: UnsentText, text: string): Promise<void> {
    const key = keyOf(unsent.calendarId, unsent.name);
    const earlier = this.#known.get(key);
    try {
      const folder = this.#files.join(this.#directory, encoded(unsent.calendarId));
      const path = this.#files.join(folder, fileNameOf(unsent));
      if (path === earlier) return;
      await this.#files.makeDirectory(folder);
      await this.#files.writeText(path, text);
      this.#known.set(key, path);
      if (earlier !== undefined) await this.#files.remove(earlier);
    } catch {
      // The edit is durable in the database; see the head of this file.
    }
  }

  /** The row has no unsent text any more. */
  async settle(calendarId: string, name: string): Promise<void> {
    const key = keyOf(calendarId, name);
    const path = this.#known.get(key);
    if (path === undefined) return;
    this.#known.delete(key);
    try {
      await this.#files.remove(path);
    } catch {
      // Found again at the next start, where the database says that the text is settled.
    }
  }

  /** Names of the calendar's rows that have a file. */
  namesOf(calendarId: string): string[] {
    const prefix = keyOf(calendarId, "");
    return [...this.#known.keys()]
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length));
  }
}

const keyOf = (calendarId: string, name: string): string => `${calendarId}\n${name}`;

/** Letters, digits and a few marks stay; the rest is percent-encoded, so that the name can be read back. */
function encoded(text: string): string {
  const percent = (char: string): string =>
    `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  return (
    encodeURIComponent(text)
      .replace(/[!'()*~]/g, percent)
      // No hidden files, no device names of Windows, no dot at the end.
      .replace(/^(?:\.|[a-z](?=(?:on|rn|ux|ul|om\d|pt\d)(?:\.|$)))/i, percent)
      .replace(/\.$/, percent)
  );
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function fileNameOf({ name, kind, revision }: UnsentText): string {
  const ending = `~${kind}-${revision}.ics`;
  // A cut name cannot be read back; the row then gets a name of its own if it must be recovered.
  const bare = encoded(name).slice(0, MAX_FILE_NAME - ending.length);
  return `${bare.replace(/%.?$/, "")}${ending}`;
}

function parseFileName(file: string): Omit<UnsentText, "calendarId"> | null {
  const parts = /^(.+)~(create|update)-(\d+)\.ics$/.exec(file);
  const bare = parts?.[1] === undefined ? null : decoded(parts[1]);
  if (parts === null || bare === null) return null;
  return {
    name: bare,
    kind: parts[2] as "create" | "update",
    revision: Number(parts[3]),
  };
}
