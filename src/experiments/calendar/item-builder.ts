/**
 * Builds the items of a row for one calendar. The one place where an item comes from a row: as a light one where the
 * row tells enough, all others parsed, with the revision and the acknowledgements put into the
 * text, known time zones left out, and made immutable.
 */
import { insertAcks, insertMarker } from "../../shared/ical/acks.ts";
import { ITEM_FLAG } from "../../shared/item-store.ts";
import { ownTurn } from "./gecko-modules.ts";
import { REVISION } from "./item-revision.ts";
import { lightItemsAgree, SAMPLE_ROWS } from "./light/light-check.ts";
import { lightFacts } from "./light/light-facts.ts";
import { type CreateLightItem, createLightItems } from "./light/light-items.ts";
import { standInItem } from "./light/stand-in.ts";
import { firstInstanceOnly, toParseableText, type ZoneKnowledge } from "./parseable-text.ts";
import { parseItems, settleItem } from "./resource-items.ts";
import type { StoredItemWithText } from "./store/item-store.ts";

/** The items of a row; none if the text is unreadable. @throws when the text cannot be parsed */
export type BuildItems = (row: StoredItemWithText, calendar: calICalendar) => calIItemBase[];

export interface ItemBuilder {
  readonly build: BuildItems;
  /** What comes before the first item, in turns of the main thread; in one go where nobody waited for it. Never rejects. */
  prepare(calendar: calICalendar): Promise<void>;
}

export function createItemBuilder(zones: ZoneKnowledge): ItemBuilder {
  const full = createFullBuilder(zones);
  let light: CreateLightItem | null | undefined;
  let preparing: Promise<void> | undefined;
  const decide = (found: CreateLightItem | null) => {
    if (light === undefined) light = found;
    return light;
  };
  const prepare = async (calendar: calICalendar) => {
    const steps = tryLightItems(full, zones, calendar);
    let step = steps.next();
    while (!step.done) {
      await ownTurn();
      // Meanwhile somebody could not wait.
      if (light !== undefined) return;
      step = steps.next();
    }
    decide(step.value);
  };
  const build: BuildItems = (row, calendar) => {
    const create =
      light === undefined ? decide(result(tryLightItems(full, zones, calendar))) : light;
    const facts = create === null ? null : lightFacts(row, zones);
    if (create === null || facts === null) return full(row, calendar);
    const inflate = () => fullItem(full, row, calendar) ?? standInItem(facts, calendar);
    return [create(facts, calendar, inflate)];
  };
  return {
    build,
    prepare: (calendar) => {
      preparing ??= prepare(calendar);
      return preparing;
    },
  };
}

/** All steps at once. */
function result<T>(steps: Generator<undefined, T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
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
function* tryLightItems(
  full: BuildItems,
  zones: ZoneKnowledge,
  calendar: calICalendar,
): Generator<undefined, CreateLightItem | null> {
  const sample = (row: StoredItemWithText) => {
    const item = fullItem(full, row, calendar);
    if (item === null) throw new Error("A sample item cannot be parsed.");
    return item;
  };
  try {
    const { event, todo, series } = SAMPLE_ROWS;
    const instance = firstInstance(sample(series));
    yield;
    const create = createLightItems({ event: sample(event), todo: sample(todo), instance });
    if (yield* lightItemsAgree(create, sample, calendar, zones)) return create;
  } catch {
    // Then they do not agree.
  }
  console.warn("Light items do not fit this Thunderbird: full ones are used, views are slower.");
  return null;
}

function firstInstance(series: calIItemBase): calIItemBase {
  const { recurrenceInfo, recurrenceStartDate } = series;
  if (recurrenceInfo === null || recurrenceStartDate === null) throw new Error("No series.");
  return recurrenceInfo.getOccurrenceFor(recurrenceStartDate);
}

/** `null` if the text cannot be parsed after all; the parser's message may hold event text. */
function fullItem(
  full: BuildItems,
  row: StoredItemWithText,
  calendar: calICalendar,
): calIItemBase | null {
  try {
    return full(row, calendar).find((each) => each.id === row.uid) ?? null;
  } catch {
    return null;
  }
}
