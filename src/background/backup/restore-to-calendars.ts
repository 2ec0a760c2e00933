/**
 * Brings resources of a snapshot into calendars: those they came from, another one, a new one. A calendar is snapshotted
 * before it is touched; everything written is read back; each item that did not make it is named. A dry run
 * decides the same and touches nothing. Running it again goes on where an interrupted one stopped.
 */
import type { CommandArguments, RestoreReport } from "../../shared/commands.ts";
import { changedProperties } from "../../shared/ical/changed-properties.ts";
import { withoutServerScheduling } from "../../shared/ical/restored-text.ts";

import type {
  CalendarMaker,
  CalendarSource,
  CalendarTarget,
  CalendarWrite,
  KnownCalendar,
  Work,
} from "./ports.ts";
import { copiesOf, copyUid } from "./restore-copies.ts";
import {
  type CalendarTargetChoice,
  type Destination,
  findDestinations,
  presentResources,
} from "./restore-destination.ts";
import { type Failure, failure, unreadableFailures } from "./restore-failures.ts";
import { mayBeTold, people, quietWrites } from "./restore-mail.ts";
import { type PresentResource, planRestore } from "./restore-plan.ts";
import { previewOutdated, previewToken } from "./restore-preview.ts";
import { runWrites, textOf } from "./restore-run.ts";
import { readSelection } from "./restore-selection.ts";
import { heldElsewhere } from "./restore-uids.ts";
import type { SnapshotFiles } from "./snapshot-files.ts";

export type RestoreRequest = CommandArguments<"snapshots.restore"> & {
  readonly target: CalendarTargetChoice;
};

export interface RestoreWorld {
  readonly calendars: CalendarSource & CalendarTarget;
  readonly maker: CalendarMaker;
  /** Takes the snapshot before anything is changed. @returns its id @throws: then nothing is changed */
  readonly takeSafetySnapshot: (calendarIds: readonly string[]) => Promise<string>;
}

/** One calendar's share of a restore, decided but not done. */
interface CalendarRestore {
  readonly destination: Destination;
  readonly writes: readonly CalendarWrite[];
  readonly unchanged: number;
  readonly present: ReadonlyMap<string, PresentResource>;
  readonly failed: readonly Failure[];
  readonly notifies: readonly string[];
  /** Path in the snapshot, else the name in the calendar, of what a write concerns. */
  readonly itemOf: (write: CalendarWrite) => string;
}

/** @throws AppError "calendar-unknown", "account-unknown", "read-only", "preview-outdated", and those of the store; then nothing is changed */
export async function restoreToCalendars(
  snapshot: SnapshotFiles,
  request: RestoreRequest,
  world: RestoreWorld,
  work: Work,
): Promise<RestoreReport> {
  const accountId = accountOf(request);
  if (accountId !== undefined) await world.maker.requireAccount(accountId);
  const selected = await readSelection(snapshot, request.selection, work.signal);
  const key = await keyOfNew(snapshot, request.target);
  const made = key === undefined ? undefined : await world.maker.made(key);
  const found = await findDestinations(
    selected,
    request.target,
    made,
    world.calendars,
    work.signal,
  );
  const failed: Failure[] = [...selected.flatMap(unreadableFailures), ...found.failed];
  const restores: CalendarRestore[] = [];
  for (const destination of found.destinations)
    restores.push(await plan(destination, request, world.calendars, work.signal));
  failed.push(...restores.flatMap((restore) => restore.failed));
  const token = await previewToken(
    restores.map(({ destination, writes, present }) => ({
      calendarId: destination.calendar?.calendarId ?? "",
      writes,
      present,
    })),
  );
  const planned = summarize(restores, failed);
  if (request.dryRun) return { ...planned, preview: token };
  if (request.preview !== undefined && request.preview !== token) throw previewOutdated();
  if (restores.every(({ writes }) => writes.length === 0)) return planned;

  const held = await Promise.all(
    restores.map(({ destination: { calendar }, writes }) =>
      heldElsewhere(
        calendar ?? { calendarId: "", accountId },
        writes,
        world.calendars,
        work.signal,
      ),
    ),
  );
  const touched = restores.flatMap(({ destination, writes }, index) => [
    ...(destination.calendar && writes.length > 0 ? [destination.calendar.calendarId] : []),
    ...[...(held[index]?.values() ?? [])].map(({ calendarId }) => calendarId),
  ]);
  const safetySnapshotId =
    touched.length > 0 ? await world.takeSafetySnapshot([...new Set(touched)]) : null;
  const total = restores.reduce((sum, restore) => sum + restore.writes.length, 0);
  let done = 0;
  const finished: CalendarRestore[] = [];
  for (const [index, decided] of restores.entries()) {
    const { restore, calendar } = await begin(decided, snapshot, request, world, work.signal);
    const onProgress = (count: number) =>
      work.onProgress({ done: done + count, total, note: calendar.displayName });
    const taken = held[index] ?? new Map();
    const misses = await runWrites(restore, calendar, world.calendars, taken, {
      ...work,
      onProgress,
    });
    failed.push(...misses.values());
    finished.push({
      ...restore,
      destination: { ...restore.destination, calendar },
      writes: restore.writes.filter((write) => !misses.has(write)),
    });
    done += restore.writes.length;
  }
  return { ...summarize(finished, failed), notifies: planned.notifies, safetySnapshotId };
}

