/** What is left of calendars that are gone: changes that were never sent, and conflicts nobody decided. */
import type { CommandArguments, CommandValue, LeftOver } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import { withNewIdentity } from "../../shared/ical/new-identity.ts";
import { withoutServerScheduling } from "../../shared/ical/restored-text.ts";
import { scanColumns } from "../../shared/ical/scan.ts";
import {
  LEFT_REASONS,
  type RemovedCalendarRow,
  type SupersededVersion,
} from "../../shared/item-store.ts";
import { notifiedPeople } from "../backup/notified-people.ts";
import type {
  CalendarSource,
  CalendarTarget,
  CalendarWrite,
  KnownCalendar,
} from "../backup/ports.ts";
import { mayBeTold, quietWrites } from "../backup/restore-mail.ts";
import { unreadableReason } from "../icalendar/readable.ts";
import type { GoneCalendar } from "../settings/gone-calendars.ts";
import type { Work } from "./ports.ts";

export interface LeftOversDependencies {
  readonly provider: Pick<
    typeof messenger.calendar.provider,
    "listRemoved" | "listSuperseded" | "dismissSuperseded"
  >;
  readonly items: Pick<typeof messenger.calendar.items, "get">;
  readonly calendars: Pick<CalendarSource, "calendars"> & CalendarTarget;
  readonly gone: () => Promise<readonly GoneCalendar[]>;
  readonly newId: () => string;
}

/** Of one calendar; more were never seen. */
const MOST_VERSIONS = 1_000_000;

export async function listLeftOvers(
  deps: LeftOversDependencies,
): Promise<CommandValue<"leftovers.list">> {
  const removed = JSON.parse(await deps.provider.listRemoved()) as RemovedCalendarRow[];
  const waiting = removed.filter(({ left }) => left > 0);
  if (waiting.length === 0) return { calendars: [], targets: [] };
  const names = new Map((await deps.gone()).map((calendar) => [calendar.id, calendar]));
  const calendars = [];
  for (const { calendarId, removedAt } of waiting) {
    const { name = "", account = "" } = names.get(calendarId) ?? {};
    const items = itemsOf(await versionsOf(deps, calendarId));
    calendars.push({ calendarId, name, account, removedAt, items });
  }
  const targets = (await deps.calendars.calendars())
    .filter(({ readOnly }) => !readOnly)
    .map((calendar) => ({
      id: calendar.calendarId,
      name: calendar.displayName,
      mails: mayBeTold(calendar),
    }));
  return { calendars, targets };
}

/** Both sides of a conflict may be what was never sent as well. */
function itemsOf(versions: readonly SupersededVersion[]): LeftOver[] {
  const byText = new Map<string, SupersededVersion[]>();
  for (const version of versions)
    byText.set(version.text, [...(byText.get(version.text) ?? []), version]);
  return [...byText].map(([text, same]) => ({
    ids: same.map(({ id }) => id),
    summary: scanColumns(text).summary,
    text,
    undecided: same.some(({ reason }) => reason === "undecided"),
    people: notifiedPeople([text]),
  }));
}

/**
 * Nothing in the other calendar is replaced: where it has another version of the item, this one is added as a new item.
 * To the server it is a new item either way, so it is put as a quiet restore does unless `mail` says that it may invite people.
 * @throws AppError "calendar-unknown"; "item-unknown": it was put or given up already; "calendar-data": it is damaged;
 *   that of a calendar that is not ours
 */
export async function putLeftOver(
  deps: LeftOversDependencies,
  { calendarId, ids, targetId, mail = false }: CommandArguments<"leftovers.put">,
  work: Work,
): Promise<CommandValue<"leftovers.put">> {
  const version = (await versionsOf(deps, calendarId)).find(({ id }) => ids.includes(id));
  if (version === undefined) {
    throw new AppError("item-unknown", "This item is no longer among what is left.", {
      hint: "Somebody has put it into a calendar or given it up. Nothing was changed. Open the page again.",
    });
  }
  if (unreadableReason(version.text) !== null) {
    throw new AppError("calendar-data", "This item is damaged and cannot be put into a calendar.", {
      hint: "Nothing was changed. Save it as a file to look at what is left of it.",
    });
  }
  const target = (await deps.calendars.calendars()).find((one) => one.calendarId === targetId);
  if (target === undefined) {
    throw new AppError("calendar-unknown", "There is no such calendar.", {
      hint: "It may have been removed in another window. Open the page again.",
      details: { calendarId: targetId },
    });
  }
  const { write, copied } = await whatToAdd(deps, target, version, mail || !mayBeTold(target));
  const sent = write === null || (await add(deps, target, write, work));
  await deps.provider.dismissSuperseded(calendarId, [...ids]);
  return { copied, sent };
}

/**
 * `write` is `null` where the calendar holds just this.
 * @param asItIs else the server is told to mail nobody
 */
async function whatToAdd(
  { items, newId }: LeftOversDependencies,
  { calendarId }: KnownCalendar,
  { uid, text }: SupersededVersion,
  asItIs: boolean,
): Promise<{ write: CalendarWrite | null; copied: boolean }> {
  const made = (wanted: string): CalendarWrite => {
    const { uid } = scanColumns(wanted);
    const write = { kind: "create", name: `${newId()}.ics`, uid, text: wanted } as const;
    return asItIs ? write : (quietWrites([write], new Map()).writes[0] ?? write);
  };
  const there = uid === null ? null : await items.get(calendarId, uid, { returnFormat: "ical" });
  if (there === null) return { write: made(text), copied: false };
  if (there.item === text || there.item === withoutServerScheduling(text))
    return { write: null, copied: false };
  return { write: made(withNewIdentity(text, newId())), copied: true };
}

/** @returns whether it is there for good; else it waits in the calendar and is sent later */
async function add(
  { calendars }: LeftOversDependencies,
  target: KnownCalendar,
  write: CalendarWrite,
  { signal }: Work,
): Promise<boolean> {
  const [failure] = await calendars.write(target, [write], signal, () => {});
  if (failure && !target.own) throw failure.error;
  return failure === undefined;
}

export async function discardLeftOvers(
  { provider }: Pick<LeftOversDependencies, "provider">,
  { calendarId, ids }: CommandArguments<"leftovers.discard">,
): Promise<CommandValue<"leftovers.discard">> {
  await provider.dismissSuperseded(calendarId, [...ids]);
  return { discarded: ids.length };
}

/** The user removed a calendar in Thunderbird's list, where nobody could say before what stays. */
export async function tellLeftOvers(
  {
    provider,
    gone,
  }: Pick<LeftOversDependencies, "gone"> & {
    readonly provider: Pick<LeftOversDependencies["provider"], "listRemoved">;
  },
  calendarId: string,
  tell: (name: string) => Promise<unknown>,
): Promise<void> {
  const removed = JSON.parse(await provider.listRemoved()) as RemovedCalendarRow[];
  const left = removed.find((row) => row.calendarId === calendarId)?.left ?? 0;
  if (left > 0) await tell((await gone()).find(({ id }) => id === calendarId)?.name ?? "");
}

async function versionsOf(
  { provider }: Pick<LeftOversDependencies, "provider">,
  calendarId: string,
): Promise<SupersededVersion[]> {
  return JSON.parse(
    await provider.listSuperseded(calendarId, {
      reasons: [...LEFT_REASONS],
      limit: MOST_VERSIONS,
    }),
  ) as SupersededVersion[];
}
