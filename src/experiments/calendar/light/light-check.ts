/**
 * Whether light events are as good as full ones in this Thunderbird: tried once with one event that has a bit of
 * everything, before the first view is answered. Light events lean on private fields, which may change.
 */
import { scanColumns } from "../../../shared/ical/scan.ts";
import { REVISION } from "../item-revision.ts";
import type { ZoneKnowledge } from "../parseable-text.ts";
import type { StoredItemWithText } from "../store/item-store.ts";
import type { CreateLightEvent } from "./light-events.ts";
import { lightFacts } from "./light-facts.ts";

const TEXT = [
  "BEGIN:VCALENDAR",
  "VERSION:2.0",
  "BEGIN:VEVENT",
  "UID:sample@light",
  "DTSTAMP:20260101T000000Z",
  "DTSTART;TZID=Europe/Berlin:20260701T090000",
  "DTEND;TZID=Europe/Berlin:20260701T103000",
  "SUMMARY:Tea\\, coffee; all of it",
  "LOCATION:Kitchen",
  "STATUS:CONFIRMED",
  "CATEGORIES:Work,Tea",
  "X-OTHER;X-PARAM=1:kept",
  "BEGIN:VALARM",
  "ACTION:DISPLAY",
  "DESCRIPTION:Now",
  "TRIGGER:-PT5M",
  "END:VALARM",
  "END:VEVENT",
  "END:VCALENDAR",
  "",
].join("\r\n");

/** The row that is tried. */
export const SAMPLE_ROW: StoredItemWithText = {
  name: "sample.ics",
  uid: "sample@light",
  revision: 7,
  columns: scanColumns(TEXT),
  acks: "",
  pending: null,
  text: TEXT,
};

/**
 * @param buildFull the full, immutable event of {@link SAMPLE_ROW}
 * @returns true if a light event answers as the full one does, before and after it became full. Never throws.
 */
export function lightEventsAgree(
  create: CreateLightEvent,
  buildFull: () => calIEvent,
  calendar: calICalendar,
  zones: ZoneKnowledge,
): boolean {
  try {
    const facts = lightFacts(SAMPLE_ROW, zones);
    if (facts === null) return false;
    const inflated: calIEvent[] = [];
    const light = create(facts, calendar, () => {
      const event = buildFull();
      inflated.push(event);
      return event;
    });
    const full = buildFull();
    if (answers(light) !== answers(full) || inflated.length > 0) return false;
    if (light.getAlarms().length !== 1) return false;
    const copy = light.clone();
    copy.title = "Changed";
    return (
      answers(light) === answers(full) &&
      light.icalString === full.icalString &&
      copy.isMutable &&
      copy.title === "Changed" &&
      inflated.length === 1
    );
  } catch {
    return false;
  }
}

/** What views ask of each event. */
function answers(event: calIEvent): string {
  return JSON.stringify([
    event.hashId,
    event.title,
    event.startDate.icalString,
    event.startDate.timezone.tzid,
    event.startDate.nativeTime,
    event.endDate.icalString,
    event.getProperty("LOCATION"),
    event.status,
    event.getProperty("PRIORITY"),
    event.getProperty(REVISION),
    event.getCategories(),
    event.getAttendees().length,
    event.organizer === null,
    event.recurrenceInfo === null,
    event.isMutable,
    event.isEvent(),
    event.parentItem === event,
  ]);
}
