/**
 * Builds the items of a row for one calendar: marks and acknowledgements put into the text, known time zones left
 * out, parsed, made immutable. The one place where an item comes from a row.
 */
import { ITEM_FLAG } from "../../shared/item-store.ts";
import type { VisibleRow } from "./item-query.ts";
import { firstInstanceOnly, toParseableText, type ZoneKnowledge } from "./parseable-text.ts";
import { parseItems, settleItem } from "./resource-items.ts";

/** Puts the row's revision and acknowledgements into its text. */
export type MarkText = (row: VisibleRow) => string;

export function createItemBuilder(zones: ZoneKnowledge, mark: MarkText) {
  return (row: VisibleRow, calendar: calICalendar): calIItemBase[] => {
    if ((row.flags & ITEM_FLAG.unreadable) !== 0) return [];
    const costly = (row.flags & ITEM_FLAG.costly) !== 0;
    const text = costly ? firstInstanceOnly(mark(row)) : mark(row);
    const items = parseItems(toParseableText(text, zones, !costly));
    return items.map((item) => settleItem(item, calendar));
  };
}
