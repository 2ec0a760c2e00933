/**
 * `messenger.calendar.items`: items of any calendar, local ones included, as whole resources (a master with its
 * overrides and time zones in one text). Ids that address the server side of an own calendar go to the item
 * store; everything else goes through the calendar, as the user's own edits do.
 */

import { existing } from "./calendars-api.ts";
import { getItemsOf } from "./disabled-calendar.ts";
import { extensionError } from "./extension-error.ts";
import { calendarUtils, monotonicNow, yieldToMainThread } from "./gecko-modules.ts";
import { parseItems } from "./resource-items.ts";
import { parseCalendarId } from "./wire-calendar.ts";
import {
  type ItemProperties,
  type ReturnFormat,
  readItemText,
  readReturnFormat,
  toWireItem,
  type WireItem,
} from "./wire-item.ts";

export interface ItemsQuery {
  id?: string | null;
  calendarId?: string | string[] | null;
  type?: string | string[] | null;
  rangeStart?: string | null;
  rangeEnd?: string | null;
  expand?: boolean | null;
  limit?: number | null;
  returnFormat?: string | string[] | null;
}

/** What is kept of an item of an own calendar. */
export interface KeptItem {
  readonly name: string;
  readonly text: string;
  readonly metadata: unknown;
}

/** The own calendars' rows, by UID. */
export interface OwnItems {
  readonly ownType: string;
  /** @param serverSide the text last seen from the server, instead of the one the user sees */
  read(calendarId: string, uid: string, serverSide: boolean): Promise<KeptItem | null>;
  uids(calendarId: string, serverSide: boolean): Promise<string[]>;
  /** Writes to the server side, as a batch of one does. */
  put(calendarId: string, uid: string, text: string, metadata: unknown): Promise<void>;
  remove(calendarId: string, uid: string): Promise<void>;
  batch(calendarId: string, operations: string, options: BatchArguments): Promise<string>;
}

export interface BatchArguments {
  readonly state?: unknown;
  readonly notify?: boolean | null;
}

const SLICE_MS = 12;

