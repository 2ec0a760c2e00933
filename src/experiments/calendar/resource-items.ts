/**
 * From a resource's text to Thunderbird's items and back: parsing (a master takes its overrides with it) and
 * serialising a whole resource. Full items only; a builder of light items would replace {@link parseItems} for
 * rows whose flags allow it.
 */
import { calendarUtils } from "./gecko-modules.ts";
import { parseWithSharedZones } from "./shared-zones.ts";

/** Thunderbird's mark on the master it makes up for overrides that come without one. */
const MADE_UP_MASTER = "X-MOZ-FAKED-MASTER";

/**
 * The items of a prepared text, mutable, without a calendar.
 * @throws when the text cannot be parsed; the message may hold event text and must not be logged
 */
export function parseItems(text: string): calIItemBase[] {
  const { CalIcsParser } = ChromeUtils.importESModule("resource:///modules/CalIcsParser.sys.mjs");
  const parser = new CalIcsParser();
  // Not parseString: it writes a text that it cannot parse into the console.
  const { icsService } = calendarUtils();
  parser.processIcalComponent(parseWithSharedZones(text, (whole) => icsService.parseICS(whole)));
  return parser.getItems();
}

/** Gives items to a calendar, as views expect them: immutable and belonging to it. */
export function settleItem(item: calIItemBase, calendar: calICalendar): calIItemBase {
  item.calendar = calendar;
  const recurrence = item.recurrenceInfo;
  if (recurrence !== null) {
    for (const id of recurrence.getExceptionIds()) {
      const override = recurrence.getExceptionFor(id);
      if (override?.isMutable) override.calendar = calendar;
    }
  }
  item.makeImmutable();
  return item;
}

/**
 * The VCALENDAR of one resource: master, overrides and the VTIMEZONEs they use, as Thunderbird writes them. The
 * made-up master of parentless overrides is not part of it.
 * @param item a master (or single item), never an occurrence
 */
export function serialiseResource(item: calIItemBase): string {
  const { CalIcsSerializer } = ChromeUtils.importESModule(
    "resource:///modules/CalIcsSerializer.sys.mjs",
  );
  const serializer = new CalIcsSerializer();
  const overrides = overridesOf(item);
  if (isMadeUp(item) && overrides.length > 0) serializer.addItems(overrides);
  else serializer.addItems([item]);
  return serializer.serializeToString();
}

/** True for a master that stands only for overrides which came without one. */
export function isMadeUp(item: calIItemBase): boolean {
  return item.getProperty(MADE_UP_MASTER) !== null && item.recurrenceInfo !== null;
}

export function overridesOf(item: calIItemBase): calIItemBase[] {
  const recurrence = item.recurrenceInfo;
  if (recurrence === null) return [];
  return recurrence
    .getExceptionIds()
    .map((id) => recurrence.getExceptionFor(id))
    .filter((override) => override !== null);
}
