/** What waits for the user or another attempt, over all subscribed calendars: conflicts and quarantined items. */
import type { CommandArguments, CommandValue, QuarantinedItem } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import { differenceWords } from "../../shared/ical/difference-words.ts";
import { itemDifferences } from "../../shared/ical/item-differences.ts";
import { scanColumns } from "../../shared/ical/scan.ts";
import type { ResourceBody, StoredConflict, SupersededVersion } from "../../shared/item-store.ts";
import { unreadableReason } from "../icalendar/readable.ts";
import type { SyncState } from "../sync/ports.ts";

/** What happens to a text that cannot be shown. */
const KEPT = "It is kept and backed up as it is.";
const DAMAGED = "The text on the server is damaged.";

export interface WaitingDependencies {
  readonly calendarIds: () => Promise<string[]>;
  readonly calendars: Pick<typeof messenger.calendar.calendars, "get">;
  readonly provider: Pick<
    typeof messenger.calendar.provider,
    "listConflicts" | "listSuperseded" | "getState" | "getResources"
  >;
}

export async function listConflicts(
  dependencies: WaitingDependencies,
): Promise<CommandValue<"conflicts.list">> {
  const lists = await ofEachCalendar(dependencies, async (calendarId, cacheId) => {
    const conflicts = JSON.parse(
      await dependencies.provider.listConflicts(cacheId),
    ) as StoredConflict[];
    return conflicts.map(({ id, name, mine, theirs, base, conflict, properties, createdAt }) => ({
      id,
      calendarId,
      name,
      summary: scanColumns(mine ?? theirs ?? base ?? "").summary,
      conflict,
      properties: [...properties],
      createdAt,
      mine,
      theirs,
      words:
        mine === null || theirs === null ? [] : itemDifferences(theirs, mine).map(differenceWords),
    }));
  });
  return lists.flat().sort((a, b) => b.createdAt - a.createdAt);
}

/** @throws AppError "calendar-unknown" */
export async function listSuperseded(
  { calendars, provider }: WaitingDependencies,
  { calendarId, ...options }: CommandArguments<"superseded.list">,
): Promise<CommandValue<"superseded.list">> {
  const cacheId = await cacheIdOf(calendars, calendarId);
  const versions = JSON.parse(
    await provider.listSuperseded(cacheId, options),
  ) as SupersededVersion[];
  return versions.map((version) => ({
    ...version,
    calendarId,
    summary: scanColumns(version.text).summary,
  }));
}

/** @throws AppError "calendar-unknown" */
export async function cacheIdOf(
  calendars: WaitingDependencies["calendars"],
  calendarId: string,
): Promise<string> {
  const cacheId = (await calendars.get(calendarId))?.cacheId;
  if (cacheId) return cacheId;
  throw new AppError("calendar-unknown", "There is no such calendar.", {
    hint: "Nothing was changed. It may have been removed in another window: open the page again.",
    details: { calendarId },
  });
}

export async function listQuarantine(
  dependencies: WaitingDependencies,
): Promise<QuarantinedItem[]> {
  const lists = await ofEachCalendar(dependencies, async (calendarId, cacheId) => {
    const state = (await dependencies.provider.getState(cacheId)) as Partial<SyncState> | null;
    const unfetched = (state?.unfetched ?? []).map(({ name, reason, since }) => ({
      calendarId,
      name,
      reason,
      since,
      text: null,
    }));
    const names = (state?.unreadable ?? []).map(({ name }) => name);
    const texts = await storedTexts(dependencies, cacheId, names);
    const unreadable = (state?.unreadable ?? []).map(({ name, since }) => {
      const text = texts.get(name) ?? null;
      const reason = text === null ? null : unreadableReason(text);
      return { calendarId, name, reason: `${reason ?? DAMAGED} ${KEPT}`, since, text };
    });
    return [...unfetched, ...unreadable];
  });
  return lists.flat();
}

/** As the server gave them, by name; without those that are gone meanwhile. */
async function storedTexts(
  { provider }: WaitingDependencies,
  cacheId: string,
  names: string[],
): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const rows = JSON.parse(await provider.getResources(cacheId, { names })) as ResourceBody[];
  return new Map(
    rows.flatMap(({ name, serverText }) => (serverText === null ? [] : [[name, serverText]])),
  );
}

export async function ofEachCalendar<T>(
  { calendarIds, calendars }: Pick<WaitingDependencies, "calendarIds" | "calendars">,
  read: (calendarId: string, cacheId: string) => Promise<T>,
): Promise<T[]> {
  const values: T[] = [];
  for (const id of await calendarIds()) {
    const calendar = await calendars.get(id);
    if (!calendar?.cacheId) continue;
    try {
      values.push(await read(id, calendar.cacheId));
    } catch (error) {
      // It may have been removed while it was read: then there is nothing to tell of it.
      if ((await calendars.get(id)) !== null) throw error;
    }
  }
  return values;
}