export function createItemsApi(own: OwnItems) {
  /** One item with the text that is kept of it. */
  async function describe(
    item: calIItemBase,
    calendar: calICalendar,
    format: ReturnFormat,
    serverSide: boolean,
    askedId: string,
  ): Promise<WireItem | null> {
    if (calendar.type !== own.ownType) return toWireItem(item, askedId, format, null);
    const kept = await own.read(calendar.id, item.id ?? "", serverSide);
    if (kept === null) return serverSide ? null : toWireItem(item, askedId, format, null);
    const wire = toWireItem(item, askedId, format, () => kept.text);
    return { ...wire, resource: kept.name, metadata: kept.metadata };
  }

  async function get(
    calendarId: string,
    id: string,
    options: { returnFormat?: string | string[] | null } | null,
  ): Promise<WireItem | null> {
    const calendar = existing(calendarId);
    const format = readReturnFormat(options?.returnFormat);
    const { serverSide } = parseCalendarId(calendarId);
    if (!serverSide) {
      const item = await calendar.getItem(id);
      return item === null ? null : describe(item, calendar, format, false, calendarId);
    }
    const kept = await requireOwn(calendar).read(calendar.id, id, true);
    const item = kept === null ? undefined : parseItems(kept.text).find((each) => each.id === id);
    return item === undefined ? null : describe(item, calendar, format, true, calendarId);
  }

  function requireOwn(calendar: calICalendar): OwnItems {
    if (calendar.type !== own.ownType) {
      throw extensionError("Only the add-on's own calendars have a server side.");
    }
    return own;
  }

  async function required(calendarId: string, id: string): Promise<calIItemBase> {
    const item = await existing(calendarId).getItem(id);
    if (item === null) throw extensionError(`The calendar has no item with the id "${id}".`);
    return item;
  }

  return {
    get,

    async create(calendarId: string, properties: ItemProperties): Promise<WireItem> {
      const calendar = existing(calendarId);
      const format = readReturnFormat(properties.returnFormat);
      const text = readItemText(properties);
      const item = parseOne(text);
      if (properties.id != null && properties.id !== "") {
        if (item.id !== null && item.id !== properties.id) {
          throw extensionError("id differs from the UID in the text.");
        }
        item.id = properties.id;
      }
      if (parseCalendarId(calendarId).serverSide) {
        const uid = item.id;
        if (uid === null) throw extensionError("The text has no UID.");
        await requireOwn(calendar).put(calendar.id, uid, text, properties.metadata ?? null);
        return requireFound(await get(calendarId, uid, { returnFormat: format }));
      }
      item.calendar = calendar;
      const stored = await rejectionInWords(calendar.addItem(item));
      return requireFound(await describe(stored, calendar, format, false, calendarId));
    },

    async update(calendarId: string, id: string, properties: ItemProperties): Promise<WireItem> {
      const calendar = existing(calendarId);
      const format = readReturnFormat(properties.returnFormat);
      const text = readItemText(properties);
      const item = parseOne(text);
      if (item.id !== id) throw extensionError("The UID in the text differs from the item's id.");
      if (parseCalendarId(calendarId).serverSide) {
        const kept = await requireOwn(calendar).read(calendar.id, id, true);
        const metadata = properties.metadata ?? kept?.metadata ?? null;
        await own.put(calendar.id, id, text, metadata);
        return requireFound(await get(calendarId, id, { returnFormat: format }));
      }
      const old = await required(calendarId, id);
      item.calendar = calendar;
      const stored = await rejectionInWords(calendar.modifyItem(item, old));
      return requireFound(await describe(stored, calendar, format, false, calendarId));
    },

    async move(fromCalendarId: string, id: string, toCalendarId: string): Promise<WireItem> {
      if (parseCalendarId(fromCalendarId).serverSide || parseCalendarId(toCalendarId).serverSide) {
        throw extensionError("items.move does not take cacheIds.");
      }
      const from = existing(fromCalendarId);
      const to = existing(toCalendarId);
      const item = await required(fromCalendarId, id);
      if (from.id === to.id) {
        return requireFound(await describe(item, to, null, false, toCalendarId));
      }
      const copy = item.clone();
      copy.calendar = to;
      // First the new one, then the old one: in between there are two, never none.
      const stored = await rejectionInWords(to.addItem(copy));
      await rejectionInWords(from.deleteItem(item));
      return requireFound(await describe(stored, to, null, false, toCalendarId));
    },

    async remove(calendarId: string, id: string): Promise<void> {
      if (parseCalendarId(calendarId).serverSide) {
        const calendar = existing(calendarId);
        return requireOwn(calendar).remove(calendar.id, id);
      }
      const item = await required(calendarId, id);
      await rejectionInWords(existing(calendarId).deleteItem(item));
    },

    async query(query: ItemsQuery): Promise<WireItem[]> {
      const format = readReturnFormat(query.returnFormat);
      const ids = query.calendarId == null ? null : [query.calendarId].flat();
      const { manager } = calendarUtils();
      const askedIds = ids ?? manager.getCalendars().map((calendar) => calendar.id);
      const found: WireItem[] = [];
      for (const askedId of askedIds) {
        await collect(askedId, query, format, found);
        if (query.limit != null && found.length >= query.limit) return found.slice(0, query.limit);
      }
      return found;
    },

    async getIds(calendarId: string): Promise<string[]> {
      const calendar = existing(calendarId);
      const { serverSide } = parseCalendarId(calendarId);
      if (calendar.type === own.ownType) return own.uids(calendar.id, serverSide);
      const ids: string[] = [];
      const stream = getItemsOf(calendar, Ci.calICalendar.ITEM_FILTER_ALL_ITEMS, 0, null, null);
      for await (const items of calendarUtils().iterate.streamValues(stream)) {
        for (const item of items) if (item.id !== null) ids.push(item.id);
      }
      return ids;
    },

    async batch(
      cacheId: string,
      operations: string,
      options: BatchArguments | null,
    ): Promise<string> {
      const calendar = existing(cacheId);
      return requireOwn(calendar).batch(calendar.id, operations, options ?? {});
    },
  };

  async function collect(
    askedId: string,
    query: ItemsQuery,
    format: ReturnFormat,
    found: WireItem[],
  ): Promise<void> {
    const calendar = existing(askedId);
    const { serverSide } = parseCalendarId(askedId);
    if (query.id != null) {
      const one = await get(askedId, query.id, { returnFormat: format });
      if (one !== null) found.push(one);
      return;
    }
    if (serverSide) {
      for (const uid of await requireOwn(calendar).uids(calendar.id, true)) {
        const one = await get(askedId, uid, { returnFormat: format });
        if (one !== null) found.push(one);
      }
      return;
    }
    const start = readDate(query.rangeStart, "rangeStart");
    const end = readDate(query.rangeEnd, "rangeEnd");
    const stream = getItemsOf(calendar, filterBits(query), query.limit ?? 0, start, end);
    let sliceStart = monotonicNow();
    const reader = calendarUtils().iterate.streamValues(stream);
    for await (const items of reader) {
      for (const item of items) {
        const wire = await describe(item, calendar, format, false, askedId);
        if (wire !== null) found.push(wire);
        if (query.limit != null && found.length >= query.limit) return;
        if (monotonicNow() - sliceStart > SLICE_MS) {
          await yieldToMainThread();
          sliceStart = monotonicNow();
        }
      }
    }
  }
}

