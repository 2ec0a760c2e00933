/**
 * Another program's snapshot, e.g. of `plakar backup` of a folder, seen in the layout of layout.ts: folders of .ics
 * files are calendars, other files are left out and counted. Nothing is copied: contents are read where they lie.
 */
import { toHex } from "../../shared/bytes.ts";
import { AppError } from "../../shared/errors.ts";
import type { Entry } from "../kloset/entry.ts";
import type { SnapshotInfo } from "../kloset/snapshot-info.ts";
import type { SnapshotReader } from "../kloset/snapshot-reader.ts";
import { type ForeignCalendar, isCalendarFile, nameCalendars } from "./foreign-calendars.ts";
import { calendarPath, parseResourcePath } from "./layout.ts";
import { safeResourceFile, UniqueNames } from "./safe-names.ts";

interface Found {
  readonly calendars: ReadonlyMap<string, ForeignCalendar>;
  readonly files: number;
}

const ROOT = "/calendars";
/** By snapshot id, the oldest first: each page of a browsed snapshot opens it anew. */
const found = new Map<string, Found>();
const FOUND_KEPT = 8;

export class ForeignSnapshot {
  readonly #snapshot: SnapshotReader;
  readonly #found: Found;

  private constructor(snapshot: SnapshotReader, calendars: Found) {
    this.#snapshot = snapshot;
    this.#found = calendars;
  }

  /** @throws AppError "store-corrupt", "blob-missing", "aborted" */
  static async read(snapshot: SnapshotReader): Promise<ForeignSnapshot> {
    const { id } = snapshot.info;
    const calendars = found.get(id) ?? (await findCalendars(snapshot));
    found.delete(id);
    found.set(id, calendars);
    for (const oldest of found.keys()) {
      if (found.size <= FOUND_KEPT) break;
      found.delete(oldest);
    }
    return new ForeignSnapshot(snapshot, calendars);
  }

  get info(): SnapshotInfo {
    return this.#snapshot.info;
  }

  /** Files of the snapshot that are no calendar files. */
  get ignoredFiles(): number {
    return Math.max(0, this.info.files - this.#found.files);
  }

  async stat(path: string): Promise<Entry | undefined> {
    const place = parseResourcePath(path);
    if (place) {
      const calendar = calendarPath(place.account, place.calendar);
      if (place.section !== "calendars" || !this.#found.calendars.has(calendar)) return undefined;
      return (await this.list(calendar)).find(({ name }) => name === place.file);
    }
    const prefix = `${path}/`;
    const directories = [...this.#found.calendars.keys()];
    if (!directories.some((directory) => `${directory}/`.startsWith(prefix))) return undefined;
    return directoryEntry(path);
  }

  async entryName(path: string): Promise<string | undefined> {
    const entry = await this.stat(path);
    if (entry?.kind === "file") return toHex(entry.mac);
    // Folders are made up here: no other snapshot has this one.
    return entry && `${this.info.id} ${path}`;
  }

  /** @throws AppError "not-found", "store-corrupt", "blob-missing" */
  async list(path: string): Promise<readonly Entry[]> {
    const calendar = this.#found.calendars.get(path);
    if (calendar) return this.#listCalendar(path, calendar.directory);
    const names = new Set<string>();
    for (const directory of this.#found.calendars.keys())
      if (directory.startsWith(`${path}/`))
        names.add(directory.slice(path.length + 1).split("/")[0] as string);
    if (names.size === 0 || !path.startsWith(ROOT)) throw notFound();
    return [...names].map((name) => directoryEntry(`${path}/${name}`));
  }

  async #listCalendar(path: string, directory: string): Promise<Entry[]> {
    const names = new UniqueNames();
    return (await this.#snapshot.list(directory))
      .filter((entry) => entry.kind === "file" && isCalendarFile(entry.path))
      .map((entry) => {
        const name = names.take(safeResourceFile(entry.name));
        return { ...entry, name, path: `${path}/${name}` };
      });
  }

  /** @throws AppError "not-found", "store-corrupt", "blob-missing", "too-large" */
  async readFile(file: string | Entry): Promise<Uint8Array> {
    const entry = typeof file === "string" ? await this.stat(file) : file;
    if (!entry) throw notFound();
    return this.#snapshot.readFile(entry);
  }
}

async function findCalendars(snapshot: SnapshotReader): Promise<Found> {
  const directories = new Set<string>();
  let files = 0;
  for await (const { path } of snapshot.content.entries()) {
    if (!isCalendarFile(path)) continue;
    directories.add(path.slice(0, path.lastIndexOf("/")) || "/");
    files++;
  }
  const { directory, origin, type } = snapshot.info;
  const calendars = nameCalendars([...directories], directory, origin || type);
  return {
    files,
    calendars: new Map(calendars.map((one) => [calendarPath(one.account, one.calendar), one])),
  };
}

function directoryEntry(path: string): Entry {
  return {
    path,
    name: path.slice(path.lastIndexOf("/") + 1),
    kind: "directory",
    size: 0,
    modified: { seconds: 0, nanoseconds: 0 },
    object: undefined,
    contentType: "",
    chunks: 0,
    record: new Uint8Array(),
    mac: new Uint8Array(),
  };
}

function notFound(): AppError {
  return new AppError("not-found", "The snapshot holds nothing at this path.", {
    hint: "Look it up in the list of the snapshot's calendars; another snapshot may hold it.",
  });
}
