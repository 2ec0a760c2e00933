/** Two versions of one of Thunderbird's items compared, for `items.onUpdated`. */
import { calendarUtils } from "../gecko-modules.ts";
import { toWireItem } from "../wire-item.ts";
import {
  changedInstances,
  changedMembers,
  type Members,
  type SeriesVersion,
} from "./change-info.ts";
import { slices } from "./slices.ts";

/** Members that say which occurrences there are. */
const RECURRENCE_MEMBERS = ["start", "due", "timeZone", "recurrenceRules", "recurrenceDates"];
/** More than a person edits at once; comparing an occurrence builds it. */
const MOST_COMPARED = 500;

/** The members that differ, with their new values; `instances` for occurrences of a series. */
export async function changesOf(
  item: calIItemBase,
  old: calIItemBase,
): Promise<Record<string, unknown>> {
  const changed = changedMembers(membersOf(item), membersOf(old));
  const [series, oldSeries] = [item.recurrenceInfo, old.recurrenceInfo];
  // What becomes a series, or stops to be one, shows in its rules.
  if (series === null || oldSeries === null) return changed;
  // The occurrences of a series that moved are others than before: which was which cannot be told.
  if (RECURRENCE_MEMBERS.some((name) => name in changed)) return changed;
  const dates = new Map([...datesOf(oldSeries), ...datesOf(series)]);
  const now = await versionOf(series, dates);
  const instances = changedInstances(now, await versionOf(oldSeries, dates));
  return instances.length === 0 ? changed : { ...changed, instances };
}

function membersOf(item: calIItemBase): Members {
  return { ...toWireItem(item, "", null, null) };
}

/** @param dates recurrence ids of the occurrences to be compared, by key */
async function versionOf(
  series: calIRecurrenceInfo,
  dates: ReadonlyMap<string, calIDateTime>,
): Promise<SeriesVersion> {
  const turn = slices();
  const occurrences = new Map<string, Members>();
  for (const [key, date] of dates) {
    occurrences.set(key, membersOf(series.getOccurrenceFor(date)));
    await turn();
  }
  return {
    excluded: new Set(excludedDates(series).map(keyOf)),
    overrides: new Set(series.getExceptionIds().map(keyOf)),
    occurrences,
  };
}

function datesOf(series: calIRecurrenceInfo): (readonly [string, calIDateTime])[] {
  const dates = [...excludedDates(series), ...series.getExceptionIds()];
  return dates.slice(0, MOST_COMPARED).map((date) => [keyOf(date), date]);
}

function excludedDates(recurrence: calIRecurrenceInfo): calIDateTime[] {
  return recurrence
    .getRecurrenceItems()
    .filter((rule) => rule.isNegative)
    .map((rule) => rule.date)
    .filter((date) => date != null);
}

/** Versions may write the same instant in different zones. */
function keyOf(date: calIDateTime): string {
  if (date.isDate || date.timezone.isFloating) return date.icalString;
  return date.getInTimezone(calendarUtils().dtz.UTC).icalString;
}
