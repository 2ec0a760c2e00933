/**
 * UIDs that another calendar of the account holds already. RFC 4791 wants them unique within one calendar only; some servers
 * want them unique in the account and refuse, and Zimbra moves the other item without a word. So one is tried first,
 * and where it vanished from the other calendar it is put back and the rest is left out.
 */
import { AppError } from "../../shared/errors.ts";
import type {
  CalendarSource,
  CalendarTarget,
  CalendarWrite,
  KnownCalendar,
  Work,
  WriteFailure,
} from "./ports.ts";
import { presentResources } from "./restore-destination.ts";

/** By UID, of what is to be created. */
export type HeldElsewhere = ReadonlyMap<string, KnownCalendar>;

export async function heldElsewhere(
  target: { readonly accountId?: string | undefined; readonly calendarId: string },
  writes: readonly CalendarWrite[],
  source: CalendarSource,
  signal: AbortSignal,
): Promise<HeldElsewhere> {
  const held = new Map<string, KnownCalendar>();
  const wanted = new Set(writes.filter(isCreate).map(({ uid }) => uid));
  if (target.accountId === undefined || wanted.size === 0) return held;
  for (const calendar of await source.calendars()) {
    const { accountId, calendarId } = calendar;
    if (accountId !== target.accountId || calendarId === target.calendarId) continue;
    for (const { uid, deleted } of (await presentResources(calendar, source, signal)).values())
      if (uid !== null && !deleted && wanted.has(uid)) held.set(uid, calendar);
  }
  return held;
}

function isCreate(write: CalendarWrite): boolean {
  return write.kind === "create";
}

/** Those writes that would take an item from another calendar if the server moves items. */
export function risky(writes: readonly CalendarWrite[], held: HeldElsewhere): CalendarWrite[] {
  return writes.filter((write) => isCreate(write) && write.uid !== null && held.has(write.uid));
}

export interface Trial {
  /** Why the others, and this one, must be left out; `undefined` when the server keeps both. */
  readonly refusal: AppError | undefined;
  readonly failures: readonly WriteFailure[];
}

/** Creates one item, and looks whether the other calendar still holds its namesake. */
export async function tryOne(
  write: CalendarWrite,
  calendar: KnownCalendar,
  held: HeldElsewhere,
  calendars: CalendarSource & CalendarTarget,
  { signal }: Pick<Work, "signal">,
): Promise<Trial> {
  const uid = write.uid as string;
  const other = held.get(uid) as KnownCalendar;
  const find = async () =>
    [...(await presentResources(other, calendars, signal)).values()].find(
      (resource) => resource.uid === uid,
    );
  const before = await find();
  const failures = await calendars.write(calendar, [write], signal, () => {});
  // Brings in what the server did to the other calendar.
  await calendars.write(other, [], signal, () => {});
  if (!before || (await find())) return { refusal: undefined, failures };
  const { name, text } = before;
  await calendars.write(other, [{ kind: "create", name, uid, text }], signal, () => {});
  const refusal = new AppError(
    "uid-exists",
    (await find())
      ? `This server moves an item instead of holding it in two calendars: the one tried was put back into “${other.displayName}”.`
      : `This server moved an item out of “${other.displayName}”; it is in the snapshot taken before.`,
    { hint: "The others were left out. Restore them as copies, or into another account." },
  );
  return { refusal, failures };
}
