/** Every calendar in Thunderbird, of whatever kind: where a restore may go. */
import type { ListedCalendar } from "../../shared/commands.ts";
import type { CalendarSource } from "../backup/ports.ts";

export type CalendarNames = Pick<CalendarSource, "calendars">;

export async function listCalendars(source: CalendarNames): Promise<ListedCalendar[]> {
  return (await source.calendars()).map(
    ({ calendarId, displayName, color, account, type, readOnly }) => ({
      ...{ id: calendarId, name: displayName, color, account, type, readOnly },
    }),
  );
}
