/**
 * The starts of a series in wall time, for the rules that nearly all series have: every so many days, weeks (on certain
 * weekdays), months or years, with exceptions and overrides in the same form as DTSTART. `null` for everything
 * that is left to Thunderbird's engine. Pure; wall times are ms as if UTC.
 */
import { DAY, durationOf, wallTime } from "../../../shared/ical/date-value.ts";
import { parseRule, type Rule } from "../../../shared/ical/recurrence-rule.ts";

export interface PlainSeries {
  /** DTSTART, which the rule gives as its first. */
  readonly first: number;
  readonly step: Step;
  readonly count: number | null;
  /** Instant of a date-time, wall time of a date: the last possible start. */
  readonly until: number | null;
  readonly exceptions: ReadonlySet<number>;
  readonly overrides: readonly PlainOverride[];
}

export interface PlainOverride {
  /** The start that it replaces. */
  readonly replaces: number;
  /** On the clock of whatever zone it is in. */
  readonly start: number;
  readonly end: number;
}

interface Step {
  readonly frequency: "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY";
  readonly interval: number;
  /** Weekly rules only: days counted from the week's first, in order. */
  readonly days: readonly number[];
  /** Midnight of the first day of DTSTART's week. */
  readonly weekBegin: number;
}

/** A rule with a count is walked from its start where weekdays are named. */
const MOST_COUNTED = 1_000;
const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const KNOWN_PARTS = new Set(["FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY"]);
const EARLIEST = Date.UTC(1900, 0, 1);
const LAST_DAY_OF_EVERY_MONTH = 28;

/**
 * @param own the master's lines without its alarms
 * @param overrides the overrides' lines likewise
 * @param written DTSTART as `"TZID|value"`
 */
export function plainSeries(
  own: string,
  overrides: readonly string[],
  written: string,
): PlainSeries | null {
  const form = formOf(written);
  const first = form.read(written.slice(written.lastIndexOf("|") + 1));
  const value = onlyLine(own, "RRULE")?.value;
  if (first === null || first < EARLIEST || value === undefined) return null;
  const rule = parseRule(value);
  // A part that comes twice is the parser's affair.
  if (rule.size !== value.split(";").length) return null;
  if (![...rule.keys()].every((part) => KNOWN_PARTS.has(part))) return null;
  const step = stepOf(rule, first);
  const until = untilOf(rule.get("UNTIL"), form);
  const count = rule.has("COUNT") ? Number(rule.get("COUNT")) : null;
  if (step === null || until === undefined || (count !== null && until !== null)) return null;
  // Its first start stands, whatever the rule says.
  if (until !== null && until < first + 2 * DAY) return null;
  if (count !== null && count > MOST_COUNTED && step.days.length > 1) return null;
  const exceptions = exceptionsOf(own, form, first);
  const replaced = overrides.map((override) => overrideOf(override, form, first));
  if (exceptions === null || !replaced.every((each) => each !== null)) return null;
  return { first, step, count, until, exceptions, overrides: replaced };
}

/** @yields starts in order, the first not before `from`, the last before `to`; UNTIL and exceptions are not looked at */
export function* plainStarts(series: PlainSeries, from: number, to: number): Generator<number> {
  const { first, step, count } = series;
  const limit = count ?? Number.POSITIVE_INFINITY;
  const { frequency, interval, days } = step;
  if (frequency === "WEEKLY" && days.length > 1) {
    yield* weekdayStarts(series, from, to);
    return;
  }
  const period = { DAILY: DAY, WEEKLY: 7 * DAY, MONTHLY: 31 * DAY, YEARLY: 366 * DAY }[frequency];
  let index = Math.max(0, Math.floor((from - first) / (period * interval)));
  const date = new Date(first);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const time = first - Date.UTC(year, month, day);
  for (; index < limit; index++) {
    const steps = index * interval;
    const start =
      frequency === "DAILY" || frequency === "WEEKLY"
        ? first + steps * period
        : Date.UTC(
            year + (frequency === "YEARLY" ? steps : 0),
            month + (frequency === "MONTHLY" ? steps : 0),
            day,
          ) + time;
    // Not a number behind the last year there is.
    if (!(start < to)) return;
    if (start >= from) yield start;
  }
}

function* weekdayStarts(
  { first, step, count }: PlainSeries,
  from: number,
  to: number,
): Generator<number> {
  const length = 7 * DAY * step.interval;
  const time = first - Math.floor(first / DAY) * DAY;
  // What is counted is counted from the start.
  let index = count === null ? Math.max(0, Math.floor((from - step.weekBegin) / length) - 1) : 0;
  let left = count ?? Number.POSITIVE_INFINITY;
  for (; ; index++) {
    for (const day of step.days) {
      const start = step.weekBegin + index * length + day * DAY + time;
      if (start < first) continue;
      if (!(start < to) || left-- <= 0) return;
      if (start >= from) yield start;
    }
  }
}

