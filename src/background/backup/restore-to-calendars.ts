/**
 * Brings resources of a snapshot back into the calendars they came from. A calendar is snapshotted before it is
 * touched; everything written is read back; each item that did not make it is named. A dry run decides the same and touches nothing.
 */
import type { RestoreMode, RestoreReport, RestoreSelection } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import { changedProperties } from "../../shared/ical/changed-properties.ts";
import type { SnapshotReader } from "../kloset/snapshot-reader.ts";
import { notifiedPeople } from "./notified-people.ts";
import type {
  CalendarSource,
  CalendarTarget,
  CalendarWrite,
  KnownCalendar,
  Work,
} from "./ports.ts";
import { type Failure, failure, unreadableFailures } from "./restore-failures.ts";
import { type PresentResource, planRestore } from "./restore-plan.ts";
import { readSelection, type SelectedCalendar } from "./restore-selection.ts";
import type { SnapshotCalendar } from "./snapshot-calendars.ts";

export interface RestoreOptions {
  readonly mode: RestoreMode;
  readonly dryRun: boolean;
  /** Takes the snapshot before anything is changed. @returns its id @throws: then nothing is changed */
  readonly takeSafetySnapshot: (calendarIds: readonly string[]) => Promise<string>;
}

/** One calendar's share of a restore, decided but not done. */
interface CalendarRestore {
  readonly calendar: KnownCalendar;
  readonly selected: SelectedCalendar;
  readonly writes: readonly CalendarWrite[];
  readonly unchanged: number;
  readonly present: ReadonlyMap<string, PresentResource>;
}

export async function restoreToCalendars(
  snapshot: SnapshotReader,
  selection: RestoreSelection,
  calendars: CalendarSource & CalendarTarget,
  options: RestoreOptions,
  work: Work,
): Promise<RestoreReport> {
  const selected = await readSelection(snapshot, selection, work.signal);
  const known = await calendars.calendars();
  const failed: Failure[] = selected.flatMap(unreadableFailures);
  const restores: CalendarRestore[] = [];
  for (const part of selected) {
    const calendar = findOriginal(part.calendar, known);
    const refusal = refuse(calendar);
    if (refusal || !calendar) {
      failed.push(...part.resources.map((resource) => failure(resource.path, refusal)));
      continue;
    }
    restores.push(await planCalendar(calendar, part, calendars, options.mode, work.signal));
  }
  const planned = summarize(restores, failed);
  if (options.dryRun || planned.created + planned.updated + planned.removed === 0) return planned;

  const safetySnapshotId = await options.takeSafetySnapshot(
    restores.map((restore) => restore.calendar.calendarId),
  );
  const total = restores.reduce((sum, restore) => sum + restore.writes.length, 0);
  let done = 0;
  const finished: CalendarRestore[] = [];
  for (const restore of restores) {
    const misses = await runCalendar(restore, calendars, work, (count) =>
      work.onProgress({ done: done + count, total, note: restore.calendar.displayName }),
    );
    failed.push(...misses);
    const missed = new Set(misses.map((miss) => miss.item));
    finished.push({
      ...restore,
      writes: restore.writes.filter((write) => !missed.has(pathOf(restore, write))),
    });
    done += restore.writes.length;
  }
  return { ...summarize(finished, failed), notifies: planned.notifies, safetySnapshotId };
}

/** By its id, else by its address: a calendar subscribed to again has a new id. */
function findOriginal(
  saved: SnapshotCalendar,
  known: readonly KnownCalendar[],
): KnownCalendar | undefined {
  const { manifest } = saved;
  if (!manifest) return undefined;
  return (
    known.find((calendar) => calendar.calendarId === manifest.calendarId) ??
    known.find((calendar) => calendar.own && manifest.url !== "" && calendar.url === manifest.url)
  );
}

function refuse(calendar: KnownCalendar | undefined): AppError | undefined {
  if (!calendar) {
    return new AppError("calendar-unknown", "Its calendar is no longer in Thunderbird.", {
      hint: "Subscribe to the calendar again, or restore into a folder of .ics files.",
    });
  }
  if (calendar.readOnly) {
    return new AppError("read-only", `You may not change the calendar “${calendar.displayName}”.`, {
      hint: "Restore into a folder of .ics files instead.",
    });
  }
  return undefined;
}

