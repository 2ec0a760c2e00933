/**
 * What can be said of a row's event without parsing its text: from the columns, where they are sure to give what
 * the parser would, and from the absence of a property's name in the text. Pure.
 */
import { COMPONENT, ITEM_FLAG } from "../../../shared/item-store.ts";
import { knownZone } from "../../../shared/timezones/known-zone.ts";
import { REVISION } from "../item-revision.ts";
import type { ZoneKnowledge } from "../parseable-text.ts";
import type { StoredItemWithText } from "../store/item-store.ts";

/** A date or date-time as written; `zone` is a name that Thunderbird knows, `null` for floating times and dates. */
export interface LightDate {
  readonly year: number;
  /** From 0, as in calIDateTime. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly isDate: boolean;
  readonly zone: string | null;
}

export interface LightFacts {
  readonly start: LightDate;
  /** `null` when the text has no DTEND. */
  readonly end: LightDate | null;
  /** Values of properties by name, dates apart. */
  readonly texts: ReadonlyMap<string, string>;
  /** `null` when only the parser can tell. */
  readonly categories: readonly string[] | null;
  readonly hasAlarms: boolean;
  readonly hasAttendees: boolean;
  readonly hasOrganizer: boolean;
  readonly hasAttachments: boolean;
  /** True if no component of the text has a property of this name: upper case. */
  lacks(name: string): boolean;
}

/** Flags of rows that views must see as full items: their instances or their acknowledgements need the parser. */
const TOO_MUCH =
  ITEM_FLAG.recurring | ITEM_FLAG.overrides | ITEM_FLAG.unreadable | ITEM_FLAG.costly;

const DATE = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/;
/** A property's name broken by folding (RFC 5545 §3.1): legal, and never seen. */
const FOLDED_NAME = /^[A-Z0-9-]+\r?\n[ \t]/im;
const ZONE_BLOCKS = /^BEGIN:VTIMEZONE[ \t]*\r?\n[\s\S]*?^END:VTIMEZONE[ \t]*(?:\r?\n|$)/gim;

/** Facts of a single event; `null` for everything that has to be parsed. */
export function lightFacts(row: StoredItemWithText, zones: ZoneKnowledge): LightFacts | null {
  const { columns, text, acks, uid } = row;
  const { flags } = columns;
  if (columns.components !== COMPONENT.event || (flags & TOO_MUCH) !== 0) return null;
  if (uid === null || acks !== "" || FOLDED_NAME.test(text)) return null;
  const lacks = createLacks(text);
  if (!lacks("X-MOZ-LASTACK") || !lacks("RECURRENCE-ID")) return null;
  const start = lightDate(columns.startValue, text, zones);
  const end = columns.endValue === "" ? null : lightDate(columns.endValue, text, zones);
  if (start === null || (end === null && !lacks("DTEND"))) return null;
  return {
    start,
    end,
    texts: textsOf(row, uid),
    categories: categoriesOf(columns.categories, lacks),
    hasAlarms: (flags & ITEM_FLAG.alarms) !== 0,
    hasAttendees: (flags & ITEM_FLAG.attendees) !== 0,
    hasOrganizer: (flags & ITEM_FLAG.organizer) !== 0,
    hasAttachments: (flags & ITEM_FLAG.attachments) !== 0,
    lacks,
  };
}

const lines = new Map<string, RegExp>();

function createLacks(text: string): (name: string) => boolean {
  return (name) => {
    let line = lines.get(name);
    if (line === undefined) {
      if (!/^[A-Z0-9-]+$/.test(name)) return false;
      line = new RegExp(`^${name}[:;]`, "im");
      lines.set(name, line);
    }
    return !line.test(text);
  };
}

function textsOf(
  { columns, text, revision }: StoredItemWithText,
  uid: string,
): Map<string, string> {
  const texts = new Map([
    ["UID", uid],
    [REVISION, String(revision)],
  ]);
  if (columns.summary !== "") texts.set("SUMMARY", columns.summary);
  if (columns.location !== "") texts.set("LOCATION", columns.location);
  // These columns are in capitals: the parser keeps them as written.
  for (const [name, value] of [
    ["STATUS", columns.status],
    ["CLASS", columns.classification],
  ] as const) {
    if (value !== "" && text.includes(`\n${name}:${value}\r\n`)) texts.set(name, value);
  }
  return texts;
}

function categoriesOf(column: string, lacks: (name: string) => boolean): readonly string[] | null {
  if (lacks("CATEGORIES")) return [];
  return column === "" || /[\\",]\s|\\|"|^\s|\s$/.test(column) ? null : column.split(",");
}

function lightDate(written: string, text: string, zones: ZoneKnowledge): LightDate | null {
  const bar = written.lastIndexOf("|");
  const tzid = written.slice(0, bar);
  const match = DATE.exec(written.slice(bar + 1));
  if (match === null) return null;
  const part = (index: number) => Number(match[index] ?? 0);
  const date = {
    year: part(1),
    month: part(2) - 1,
    day: part(3),
    hour: part(4),
    minute: part(5),
    second: part(6),
  };
  const isDate = match[4] === undefined;
  if (!isReal(date)) return null;
  if (tzid === "") return { ...date, isDate, zone: match[7] === "Z" ? "UTC" : null };
  if (isDate || match[7] === "Z") return null;
  const zone = sharedZone(tzid, text, zones);
  return zone === null ? null : { ...date, isDate, zone };
}

type WallTime = Omit<LightDate, "isDate" | "zone">;

/** Leap seconds and days that no month has are the parser's affair. */
function isReal({ year, month, day, hour, minute, second }: WallTime): boolean {
  const date = new Date(Date.UTC(year, month, day, hour, minute, second));
  return (
    date.getUTCMonth() === month &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second
  );
}

/** The zone that the parser would give every item alike; `null` if the text's own definition counts. */
function sharedZone(tzid: string, text: string, zones: ZoneKnowledge): string | null {
  const known = knownZone(tzid, zones);
  if (known === null) return null;
  for (const block of text.match(ZONE_BLOCKS) ?? []) {
    if (block.includes(`TZID:${tzid}`) && !zones.agrees(block, known)) return null;
  }
  return known;
}
