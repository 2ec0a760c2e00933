/**
 * Builds the items of a row for one calendar. The one place where an item comes from a row: single events as light
 * ones where their row tells enough, all others parsed, with the revision and the acknowledgements put into the
 * text, known time zones left out, and made immutable.
 */
import { insertAcks, insertMarker } from "../../shared/ical/acks.ts";
import { ITEM_FLAG } from "../../shared/item-store.ts";
import { REVISION } from "./item-revision.ts";
import { lightEventsAgree, SAMPLE_ROW } from "./light/light-check.ts";
import { type CreateLightEvent, createLightEvents } from "./light/light-events.ts";
import { lightFacts } from "./light/light-facts.ts";
import { standInEvent } from "./light/stand-in.ts";
import { firstInstanceOnly, toParseableText, type ZoneKnowledge } from "./parseable-text.ts";
import { parseItems, settleItem } from "./resource-items.ts";
import type { StoredItemWithText } from "./store/item-store.ts";

/** The items of a row; none if the text is unreadable. @throws when the text cannot be parsed */
export type BuildItems = (row: StoredItemWithText, calendar: calICalendar) => calIItemBase[];

export function createItemBuilder(zones: ZoneKnowledge): BuildItems {
  const full = createFullBuilder(zones);
  let light: CreateLightEvent | null | undefined;
  return (row, calendar) => {
    if (light === undefined) light = tryLightEvents(full, zones, calendar);
    const facts = light === null ? null : lightFacts(row, zones);
    if (light === null || facts === null) return full(row, calendar);
    const inflate = () => fullEvent(full, row, calendar) ?? standInEvent(facts, calendar);
    return [light(facts, calendar, inflate)];
  };
}

/** Every row as Thunderbird's parser reads it. */
export function createFullBuilder(zones: ZoneKnowledge): BuildItems {
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

/** `null` where they would not be as good as full ones. */
function tryLightEvents(
  full: BuildItems,
  zones: ZoneKnowledge,
  calendar: calICalendar,
): CreateLightEvent | null {
  const sample = () => {
    const event = fullEvent(full, SAMPLE_ROW, calendar);
    if (event === null) throw new Error("The sample event cannot be parsed.");
    return event;
  };
  try {
    const create = createLightEvents(sample());
    if (lightEventsAgree(create, sample, calendar, zones)) return create;
  } catch {
    // Then they do not agree.
  }
  console.warn("Light events do not fit this Thunderbird: full ones are used, views are slower.");
  return null;
}

/** `null` if the text cannot be parsed after all; the parser's message may hold event text. */
function fullEvent(
  full: BuildItems,
  row: StoredItemWithText,
  calendar: calICalendar,
): calIEvent | null {
  try {
    const item = full(row, calendar).find((each) => each.id === row.uid);
    return item?.isEvent() ? (item as calIEvent) : null;
  } catch {
    return null;
  }
}
