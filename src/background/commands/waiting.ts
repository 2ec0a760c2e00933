/** What waits for the user or another attempt, over all subscribed calendars: conflicts and quarantined items. */
import type { CommandValue } from "../../shared/commands.ts";
import { scanColumns } from "../../shared/ical/scan.ts";
import type { StoredConflict } from "../../shared/item-store.ts";
import type { SyncState } from "../sync/ports.ts";

const DAMAGED = "The text on the server is damaged. It is kept and backed up as it is.";

export interface WaitingDependencies {
  readonly calendarIds: () => Promise<string[]>;
  readonly calendars: Pick<typeof messenger.calendar.calendars, "get">;
  readonly provider: Pick<typeof messenger.calendar.provider, "listConflicts" | "getState">;
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
    }));
  });
  return lists.flat().sort((a, b) => b.createdAt - a.createdAt);
}

export async function listQuarantine(
  dependencies: WaitingDependencies,
): Promise<CommandValue<"quarantine.list">> {
  const lists = await ofEachCalendar(dependencies, async (calendarId, cacheId) => {
    const state = (await dependencies.provider.getState(cacheId)) as Partial<SyncState> | null;
    const unfetched = (state?.unfetched ?? []).map(({ name, reason, since }) => ({
      calendarId,
      name,
      reason,
      since,
    }));
    const unreadable = (state?.unreadable ?? []).map(({ name, since }) => ({
      calendarId,
      name,
      reason: DAMAGED,
      since,
    }));
    return [...unfetched, ...unreadable];
  });
  return lists.flat();
}

async function ofEachCalendar<T>(
  { calendarIds, calendars }: WaitingDependencies,
  read: (calendarId: string, cacheId: string) => Promise<T>,
): Promise<T[]> {
  const values: T[] = [];
  for (const id of await calendarIds()) {
    const calendar = await calendars.get(id);
    if (calendar?.cacheId) values.push(await read(id, calendar.cacheId));
  }
  return values;
}
