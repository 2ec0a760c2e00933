/**
 * The commands by which pages and tests drive the background: `runtime.sendMessage({ command, ...args })`,
 * answered by {@link CommandReply}. Typed once, here; described for readers in docs/commands.md.
 */
import type { WireError } from "./errors.ts";

export interface DiscoveredCalendar {
  readonly url: string;
  readonly displayName: string;
  /** `#RRGGBB`, or `null` where the server names none. */
  readonly color: string | null;
  readonly components: readonly string[];
  readonly readOnly: boolean;
  readonly description: string;
}

/** `location`: an e-mail address, a host, or an `https://`, `http://`, `caldav://`, `caldavs://` URL. */
export interface DiscoverArguments {
  readonly location: string;
  readonly username: string;
  /** Absent: the one in the password manager. */
  readonly password?: string;
}

export interface AccountCalendar {
  readonly id: string;
  readonly url: string;
  readonly name: string;
  readonly color: string | null;
  readonly readOnly: boolean;
  readonly components: readonly string[];
  /** Milliseconds since the epoch; `null` before the first one. */
  readonly lastGoodSync: number | null;
  readonly pendingChanges: number;
  readonly quarantined: number;
  readonly syncing: boolean;
  readonly error: WireError | null;
}

export interface Account {
  readonly id: string;
  readonly location: string;
  readonly username: string;
  readonly principal: string;
  /** True where the connection is not encrypted (plain http beyond this computer). */
  readonly insecure: boolean;
  readonly calendars: readonly AccountCalendar[];
  readonly error: WireError | null;
}

export interface CalendarSyncReport {
  readonly id: string;
  readonly added: number;
  readonly updated: number;
  readonly removed: number;
  readonly pushed: number;
  readonly quarantined: number;
  readonly requests: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly error?: WireError;
}

export interface BackupSettings {
  readonly directory: string;
  readonly isDefaultDirectory: boolean;
  readonly onProfileDisk: boolean | null;
  readonly schedule: "off" | "hourly" | "daily" | "weekly";
  /** When the next automatic backup will be tried, in milliseconds since the epoch; `null`: never. */
  readonly nextAutomatic: number | null;
  /** The last one that wrote a snapshot. */
  readonly lastBackup: BackupReport | null;
  /** Set while the newest attempt wrote none. */
  readonly lastFailure: { readonly time: number; readonly error: WireError } | null;
}

export interface BackupReport {
  readonly snapshotId: string;
  readonly time: number;
  readonly calendars: number;
  readonly items: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly durationMs: number;
  /** Calendars that could not be read whole this time, with the reason in words. */
  readonly incomplete: readonly { readonly calendar: string; readonly reason: string }[];
}

export interface SnapshotSummary {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly label: string;
  readonly calendars: number;
  readonly items: number;
  readonly bytes: number;
}

export interface BrowsedCalendar {
  /** Path in the snapshot: `/calendars/<account>/<calendar>`. */
  readonly path: string;
  readonly displayName: string;
  readonly account: string;
  readonly color: string | null;
  readonly items: number;
  /** Set when this calendar was carried forward from an earlier snapshot. */
  readonly stale: boolean;
}

export interface BrowsedItem {
  readonly path: string;
  readonly calendar: string;
  readonly uid: string | null;
  readonly summary: string;
  /** Milliseconds as in `ItemColumns.start`. */
  readonly start: number | null;
  readonly end: number | null;
  readonly recurring: boolean;
  readonly component: "event" | "todo" | "journal" | "other";
  readonly size: number;
}

export type RestoreSelection =
  | { readonly all: true }
  | { readonly calendars: readonly string[] }
  | { readonly items: readonly string[] };

export type RestoreTarget =
  | { readonly kind: "original" }
  | { readonly kind: "folder"; readonly directory: string };

/** missing: add what is not there · older: also put back older versions · exact: also remove what came later. */
export type RestoreMode = "missing" | "older" | "exact";

