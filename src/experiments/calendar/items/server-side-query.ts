/** `items.query` of a `cacheId`: the items that the server holds, whatever the user made of them meanwhile. */
import { scanColumns } from "../../../shared/ical/scan.ts";
import { COMPONENT, type ItemColumns } from "../../../shared/item-store.ts";
import { type ItemFilter, readFilter, wallTime } from "../item-filter.ts";
import { matching } from "./item-matching.ts";
import type { KeptItem, OwnItems } from "./own-items.ts";
import type { ItemCriteria } from "./query-arguments.ts";
import { slices } from "./slices.ts";

/** Wall times are of any zone: the widest difference of two zones is 26 hours, an end may be rounded. */
const PADDING_MS = 27 * 60 * 60_000;

export interface FoundItem {
  readonly item: calIItemBase;
  readonly kept: KeptItem;
}

/** In the order of the rows' names, read in pages. */
export async function* queryServerSide(
  own: OwnItems,
  calendar: calICalendar,
  criteria: ItemCriteria,
): AsyncGenerator<FoundItem> {
  const filter = readFilter(criteria.bits, criteria.start, criteria.end);
  const turn = slices();
  for await (const kept of own.serverSide(calendar.id)) {
    const columns = scanColumns(kept.text);
    if (mayMatch(columns, filter)) {
      for (const item of matching(own.build(kept.text, columns, calendar), filter)) {
        yield { item, kept };
      }
    }
    await turn();
  }
}

/** Cheap, and true for everything that matches. */
function mayMatch(columns: ItemColumns, filter: ItemFilter): boolean {
  const wanted = (filter.events ? COMPONENT.event : 0) | (filter.todos ? COMPONENT.todo : 0);
  if ((columns.components & wanted) === 0) return false;
  // A task without a start belongs to every day until it is completed.
  if ((columns.components & COMPONENT.todo) !== 0) return true;
  const { start, end } = filter;
  const isBefore =
    start !== null && columns.end !== null && columns.end < wallTime(start) - PADDING_MS;
  const isAfter =
    end !== null && columns.start !== null && columns.start >= wallTime(end) + PADDING_MS;
  return !isBefore && !isAfter;
}
