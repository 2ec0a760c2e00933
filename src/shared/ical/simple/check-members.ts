/** The members of an item as a caller gives them, checked and brought into the one form the writer knows. */
import { alarm, attendees, organizer, rule, seriesTime } from "./check-parts.ts";
import {
  type Check,
  flag,
  integer,
  keyword,
  listOf,
  oneOf,
  refused,
  text,
  time,
  uri,
  utcTime,
  word,
} from "./checks.ts";
import type { ItemType, SimpleChanges, SimpleItem } from "./simple-item.ts";

type Member = keyof SimpleChanges;

const STATUS: Readonly<Record<ItemType, readonly string[]>> = {
  event: ["tentative", "confirmed", "cancelled"],
  task: ["needs-action", "in-process", "completed", "cancelled"],
};

const PRIVACY = oneOf(["public", "private", "confidential", "default"]);

const CHECKS: { readonly [K in Member]: Check<NonNullable<SimpleChanges[K]>> } = {
  title: text,
  description: text,
  location: text,
  categories: listOf(word),
  status: keyword,
  privacy: PRIVACY,
  priority: integer(0, 9),
  start: time,
  end: time,
  due: time,
  timeZone: word,
  endTimeZone: word,
  allDay: flag,
  completed: utcTime,
  percentComplete: integer(0, 100),
  recurrenceRules: listOf(rule),
  excludedRecurrenceRules: listOf(rule),
  recurrenceDates: listOf(seriesTime),
  excludedDates: listOf(time),
  organizer,
  attendees,
  alarms: listOf(alarm),
  url: uri,
  created: utcTime,
  updated: utcTime,
  sequence: integer(0, 2 ** 31 - 1),
};

const ONLY: Readonly<Record<ItemType, readonly string[]>> = {
  event: ["end"],
  task: ["due", "completed", "percentComplete"],
};

/** Other names for members, of the reference implementation. */
export const ALIASES: Readonly<Record<string, Member>> = {
  startDate: "start",
  endDate: "end",
  dueDate: "due",
  percent: "percentComplete",
};

/**
 * @param given members of any kind; those that are not an item's are left alone
 * @param shown the members of the item as it is
 * @throws AppError "bad-argument" naming the member
 */
export function checkMembers(
  given: Readonly<Record<string, unknown>>,
  type: ItemType,
  shown: Partial<SimpleItem> = {},
): SimpleChanges {
  const changes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const member = ALIASES[name] ?? name;
    if (value === undefined || !Object.hasOwn(CHECKS, member)) continue;
    if (value !== null && ONLY[type === "event" ? "task" : "event"].includes(member))
      throw refused(name, `${type === "event" ? "an event" : "a task"} has none.`);
    const checked = value === null ? null : checkMember(member as Member, value, name, type, shown);
    if (Object.hasOwn(changes, member) && changes[member] !== checked)
      throw refused(name, "is given twice, under two names, and differently.");
    changes[member] = checked;
  }
  return changes as SimpleChanges;
}

function checkMember(
  member: Member,
  value: unknown,
  name: string,
  type: ItemType,
  shown: Partial<SimpleItem>,
): unknown {
  if (member === "status") return oneOf(STATUS[type])(value, name);
  const checked = CHECKS[member](value, name, shown[member]);
  if (member === "privacy" && checked === "default") return null;
  if (checked === "" || (Array.isArray(checked) && checked.length === 0)) return null;
  return checked;
}
