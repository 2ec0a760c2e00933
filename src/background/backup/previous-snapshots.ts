/**
 * What earlier snapshots of a series hold: of each calendar the newest version. A snapshot of some calendars only
 * (as before a restore) does not hide what older ones hold of the others, and a damaged one is passed over.
 */
import type { Entry } from "../kloset/entry.ts";
import type { Kloset } from "../kloset/kloset.ts";
import type { SnapshotInfo } from "../kloset/snapshot-info.ts";
import type { SnapshotReader } from "../kloset/snapshot-reader.ts";
import type { CalendarFolder } from "./calendar-folders.ts";
import { goneCalendars, type SnapshotCalendar, snapshotCalendars } from "./snapshot-calendars.ts";
import { unlessDamaged } from "./unless-damaged.ts";

export const SNAPSHOT_TYPE = "caldav";
/** In the context of a snapshot that was asked to hold some of the calendars only. */
export const PARTIAL = "Partial";

/** In the context: which of several profiles of one name made it; absent in snapshots from before it was written. */
export const INSTANCE = "Instance";

/** Snapshots of one series: what one profile of one computer wrote. */
export interface SnapshotSeries {
  /** `thunderbird:<profile name>` */
  readonly origin: string;
  /** Random, of this profile alone; absent: only snapshots without one are of the series. */
  readonly instance?: string | undefined;
  /** What it was called before it was moved or copied. */
  readonly former?: readonly FormerInstance[] | undefined;
}

/** Snapshots up to then are of the profile; later ones are of another copy of it. */
export interface FormerInstance {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** One from before instances were told apart counts as own, as it did then. */
export function isOfSeries(
  {
    type,
    origin,
    context,
    timestamp,
  }: Pick<SnapshotInfo, "type" | "origin" | "context" | "timestamp">,
  series: SnapshotSeries,
): boolean {
  if (type !== SNAPSHOT_TYPE || origin !== series.origin) return false;
  const instance = context.get(INSTANCE);
  if (instance === undefined || instance === series.instance) return true;
  return (series.former ?? []).some(({ id, until }) => id === instance && timestamp <= until);
}

/**
 * Without former instances that were seen since: then the profile was copied, the other copy goes on with them, and what
 * both have from before is not this one's to remove.
 */
export function soleSeries(
  series: SnapshotSeries,
  infos: readonly Pick<SnapshotInfo, "type" | "origin" | "context" | "timestamp">[],
): SnapshotSeries {
  const livesOn = ({ id, until }: FormerInstance) =>
    infos.some(({ type, origin, context, timestamp }) => {
      const ofProfile = type === SNAPSHOT_TYPE && origin === series.origin;
      return ofProfile && context.get(INSTANCE) === id && timestamp > until;
    });
  return { ...series, former: series.former?.filter((one) => !livesOn(one)) };
}

export interface PreviousCalendar {
  readonly calendar: SnapshotCalendar;
  readonly snapshot: SnapshotReader;
}

/** A snapshot of the series with the calendars in it. */
export interface HeldSnapshot {
  readonly snapshot: SnapshotReader;
  readonly calendars: readonly SnapshotCalendar[];
}

export class PreviousSnapshots {
  /** Newest first; the last one was meant to hold everything, if any was. */
  readonly held: readonly HeldSnapshot[];
  /** Items in the newest snapshot that was meant to hold everything; 0 without one. */
  readonly items: number;
  readonly #calendars: ReadonlyMap<string, PreviousCalendar>;
  readonly #gone: readonly SnapshotCalendar[];

  private constructor(
    calendars: ReadonlyMap<string, PreviousCalendar>,
    gone: readonly SnapshotCalendar[],
    items: number,
    held: readonly HeldSnapshot[],
  ) {
    this.held = held;
    this.#calendars = calendars;
    this.#gone = gone;
    this.items = items;
  }

  static async read(store: Kloset, series: SnapshotSeries): Promise<PreviousSnapshots> {
    const calendars = new Map<string, PreviousCalendar>();
    const held: HeldSnapshot[] = [];
    for (const info of await store.listSnapshots()) {
      if (!isOfSeries(info, series)) continue;
      const found = await unlessDamaged(() => calendarsIn(store, info));
      if (!found) continue;
      held.push(found);
      const { snapshot } = found;
      for (const calendar of found.calendars) {
        if (!calendars.has(calendar.path)) calendars.set(calendar.path, { calendar, snapshot });
      }
      if (info.context.has(PARTIAL)) continue;
      const gone = (await unlessDamaged(async () => goneIn(store, info))) ?? [];
      return new PreviousSnapshots(calendars, gone, itemsIn(info), held);
    }
    return new PreviousSnapshots(calendars, [], 0, held);
  }

  /** The folder each calendar had last, by calendar id. */
  folders(): Map<string, CalendarFolder> {
    const folders = new Map<string, CalendarFolder>();
    const current = [...this.#calendars.values()].map(({ calendar }) => calendar);
    for (const calendar of [...current, ...this.#gone]) {
      const id = calendar.manifest?.calendarId;
      if (id && !folders.has(id)) folders.set(id, calendar);
    }
    return folders;
  }

  /** @param path `/calendars/<account>/<calendar>` */
  calendar(path: string): PreviousCalendar | undefined {
    return this.#calendars.get(path);
  }
}

/** Files of a calendar by path; none where the listing is damaged. */
export async function previousFiles(
  previous: PreviousCalendar | undefined,
): Promise<ReadonlyMap<string, Entry>> {
  const entries =
    previous && (await unlessDamaged(() => previous.snapshot.list(previous.calendar.path)));
  return new Map(
    (entries ?? [])
      .filter((entry) => entry.kind === "file")
      .map((entry) => [entry.path, entry] as const),
  );
}

async function calendarsIn(store: Kloset, info: SnapshotInfo): Promise<HeldSnapshot> {
  const snapshot = await store.openSnapshot(info.id);
  return { snapshot, calendars: await snapshotCalendars(snapshot) };
}

async function goneIn(store: Kloset, info: SnapshotInfo): Promise<SnapshotCalendar[]> {
  return goneCalendars(await store.openSnapshot(info.id));
}

/** As its writer counted them; else every file, manifests included. */
export function itemsIn(info: SnapshotInfo): number {
  const counted = Number(info.context.get("Items") ?? Number.NaN);
  return Number.isSafeInteger(counted) && counted >= 0 ? counted : info.files;
}
