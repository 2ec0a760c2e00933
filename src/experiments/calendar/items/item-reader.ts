/** Single items of any calendar as callers get them, and the ids of all items of one. */
import { stripMarkers } from "../../../shared/ical/acks.ts";
import { scanColumns } from "../../../shared/ical/scan.ts";
import { getItemsOf } from "../disabled-calendar.ts";
import { extensionError } from "../extension-error.ts";
import { calendarUtils } from "../gecko-modules.ts";
import { serialiseResource } from "../resource-items.ts";
import { type ReturnFormat, toWireItem, type WireItem } from "../wire-item.ts";
import type { AddressedCalendar } from "./item-access.ts";
import type { KeptItem, OwnItems } from "./own-items.ts";

export class ItemReader {
  readonly #own: OwnItems;

  constructor(own: OwnItems) {
    this.#own = own;
  }

  /** An item by its UID, or `null`. */
  async get(from: AddressedCalendar, id: string, format: ReturnFormat): Promise<WireItem | null> {
    const item = from.serverSide
      ? await this.#serverSideItem(from.calendar, id)
      : await from.calendar.getItem(id);
    return item === null ? null : this.describe(item, from, format);
  }

  /** One item with the text that is kept of it; `null` when it is gone from the server side meanwhile. */
  async describe(
    item: calIItemBase,
    { askedId, calendar, serverSide }: AddressedCalendar,
    format: ReturnFormat,
  ): Promise<WireItem | null> {
    if (calendar.type !== this.#own.ownType) return toWireItem(item, askedId, format, null);
    const kept = await this.#own.read(calendar.id, item.id ?? "", serverSide);
    if (kept === null) {
      // Removed since it was read.
      const text = () => stripMarkers(serialiseResource(item.parentItem));
      return serverSide ? null : toWireItem(item, askedId, format, text);
    }
    return this.describeKept(item, { askedId }, format, kept);
  }

  /** An item with the text that was read along with it. */
  describeKept(
    item: calIItemBase,
    { askedId }: Pick<AddressedCalendar, "askedId">,
    format: ReturnFormat,
    kept: KeptItem,
  ): WireItem {
    const wire = toWireItem(item, askedId, format, () => kept.text);
    return { ...wire, resource: kept.name, metadata: kept.metadata ?? {} };
  }

  /** The same of what the user sees; never `null`. */
  async describeVisible(
    item: calIItemBase,
    calendar: calICalendar,
    format: ReturnFormat,
  ): Promise<WireItem> {
    const from = { askedId: calendar.id, calendar, serverSide: false };
    return requireFound(await this.describe(item, from, format));
  }

  /** UIDs of every item of a calendar. */
  async ids({ calendar, serverSide }: AddressedCalendar): Promise<string[]> {
    if (calendar.type === this.#own.ownType) return this.#own.uids(calendar.id, serverSide);
    const ids: string[] = [];
    const stream = getItemsOf(calendar, Ci.calICalendar.ITEM_FILTER_ALL_ITEMS, 0, null, null);
    for await (const items of calendarUtils().iterate.streamValues(stream)) {
      for (const item of items) if (item.id !== null) ids.push(item.id);
    }
    return ids;
  }

  async #serverSideItem(calendar: calICalendar, id: string): Promise<calIItemBase | null> {
    const kept = await this.#own.read(calendar.id, id, true);
    if (kept === null) return null;
    const items = this.#own.build(kept.text, scanColumns(kept.text), calendar);
    return items.find((item) => item.id === id) ?? null;
  }
}

/** @throws ExtensionError for `null` */
export function requireFound(item: WireItem | null): WireItem {
  if (item === null) throw extensionError("The item is stored, but cannot be read back.");
  return item;
}
