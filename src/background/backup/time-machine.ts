/** Looking back: what changed between two points in time, every version an item has had, and where it can be found. */
import type {
  CommandArguments,
  CommandValue,
  ItemVersions,
  SnapshotDifference,
} from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import type { Kloset } from "../kloset/kloset.ts";
import { nowPairs, snapshotPairs } from "./compared-calendars.ts";
import { readText } from "./content-columns.ts";
import { HistorySearch } from "./history-search.ts";
import { itemVersions, type WantedItem } from "./item-versions.ts";
import type { KeptStore } from "./kept-store.ts";
import { calendarPath, parseCalendarPath, parseResourcePath, resourceName } from "./layout.ts";
import type { CalendarSource, OnlyCopies, Work } from "./ports.ts";
import { safeResourceFile } from "./safe-names.ts";
import { findCalendar, snapshotCalendars } from "./snapshot-calendars.ts";
import { compareCalendars } from "./snapshot-diff.ts";
import { openSnapshotFiles } from "./snapshot-files.ts";
import { unlessDamaged } from "./unless-damaged.ts";

export interface TimeMachineSurroundings {
  readonly store: Pick<KeptStore, "use">;
  readonly calendars: CalendarSource;
}

export class TimeMachine {
  readonly #surroundings: TimeMachineSurroundings;
  readonly #search = new HistorySearch();

  constructor(surroundings: TimeMachineSurroundings) {
    this.#surroundings = surroundings;
  }

  /** @throws AppError "snapshot-unknown", "unsupported", "bad-argument", "store-corrupt", "aborted" */
  diff(args: CommandArguments<"snapshots.diff">, work: Work): Promise<SnapshotDifference> {
    const { store, calendars } = this.#surroundings;
    const { signal } = work;
    return store.use(work, async (opened) => {
      const before = await opened.openSnapshot(args.from, signal);
      const pairs =
        args.to === "now"
          ? await nowPairs(opened, before, calendars, signal)
          : await snapshotPairs(before, await opened.openSnapshot(args.to, signal));
      return compareCalendars(pairs, args, signal);
    });
  }

  /** @throws AppError "bad-argument", "not-found" when no snapshot holds the calendar, "aborted" */
  versions(args: CommandArguments<"snapshots.versions">, work: Work): Promise<ItemVersions> {
    return this.#surroundings.store.use(work, async (opened) =>
      itemVersions(opened, await this.#wantedItem(opened, args), work.signal, (content) =>
        this.#search.uidOf(content),
      ),
    );
  }

  /** @throws AppError "snapshot-unknown", "aborted" */
  search(
    args: CommandArguments<"snapshots.search">,
    work: Work,
  ): Promise<CommandValue<"snapshots.search">> {
    const { store, calendars } = this.#surroundings;
    return store.use(work, async (opened) =>
      this.#search.search(opened, await calendars.calendars(), args, work),
    );
  }

  /** What would be gone with these snapshots. @throws AppError "aborted", those of the store */
  onlyIn(snapshotIds: readonly string[], work: Work): Promise<OnlyCopies> {
    return this.#surroundings.store.use(work, (opened) =>
      this.#search.onlyIn(opened, snapshotIds, work),
    );
  }

  /** @throws AppError "snapshot-unknown", "store-corrupt", "aborted" */
  occurrences(
    args: CommandArguments<"snapshots.occurrences">,
    work: Work,
  ): Promise<CommandValue<"snapshots.occurrences">> {
    return this.#surroundings.store.use(work, (opened) =>
      this.#search.occurrences(opened, args, work),
    );
  }

  /** @throws AppError "snapshot-unknown", "bad-argument", "not-found", "store-corrupt", "blob-missing" */
  async read(
    { snapshotId, path }: CommandArguments<"snapshots.read">,
    work: Work,
  ): Promise<CommandValue<"snapshots.read">> {
    if (!parseResourcePath(path)) throw badArgument("path", "The path is not an item's.");
    return this.#surroundings.store.use(work, async (opened) => {
      const snapshot = await openSnapshotFiles(opened, snapshotId, work.signal);
      const entry = await snapshot.stat(path);
      if (entry?.kind !== "file")
        throw new AppError("not-found", "This snapshot does not hold the item.", {
          hint: "Another snapshot may hold it: search for it. Nothing was changed.",
        });
      return { text: await readText(snapshot, entry), size: entry.size };
    });
  }

  async #wantedItem(
    store: Kloset,
    { calendarId, path, uid }: CommandArguments<"snapshots.versions">,
  ): Promise<WantedItem> {
    if ((calendarId === undefined) === (path === undefined))
      throw badArgument("path", "Either the calendar's id or a path in a snapshot is needed.");
    const names = uid === undefined ? [] : [safeResourceFile(uid)];
    const place = path === undefined ? undefined : parseResourcePath(path);
    if (place) {
      const calendar = calendarPath(place.account, place.calendar);
      return { calendar, names: [resourceName(path ?? ""), ...names], uid: uid ?? null };
    }
    if (uid === undefined) throw badArgument("uid", "It takes an item's UID, or its path.");
    const calendar =
      path === undefined ? await this.#pathOf(store, calendarId as string) : cleanPath(path);
    const known = calendarId === undefined ? [] : await this.#knownNames(calendarId, uid);
    return { calendar, names: [...new Set([...known, ...names])], uid };
  }

  /** Its files' names where the calendar knows them: else every content is read for its UID, which takes seconds. */
  async #knownNames(calendarId: string, uid: string): Promise<string[]> {
    const { calendars } = this.#surroundings;
    const known = await calendars.calendars();
    const calendar = known.find((one) => one.calendarId === calendarId);
    const names = calendar ? await calendars.namesOf(calendar, uid).catch(() => []) : [];
    return names.map(safeResourceFile);
  }

  /** Where the newest snapshot that holds the calendar has it. */
  async #pathOf(store: Kloset, calendarId: string): Promise<string> {
    const known = await this.#surroundings.calendars.calendars();
    const one = known.filter((calendar) => calendar.calendarId === calendarId);
    for (const { id } of await store.listSnapshots()) {
      const saved = await unlessDamaged(async () =>
        snapshotCalendars(await store.openSnapshot(id)),
      );
      const found = saved?.find(
        (calendar) =>
          calendar.manifest?.calendarId === calendarId || findCalendar(calendar, one) !== undefined,
      );
      if (found) return found.path;
    }
    throw new AppError("not-found", "No snapshot holds this calendar.", {
      hint: "Back up first. Nothing was changed.",
    });
  }
}

function cleanPath(path: string): string {
  const place = parseCalendarPath(path);
  if (!place) throw badArgument("path", "The path is neither a calendar's nor an item's.");
  return calendarPath(place.account, place.calendar);
}

function badArgument(argument: string, message: string): AppError {
  return new AppError("bad-argument", message, {
    hint: "Nothing was done.",
    details: { argument },
  });
}
