/** The calendars in Thunderbird, of whatever kind: where a restore may go; and how much would go with some of them. */
import type { ListedCalendar } from "../../shared/commands.ts";
import type { CalendarSource } from "../backup/ports.ts";
import { cacheIdOf } from "./waiting.ts";

export type CalendarNames = Pick<CalendarSource, "calendars">;

export async function listCalendars(source: CalendarNames): Promise<ListedCalendar[]> {
  return (await source.calendars()).map(
    ({ calendarId, displayName, color, account, type, readOnly }) => ({
      ...{ id: calendarId, name: displayName, color, account, type, readOnly },
    }),
  );
}

export interface CountingDependencies {
  readonly calendars: Pick<typeof messenger.calendar.calendars, "get">;
  readonly provider: Pick<typeof messenger.calendar.provider, "countDeletions">;
}

/** Items that the server has, as far as was synchronized, of all of them together. @throws AppError "calendar-unknown" */
export async function countItems(
  { calendars, provider }: CountingDependencies,
  calendarIds: readonly string[],
): Promise<{ items: number }> {
  let items = 0;
  for (const calendarId of calendarIds) {
    const cacheId = await cacheIdOf(calendars, calendarId);
    items += (await provider.countDeletions(cacheId, Number.MAX_SAFE_INTEGER)).onServer;
  }
  return { items };
}
