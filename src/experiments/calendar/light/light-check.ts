/**
 * Whether light items are as good as full ones in this Thunderbird: tried once with an event, a series and a task that
 * have a bit of everything, before the first view is answered. Light items lean on private fields, which may change.
 */
import { scanColumns } from "../../../shared/ical/scan.ts";
import { REVISION } from "../item-revision.ts";
import type { ZoneKnowledge } from "../parseable-text.ts";
import type { StoredItemWithText } from "../store/item-store.ts";
import { lightFacts } from "./light-facts.ts";
import { type CreateLightItem, isLightSeries, lightInstances } from "./light-items.ts";

const ALARM = [
  ...["BEGIN:VALARM", "UID:alarm@light", "ACTION:DISPLAY", "DESCRIPTION:Now", "TRIGGER:-PT5M"],
  ...["REPEAT:2", "DURATION:PT7M", "END:VALARM"],
];
const COMMON = [
  "DTSTAMP:20260101T000000Z",
  "SUMMARY:Tea\\, coffee; all of it",
  "LOCATION:Kitchen",
  "CATEGORIES:Work,Tea",
  "X-OTHER;X-PARAM=1:kept",
];
const TIMES = [
  "DTSTART;TZID=Europe/Berlin:20260701T090000",
  "DTEND;TZID=Europe/Berlin:20260701T103000",
];

/** The rows that are tried. */
export const SAMPLE_ROWS = {
  event: sampleRow(vevent("event@light", "STATUS:CONFIRMED", ...TIMES, ...ALARM)),
  wholeDay: sampleRow(vevent("day@light", "DTSTART;VALUE=DATE:20260701", ...ALARM)),
  plainSeries: sampleRow(
    vevent(
      "plain@light",
      "RRULE:FREQ=WEEKLY;BYDAY=WE,FR",
      ...TIMES,
      "EXDATE;TZID=Europe/Berlin:20260708T090000",
    ),
  ),
  series: sampleRow([
    ...vevent("series@light", "RRULE:FREQ=DAILY;COUNT=4", ...TIMES),
    ...vevent(
      "series@light",
      "RECURRENCE-ID;TZID=Europe/Berlin:20260702T090000",
      "DTSTART;TZID=Europe/Berlin:20260702T110000",
      "DTEND;TZID=Europe/Berlin:20260702T113000",
    ),
  ]),
  todo: sampleRow([
    "BEGIN:VTODO",
    "UID:todo@light",
    ...COMMON,
    "DUE;TZID=Europe/Berlin:20260701T090000",
    "PRIORITY:5",
    "STATUS:NEEDS-ACTION",
    "END:VTODO",
  ]),
} as const;

function vevent(uid: string, ...lines: string[]): string[] {
  return ["BEGIN:VEVENT", `UID:${uid}`, ...COMMON, ...lines, "END:VEVENT"];
}

function sampleRow(lines: readonly string[]): StoredItemWithText {
  const text = ["BEGIN:VCALENDAR", "VERSION:2.0", ...lines, "END:VCALENDAR", ""].join("\r\n");
  const columns = scanColumns(text);
  return {
    name: "sample.ics",
    uid: columns.uid,
    revision: 7,
    columns,
    acks: "",
    pending: null,
    text,
  };
}

/**
 * A step a sample, as each takes milliseconds.
 * @param buildFull the full, immutable item of a row
 * @returns true if light items answer as the full ones do, before and after they became full
 */
export function* lightItemsAgree(
  create: CreateLightItem,
  buildFull: (row: StoredItemWithText) => calIItemBase,
  calendar: calICalendar,
  zones: ZoneKnowledge,
): Generator<undefined, boolean> {
  for (const row of Object.values(SAMPLE_ROWS)) {
    yield;
    if (!agrees(create, buildFull, row, calendar, zones)) return false;
  }
  return true;
}

function agrees(
  create: CreateLightItem,
  buildFull: (row: StoredItemWithText) => calIItemBase,
  row: StoredItemWithText,
  calendar: calICalendar,
  zones: ZoneKnowledge,
): boolean {
  const facts = lightFacts(row, zones);
  if (facts === null) return false;
  let inflated = 0;
  const light = create(facts, calendar, () => {
    inflated++;
    return buildFull(row);
  });
  const full = buildFull(row);
  if (answers(light) !== answers(full)) return false;
  if (!instancesAgree(light, full) || inflated > 0) return false;
  if (light.getAlarms().length !== full.getAlarms().length) return false;
  if (occurrences(light) !== occurrences(full)) return false;
  const copy = light.clone();
  copy.title = "Changed";
  return (
    answers(light) === answers(full) &&
    light.icalString === full.icalString &&
    copy.isMutable &&
    copy.title === "Changed" &&
    inflated === 1
  );
}

/** What views ask of each item. */
function answers(item: calIItemBase): string {
  const { startDate, endDate } = item as calIEvent;
  const { entryDate, dueDate, isCompleted, completedDate } = item as calITodo;
  const dates = [startDate, endDate, entryDate, dueDate, completedDate];
  return JSON.stringify([
    item.hashId,
    item.title,
    dates.map((date) => date && [date.icalString, date.timezone.tzid, date.nativeTime]),
    isCompleted,
    item.getProperty("LOCATION"),
    item.getProperty("STATUS"),
    item.getProperty("PRIORITY"),
    item.getProperty("PERCENT-COMPLETE"),
    item.getProperty(REVISION),
    item.getCategories(),
    item.getAttendees().length,
    item.organizer === null,
    item.isMutable,
    item.isEvent(),
    item.parentItem === item,
  ]);
}

/** True also where no instances can be told without the engine. */
function instancesAgree(light: calIItemBase, full: calIItemBase): boolean {
  const start = (light as calIEvent).startDate;
  if (!isLightSeries(light)) return true;
  const range = { start: start.clone(), end: start.clone() };
  range.start.nativeTime += 4 * 86_400 * 1_000_000;
  range.end.nativeTime += 40 * 86_400 * 1_000_000;
  const found = lightInstances(light, range, 100);
  if (found === null) return true;
  const expected = full.recurrenceInfo?.getOccurrences(range.start, range.end, 100) ?? [];
  const fields = (item: calIItemBase) =>
    Object.keys(item.wrappedJSObject ?? item)
      .sort((a, b) => (a < b ? -1 : 1))
      .join();
  const all = (items: readonly calIItemBase[]) =>
    items.map((item) => [answers(item), item.recurrenceId?.icalString, fields(item)]);
  return JSON.stringify(all(found)) === JSON.stringify(all(expected));
}

/** Of a series, which belong to the very item that was asked. */
function occurrences(item: calIItemBase): string {
  const recurrence = item.recurrenceInfo;
  if (recurrence === null) return "";
  const start = (item as calIEvent).startDate;
  const end = start.clone();
  end.nativeTime += 30 * 86_400 * 1_000_000;
  const all = recurrence.getOccurrences(start, end, 0);
  const same = (one: unknown) =>
    ((one as calIItemBase).wrappedJSObject ?? one) === (item.wrappedJSObject ?? item);
  return JSON.stringify([
    same(recurrence.item),
    all.map((each) => [
      each.hashId,
      (each as calIEvent).startDate.icalString,
      same(each.parentItem),
    ]),
  ]);
}
