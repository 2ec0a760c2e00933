/**
 * Dates of a row's item without its text being parsed, with the zone that the parser would give them: one that
 * Thunderbird knows, or the text's own definition. `null` for all that only the parser can tell. Pure.
 */
import { knownZone } from "../../../shared/timezones/known-zone.ts";
import type { ZoneKnowledge } from "../parseable-text.ts";

/** A zone by a name that Thunderbird knows, or by the text's own VTIMEZONE (`definition`, unfolded). */
export interface LightZone {
  readonly tzid: string;
  readonly definition: string | null;
}

/** A date or date-time as written; `zone` is `null` for floating times and dates. */
export interface LightDate {
  readonly year: number;
  /** From 0, as in calIDateTime. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly isDate: boolean;
  readonly zone: LightZone | null;
}

const UTC: LightZone = { tzid: "UTC", definition: null };
const DATE = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/;
export const ZONE_BLOCKS = /^BEGIN:VTIMEZONE[ \t]*\r?\n[\s\S]*?^END:VTIMEZONE[ \t]*(?:\r?\n|$)/gim;
const ZONE_ID = /^TZID[^:\r\n]*:(.*?)[ \t]*\r?$/im;
const FOLDED = /\n[ \t]/;

/**
 * @param written `"TZID|value"`, as the columns hold it
 * @param definitions the text, or as much of it as defines zones
 */
export function lightDate(
  written: string,
  definitions: string,
  zones: ZoneKnowledge,
): LightDate | null {
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
  if (tzid === "") return { ...date, isDate, zone: match[7] === "Z" ? UTC : null };
  if (isDate || match[7] === "Z") return null;
  const zone = zoneOf(tzid, definitions, zones);
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

/** Heads with a name, remembered: thousands of texts have the same. */
const MOST_ZONES = 500;
const remembered = new WeakMap<ZoneKnowledge, Map<string, LightZone | null>>();

function zoneOf(tzid: string, definitions: string, zones: ZoneKnowledge): LightZone | null {
  let known = remembered.get(zones);
  if (known === undefined) {
    known = new Map();
    remembered.set(zones, known);
  }
  const key = `${tzid}\n${definitions}`;
  let zone = known.get(key);
  if (zone === undefined) {
    zone = readZone(tzid, definitions, zones);
    if (known.size >= MOST_ZONES) known.clear();
    known.set(key, zone);
  }
  return zone;
}

/** Thunderbird's zone unless the text defines the name differently, or Thunderbird does not know it. */
function readZone(tzid: string, text: string, zones: ZoneKnowledge): LightZone | null {
  const blocks = (text.match(ZONE_BLOCKS) ?? []).filter(
    (block) => FOLDED.test(block) || ZONE_ID.exec(block)?.[1]?.trim() === tzid,
  );
  const known = knownZone(tzid, zones);
  if (known !== null && blocks.every((block) => zones.agrees(block, known)))
    return { tzid: known, definition: null };
  const [definition] = blocks;
  // Of several definitions, or a folded one, only the parser can tell which counts.
  if (definition === undefined || blocks.length > 1 || FOLDED.test(definition)) return null;
  return /["\\^]/.test(tzid) ? null : { tzid, definition };
}
