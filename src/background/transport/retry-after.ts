/** How long a busy server asks to wait (RFC 9110 §10.2.3), and how long to wait when it does not say. Pure. */

/** No server may ask for more: a year, asked for by mistake, would end synchronization without a word. */
export const LONGEST_STATED_WAIT_MS = 6 * 60 * 60_000;

/**
 * @param value the header `Retry-After`: seconds or an HTTP date
 * @param date the header `Date` of the same answer: the server's clock, else `nowMs` is used
 * @returns milliseconds, at most {@link LONGEST_STATED_WAIT_MS}; `null` when absent or unreadable
 */
export function parseRetryAfter(
  value: string | null,
  date: string | null,
  nowMs: number,
): number | null {
  const text = value?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(text)) return bounded(Number(text) * 1000);
  // A bare `Date.parse` reads nearly anything ("-5" becomes a year): only a date with a month's name counts.
  if (!/[A-Za-z]{3}/.test(text)) return null;
  const until = Date.parse(text);
  if (Number.isNaN(until)) return null;
  const serverNow = Date.parse(date ?? "");
  return bounded(until - (Number.isNaN(serverNow) ? nowMs : serverNow));
}

function bounded(ms: number): number {
  return Math.ceil(Math.min(LONGEST_STATED_WAIT_MS, Math.max(0, ms)));
}

/**
 * Exponential with jitter, so that clients turned away together do not come back together.
 * @param attempt 0 for the first wait
 * @param random in [0, 1)
 */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(8_000, 500 * 2 ** attempt);
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
