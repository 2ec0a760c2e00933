/** The times of a new event for which none are given, as Thunderbird's own dialog proposes them. */
import { toIso } from "../../../shared/ical/simple/iso-time.ts";
import { calendarUtils } from "../gecko-modules.ts";

const TIMES = ["start", "startDate", "end", "endDate", "timeZone", "endTimeZone", "allDay"];

export function withDefaultTimes(
  type: "event" | "task",
  members: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (type === "task" || TIMES.some((name) => members[name] != null)) return members;
  const { dtz } = calendarUtils();
  const start = dtz.getDefaultStartDate();
  const end = start.clone();
  end.minute += Services.prefs.getIntPref("calendar.event.defaultlength", 60);
  return {
    ...members,
    start: toIso(start.icalString),
    end: toIso(end.icalString),
    timeZone: start.timezone.isUTC ? "UTC" : start.timezone.tzid,
  };
}
