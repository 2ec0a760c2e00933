/**
 * The part of a text that a view's item is made of: its one component, or the master of a series with its overrides
 * beside it. `null` where the parser may see more than one item, or something else. Pure.
 */

export interface OwnComponent {
  /** True if no line of it starts with this property name: upper case. */
  lacks(name: string): boolean;
  /** The value of a property that comes once, without parameters and unfolded; `null` otherwise. */
  plainValue(name: string): string | null;
  /** It has one RRULE, of a form that every parser takes, and no other rule or date. */
  readonly recursPlainly: boolean;
}

/** A property's name broken by folding (RFC 5545 §3.1): legal, and never seen. */
const FOLDED_NAME = /^[A-Z0-9-]+\r?\n[ \t]/im;
/** Components of other kinds: what is in them may be no item to the parser. */
const OTHER_COMPONENT =
  /^BEGIN:(?!(?:VCALENDAR|VTIMEZONE|STANDARD|DAYLIGHT|VEVENT|VTODO|VALARM)\r?$)/im;
const BLOCKS = {
  VEVENT: /^BEGIN:VEVENT\r?\n[\s\S]*?^END:VEVENT\r?\n/gim,
  VTODO: /^BEGIN:VTODO\r?\n[\s\S]*?^END:VTODO\r?\n/gim,
};
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
  if (FOLDED_NAME.test(text) || OTHER_COMPONENT.test(text)) return null;
  // An acknowledged reminder, of an override too, is read by the parser.
  if (/^X-MOZ-LASTACK[:;]/im.test(text)) return null;
  const blocks = text.match(BLOCKS[kind]) ?? [];
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
  };
}

function haveOneUid(blocks: readonly string[]): boolean {
  const uids = blocks.flatMap((block) => block.match(UID) ?? []);
  return uids.length === blocks.length && new Set(uids).size === 1;
}

const starts = new Map<string, RegExp>();

function lineStart(name: string): RegExp | null {
  let line = starts.get(name);
  if (line === undefined) {
    if (!/^[A-Z0-9-]+$/.test(name)) return null;
    line = new RegExp(`^${name}[:;]`, "im");
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
