/**
 * What can be said of a row's event, series or task without parsing its text: from the columns, where they are sure
 * to give what the parser would, and from the absence of a property's name in the text. Pure.
 */
import { COMPONENT, ITEM_FLAG } from "../../../shared/item-store.ts";
import { REVISION } from "../item-revision.ts";
import type { ZoneKnowledge } from "../parseable-text.ts";
import type { StoredItemWithText } from "../store/item-store.ts";
import { type LightDate, lightDate } from "./light-dates.ts";
import { type OwnComponent, ownComponent } from "./own-component.ts";
import { type PlainSeries, plainSeries } from "./plain-series.ts";

export interface LightFacts {
  readonly kind: "event" | "todo";
  readonly isSeries: boolean;
  /** Of a series: how it recurs; `null` where its instances are the affair of Thunderbird's engine. */
  plainSeries(): PlainSeries | null;
  /** `null` for a task without DTSTART. */
  readonly start: LightDate | null;
  /** `null` when the text has no DTEND or, for a task, no DUE. */
  readonly end: LightDate | null;
  /** Of a task; `null` also when only the parser can tell: then `lacks` says false. */
  readonly completed: LightDate | null;
  /** Values of properties by name, dates apart. */
  readonly texts: ReadonlyMap<string, string | number>;
  /** `null` when only the parser can tell. */
  readonly categories: readonly string[] | null;
  readonly hasAlarms: boolean;
  readonly hasAttendees: boolean;
  readonly hasOrganizer: boolean;
  readonly hasAttachments: boolean;
  /** True if the item (a series' master) has no property of this name, whatever its alarms have: upper case. */
  lacks(name: string): boolean;
}

/** Flags of rows that views must see as full items. */
const TOO_MUCH = ITEM_FLAG.unreadable | ITEM_FLAG.costly;
const RECURS = ITEM_FLAG.recurring | ITEM_FLAG.overrides;

/** Forms that Thunderbird's parser gives as they are written. */
const DURATION = /^P(?:[1-9]\d{0,2}D|T[1-9]\d{0,3}[HM])$/;
const NUMBER = /^(?:0|[1-9]\d{0,2})$/;

/** Facts of a row's one item; `null` for everything that has to be parsed. */
export function lightFacts(row: StoredItemWithText, zones: ZoneKnowledge): LightFacts | null {
  const { columns, text, acks, uid } = row;
  const { flags, components } = columns;
  const isTodo = components === COMPONENT.todo;
  if ((!isTodo && components !== COMPONENT.event) || (flags & TOO_MUCH) !== 0) return null;
  if (uid === null || acks !== "") return null;
  const own = ownComponent(text, isTodo ? "VTODO" : "VEVENT");
  if (own === null || !own.lacks("RECURRENCE-ID")) return null;
  const isSeries = (flags & RECURS) !== 0;
  if (isSeries && (isTodo || !own.recursPlainly)) return null;
  const dates = datesOf(row, own, zones);
  if (dates === null) return null;
  let series: PlainSeries | null | undefined = isSeries ? undefined : null;
  return {
    kind: isTodo ? "todo" : "event",
    isSeries,
    plainSeries: () => {
      if (series === undefined) series = plainSeries(own.lines, own.overrides, columns.startValue);
      return series;
    },
    ...dates,
    texts: textsOf(row, own, uid),
    categories: categoriesOf(columns.categories, own),
    hasAlarms: (flags & ITEM_FLAG.alarms) !== 0,
    hasAttendees: (flags & ITEM_FLAG.attendees) !== 0,
    hasOrganizer: (flags & ITEM_FLAG.organizer) !== 0,
    hasAttachments: (flags & ITEM_FLAG.attachments) !== 0,
    lacks: (name) => own.lacks(name),
  };
}

function datesOf(
  { columns }: StoredItemWithText,
  own: OwnComponent,
  zones: ZoneKnowledge,
): Pick<LightFacts, "start" | "end" | "completed"> | null {
  const isTodo = columns.components === COMPONENT.todo;
  const date = (written: string) => (written === "" ? null : lightDate(written, own.zones, zones));
  const start = date(columns.startValue);
  const end = date(columns.endValue);
  if (start === null && !(isTodo && own.lacks("DTSTART"))) return null;
  // The column is of whichever comes first.
  if (!own.lacks(isTodo ? "DTEND" : "DUE")) return null;
  if (end === null && !own.lacks(isTodo ? "DUE" : "DTEND")) return null;
  const completed = isTodo ? own.plainValue("COMPLETED") : null;
  return { start, end, completed: completed === null ? null : date(`|${completed}`) };
}

function textsOf(
  { columns, revision }: StoredItemWithText,
  own: OwnComponent,
  uid: string,
): Map<string, string | number> {
  const texts = new Map<string, string | number>([
    ["UID", uid],
    [REVISION, String(revision)],
  ]);
  if (columns.summary !== "") texts.set("SUMMARY", columns.summary);
  if (columns.location !== "") texts.set("LOCATION", columns.location);
  // These columns are in capitals: the parser keeps them as written.
  for (const [name, value] of [
    ["STATUS", columns.status],
    ["CLASS", columns.classification],
  ] as const) {
    if (value !== "" && own.plainValue(name) === value) texts.set(name, value);
  }
  const priority = own.plainValue("PRIORITY");
  if (priority !== null && NUMBER.test(priority)) texts.set("PRIORITY", Number(priority));
  // Thunderbird's parser makes a number of the one and leaves the other as it is.
  const percent = own.plainValue("PERCENT-COMPLETE");
  if (percent !== null && NUMBER.test(percent)) texts.set("PERCENT-COMPLETE", percent);
  const duration = own.plainValue("DURATION");
  if (duration !== null && DURATION.test(duration)) texts.set("DURATION", duration);
  return texts;
}

function categoriesOf(column: string, own: OwnComponent): readonly string[] | null {
  if (own.lacks("CATEGORIES")) return [];
  return column === "" || /[\\",]\s|\\|"|^\s|\s$/.test(column) ? null : column.split(",");
}
