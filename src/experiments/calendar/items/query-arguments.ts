/** The criteria of `items.query` as Thunderbird's calendars take them. */
import { extensionError } from "../extension-error.ts";
import { calendarUtils } from "../gecko-modules.ts";

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

/** What `calICalendar.getItems` takes. */
export interface ItemCriteria {
  /** Filter bits of calICalendar. */
  readonly bits: number;
  readonly start: calIDateTime | null;
  /** Exclusive. */
  readonly end: calIDateTime | null;
}

/** @throws ExtensionError naming the criterion that cannot be understood */
export function readCriteria(query: ItemsQuery): ItemCriteria {
  const start = readDate(query.rangeStart, "rangeStart");
  const end = readDate(query.rangeEnd, "rangeEnd");
  if (start !== null && end !== null && end.compare(start) < 0) {
    throw extensionError("rangeEnd is before rangeStart.");
  }
  if (query.expand && (start === null || end === null)) {
    throw extensionError("expand needs rangeStart and rangeEnd: a series may have no end.");
  }
  return { bits: filterBits(query), start, end };
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

const ICAL_TIME = /^\d{8}(T\d{6}Z?)?$/;
/** Without an offset: a day, or a time of the user's clock. */
const LOCAL_ISO_TIME = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?$/;

function readDate(value: string | null | undefined, argument: string): calIDateTime | null {
  if (value == null) return null;
  const { createDateTime, dtz } = calendarUtils();
  const ical = localIcalTime(value) ?? value;
  const instant = ICAL_TIME.test(ical) ? Date.parse(isoTime(ical)) : Date.parse(value);
  if (Number.isNaN(instant)) {
    throw extensionError(`${argument} "${value}" is neither an iCalendar nor an ISO 8601 time.`);
  }
  // With a zone it would take the wall time of the computer's zone for one of that zone.
  if (!ICAL_TIME.test(ical)) return dtz.jsDateToDateTime(new Date(instant));
  const date = createDateTime(ical);
  if (date.timezone.isFloating) date.timezone = dtz.defaultTimezone;
  return date;
}

function localIcalTime(value: string): string | null {
  const [, year, month, day, hour, minute, second = "00"] = LOCAL_ISO_TIME.exec(value) ?? [];
  if (year === undefined) return null;
  return `${year}${month}${day}${hour === undefined ? "" : `T${hour}${minute}${second}`}`;
}

/** For its check: `Date` knows which days there are. */
function isoTime(ical: string): string {
  const date = `${ical.slice(0, 4)}-${ical.slice(4, 6)}-${ical.slice(6, 8)}`;
  if (ical.length === 8) return date;
  return `${date}T${ical.slice(9, 11)}:${ical.slice(11, 13)}:${ical.slice(13, 15)}Z`;
}