export interface RestoreReport {
  readonly created: number;
  readonly updated: number;
  readonly removed: number;
  readonly unchanged: number;
  readonly failed: readonly {
    readonly item: string;
    readonly code: string;
    readonly message: string;
  }[];
  /** Addresses that may get mail from the server because of this restore. */
  readonly notifies: readonly string[];
  /** Id of the snapshot taken before; `null` for a dry run or a restore to a folder. */
  readonly safetySnapshotId: string | null;
}

export interface CheckReport {
  readonly ok: boolean;
  readonly checked: { readonly snapshots: number; readonly files: number };
  readonly errors: readonly {
    readonly snapshotId: string;
    readonly path: string;
    readonly code: string;
    readonly message: string;
  }[];
}

export interface Operation {
  readonly id: string;
  readonly operation: string;
  readonly done: number;
  /** 0 while unknown. */
  readonly total: number;
  readonly note: string;
}

/** Name → arguments and value. */
export interface Commands {
  "accounts.discover": {
    args: DiscoverArguments;
    value: { principal: string; calendars: DiscoveredCalendar[]; log: string[]; insecure: boolean };
  };
  "accounts.add": {
    args: DiscoverArguments & { calendars: readonly string[] };
    value: { accountId: string; calendars: { id: string; url: string }[] };
  };
  "accounts.list": { args: object; value: Account[] };
  /** Refused while changes wait to be sent, unless `discardPending` says the second word. */
  "accounts.remove": {
    args: { accountId: string; discardPending?: boolean };
    value: { superseded: number };
  };
  "sync.run": { args: { calendarId?: string }; value: { calendars: CalendarSyncReport[] } };
  /** Sending is paused after the profile was copied or moved, until the user says that it is the one in use. */
  "sending.status": { args: object; value: { paused: boolean } };
  "sending.resume": { args: object; value: { calendars: CalendarSyncReport[] } };
  "places.pick": { args: { purpose: "backup" | "restore" }; value: { directory: string | null } };
  "backup.configure": {
    args: { directory?: string; schedule?: BackupSettings["schedule"] };
    value: BackupSettings;
  };
  "backup.run": { args: { label?: string; calendarIds?: readonly string[] }; value: BackupReport };
  "snapshots.list": { args: object; value: SnapshotSummary[] };
  "snapshots.browse": {
    args: {
      snapshotId: string;
      calendar?: string;
      text?: string;
      from?: number;
      to?: number;
      offset?: number;
      limit?: number;
    };
    value: { calendars: BrowsedCalendar[]; items: BrowsedItem[]; total: number };
  };
  "snapshots.restore": {
    args: {
      snapshotId: string;
      selection: RestoreSelection;
      target: RestoreTarget;
      mode: RestoreMode;
      dryRun?: boolean;
    };
    value: RestoreReport;
  };
  "snapshots.check": { args: { snapshotId?: string; full?: boolean }; value: CheckReport };
  "operations.list": { args: object; value: Operation[] };
  "operations.cancel": { args: { id: string }; value: { cancelled: boolean } };
  "conflicts.list": {
    args: object;
    value: {
      id: number;
      calendarId: string;
      name: string;
      summary: string;
      conflict: string;
      properties: string[];
      createdAt: number;
    }[];
  };
  "quarantine.list": {
    args: object;
    value: { calendarId: string; name: string; reason: string; since: number }[];
  };
  "diagnostics.report": { args: object; value: { text: string } };
}

export type CommandName = keyof Commands;
export type CommandArguments<C extends CommandName> = Commands[C]["args"];
export type CommandValue<C extends CommandName> = Commands[C]["value"];
export type CommandMessage<C extends CommandName = CommandName> = {
  command: C;
} & CommandArguments<C>;
export type CommandReply<C extends CommandName = CommandName> =
  | { ok: true; value: CommandValue<C> }
  | { ok: false; error: WireError };

/** Broadcast to open pages while work goes on, and when something they show has changed. */
export type BackgroundEvent =
  | ({ event: "progress" } & Operation)
  | { event: "finished"; operation: string; id: string; ok: boolean }
  | { event: "changed"; what: "accounts" | "snapshots" | "settings" | "conflicts" };
