/** The first run, and calendars that come from Thunderbird's own CalDAV or go back to it. */
import type { WireError } from "../errors.ts";
import type { RestoreReport } from "./history-commands.ts";
import type { BackupReport } from "./store-commands.ts";
import type { CalendarSyncReport } from "./sync-commands.ts";

/** A calendar of Thunderbird's own CalDAV that shows the same collection as one of ours. */
export interface OldCalendar {
  readonly calendarId: string;
  readonly name: string;
  readonly color: string | null;
  readonly url: string;
  readonly keeperCalendarId: string;
}

export interface NamedItem {
  readonly uid: string;
  readonly summary: string;
}

/** One of our calendars after it was handed back to Thunderbird's own CalDAV. */
export interface HandedBack {
  readonly id: string;
  /** Of the calendar that replaces it; `null` where none could be made. */
  readonly newCalendarId: string | null;
  /** Items that the new one does not hold (yet), or differently. */
  readonly missing: number;
  readonly error: WireError | null;
}

/** How far the first-run page was gone through. */
export type FirstRunStep = "account" | "place" | "takeover" | "first-backup" | "done";

/** Name → arguments and value. */
export interface MovingCommands {
  "firstRun.read": { args: object; value: { step: FirstRunStep } };
  "firstRun.update": { args: { step: FirstRunStep }; value: { step: FirstRunStep } };
  /** Synchronizes everything and makes the first snapshot, whether the page stays open or not. */
  "firstRun.begin": {
    args: object;
    value: { calendars: CalendarSyncReport[]; backup: BackupReport };
  };
  "takeover.list": { args: object; value: OldCalendar[] };
  /** Ours is synchronized first. */
  "takeover.compare": {
    args: { calendarId: string };
    value: {
      same: number;
      different: NamedItem[];
      onlyOld: NamedItem[];
      onlyServer: number;
    };
  };
  "takeover.bring": {
    args: { calendarId: string };
    value: { snapshotId: string; brought: number; failed: RestoreReport["failed"][number][] };
  };
  /** `acceptDifferent`: the second word for items that differ; what the server has stays, both are in the snapshot. */
  "takeover.finish": {
    args: { calendarId: string; acceptDifferent?: boolean };
    value: { snapshotId: string };
  };
  "leave.preview": {
    args: object;
    value: {
      calendars: {
        id: string;
        name: string;
        color: string | null;
        url: string;
        pendingChanges: number;
        conflicts: number;
        newCalendarId: string | null;
      }[];
      backupDirectory: string;
    };
  };
  "leave.handBack": {
    args: { calendarIds?: readonly string[] };
    value: { calendars: HandedBack[] };
  };
  "leave.finish": { args: { calendarIds: readonly string[] }; value: { removed: number } };
}
