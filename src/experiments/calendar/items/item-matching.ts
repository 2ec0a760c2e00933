/** What of a calendar's items a query is answered with, where the calendar itself does not tell. */
import { type ItemFilter, inRange, passes } from "../item-filter.ts";

/** Of one series; one beyond it is cut off rather than freezing Thunderbird. */
const MOST_OCCURRENCES = 2_000;
/** How far an open range is searched for the next occurrence of a series. */
const OPEN_RANGE_YEARS = 100;

/** Items that match, series as a whole or by their occurrences in the range. */
export function matching(items: readonly calIItemBase[], filter: ItemFilter): calIItemBase[] {
  return items
    .flatMap((item) => instancesOf(item, filter))
    .filter((item) => passes(item, filter, () => null));
}

function instancesOf(item: calIItemBase, filter: ItemFilter): readonly calIItemBase[] {
  const series = item.recurrenceInfo;
  const first = item.recurrenceStartDate;
  if (series === null || first === null) return inRange(item, filter) ? [item] : [];
  const { start, end } = filter;
  if (filter.occurrences && start !== null && end !== null) {
    return series.getOccurrences(start, end, MOST_OCCURRENCES);
  }
  if (start === null && end === null) return [item];
  const from = start ?? first;
  const found = series.getOccurrences(from, end ?? yearsAfter(from, OPEN_RANGE_YEARS), 1);
  return found.length === 0 ? [] : [item];
}

function yearsAfter(date: calIDateTime, years: number): calIDateTime {
  const later = date.clone();
  later.year += years;
  return later;
}
