/** Where each part of a restore goes: the calendar it came from, another one, or a new one. */
import type { RestoreTarget } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import type { CalendarSource, KnownCalendar } from "./ports.ts";
import { type Failure, failure } from "./restore-failures.ts";
import type { PlannedResource, PresentResource } from "./restore-plan.ts";
import type { SavedResource, SelectedCalendar } from "./restore-selection.ts";
import { findCalendar } from "./snapshot-calendars.ts";

export type CalendarTargetChoice = Exclude<RestoreTarget, { kind: "folder" } | { kind: "file" }>;

/** What one calendar is to receive. */
export interface Destination {
  /** `null`: still to be made, under {@link Destinations.make}. */
  readonly calendar: KnownCalendar | null;
  /** From one or several calendars of the snapshot, each UID once. */
  readonly resources: readonly SavedResource[];
  /** True when this is one whole calendar of the snapshot, and all of it could be read. */
  readonly whole: boolean;
}

export interface Destinations {
  readonly destinations: readonly Destination[];
  /** Resources that have no place to go to. */
  readonly failed: readonly Failure[];
}

/**
 * @param made id of the calendar that this very restore made before, should it have been cut short: another one, whatever it
 *   is called, may be one that somebody works in
 * @throws AppError "calendar-unknown", "read-only": then nothing is touched
 */
export async function findDestinations(
  selected: readonly SelectedCalendar[],
  target: CalendarTargetChoice,
  made: string | undefined,
  source: CalendarSource,
  signal: AbortSignal,
): Promise<Destinations> {
  const known = await source.calendars();
  if (target.kind === "original") return originals(selected, known);
  const { resources, failed } = united(selected);
  const [only] = selected;
  const whole = selected.length === 1 && only !== undefined && isWhole(only);
  if (target.kind === "calendar") {
    const calendar = known.find(({ calendarId }) => calendarId === target.calendarId);
    const refusal = refuse(calendar);
    if (refusal) throw refusal;
    return { destinations: [{ calendar: calendar ?? null, resources, whole }], failed };
  }
  const begun = known.find(
    (calendar) =>
      calendar.calendarId === made && calendar.displayName === target.name && !calendar.readOnly,
  );
  if (begun) {
    // With anything else in it, it is a calendar of its own by now.
    const present = await presentResources(begun, source, signal);
    if (isPartOf([...present.values()], resources))
      return { destinations: [{ calendar: begun, resources, whole: false }], failed };
  }
  return { destinations: [{ calendar: null, resources, whole: false }], failed };
}

function originals(
  selected: readonly SelectedCalendar[],
  known: readonly KnownCalendar[],
): Destinations {
  const destinations: Destination[] = [];
  const failed: Failure[] = [];
  for (const part of selected) {
    const calendar = findCalendar(part.calendar, known);
    const refusal = refuse(calendar);
    if (refusal || !calendar)
      failed.push(
        ...part.resources.map((resource) => failure(resource.path, refusal, resource.text)),
      );
    else destinations.push({ calendar, resources: part.resources, whole: isWhole(part) });
  }
  // Two that go to one calendar: to neither is what the other brings something that came later.
  const shares = (one: Destination) =>
    destinations.some((other) => other !== one && other.calendar === one.calendar);
  return {
    destinations: destinations.map((one) => ({ ...one, whole: one.whole && !shares(one) })),
    failed,
  };
}

function isWhole({ whole, unreadable }: SelectedCalendar): boolean {
  return whole && unreadable.length === 0;
}

/** Resources of several calendars for one; a calendar holds each UID once (RFC 4791 §4.1). */
function united(selected: readonly SelectedCalendar[]): {
  readonly resources: readonly SavedResource[];
  readonly failed: readonly Failure[];
} {
  const byUid = new Map<string, SavedResource>();
  const resources: SavedResource[] = [];
  const failed: Failure[] = [];
  for (const resource of selected.flatMap((part) => part.resources)) {
    const same = resource.uid === null ? undefined : byUid.get(resource.uid);
    if (same) {
      if (same.text !== resource.text)
        failed.push(failure(resource.path, sameUidTwice(), resource.text));
      continue;
    }
    if (resource.uid !== null) byUid.set(resource.uid, resource);
    resources.push(resource);
  }
  return { resources, failed };
}

function isPartOf(
  present: readonly PresentResource[],
  wanted: readonly PlannedResource[],
): boolean {
  const uids = new Set(wanted.map(({ uid }) => uid));
  return present.every(({ uid }) => uids.has(uid));
}

/** What a calendar holds, by name: of an item with an unsent version that one. */
export async function presentResources(
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

function refuse(calendar: KnownCalendar | undefined): AppError | undefined {
  if (!calendar) {
    return new AppError("calendar-unknown", "The calendar is no longer in Thunderbird.", {
      hint: "Nothing was changed. Subscribe to it again, or restore into another calendar or a folder of .ics files.",
    });
  }
  if (calendar.readOnly) {
    return new AppError("read-only", `You may not change the calendar “${calendar.displayName}”.`, {
      hint: "Nothing in it was changed. Restore into another calendar, or into a folder of .ics files.",
    });
  }
  return undefined;
}

function sameUidTwice(): AppError {
  return new AppError(
    "uid-exists",
    "Another selected calendar holds a different version of the same item.",
    { hint: "One calendar can hold it once. Restore the two calendars one after the other." },
  );
}
