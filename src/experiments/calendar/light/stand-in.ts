/**
 * What stands for an item whose text turned out not to be parseable when it was asked for more than its columns
 * tell. Its text is untouched in the store.
 */
import { toDateTime } from "./light-date-time.ts";
import type { LightFacts } from "./light-facts.ts";

/** A full, immutable item with just the facts; of a series its first instance. */
export function standInItem(facts: LightFacts, calendar: calICalendar): calIItemBase {
  const item = facts.kind === "todo" ? standInTodo(facts) : standInEvent(facts);
  for (const [name, value] of facts.texts) item.setProperty(name, value);
  item.calendar = calendar;
  item.makeImmutable();
  return item;
}

function standInEvent({ start, end }: LightFacts): calIEvent {
  const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
  const event = new CalEvent();
  if (start !== null) event.startDate = toDateTime(start);
  if (end !== null) event.endDate = toDateTime(end);
  return event;
}

function standInTodo({ start, end }: LightFacts): calITodo {
  const { CalTodo } = ChromeUtils.importESModule("resource:///modules/CalTodo.sys.mjs");
  const todo = new CalTodo();
  if (start !== null) todo.entryDate = toDateTime(start);
  if (end !== null) todo.dueDate = toDateTime(end);
  return todo;
}