async function planCalendar(
  calendar: KnownCalendar,
  selected: SelectedCalendar,
  source: CalendarSource,
  mode: RestoreMode,
  signal: AbortSignal,
): Promise<CalendarRestore> {
  const present = await presentResources(calendar, source, signal);
  // Only a whole calendar can be made exact: else everything not selected would be removed. Nor while a part
  // of it could not be read from the store.
  const exact = mode === "exact" && selected.whole && selected.unreadable.length === 0;
  const effective = mode === "exact" && !exact ? "older" : mode;
  const plan = planRestore(selected.resources, [...present.values()], effective);
  return { calendar, selected, present, ...plan };
}

async function presentResources(
  calendar: KnownCalendar,
  source: CalendarSource,
  signal: AbortSignal,
): Promise<Map<string, PresentResource>> {
  const present = new Map<string, PresentResource>();
  await source.read(
    calendar,
    async (page) => {
      for (const resource of page) {
        const { name, uid, deleted } = resource;
        const text = resource.pendingText ?? resource.text;
        if (text !== null) present.set(name, { name, uid, text, deleted });
      }
    },
    signal,
  );
  return present;
}

async function runCalendar(
  restore: CalendarRestore,
  calendars: CalendarSource & CalendarTarget,
  work: Work,
  onProgress: (done: number) => void,
): Promise<Failure[]> {
  if (restore.writes.length === 0) return [];
  const refused = await calendars.write(restore.calendar, restore.writes, work.signal, onProgress);
  const failures = new Map<string, Failure>();
  for (const { name, error } of refused) {
    const write = restore.writes.find((candidate) => candidate.name === name);
    if (write) failures.set(name, failure(pathOf(restore, write), error));
  }
  const after = await presentResources(restore.calendar, calendars, work.signal);
  const afterByUid = new Map([...after.values()].map((resource) => [resource.uid, resource]));
  for (const write of restore.writes) {
    if (failures.has(write.name)) continue;
    const there =
      after.get(write.name) ?? (write.uid === null ? undefined : afterByUid.get(write.uid));
    const miss = verify(write, there?.deleted ? undefined : there?.text);
    if (miss) failures.set(write.name, failure(pathOf(restore, write), miss));
  }
  return [...failures.values()];
}

/** A server may write the same event in other words (RFC 4791 §5.3.4): what counts is that nothing differs. */
function verify(write: CalendarWrite, text: string | undefined): AppError | undefined {
  if (write.kind === "remove") {
    return text === undefined ? undefined : mismatch("It is still in the calendar.");
  }
  if (text === undefined) return mismatch("It is not in the calendar.");
  if (text === write.text) return undefined;
  const changed = changedProperties(write.text, text);
  return changed.length === 0
    ? undefined
    : mismatch(`The calendar shows other values for ${changed.join(", ")}.`);
}

function mismatch(what: string): AppError {
  return new AppError("restore-incomplete", `Reading it back showed a difference: ${what}`, {
    hint: "It is still whole in the snapshot. Restore it into a folder to have it as a file.",
  });
}

/** The snapshot's path of what a write concerns; a removal has none there, so its name in the calendar. */
function pathOf(restore: CalendarRestore, write: CalendarWrite): string {
  const saved = restore.selected.resources.find(
    (resource) =>
      write.kind !== "remove" && resource.text === write.text && resource.uid === write.uid,
  );
  return saved?.path ?? `${restore.selected.calendar.path}/${write.name}`;
}

function summarize(
  restores: readonly CalendarRestore[],
  failed: readonly Failure[],
): RestoreReport {
  const writes = restores.flatMap((restore) => restore.writes);
  const count = (kind: CalendarWrite["kind"]) =>
    writes.filter((write) => write.kind === kind).length;
  return {
    created: count("create"),
    updated: count("update"),
    removed: count("remove"),
    unchanged: restores.reduce((sum, restore) => sum + restore.unchanged, 0),
    failed,
    notifies: notifiedPeople(
      restores
        .filter((restore) => restore.calendar.own)
        .flatMap((restore) =>
          restore.writes.map((write) =>
            write.kind === "remove" ? (restore.present.get(write.name)?.text ?? "") : write.text,
          ),
        ),
    ),
    safetySnapshotId: null,
  };
}
