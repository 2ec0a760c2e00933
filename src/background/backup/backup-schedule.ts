/**
 * When the next automatic backup is due: pure. Counts elapsed time since the last good backup, never the hour of
 * the day, so daylight saving moves nothing and a backup missed while Thunderbird was closed is simply overdue.
 */
import type { BackupSettings } from "../../shared/commands.ts";

export type BackupSchedule = BackupSettings["schedule"];

/** What is remembered of earlier backups of all calendars; times in milliseconds since the epoch. */
export interface BackupHistory {
  /** The last one, by hand or automatic, that held everything. */
  readonly lastGood: number | null;
  /** The newest attempt since then that failed, was cancelled, or was incomplete. */
  readonly lastFailed: number | null;
  /** How many such attempts in a row. */
  readonly failures: number;
  /** When the first and the last change were noticed that no good backup holds; only the schedule "change" counts them. */
  readonly firstChange: number | null;
  readonly lastChange: number | null;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const WEEK = 7 * 24 * HOUR;
const INTERVAL: Readonly<Record<Exclude<BackupSchedule, "off">, number>> = {
  hourly: HOUR,
  daily: 24 * HOUR,
  weekly: WEEK,
  // For changes that nobody told of.
  change: WEEK,
};
/** After a change: until nothing was changed for so long, yet not longer than this after the first one. */
const QUIET_MS = 10 * MINUTE;
const LONGEST_MS = HOUR;
/** Changes closer together than this are one. */
export const CHANGE_STEP_MS = MINUTE;

const FIRST_RETRY_MS = 5 * MINUTE;
/** A remembered time further ahead than this was written before the clock was set back. */
const CLOCK_TOLERANCE_MS = 10 * MINUTE;
/** An overdue backup waits this long, so that it competes neither with the start of Thunderbird nor with itself. */
const SOON_MS = 20_000;
const SOON_JITTER_MS = 20_000;

/**
 * The time from which a backup may run: one interval after the last good one, but after failures not before a
 * wait of 5 minutes that doubles up to the interval. `null` when the schedule is off.
 */
export function dueTime(
  schedule: BackupSchedule,
  history: BackupHistory,
  now: number,
): number | null {
  if (schedule === "off") return null;
  const interval = INTERVAL[schedule];
  const { lastGood, lastFailed, failures } = history;
  const due = credible(lastGood, now)
    ? Math.min(lastGood + interval, schedule === "change" ? quietTime(history, now) : Infinity)
    : now;
  if (!credible(lastFailed, now)) return due;
  const longest = schedule === "change" ? LONGEST_MS : interval;
  const wait = Math.min(longest, FIRST_RETRY_MS * 2 ** Math.max(0, failures - 1));
  return Math.max(due, lastFailed + wait);
}

/** When the changes have gone quiet; never while there are none. */
function quietTime({ firstChange, lastChange }: BackupHistory, now: number): number {
  if (lastChange === null) return Infinity;
  const last = Math.min(lastChange, now);
  return Math.min(last + QUIET_MS, Math.min(firstChange ?? last, last) + LONGEST_MS);
}

/**
 * When to wake up for it: the due time, or 20 to 40 seconds from now where that is sooner than this.
 * @param random in [0, 1)
 */
export function wakeTime(due: number, now: number, random: number): number {
  return Math.max(due, now + SOON_MS + Math.round(random * SOON_JITTER_MS));
}

function credible(time: number | null, now: number): time is number {
  return time !== null && time <= now + CLOCK_TOLERANCE_MS;
}
