/**
 * What snapshots hold, kept for the next question: snapshots share most parts of their listings and most contents, and
 * each distinct one is read once, whatever the number of snapshots. It lives as long as the background page.
 */
import { inParallel } from "../../shared/parallel.ts";
import { entryKey } from "../kloset/dirpack.ts";
import type { Entry } from "../kloset/entry.ts";
import type { Kloset } from "../kloset/kloset.ts";
import { makePace } from "../kloset/pace.ts";
import type { SnapshotInfo } from "../kloset/snapshot-info.ts";
import { contentName, readText } from "./content-columns.ts";
import { type ContentFacts, contentFacts, UNREADABLE } from "./content-facts.ts";
import { parseResourcePath, REPLACED, resourceName, type Section, sectionPath } from "./layout.ts";
import type { Work } from "./ports.ts";
import { replacedAt } from "./replaced-holdings.ts";
import { goneCalendars, type SnapshotCalendar, snapshotCalendars } from "./snapshot-calendars.ts";
import { openSnapshotFiles, type SnapshotFiles } from "./snapshot-files.ts";
import { unlessDamaged } from "./unless-damaged.ts";

export interface IndexedFile {
  readonly name: string;
  readonly path: string;
  readonly content: string;
  readonly size: number;
  readonly facts: ContentFacts;
  /** When it was replaced, of a text among what was replaced; else `null`. Milliseconds since the epoch. */
  readonly replacedAt: number | null;
}

/** Part of a listing; one object for all snapshots that share it. */
export type IndexedPiece = readonly IndexedFile[];

export interface IndexedCalendar {
  readonly calendar: SnapshotCalendar;
  /** Of the calendar, and of its unsent versions below `/pending`. */
  readonly pieces: readonly IndexedPiece[];
  /** What was replaced or removed before the snapshot: below `/replaced`. */
  readonly replaced: readonly IndexedPiece[];
  /** Losers of conflicts: below `/conflicts`. */
  readonly conflicts: readonly IndexedPiece[];
}

export interface IndexedSnapshot {
  readonly info: SnapshotInfo;
  readonly calendars: readonly IndexedCalendar[];
}

interface Reading {
  readonly signal: AbortSignal;
  /** One more of its files is known. */
  readonly onFile: () => void;
}

const READ_AT_ONCE = 16;
const TOLD_EVERY = 100;

/** Distinct contents kept between questions; a bigger index is made anew for each. */
const CONTENTS_KEPT = 100_000;

export class HistoryIndex {
  readonly #snapshots = new Map<string, IndexedSnapshot>();
  readonly #pieces = new Map<string, IndexedPiece>();
  readonly #contents = new Map<string, ContentFacts>();
  /** By Kloset's name of the entry: of a part that changed most entries are as they were. */
  readonly #files = new Map<string, IndexedFile>();
  /** Pieces with files that could not be read; kept while the same store knows of the same damage. */
  readonly #unreadable = new WeakSet<IndexedPiece>();
  #damage: { readonly store: Kloset; readonly names: string } | undefined;
  #version = 0;

