/** A recurrence rule (RFC 5545 §3.3.10) in words. What has no words of its own is shown as it is written, never left out. */
import {
  type RuleParts,
  ruleParts,
  type WeekdayPart,
} from "../../shared/ical/recurrence/rule-parts.ts";
import type { Localizer } from "../localizer.ts";
import type { DateWords } from "./date-words.ts";

const WORKDAYS = [1, 2, 3, 4, 5];
const NTH: ReadonlyMap<number, string> = new Map([
  [1, "nthFirst"],
  [2, "nthSecond"],
  [3, "nthThird"],
  [4, "nthFourth"],
  [5, "nthFifth"],
  [-1, "nthLast"],
  [-2, "nthLastButOne"],
]);

export interface RecurrenceLanguage {
  readonly words: Localizer;
  readonly dates: DateWords;
}

/**
 * @param rule e.g. `FREQ=WEEKLY;BYDAY=MO`
 * @param start wall time of the series' start as if UTC
 */
export function recurrenceWords(
  rule: string,
  start: number,
  { words, dates }: RecurrenceLanguage,
): string {
  const parts = ruleParts(rule, start, (utc) => utc);
  if (!parts) return rule;
  const base = words.counted(`every_${parts.frequency}`, parts.interval);
  const days = dayWords(parts, { words, dates });
  const whole =
    days === null
      ? words.text("recurSpecial", base, rule)
      : days === ""
        ? base
        : words.text("recurOn", base, days);
  return withEnd(inMonths(whole, parts, days, { words, dates }), parts, { words, dates });
}

/** Which days; `""` for those that the frequency says, `null` where there are no words for it. */
function dayWords(parts: RuleParts, language: RecurrenceLanguage): string | null {
  const { frequency, weekdays, monthDays, months, positions } = parts;
  const finer = [parts.hours, parts.minutes, parts.seconds, parts.weekNumbers, parts.yearDays];
  if (finer.some((list) => list.length > 0)) return null;
  if (monthDays.length > 0 && (weekdays.length > 0 || positions.length > 0)) return null;
  if (monthDays.length > 0) return monthDayWords(parts, language);
  if (weekdays.length === 0) return positions.length === 0 ? "" : null;
  const picked = positions.length === 0 ? weekdays : picks(parts);
  if (picked === null) return null;
  if (frequency === "WEEKLY" || frequency === "DAILY") return weekdayWords(weekdays, language);
  const each = picked.map((part) => nthWords(part, language));
  if (each.some((part) => part === null)) return null;
  const list = language.words.list(each as string[]);
  if (frequency !== "YEARLY" || months.length === 0) return frequency === "YEARLY" ? null : list;
  return language.words.text("nthInMonth", list, monthNames(months, language));
}

/** "The last of these days": one weekday, or all workdays. */
function picks({ weekdays, positions, frequency }: RuleParts): WeekdayPart[] | null {
  const [nth, ...more] = positions;
  const only = weekdays.length === 1 && weekdays[0]?.nth === 0 ? weekdays[0] : undefined;
  const fits = frequency === "MONTHLY" && nth !== undefined && more.length === 0;
  if (fits && only) return [{ weekday: only.weekday, nth }];
  return fits && isWorkdays(weekdays) ? [{ weekday: -1, nth }] : null;
}

function isWorkdays(weekdays: readonly WeekdayPart[]): boolean {
  const plain = weekdays.every(({ nth }) => nth === 0);
  return (
    plain &&
    WORKDAYS.length === weekdays.length &&
    WORKDAYS.every((day) => weekdays.some(({ weekday }) => weekday === day))
  );
}

function weekdayWords(
  weekdays: readonly WeekdayPart[],
  { words, dates }: RecurrenceLanguage,
): string {
  if (isWorkdays(weekdays)) return words.text("workdays");
  // The week as most calendars show it, from Monday.
  const order = (weekday: number) => (weekday + 6) % 7;
  const sorted = [...weekdays].sort((a, b) => order(a.weekday) - order(b.weekday));
  return words.list(sorted.map(({ weekday }) => dates.weekday(weekday)));
}

function nthWords(
  { weekday, nth }: WeekdayPart,
  { words, dates }: RecurrenceLanguage,
): string | null {
  const name = weekday < 0 ? words.text("workday") : dates.weekday(weekday);
  if (nth === 0) return words.text("everyWeekday", name);
  const key = NTH.get(nth);
  return key === undefined ? null : words.text("nthWeekday", words.text(key), name);
}

function monthDayWords(
  { frequency, monthDays, months }: RuleParts,
  language: RecurrenceLanguage,
): string | null {
  const { words, dates } = language;
  if (frequency === "YEARLY" && monthDays.every((day) => day > 0))
    return words.list(
      months.flatMap((month) => monthDays.map((day) => dates.dayOfYear(month, day))),
    );
  if (frequency !== "MONTHLY" || monthDays.some((day) => day < -1)) return null;
  const each = monthDays.map((day) =>
    day === -1 ? words.text("lastDayOfMonth") : words.text("dayOfMonth", words.number(day)),
  );
  return words.list(each);
}

function monthNames(months: readonly number[], { words, dates }: RecurrenceLanguage): string {
  return words.list(months.map((month) => dates.month(month)));
}

/** Only in some months, where the days have not named them. */
function inMonths(
  sentence: string,
  { frequency, months }: RuleParts,
  days: string | null,
  language: RecurrenceLanguage,
): string {
  if (months.length === 0 || frequency === "YEARLY" || days === null) return sentence;
  return language.words.text("recurInMonths", sentence, monthNames(months, language));
}

function withEnd(
  sentence: string,
  { count, until }: RuleParts,
  { words, dates }: RecurrenceLanguage,
): string {
  if (count !== null) return words.counted("recurTimes", count, sentence);
  return until === null ? sentence : words.text("recurUntil", sentence, dates.shortDay(until));
}
