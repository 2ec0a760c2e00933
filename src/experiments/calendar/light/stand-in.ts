/**
 * What stands for an event whose text turned out not to be parseable when it was asked for more than its columns
 * tell. Its text is untouched in the store.
 */
import { toDateTime } from "./light-events.ts";
import type { LightFacts } from "./light-facts.ts";

/** A full, immutable event with just the facts. */
export function standInEvent(facts: LightFacts, calendar: calICalendar): calIEvent {
  const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
  const event = new CalEvent();
  for (const [name, value] of facts.texts) event.setProperty(name, value);
  event.startDate = toDateTime(facts.start);
  if (facts.end !== null) event.endDate = toDateTime(facts.end);
  event.calendar = calendar;
  event.makeImmutable();
  return event;
}
