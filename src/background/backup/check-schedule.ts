/** When the store is to be read from end to end again: pure. */

/** Times in milliseconds since the epoch. */
export interface CheckHistory {
  /** When this store was met first. */
  readonly since: number;
  /** The last full check that came to its end, whatever it found. */
  readonly lastFull: number | null;
  /** The last attempt of a monthly check that did not. */
  readonly lastFailed: number | null;
}

const DAY_MS = 24 * 60 * 60_000;
const MONTH_MS = 30 * DAY_MS;

/** A month after the last full check, or after the store was met; after a failed attempt not before a day. */
export function checkDueTime({ since, lastFull, lastFailed }: CheckHistory, now: number): number {
  // A time still to come was written before the clock was set back.
  const credible = (time: number) => (time > now + DAY_MS ? now : time);
  const due = credible(lastFull ?? since) + MONTH_MS;
  return lastFailed === null ? due : Math.max(due, credible(lastFailed) + DAY_MS);
}
