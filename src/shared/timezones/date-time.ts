/**
 * The forms in which an add-on hands over a date-time, and back: ISO 8601 (`2026-07-01T12:00:00`, with or without `Z`
 * or an offset; a jCal value looks the same), iCalendar (`20260701T120000`), a Date, and a whole jCal property
 * (`["dtstart", { "tzid": "Europe/Berlin" }, "date-time", "2026-07-01T12:00:00"]`).
 */

/** The zone a result is written in. */
export interface WrittenZone {
  readonly tzid: string;
  readonly kind: "utc" | "floating" | "named";
}

export type DateTime = {
  /** In the form it came, for a result in another zone. `wall` in ms as if UTC, `offset` in ms east of UTC. */
  write(wall: number, offset: number, zone: WrittenZone): string | Date;
} & (
  | { readonly kind: "date" | "wall"; readonly wall: number }
  | { readonly kind: "instant"; readonly instant: number }
);

/** A jCal property (RFC 7265 §3.4); what follows the third element are its values. */
export type JcalProperty = [string, Record<string, unknown>, string, ...string[]];

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)([.,]\d+)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;
const ICAL = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/i;

export function isJcalProperty(value: unknown): value is JcalProperty {
  if (!Array.isArray(value) || value.length < 4) return false;
  const [name, parameters, type, ...values] = value as unknown[];
  return (
    typeof name === "string" &&
    typeof parameters === "object" &&
    parameters !== null &&
    (type === "date-time" || type === "date") &&
    values.every((each) => typeof each === "string")
  );
}

/** `null` when it is none. */
export function readDateTime(value: unknown): DateTime | null {
  if (Object.prototype.toString.call(value) === "[object Date]") return fromDate(value as Date);
  if (typeof value !== "string") return null;
  const text = value.trim();
  return fromIso(text) ?? fromIcal(text);
}

function fromDate(date: Date): DateTime | null {
  const instant = date.getTime();
  // A Date is the same point in time in every zone.
  return Number.isNaN(instant)
    ? null
    : { kind: "instant", instant, write: (wall, offset) => new Date(wall - offset) };
}

function fromIso(text: string): DateTime | null {
  const match = ISO.exec(text);
  const wall = match && wallOf(match);
  if (wall === null || match === null) return null;
  const [, , , , hour, , second, fraction = "", suffix] = match;
  if (hour === undefined) return { kind: "date", wall, write: () => text };
  const write = (result: number, offset: number, zone: WrittenZone) => {
    const plain = isoText(result).slice(0, second === undefined && result % 60_000 === 0 ? 16 : 19);
    return plain + fraction + suffixOf(offset, zone, suffix !== undefined && !/z/i.test(suffix));
  };
  const offset = suffix === undefined ? null : offsetOf(suffix);
  if (Number.isNaN(offset)) return null;
  return offset === null
    ? { kind: "wall", wall, write }
    : { kind: "instant", instant: wall - offset, write };
}

function fromIcal(text: string): DateTime | null {
  const match = ICAL.exec(text);
  const wall = match && wallOf(match);
  if (wall === null || match === null) return null;
  if (match[4] === undefined) return { kind: "date", wall, write: () => text };
  const write = (result: number, _offset: number, zone: WrittenZone) =>
    isoText(result).slice(0, 19).replace(/[-:]/g, "") + (zone.kind === "utc" ? "Z" : "");
  return match[7] === undefined
    ? { kind: "wall", wall, write }
    : { kind: "instant", instant: wall, write };
}

/** Milliseconds as if UTC; `null` for what no calendar has. A leap second counts as the one before (§3.3.12). */
function wallOf(match: RegExpExecArray): number | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part || 0));
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 60) return null;
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  const midnight = new Date(Date.UTC(2000, month - 1, day)).setUTCFullYear(year, month - 1, day);
  if (new Date(midnight).getUTCDate() !== day) return null;
  return midnight + ((hour * 60 + minute) * 60 + Math.min(second, 59)) * 1000;
}

/** `Z`, `+02`, `+0200` or `+02:00` in milliseconds; NaN for an offset that no zone has. */
function offsetOf(suffix: string): number {
  if (/z/i.test(suffix)) return 0;
  const hours = Number(suffix.slice(1, 3));
  const minutes = Number(suffix.slice(3).replace(":", "") || 0);
  if (hours > 23 || minutes > 59) return Number.NaN;
  return (suffix.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** How ISO marks the zone: UTC by `Z`; another one by its offset if the value came with one, else not at all. */
function suffixOf(offset: number, zone: WrittenZone, withOffset: boolean): string {
  if (zone.kind === "utc") return "Z";
  if (zone.kind === "floating" || !withOffset) return "";
  const minutes = Math.round(Math.abs(offset) / 60_000);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** @throws RangeError beyond the four digits of a year */
function isoText(wall: number): string {
  const text = new Date(wall).toISOString();
  if (!/^\d{4}-/.test(text))
    throw new RangeError("The result lies outside of the years 0 to 9999.");
  return text;
}
