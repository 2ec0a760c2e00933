/**
 * DATE, DATE-TIME and DURATION values (RFC 5545 §3.3.4–3.3.6) as numbers: wall time read as if it were
 * UTC. Needs no time zone data.
 */

export const DAY = 86_400_000;

/** DATE or DATE-TIME → ms of the wall time as if UTC; `null` when it is neither. A trailing Z is accepted. */
export function wallTime(value: string): number | null {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z?)?$/i.exec(value.trim());
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part || 0));
  if (year === undefined || month === undefined || day === undefined) return null;
  if (month < 1 || month > 12 || day < 1 || day > 31) return null;
  if ((hour ?? 0) > 24 || (minute ?? 0) > 59 || (second ?? 0) > 60) return null;
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  return year < 100 ? new Date(time).setUTCFullYear(year) : time;
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