async function plan(
  destination: Destination,
  { target, mode, quiet = false, newUids = false }: RestoreRequest,
  source: CalendarSource,
  signal: AbortSignal,
): Promise<CalendarRestore> {
  const { calendar, whole } = destination;
  const resources = newUids ? await copiesOf(destination.resources) : destination.resources;
  const present = calendar
    ? await presentResources(calendar, source, signal)
    : new Map<string, PresentResource>();
  // Only a whole calendar can be made exact: else everything not selected would be removed. Copies are no calendar.
  const narrowed = mode === "exact" && (!whole || newUids) ? "older" : mode;
  // What lies in a new one already was restored before, or came from the server: somebody may have edited it since.
  const effective = target.kind === "new" ? "missing" : narrowed;
  const told = calendar ? mayBeTold(calendar) : accountOf({ target }) !== undefined;
  const planned = planRestore(
    resources,
    [...present.values()],
    effective,
    isRestored(target.kind === "original", quiet && told),
  );
  const paths = new Map(resources.map(({ uid, text, path }) => [keyOf(uid, text), path]));
  const itemOf = (write: CalendarWrite) =>
    (write.kind === "remove" ? undefined : paths.get(keyOf(write.uid, write.text))) ?? write.name;
  const mail = quiet && told ? quietWrites(planned.writes, present) : undefined;
  const writes = mail?.writes ?? planned.writes;
  return {
    destination,
    writes,
    unchanged: planned.unchanged,
    present,
    failed: (mail?.refused ?? []).map(({ write, error }) =>
      failure(itemOf(write), error, textOf(write, present)),
    ),
    notifies: told ? people(quiet ? [] : writes, present) : [],
    itemOf: mail ? (write) => itemOf(mail.original(write)) : itemOf,
  };
}

/**
 * What is done is not done again: another server may have written the same in other words, and a quiet restore has
 * itself. Where they came from items get their own bytes back.
 */
function isRestored(bytewise: boolean, quiet: boolean) {
  const saysTheSame = (there: string, wanted: string) =>
    there === wanted || changedProperties(there, wanted).length === 0;
  return (there: string, wanted: string): boolean =>
    (bytewise ? there === wanted : saysTheSame(there, wanted)) ||
    (quiet && saysTheSame(there, withoutServerScheduling(wanted)));
}

function keyOf(uid: string | null, text: string): string {
  return `${uid ?? ""}\n${text}`;
}

/** Makes the calendar where it is still to be made. One that an interrupted restore filled is planned anew. */
async function begin(
  restore: CalendarRestore,
  snapshot: SnapshotFiles,
  request: RestoreRequest,
  { calendars, maker }: RestoreWorld,
  signal: AbortSignal,
): Promise<{ readonly restore: CalendarRestore; readonly calendar: KnownCalendar }> {
  const { destination } = restore;
  if (destination.calendar) return { restore, calendar: destination.calendar };
  const { name, accountId } = request.target as Extract<CalendarTargetChoice, { kind: "new" }>;
  const wanted = {
    name,
    ...(accountId === undefined ? {} : { accountId }),
    components: componentsOf(destination),
    key: (await keyOfNew(snapshot, request.target)) ?? "",
  };
  const calendar = await maker.make(wanted, signal);
  // Brings in what the server has of it.
  await calendars.write(calendar, [], signal, () => {});
  const made = { ...destination, calendar };
  return { restore: await plan(made, request, calendars, signal), calendar };
}

/** The same for the same restore: one that was cut short finds what it made. `undefined` where nothing is to be made. */
async function keyOfNew(
  { info }: SnapshotFiles,
  target: CalendarTargetChoice,
): Promise<string | undefined> {
  if (target.kind !== "new") return undefined;
  return (await copyUid(`${info.id} ${target.accountId ?? ""}`, target.name)).slice(0, 16);
}

function accountOf({ target }: Pick<RestoreRequest, "target">): string | undefined {
  return target.kind === "new" ? target.accountId : undefined;
}

/** VEVENT and VTODO always: the calendar is used afterwards. */
function componentsOf({ resources }: Destination): string[] {
  const journal = resources.some(({ text }) => /^BEGIN:VJOURNAL/im.test(text));
  return journal ? ["VEVENT", "VTODO", "VJOURNAL"] : ["VEVENT", "VTODO"];
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
    notifies: [...new Set(restores.flatMap(({ notifies }) => notifies))].sort((a, b) =>
      a < b ? -1 : 1,
    ),
    safetySnapshotId: null,
    preview: null,
    calendarIds: restores.flatMap(({ destination }) =>
      destination.calendar ? [destination.calendar.calendarId] : [],
    ),
  };
}
