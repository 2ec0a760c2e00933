/**
 * Where backups go and how the last one ended. The passphrase of a store is none of this: it lies in the
 * password manager.
 */
import * as v from "valibot";
import type { BackupReport } from "../../shared/commands.ts";
import type { ValueShape } from "./stored-value.ts";
import { StoredWireError } from "./sync-status.ts";

const count = v.number();

const StoredReport: v.GenericSchema<unknown, BackupReport> = v.object({
  snapshotId: v.string(),
  time: v.number(),
  calendars: count,
  items: count,
  added: count,
  changed: count,
  removed: count,
  bytesRead: count,
  bytesWritten: count,
  durationMs: v.number(),
  incomplete: v.array(v.object({ calendar: v.string(), reason: v.string() })),
});

const places = v.pipe(v.number(), v.integer(), v.minValue(0));

const StoredBackupSettings = v.object({
  /** Absolute path of the store's directory; `null`: the default one in the profile. */
  directory: v.nullable(v.string()),
  /** Directories in which a store was made or found: an empty one is then a loss, not a fresh start. */
  stores: v.array(v.string()),
  schedule: v.picklist(["off", "change", "hourly", "daily", "weekly"]),
  /** What automatic backups remove afterwards; `null`: nothing. */
  retention: v.nullable(
    v.object({
      last: v.exactOptional(places),
      hourly: v.exactOptional(places),
      daily: v.exactOptional(places),
      weekly: v.exactOptional(places),
      monthly: v.exactOptional(places),
      yearly: v.exactOptional(places),
    }),
  ),
});

export type StoredBackupSettings = v.InferOutput<typeof StoredBackupSettings>;

export const backupSettingsShape: ValueShape<StoredBackupSettings> = {
  key: "backup",
  schema: StoredBackupSettings,
  migrations: [
    (older) => ({ ...(older as object), schedule: "off" }),
    (older) => ({ ...(older as object), retention: null }),
  ],
  initial: () => ({ directory: null, stores: [], schedule: "off", retention: null }),
};

const StoredLastBackup = v.object({
  /** The last one that wrote a snapshot. */
  report: v.nullable(StoredReport),
  /** Set while the newest attempt wrote none. */
  failure: v.nullable(v.object({ time: v.number(), error: StoredWireError })),
});

export type StoredLastBackup = v.InferOutput<typeof StoredLastBackup>;

export const lastBackupShape: ValueShape<StoredLastBackup> = {
  key: "lastBackup",
  schema: StoredLastBackup,
  migrations: [],
  initial: () => ({ report: null, failure: null }),
};

const StoredBackupHistory = v.object({
  /** Milliseconds since the epoch, of backups of every calendar only. */
  lastGood: v.nullable(v.number()),
  lastFailed: v.nullable(v.number()),
  failures: count,
  /** Of changes that no good backup holds, where the schedule goes by them. */
  firstChange: v.nullable(v.number()),
  lastChange: v.nullable(v.number()),
  /** The trouble of automatic backups that was told last; `null` since the last good backup. */
  told: v.nullable(v.string()),
  /** Why old snapshots could not be removed, as it was told last; `null` since they could. */
  toldOfPruning: v.nullable(v.string()),
});

export type StoredBackupHistory = v.InferOutput<typeof StoredBackupHistory>;

export const backupHistoryShape: ValueShape<StoredBackupHistory> = {
  key: "backupHistory",
  schema: StoredBackupHistory,
  migrations: [
    (older) => ({ ...(older as object), toldOfPruning: null }),
    (older) => ({ ...(older as object), firstChange: null, lastChange: null }),
  ],
  initial: () => ({
    lastGood: null,
    lastFailed: null,
    failures: 0,
    firstChange: null,
    lastChange: null,
    told: null,
    toldOfPruning: null,
  }),
};
