/** When an item is, as a list names it. Pure. */
import type { ItemTitle } from "../../shared/commands.ts";
import { isDate } from "../../shared/ical/date-value.ts";
import { instantIn } from "../../shared/ical/recurrence/occurrences.ts";
import { writtenMoment } from "../../shared/ical/simple/iso-time.ts";
import type { DateWords } from "./date-words.ts";

/** Empty for what has no date. */
export function itemWhen(
  { startValue, start }: Pick<ItemTitle, "start" | "startValue">,
  dates: DateWords,
): string {
  const moment = writtenMoment(startValue);
  if (!moment) return start === null ? "" : dates.shortDay(start);
  if (isDate(moment.value)) return dates.shortDay(start ?? 0);
  return dates.short(instantIn(moment, dates.zone));
}
