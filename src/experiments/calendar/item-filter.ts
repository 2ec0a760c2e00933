/**
 * What a `getItems` call asks for (calICalendar's filter bits and its range), and the exact test of a built item
 * against it. The store's range query before it is only a pre-filter.
 */
import { calendarUtils } from "./gecko-modules.ts";

export interface ItemFilter {
  readonly events: boolean;
  readonly todos: boolean;
  readonly completed: boolean;
  readonly notCompleted: boolean;
  readonly occurrences: boolean;
  readonly unansweredInvitations: boolean;
  readonly start: calIDateTime | null;
  readonly end: calIDateTime | null;
  /** Names the range where it has both ends. */
  readonly range: string;
}

export function readFilter(
  bits: number,
  start: calIDateTime | null,
  end: calIDateTime | null,
): ItemFilter {
  const { calICalendar } = Ci;
  const { dtz } = calendarUtils();
  return {
    events: (bits & calICalendar.ITEM_FILTER_TYPE_EVENT) !== 0,
    todos: (bits & calICalendar.ITEM_FILTER_TYPE_TODO) !== 0,
    completed: (bits & calICalendar.ITEM_FILTER_COMPLETED_YES) !== 0,
    notCompleted: (bits & calICalendar.ITEM_FILTER_COMPLETED_NO) !== 0,
    occurrences: (bits & calICalendar.ITEM_FILTER_CLASS_OCCURRENCES) !== 0,
    unansweredInvitations: (bits & calICalendar.ITEM_FILTER_REQUEST_NEEDS_ACTION) !== 0,
    start: start === null ? null : dtz.ensureDateTime(start),
    end: end === null ? null : dtz.ensureDateTime(end),
    range: start === null || end === null ? "" : rangeName(start, end),
  };
}

/** The same wall times are another range in another zone. */
export function rangeName(start: calIDateTime, end: calIDateTime): string {
  return [start, end].map((date) => `${date.icalString} ${date.timezone.tzid}`).join("\n");
}

/** A date's wall time read as if it were UTC: the scale of the store's columns. */
export function wallTime(date: calIDateTime): number {
  return Date.UTC(date.year, date.month, date.day, date.hour, date.minute, date.second);
}

/** @param invitee how the calendar finds the user's own attendee; `null` if it cannot */
export function passes(
  item: calIItemBase,
  filter: ItemFilter,
  invitee: (item: calIItemBase) => calIAttendee | null,
): boolean {
  if (filter.unansweredInvitations) {
    const attendee = invitee(item);
    if (attendee === null || attendee.participationStatus !== "NEEDS-ACTION") return false;
  }
  if (item.isEvent()) return filter.events;
  if (!filter.todos) return false;
  return (item as calITodo).isCompleted ? filter.completed : filter.notCompleted;
}

/** True if a single item (or a series as a whole, by its master) lies in the range. */
export function inRange(item: calIItemBase, filter: ItemFilter): boolean {
  // Every dated item lies in all time; the test would convert its dates to UTC to say so.
  if (filter.start === null && filter.end === null)
    return !item.isEvent() || (item as calIEvent).startDate !== null;
  return Boolean(calendarUtils().item.checkIfInRange(item, filter.start, filter.end));
}
