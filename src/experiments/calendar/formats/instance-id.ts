/** How an occurrence of a series is named: by its RECURRENCE-ID. */
import { toIso } from "../../../shared/ical/simple/iso-time.ts";
import { calendarUtils } from "../gecko-modules.ts";

/** In UTC, so that it means the same in every zone; a date for whole days, local for floating times. */
export function instanceId(recurrenceId: calIDateTime): string {
  const { isDate, timezone } = recurrenceId;
  if (isDate || timezone.isFloating) return toIso(recurrenceId.icalString);
  return toIso(recurrenceId.getInTimezone(calendarUtils().dtz.UTC).icalString);
}