function filterBits(query: ItemsQuery): number {
  const { calICalendar } = Ci;
  const types = query.type == null ? ["event", "task"] : [query.type].flat();
  let bits = calICalendar.ITEM_FILTER_COMPLETED_ALL;
  for (const type of types) {
    if (type === "event") bits |= calICalendar.ITEM_FILTER_TYPE_EVENT;
    else if (type === "task") bits |= calICalendar.ITEM_FILTER_TYPE_TODO;
    else throw extensionError(`type "${type}" is not known; "event" and "task" are.`);
  }
  return query.expand ? bits | calICalendar.ITEM_FILTER_CLASS_OCCURRENCES : bits;
}

function readDate(value: string | null | undefined, argument: string): calIDateTime | null {
  if (value == null) return null;
  const { createDateTime, dtz } = calendarUtils();
  if (/^\d{8}(T\d{6}Z?)?$/.test(value)) return createDateTime(value);
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) {
    throw extensionError(`${argument} "${value}" is neither an iCalendar nor an ISO 8601 time.`);
  }
  return dtz.jsDateToDateTime(date, dtz.UTC);
}

function parseOne(text: string): calIItemBase {
  let items: calIItemBase[];
  try {
    items = parseItems(text);
  } catch {
    throw extensionError("The text is not well-formed iCalendar.");
  }
  const [item, second] = items;
  if (item === undefined) throw extensionError("The text has no event and no task.");
  if (second !== undefined) throw extensionError("The text has more than one item.");
  return item;
}

function requireFound(item: WireItem | null): WireItem {
  if (item === null) throw extensionError("The item is stored, but cannot be read back.");
  return item;
}

/** Calendars reject with result codes, which would reach the page as an unexpected error. */
async function rejectionInWords<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = resultOf(error);
    if (code === Ci.calIErrors.DUPLICATE_ID) {
      throw extensionError("The calendar has an item with this id already.");
    }
    if (code === Ci.calIErrors.CAL_IS_READONLY) throw extensionError("The calendar is read-only.");
    throw error;
  }
}

/** Thunderbird throws both exceptions with a result and bare result codes. */
function resultOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "result" in error ? error.result : error;
}
