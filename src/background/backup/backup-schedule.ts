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
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const INTERVAL: Readonly<Record<Exclude<BackupSchedule, "off">, number>> = {
  hourly: HOUR,
  daily: 24 * HOUR,
  weekly: 7 * 24 * HOUR,
};

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
  const due = credible(lastGood, now) ? lastGood + interval : now;
  if (!credible(lastFailed, now)) return due;
  const wait = Math.min(interval, FIRST_RETRY_MS * 2 ** Math.max(0, failures - 1));
  return Math.max(due, lastFailed + wait);
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
