/**
 * The part of a text that a view's item is made of: its one component without its alarms, or the master of a series
 * with its overrides beside it. `null` where the parser may see more than one item, or something else. Pure.
 */

import { ZONE_BLOCKS } from "./light-dates.ts";

export interface OwnComponent {
  /** True if no line of it starts with this property name: upper case. */
  lacks(name: string): boolean;
  /** The value of a property that comes once, without parameters and unfolded; `null` otherwise. */
  plainValue(name: string): string | null;
  /** It has one RRULE, of a form that every parser takes, and no other rule or date. */
  readonly recursPlainly: boolean;
  /** Its lines, and those of its overrides. */
  readonly lines: string;
  readonly overrides: readonly string[];
  /** What defines the text's zones: many texts have it alike. */
  readonly zones: string;
}

/** A property's name broken by folding (RFC 5545 §3.1): legal, and never seen. */
const FOLDED_NAME = /^[A-Z0-9-]+\r?\n[ \t]/im;
/** What ends a line to an expression's `^`, and to no parser of calendars. */
const OTHER_LINE_END = /\r(?!\n)|[\u2028\u2029]/;
/** A BEGIN or END line; without a name unless it is written as everybody writes it. */
const BORDER = /^(?:(BEGIN)|END)(?![A-Z0-9-])(?::([A-Z]+)(?:\r?\n(?![ \t])|(?![\s\S])))?/gim;
/** Where components stand in a text of which all is known; what is in others may be no item to the parser. */
const PLACES: ReadonlySet<string> = new Set([
  "/VCALENDAR",
  "/VCALENDAR/VTIMEZONE",
  "/VCALENDAR/VTIMEZONE/STANDARD",
  "/VCALENDAR/VTIMEZONE/DAYLIGHT",
  "/VCALENDAR/VEVENT",
  "/VCALENDAR/VEVENT/VALARM",
  "/VCALENDAR/VTODO",
  "/VCALENDAR/VTODO/VALARM",
]);
const UID = /^UID[:;][^\r\n]*(?:\r?\n[ \t][^\r\n]*)*/gim;
const RECURRENCE_ID = /^RECURRENCE-ID[:;]/im;
const DAYS = "[+-]?\\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU)";
const PLAIN_RULE = new RegExp(
  `^RRULE:FREQ=(?:DAILY|WEEKLY|MONTHLY|YEARLY)(?:;(?:INTERVAL|COUNT)=[1-9]\\d{0,3}|;UNTIL=\\d{8}(?:T\\d{6}Z?)?` +
    `|;WKST=(?:MO|TU|WE|TH|FR|SA|SU)|;BYDAY=${DAYS}(?:,${DAYS})*|;BYMONTH=[1-9]\\d?|;BYMONTHDAY=[1-9]\\d?)*\\r?\\n(?![ \\t])`,
  "im",
);
const RULES = /^(?:RRULE|RDATE|EXRULE)[:;]/gim;

export function ownComponent(text: string, kind: "VEVENT" | "VTODO"): OwnComponent | null {
  const start = text.indexOf(`\nBEGIN:${kind}\r\n`) + 1;
  const head = text.slice(0, start);
  const rest = text.slice(start);
  if (!isPlainHead(head) || FOLDED_NAME.test(rest) || OTHER_LINE_END.test(rest)) return null;
  // An acknowledged reminder, of an override too, is read by the parser.
  if (/^X-MOZ-LASTACK[:;]/im.test(rest)) return null;
  const blocks = itemBlocks(rest, kind, start === 0 ? "" : CALENDAR);
  if (blocks === null) return null;
  const masters = blocks.filter((block) => blocks.length === 1 || !RECURRENCE_ID.test(block));
  const [own] = masters;
  if (own === undefined || masters.length > 1 || !haveOneUid(blocks)) return null;
  return {
    lacks: (name) => {
      const line = lineStart(name);
      return line !== null && !line.test(own);
    },
    plainValue: (name) => plainValue(own, name),
    recursPlainly: own.match(RULES)?.length === 1 && PLAIN_RULE.test(own),
    lines: own,
    overrides: blocks.filter((block) => block !== own),
    // Nothing of the items themselves: what is remembered of zones is found by this text.
    zones: /^BEGIN:VTIMEZONE/im.test(rest) ? head + (rest.match(ZONE_BLOCKS) ?? []).join("") : head,
  };
}