function stepOf(rule: Rule, first: number): Step | null {
  const frequency = rule.get("FREQ");
  const interval = Number(rule.get("INTERVAL") ?? 1);
  if (!(interval >= 1)) return null;
  const weekStart = Math.max(0, WEEKDAYS.indexOf(rule.get("WKST") ?? "MO"));
  const dayOf = (weekday: number) => (weekday - weekStart + 7) % 7;
  const own = dayOf(new Date(first).getUTCDay());
  const named = rule.get("BYDAY")?.split(",") ?? [];
  if (frequency === "WEEKLY") {
    const weekdays = named.map((name) => WEEKDAYS.indexOf(name));
    if (weekdays.includes(-1)) return null;
    const days = [...new Set(named.length === 0 ? [own] : weekdays.map(dayOf))];
    // A DTSTART that its rule does not give counts or does not, in different programs.
    if (!days.includes(own)) return null;
    const weekBegin = Math.floor(first / DAY) * DAY - own * DAY;
    return { frequency, interval, days: days.sort((a, b) => a - b), weekBegin };
  }
  if (named.length > 0) return null;
  const plain = { interval, days: [], weekBegin: 0 };
  if (frequency === "DAILY") return { frequency, ...plain };
  if (frequency !== "MONTHLY" && frequency !== "YEARLY") return null;
  return new Date(first).getUTCDate() > LAST_DAY_OF_EVERY_MONTH ? null : { frequency, ...plain };
}

/** How DTSTART is written: all other starts of the series have to be written so. */
interface Form {
  readonly kind: "date" | "utc" | "floating" | "zoned";
  /** Parameters in capitals, without quotes. */
  readonly parameters: string;
  /** Wall time; `null` for a value of another form. */
  read(value: string): number | null;
}

const VALUES = {
  date: /^\d{8}$/,
  utc: /^\d{8}T\d{6}Z$/,
  floating: /^\d{8}T\d{6}$/,
  zoned: /^\d{8}T\d{6}$/,
} as const;

function formOf(written: string): Form {
  const bar = written.lastIndexOf("|");
  const [tzid, value] = [written.slice(0, bar), written.slice(bar + 1)];
  const kind = !value.includes("T")
    ? "date"
    : value.endsWith("Z")
      ? "utc"
      : tzid === ""
        ? "floating"
        : "zoned";
  return {
    kind,
    parameters: kind === "date" ? ";VALUE=DATE" : kind === "zoned" ? `;TZID=${tzid}` : "",
    read: (text) => (VALUES[kind].test(text) ? wallTime(text) : null),
  };
}

/** @returns `undefined` for an UNTIL that only the parser can tell */
function untilOf(value: string | undefined, { kind }: Form): number | null | undefined {
  if (value === undefined) return null;
  const fits =
    kind === "date" ? VALUES.date.test(value) : kind !== "floating" && VALUES.utc.test(value);
  return fits ? (wallTime(value) ?? undefined) : undefined;
}

interface Line {
  readonly parameters: string;
  readonly value: string;
}

const lines = new Map<string, RegExp>();

/** The lines of a name; `null` if one of them is folded. */
function linesOf(block: string, name: string): Line[] | null {
  let line = lines.get(name);
  if (line === undefined) {
    line = new RegExp(`^${name}([;:][^\\r\\n]*)\\r?\\n([ \\t])?`, "gim");
    lines.set(name, line);
  }
  const found: Line[] = [];
  for (const { 1: rest = "", 2: folded } of block.matchAll(line)) {
    if (folded !== undefined) return null;
    const colon = rest.lastIndexOf(":");
    found.push({
      parameters: rest.slice(0, colon).replaceAll('"', ""),
      value: rest.slice(colon + 1),
    });
  }
  return found;
}

function onlyLine(block: string, name: string): Line | null {
  const found = linesOf(block, name);
  return found?.length === 1 ? (found[0] ?? null) : null;
}

/** A start in the form of DTSTART, at its time of day. */
function startOf({ parameters, value }: Line, form: Form, first: number): number | null {
  const start = parameters === form.parameters ? form.read(value) : null;
  return start === null || (start - first) % DAY !== 0 ? null : start;
}

function exceptionsOf(own: string, form: Form, first: number): Set<number> | null {
  const found = linesOf(own, "EXDATE");
  if (found === null) return null;
  const starts = found.map((line) => startOf(line, form, first));
  return starts.every((start) => start !== null) ? new Set(starts) : null;
}

const ANY_TIME = /^\d{8}(?:T\d{6}Z?)?$/;

function overrideOf(block: string, form: Form, first: number): PlainOverride | null {
  const id = onlyLine(block, "RECURRENCE-ID");
  const replaces = id && startOf(id, form, first);
  const start = anyTime(onlyLine(block, "DTSTART"));
  const ends = linesOf(block, "DTEND");
  const lengths = linesOf(block, "DURATION");
  if (replaces === null || start === null || ends === null || lengths === null) return null;
  const [last = null] = ends;
  const [length] = lengths;
  if (ends.length + lengths.length > 1) return null;
  const duration = length === undefined ? DAY : durationOf(length.value);
  const end = last === null ? duration && start + duration : anyTime(last);
  return end === null ? null : { replaces, start, end };
}

function anyTime(line: Line | null): number | null {
  return line !== null && ANY_TIME.test(line.value) ? wallTime(line.value) : null;
}
