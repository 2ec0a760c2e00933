/** `items.query`: one calendar after another, in slices short enough that Thunderbird never stutters. */
import { getItemsOf } from "../disabled-calendar.ts";
import { calendarUtils } from "../gecko-modules.ts";
import { readFilter } from "../item-filter.ts";
import { type ReturnFormat, readReturnFormat, type WireItem } from "../wire-item.ts";
import type { AddressedCalendar, ItemAccess } from "./item-access.ts";
import { matching } from "./item-matching.ts";
import type { ItemReader } from "./item-reader.ts";
import type { OwnItems } from "./own-items.ts";
import { type ItemCriteria, type ItemsQuery, readCriteria } from "./query-arguments.ts";
import { queryServerSide } from "./server-side-query.ts";
import { slices } from "./slices.ts";

/** @throws ExtensionError naming the criterion that cannot be understood, or the permission that is missing */
export async function queryItems(
  query: ItemsQuery,
  own: OwnItems,
  reader: ItemReader,
  access: ItemAccess,
): Promise<WireItem[]> {
  const format = readReturnFormat(query.returnFormat);
  const criteria = readCriteria(query);
  const limit = query.limit ?? Number.POSITIVE_INFINITY;
  const turn = slices();
  const found: WireItem[] = [];
  for (const from of calendarsOf(query, access)) {
    const most = limit - found.length;
    const items =
      query.id == null
        ? itemsOf(from, criteria, { own, reader, format, most })
        : oneOf(from, query.id, query, { reader, format });
    for await (const item of items) {
      found.push(item);
      if (found.length >= limit) return found;
      await turn();
    }
  }
  return found;
}

/** Without an id all that are switched on: a calendar that is switched off has to be named. */
function calendarsOf(query: ItemsQuery, access: ItemAccess): AddressedCalendar[] {
  if (query.calendarId != null) {
    const ids = new Set([query.calendarId].flat());
    return [...ids].map((id) => access.reading(id, "calendarId"));
  }
  access.requireReadAll("items.query without a calendarId reads all calendars and");
  return calendarUtils()
    .manager.getCalendars()
    .filter((calendar) => !calendar.getProperty("disabled"))
    .map(({ id }) => access.reading(id, "calendarId"));
}

interface Reading {
  readonly own: OwnItems;
  readonly reader: ItemReader;
  readonly format: ReturnFormat;
  readonly most: number;
}

async function* oneOf(
  from: AddressedCalendar,
  id: string,
  { type }: ItemsQuery,
  { reader, format }: Pick<Reading, "reader" | "format">,
): AsyncGenerator<WireItem> {
  const item = await reader.get(from, id, format);
  if (item !== null && (type == null || [type].flat().includes(item.type))) yield item;
}

async function* itemsOf(
  from: AddressedCalendar,
  criteria: ItemCriteria,
  { own, reader, format, most }: Reading,
): AsyncGenerator<WireItem> {
  const { calendar } = from;
  if (from.serverSide) {
    for await (const { item, kept } of queryServerSide(own, calendar, criteria)) {
      yield reader.describeKept(item, from, format, kept);
    }
    return;
  }
  for await (const items of visibleItems(from.calendar, criteria, most, own)) {
    for (const item of items) {
      const wire = await reader.describe(item, from, format);
      if (wire !== null) yield wire;
    }
  }
}

/**
 * Other calendars than our own leave a series out that began before the range, unless they are asked for its
 * occurrences; those throw where the range is open.
 */
async function* visibleItems(
  calendar: calICalendar,
  { bits, start, end }: ItemCriteria,
  most: number,
  own: OwnItems,
): AsyncGenerator<readonly calIItemBase[]> {
  const count = Number.isFinite(most) ? most : 0;
  const { iterate } = calendarUtils();
  const expands = (bits & Ci.calICalendar.ITEM_FILTER_CLASS_OCCURRENCES) !== 0;
  if (calendar.type === own.ownType || expands || (start === null && end === null)) {
    yield* iterate.streamValues(getItemsOf(calendar, bits, count, start, end));
    return;
  }
  const filter = readFilter(bits, start, end);
  for await (const items of iterate.streamValues(getItemsOf(calendar, bits, 0, null, null))) {
    yield matching(items, filter);
  }
}
