/** Found and compared items as rows of the list. Pure. */
import type { ComparedItem, FoundItem, SearchedCalendar } from "../../shared/commands.ts";
import { fieldsChanged } from "./item-fields.ts";
import type { ItemPlace } from "./item-pane.ts";
import { itemWhen } from "./item-when.ts";
import type { RecurrenceLanguage } from "./recurrence-words.ts";
import type { ListRow } from "./virtual-list.ts";

export interface ItemRow extends ListRow, ItemPlace {}

type CalendarOf = (path: string) => SearchedCalendar | undefined;

export function foundRow(
  item: FoundItem,
  calendarOf: CalendarOf,
  language: RecurrenceLanguage,
): ItemRow {
  const { words, dates } = language;
  const row = itemRow(item, item.snapshotId, calendarOf, language);
  const when = itemWhen(item, dates);
  return {
    ...row,
    key: `${item.calendar} ${item.uid ?? item.path}`,
    details: [when, row.calendarName, replacedWords(item, language)].filter(Boolean).join(" · "),
    tags: [
      item.gone && words.text("tagGone"),
      item.recurring && words.text("tagRepeats"),
      item.versions > 1 && words.counted("versionCount", item.versions),
    ].filter((tag) => tag !== false),
  };
}

/** Of an item of which the snapshots hold replaced texts only. */
function replacedWords({ replacedAt }: FoundItem, { words, dates }: RecurrenceLanguage): string {
  return replacedAt === null ? "" : words.text("earlierText", dates.short(replacedAt));
}

/** @param before the older snapshot: what was removed lies there */
export function comparedRow(
  item: ComparedItem,
  [before, after]: readonly [string, string],
  calendarOf: CalendarOf,
  language: RecurrenceLanguage,
): ItemRow {
  const { words, dates } = language;
  const row = itemRow(item, item.change === "removed" ? before : after, calendarOf, language);
  const fields = fieldsChanged(item.differences, words);
  const what =
    fields !== ""
      ? words.text("changedFields", fields)
      : item.start !== null && dates.shortDay(item.start);
  return {
    ...row,
    key: `${item.change} ${item.path}`,
    details: [what, row.calendarName].filter(Boolean).join(" · "),
    tags: [words.text(`tag_${item.change}`)],
  };
}

function itemRow(
  { path, uid, summary, calendar }: Pick<FoundItem, "path" | "uid" | "summary" | "calendar">,
  snapshotId: string,
  calendarOf: CalendarOf,
  { words }: RecurrenceLanguage,
): Omit<ItemRow, "key" | "details" | "tags"> {
  const known = calendarOf(calendar);
  return {
    path,
    uid,
    snapshotId,
    title: summary || (uid === null ? fileOf(path) : words.text("untitled")),
    calendarName: known?.displayName ?? fileOf(calendar),
    color: known?.color ?? null,
  };
}

function fileOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
