/**
 * DATE, DATE-TIME and DURATION values (RFC 5545 §3.3.4–3.3.6) as numbers: wall time read as if it were
 * UTC. Needs no time zone data.
 */

export const DAY = 86_400_000;

/** DATE or DATE-TIME → ms of the wall time as if UTC; `null` when it is neither. A trailing Z is accepted. */
export function wallTime(value: string): number | null {
  const text = value.trim();
  const { length } = text;
  const year = digits(text, 0, 4);
  const month = digits(text, 4, 6);
  const day = digits(text, 6, 8);
  let hour = 0;
  let minute = 0;
  let second = 0;
  if (length !== 8) {
    if (length !== 15 && !(length === 16 && isLetter(text, 15, "Z"))) return null;
    if (!isLetter(text, 8, "T")) return null;
    hour = digits(text, 9, 11);
    minute = digits(text, 11, 13);
    second = digits(text, 13, 15);
  }
  // A part that is no number is negative.
  if (Math.min(year, hour, minute, second) < 0 || month < 1 || month > 12) return null;
  if (day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60) return null;
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  return year < 100 ? new Date(time).setUTCFullYear(year) : time;
}

/** The number written from `start` to `end`; -1 when something else stands there. */
function digits(text: string, start: number, end: number): number {
  let number = 0;
  for (let index = start; index < end; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    number = number * 10 + digit;
  }
  return number;
}

function isLetter(text: string, index: number, upper: string): boolean {
  return text.charAt(index).toUpperCase() === upper;
}

/** True for a DATE value (no time of day). */
export function isDate(value: string): boolean {
  return /^\d{8}$/.test(value.trim());
}

/** Milliseconds of a DURATION, days counted as 24 hours; `null` when it is none. */
export function durationOf(value: string): number | null {
  const match = /^([+-])?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i.exec(
    value.trim(),
  );
  if (!match || value.trim().length < 3) return null;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(2)
    .map((part) => Number(part || 0));
  const total = (weeks * 7 + days) * DAY + ((hours * 60 + minutes) * 60 + seconds) * 1000;
  return match[1] === "-" ? -total : total;
}
