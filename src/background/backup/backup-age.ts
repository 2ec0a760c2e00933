/** When the last complete backup is so old that the person should hear of it. Pure. */
import type { BackupSchedule } from "./backup-schedule.ts";

const DAY_MS = 86_400_000;

/** Longer than a schedule may be late, e.g. while the computer was off over a holiday weekend. */
const LIMIT_DAYS: Readonly<Record<BackupSchedule, number>> = {
  off: 14,
  change: 16,
  hourly: 4,
  daily: 4,
  weekly: 16,
};

export interface BackupAge {
  readonly schedule: BackupSchedule;
  /** Of the last complete backup of every calendar; `null`: there is none. Milliseconds since the epoch. */
  readonly lastGood: number | null;
  /** Since when there is something to back up. */
  readonly since: number;
  readonly now: number;
}

export function isTooOld({ schedule, lastGood, since, now }: BackupAge): boolean {
  return now - (lastGood ?? since) > LIMIT_DAYS[schedule] * DAY_MS;
}