const CALENDAR = "/VCALENDAR";
/** Heads remembered; crafted files may bring a new one each. */
const MOST_HEADS = 500;
const heads = new Map<string, boolean>([["", true]]);

/** What comes before the items, mostly a time zone that thousands of texts have alike, ends within the calendar itself. */
function isPlainHead(head: string): boolean {
  let isPlain = heads.get(head);
  if (isPlain === undefined) {
    isPlain =
      !FOLDED_NAME.test(head) &&
      !OTHER_LINE_END.test(head) &&
      !/^X-MOZ-LASTACK[:;]/im.test(head) &&
      itemBlocks(`${head}END:VCALENDAR\r\n`, "VEVENT", "")?.length === 0;
    if (heads.size >= MOST_HEADS) heads.clear();
    heads.set(head, isPlain);
  }
  return isPlain;
}

/**
 * The items without their alarms, whose properties have the same names (RFC 5545 §3.6.6, RFC 9074). One pass.
 * @param within the path that the text begins in
 * @returns `null` for a text with other components, or in another order
 */
function itemBlocks(text: string, kind: "VEVENT" | "VTODO", within: string): string[] | null {
  const item = `/VCALENDAR/${kind}`;
  const blocks: string[] = [];
  let path = within;
  let block = "";
  let from = 0;
  let isOver = false;
  BORDER.lastIndex = 0;
  // Not matchAll: its iterator is interpreted, and takes longer than the search.
  for (let found = BORDER.exec(text); found !== null; found = BORDER.exec(text)) {
    const { 0: line, 1: begin, 2: written, index } = found;
    if (written === undefined || isOver) return null;
    const name = `/${written.toUpperCase()}`;
    const end = index + line.length;
    if (begin !== undefined) {
      if (path === item) block += text.slice(from, index);
      path += name;
      if (!PLACES.has(path)) return null;
      if (path === item) from = index;
      continue;
    }
    if (!path.endsWith(name)) return null;
    if (path === item) {
      blocks.push(block + text.slice(from, end));
      block = "";
    }
    path = path.slice(0, -name.length);
    // Behind an alarm.
    if (path === item) from = end;
    isOver = path === "";
  }
  return isOver ? blocks : null;
}

function haveOneUid(blocks: readonly string[]): boolean {
  const uids = blocks.flatMap((block) => block.match(UID) ?? []);
  return uids.length === blocks.length && new Set(uids).size === 1;
}

const MOST_NAMES = 500;
const starts = new Map<string, RegExp>();

function lineStart(name: string): RegExp | null {
  let line = starts.get(name);
  if (line === undefined) {
    if (!/^[A-Z0-9-]+$/.test(name)) return null;
    line = new RegExp(`^${name}[:;]`, "im");
    // Names of snoozed reminders hold their time.
    if (starts.size >= MOST_NAMES) starts.clear();
    starts.set(name, line);
  }
  return line;
}

function plainValue(own: string, name: string): string | null {
  const start = own.indexOf(`\n${name}:`) + 1;
  if (start === 0) return null;
  const end = own.indexOf("\r\n", start);
  const next = own.charAt(end + 2);
  if (end < 0 || next === " " || next === "\t") return null;
  // A second line of the name, in whatever spelling, may be the one that counts.
  const rest = own.slice(0, start) + own.slice(end);
  return lineStart(name)?.test(rest) === false ? own.slice(start + name.length + 1, end) : null;
}