  /**
   * Reads again, by the next {@link load}, what could not be read, if that may be otherwise now.
   * @returns another number after each time
   */
  settle(store: Kloset): number {
    const names = [...store.damaged()].sort((a, b) => (a < b ? -1 : 1)).join();
    if (this.#damage?.store === store && this.#damage.names === names) return this.#version;
    this.#damage = { store, names };
    const isUnreadable = (piece: IndexedPiece) => this.#unreadable.has(piece);
    let dropped = false;
    for (const [key, piece] of this.#pieces)
      if (isUnreadable(piece)) dropped = this.#pieces.delete(key);
    for (const [id, { calendars }] of this.#snapshots)
      if (
        calendars.some(({ pieces, replaced, conflicts }) =>
          [pieces, replaced, conflicts].some((all) => all.some(isUnreadable)),
        )
      )
        dropped = this.#snapshots.delete(id);
    if (dropped) this.#version += 1;
    return this.#version;
  }

  /** @returns `undefined` for a snapshot too damaged to read. @throws AppError "aborted" */
  async load(
    store: Kloset,
    infos: readonly SnapshotInfo[],
    { signal, onProgress }: Work,
  ): Promise<ReadonlyMap<string, IndexedSnapshot>> {
    this.settle(store);
    if (Math.max(this.#contents.size, this.#files.size) > CONTENTS_KEPT) this.#forget();
    const loaded = new Map<string, IndexedSnapshot>();
    const only = infos.length === 1;
    for (const [done, info] of infos.entries()) {
      signal.throwIfAborted();
      const known = this.#snapshots.get(info.id);
      let read = 0;
      const reading: Reading = {
        signal,
        // A hundred snapshots are counted, of a single one what it holds.
        onFile: () => {
          if (only && ++read % TOLD_EVERY === 0)
            onProgress({ done: read, total: Math.max(read, info.files), note: "" });
        },
      };
      const indexed = known ?? (await unlessDamaged(() => this.#read(store, info, reading)));
      if (indexed) {
        this.#snapshots.set(info.id, indexed);
        loaded.set(info.id, indexed);
      }
      if (!known && !only) onProgress({ done: done + 1, total: infos.length, note: "" });
    }
    return loaded;
  }

  /** @param content as contentName gives it. @returns `undefined` for one that was not read */
  uidOf(content: string): string | null | undefined {
    return this.#contents.get(content)?.uid;
  }

  #forget(): void {
    this.#snapshots.clear();
    this.#pieces.clear();
    this.#contents.clear();
    this.#files.clear();
  }

  async #read(store: Kloset, info: SnapshotInfo, reading: Reading): Promise<IndexedSnapshot> {
    const snapshot = await openSnapshotFiles(store, info.id, reading.signal);
    const calendars: IndexedCalendar[] = [];
    const besides = (calendar: SnapshotCalendar) => async (section: Section) => {
      const path = sectionPath(section, calendar.account, calendar.calendar);
      if ((await snapshot.entryName(path)) === undefined) return [];
      return this.#piecesOf(snapshot, path, reading);
    };
    for (const calendar of await snapshotCalendars(snapshot)) {
      const beside = besides(calendar);
      const pieces = await this.#piecesOf(snapshot, calendar.path, reading);
      calendars.push({
        calendar,
        pieces: [...pieces, ...(await beside("pending"))],
        replaced: await beside(REPLACED),
        conflicts: await beside("conflicts"),
      });
    }
    for (const calendar of await goneCalendars(snapshot)) {
      const beside = besides(calendar);
      calendars.push({
        calendar,
        pieces: [],
        replaced: await beside(REPLACED),
        conflicts: await beside("conflicts"),
      });
    }
    return { info, calendars };
  }

  async #piecesOf(
    snapshot: SnapshotFiles,
    directory: string,
    reading: Reading,
  ): Promise<IndexedPiece[]> {
    const whole = {
      name: `${snapshot.info.id} ${directory}`,
      entries: (_recall: (key: string) => IndexedFile | undefined) => snapshot.list(directory),
    };
    const inPieces = await unlessDamaged(async () => snapshot.listingPieces?.(directory));
    const listed = inPieces ?? [whole];
    const pieces: IndexedPiece[] = [];
    for (const { name, entries } of listed) {
      const key = `${name} ${directory}`;
      const known = this.#pieces.get(key);
      const found = known
        ? undefined
        : await unlessDamaged(() => entries((entry) => this.#files.get(entry)));
      // A listing that is damaged, or cut in the middle of an entry, can be read as a whole only, if at all.
      if (!known && !found)
        return [await this.#indexed(snapshot, await snapshot.list(directory), reading)];
      const piece = known ?? (await this.#indexed(snapshot, found ?? [], reading));
      this.#pieces.set(key, piece);
      pieces.push(piece);
    }
    return pieces;
  }

  async #indexed(
    snapshot: SnapshotFiles,
    entries: readonly (Entry | IndexedFile)[],
    { signal, onFile }: Reading,
  ): Promise<IndexedPiece> {
    const files: IndexedFile[] = [];
    const pace = makePace(signal);
    const unread = entries.filter(
      (entry) => !("facts" in entry) && entry.kind === "file" && !this.#facts(entry),
    ) as Entry[];
    // What lies on the disk is waited for together.
    await inParallel(unread, READ_AT_ONCE, async (entry) => {
      const facts = await factsOf(snapshot, entry);
      if (facts) this.#contents.set(contentName(entry), facts);
      await pace.breathe();
    });
    for (const entry of entries) {
      onFile();
      await pace.breathe();
      if ("facts" in entry) files.push(entry);
      else if (entry.kind === "file") files.push(this.#file(snapshot, entry));
    }
    if (files.some(({ facts }) => facts === UNREADABLE)) this.#unreadable.add(files);
    return files;
  }

  #facts(entry: Entry): ContentFacts | undefined {
    return this.#contents.get(contentName(entry));
  }

  #file(snapshot: SnapshotFiles, entry: Entry): IndexedFile {
    const { path, size } = entry;
    const isReplaced = parseResourcePath(path)?.section === REPLACED;
    const facts = this.#facts(entry);
    // Damaged in the store, it is still listed, by the name of its file.
    const file = {
      name: resourceName(path),
      path,
      size,
      content: contentName(entry),
      facts: facts ?? UNREADABLE,
      replacedAt: isReplaced ? replacedAt(entry, snapshot.info.timestamp) : null,
    };
    // Damaged now, it may be whole by the next snapshot; those of other programs are shown under other paths.
    if (facts && entry.mac.length > 0 && snapshot.listingPieces)
      this.#files.set(entryKey(entry.mac), file);
    return file;
  }
}

function factsOf(snapshot: SnapshotFiles, entry: Entry): Promise<ContentFacts | undefined> {
  return unlessDamaged(async () => contentFacts(await readText(snapshot, entry)));
}
