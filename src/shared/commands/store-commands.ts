/** Stores and the snapshots in them: made, checked, kept and removed. */
import type { WireError } from "../errors.ts";
import type { FoundItem } from "./history-commands.ts";

/**
 * Whether the store in the backup directory has a passphrase, and whether backups can go on without a question.
 * undecided: there is no store yet. none: it has no passphrase. unknown: the directory or the store cannot be read now.
 * The others have one. ready: known. locked: it lies behind the primary password, which was not entered yet.
 */
export type StoreProtection =
  | "undecided"
  | "none"
  | "unknown"
  | "ready"
  | "locked"
  | "passphrase-missing"
  | "passphrase-wrong";

export interface BackupSettings {
  readonly directory: string;
  readonly isDefaultDirectory: boolean;
  readonly onProfileDisk: boolean | null;
  readonly protection: StoreProtection;
  readonly schedule: "off" | "change" | "hourly" | "daily" | "weekly";
  /** What automatic backups remove afterwards; `null`: nothing. */
  readonly retention: RetentionPolicy | null;
  /** When the next automatic backup will be tried, in milliseconds since the epoch; `null`: never. */
  readonly nextAutomatic: number | null;
  /** The last one that wrote a snapshot. */
  readonly lastBackup: BackupReport | null;
  /** Set while the newest attempt wrote none. */
  readonly lastFailure: { readonly time: number; readonly error: WireError } | null;
  /** Of the store in this directory; `null`: never, or not since another one was chosen. */
  readonly lastCheck: LastCheck | null;
  /** Damaged parts met since then by looking, searching or restoring that no backup has stored anew. */
  readonly damageMet: number;
  /** When the next monthly check will be tried; `null`: never. */
  readonly nextCheck: number | null;
}

/** How many to keep: of the newest ones, and of the newest in each of the last hours, days … that have one. */
export interface RetentionPolicy {
  readonly last?: number;
  readonly hourly?: number;
  readonly daily?: number;
  readonly weekly?: number;
  readonly monthly?: number;
  readonly yearly?: number;
}

/**
 * Why a snapshot stays: by a rule of the policy; as the newest complete one; pinned; the only one that holds a calendar;
 * incomplete and not old yet; too damaged to tell what it holds.
 */
export type KeepReason =
  | keyof RetentionPolicy
  | "newest"
  | "pinned"
  | "only-copy"
  | "recent"
  | "unreadable";

export interface SnapshotName {
  readonly id: string;
  readonly time: number;
  readonly label: string;
}

export interface RemovalReport {
  readonly removed: readonly SnapshotName[];
  /** Paths of calendars that no other snapshot holds. */
  readonly lastOf: readonly string[];
  /** Ids of those of them that cannot be read whole: what they alone hold cannot be told. */
  readonly unreadable: readonly string[];
  /** Of a dry run: items of which no other snapshot holds a version that these do, the first of them; else `null`. */
  readonly onlyHere: { readonly items: readonly FoundItem[]; readonly total: number } | null;
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

export interface CheckReport {
  readonly ok: boolean;
  readonly checked: { readonly snapshots: number; readonly files: number };
  readonly errors: readonly {
    readonly snapshotId: string;
    readonly path: string;
    readonly code: string;
    readonly message: string;
  }[];
  /** The snapshots that suffer, and what of them can still be restored. */
  readonly damaged: readonly {
    readonly snapshotId: string;
    readonly files: number;
    readonly restorable: number;
  }[];
}

/** How the last check of every snapshot ended. */
export interface LastCheck {
  readonly time: number;
  /** True when every entry, index and packfile was read as well. */
  readonly full: boolean;
  readonly ok: boolean;
  readonly snapshots: number;
  readonly files: number;
  /** Places where damage was found. */
  readonly errors: number;
}

/** A folder in which backups are or were kept. */
export interface KnownStore {
  readonly directory: string;
  /** True for the one that backups go to. Exactly one is. */
  readonly active: boolean;
  readonly isDefaultDirectory: boolean;
  /** What lies there now; `unknown`: it could not be reached, and `error` says why. */
  readonly holds: "store" | "nothing" | "other-files" | "unknown";
  /** Whether the store has a passphrase; `null` without a store. */
  readonly encrypted: boolean | null;
  /** On its disk; `null` where the system does not say. */
  readonly freeBytes: number | null;
  readonly error: WireError | null;
}

/** Name → arguments and value. */
export interface StoreCommands {
  "places.pick": {
    args: { purpose: "backup" | "restore" | "sheet" };
    value: { directory: string | null };
  };
  "backup.configure": {
    args: {
      directory?: string;
      schedule?: BackupSettings["schedule"];
      retention?: RetentionPolicy | null;
      /** Makes a new store with it, or unlocks the one that is there; `null`: a new store without encryption. */
      passphrase?: string | null;
      /** Takes a passphrase for a new store that is easy to guess. */
      allowWeak?: boolean;
    };
    value: BackupSettings;
  };
  /** Whether it opens the store; nothing is changed. */
  "passphrase.test": { args: { passphrase: string }; value: { correct: boolean } };
  /** Always refused, with what to do instead: the key of everything in a store comes from its passphrase. */
  "passphrase.change": { args: { passphrase: string; newPassphrase: string }; value: never };
  /** A text to print: where the backups are, and how they are opened without Thunderbird. Holds no passphrase. */
  "backup.recoverySheet": {
    /** A picked folder, into which it is saved as well. */
    args: { directory?: string };
    value: { text: string; file: string | null };
  };
  "backup.run": { args: { label?: string; calendarIds?: readonly string[] }; value: BackupReport };
  "snapshots.remove": {
    args: { snapshotIds: readonly string[]; evenLast?: boolean; dryRun?: boolean };
    value: RemovalReport;
  };
  "snapshots.prune": {
    args: { policy?: RetentionPolicy; dryRun?: boolean };
    value: {
      removed: SnapshotName[];
      kept: (SnapshotName & { readonly reasons: readonly KeepReason[] })[];
    };
  };
  "snapshots.pin": {
    args: { snapshotId: string; pinned: boolean };
    value: { pinned: readonly string[] };
  };
  "snapshots.check": { args: { snapshotId?: string; full?: boolean }; value: CheckReport };
  "stores.list": { args: object; value: KnownStore[] };
  "stores.activate": { args: { directory: string }; value: BackupSettings };
  "stores.forget": { args: { directory: string }; value: { forgotten: string } };
  /** What the active store takes on its disk. */
  "stores.size": { args: object; value: { bytes: number; files: number } };
}
