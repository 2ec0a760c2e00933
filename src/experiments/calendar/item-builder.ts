/**
 * Builds the items of a row for one calendar: revision and acknowledgements put into the text, known time zones
 * left out, parsed, made immutable. The one place where an item comes from a row.
 */
import { insertAcks, insertMarker } from "../../shared/ical/acks.ts";
import { ITEM_FLAG } from "../../shared/item-store.ts";
import { firstInstanceOnly, toParseableText, type ZoneKnowledge } from "./parseable-text.ts";
import { parseItems, settleItem } from "./resource-items.ts";
import type { StoredItemWithText } from "./store/item-store.ts";

/** By it an item carries its row's revision through Thunderbird, clones included. */
const REVISION = "X-KEEPER-REVISION";

/** The items of a row; none if the text is unreadable. @throws when the text cannot be parsed */
export type BuildItems = (row: StoredItemWithText, calendar: calICalendar) => calIItemBase[];

export function createItemBuilder(zones: ZoneKnowledge): BuildItems {
  return (row, calendar) => {
    const { flags } = row.columns;
    if ((flags & ITEM_FLAG.unreadable) !== 0) return [];
    const costly = (flags & ITEM_FLAG.costly) !== 0;
    const marked = insertMarker(insertAcks(row.text, row.acks), REVISION, String(row.revision));
    const text = costly ? firstInstanceOnly(marked) : marked;
    const items = parseItems(toParseableText(text, zones, !costly));
    return items.map((item) => settleItem(item, calendar));
  };
}

/** The revision an item was built from; `null` for one that another calendar or program made. */
export function revisionOf(item: calIItemBase): number | null {
  const value = Number(item.getProperty(REVISION) ?? Number.NaN);
  return Number.isSafeInteger(value) ? value : null;
}
