/** The time machine: what snapshots hold, compared, and brought back. */
import type { ItemDifference } from "../ical/item-differences.ts";

export interface SnapshotSummary {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly label: string;
  readonly calendars: number;
  readonly items: number;
  readonly bytes: number;
  readonly pinned: boolean;
  /** Set where it was made of some calendars only. */
  readonly partial?: true;
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

/** An item over all searched snapshots, shown as in the newest of them that holds it. */
export interface FoundItem {
  readonly path: string;
  /** The newest searched snapshot that holds it: `path` lies there. */
  readonly snapshotId: string;
  readonly calendar: string;
  readonly uid: string | null;
  readonly summary: string;
  /** Milliseconds as in `ItemColumns.start`: wall time as if UTC. Of a series its first start and last end. */
  readonly start: number | null;
  readonly end: number | null;
  /** The start as it is written, `TZID|value`. */
  readonly startValue: string;
  readonly recurring: boolean;
  readonly component: BrowsedItem["component"];
  readonly size: number;
  /** How many different texts it has had, and how many searched snapshots hold it. */
  readonly versions: number;
  readonly snapshots: number;
  /** Times of the oldest and the newest searched snapshot that hold it. */
  readonly since: number;
  readonly until: number;
  /** The newest snapshot that was meant to hold its calendar no longer has it. */
  readonly gone: boolean;
  /** When it was removed or replaced, of an item of which the snapshots hold such texts only; else `null`. */
  readonly replacedAt: number | null;
}

export interface SearchedCalendar {
  readonly path: string;
  readonly displayName: string;
  readonly account: string;
  readonly color: string | null;
  /** Thunderbird's id of it; `null` where it has no such calendar now. */
  readonly calendarId: string | null;
  /** Items over all searched snapshots, whatever the search. */
  readonly items: number;
}

export interface SnapshotOccurrence {
  /** Of its item. */
  readonly path: string;
  readonly calendar: string;
  readonly uid: string | null;
  readonly summary: string;
  /** Milliseconds since the epoch; days and floating times in the zone that was asked for. */
  readonly start: number;
  readonly end: number;
  readonly allDay: boolean;
  readonly recurring: boolean;
  readonly component: BrowsedItem["component"];
}

/** How an item differs from another version of it. */
export interface Comparison {
  readonly differences: readonly ItemDifference[];
  /** A sentence for each, or one that says that nothing differs but the form. */
  readonly words: readonly string[];
}

export interface ItemVersion extends Comparison {
  /** In the snapshots that hold it; of the newest where it lay under several names. */
  readonly path: string;
  /** Newest first. */
  readonly snapshotIds: readonly string[];
  /** Times of the oldest and the newest snapshot that hold it. */
  readonly since: number;
  readonly until: number;
  /**
   * When it was replaced or removed, of a text that no snapshot holds in the calendar: the snapshots hold it among what was
   * replaced before them. `null` for all others.
   */
  readonly replacedAt: number | null;
  /** False where the store is damaged and no longer has its text. */
  readonly readable: boolean;
  readonly uid: string | null;
  readonly summary: string;
  readonly start: number | null;
  readonly component: BrowsedItem["component"];
  readonly size: number;
}

export interface ItemVersions {
  /** Path of the calendar. */
  readonly calendar: string;
  /** Newest first; each is compared with the one before it in time. */
  readonly versions: readonly ItemVersion[];
  /** Snapshots that hold the calendar without the item, newest first. */
  readonly absentFrom: readonly string[];
  /** Snapshots too damaged to tell. */
  readonly unreadable: readonly string[];
}

export interface ComparedCalendar {
  readonly path: string;
  readonly displayName: string;
  /** `added`, `removed`: only one side holds the calendar at all. */
  readonly state: "added" | "removed" | "both";
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly unchanged: number;
}

export interface ComparedItem extends Comparison {
  readonly change: "added" | "removed" | "changed";
  /** On the newer side; of a removed item on the older one. */
  readonly path: string;
  /** Where it lay on the older side, if under another name; else `null`. */
  readonly movedFrom: string | null;
  readonly calendar: string;
  readonly uid: string | null;
  readonly summary: string;
  readonly start: number | null;
  readonly component: BrowsedItem["component"];
}

export interface SnapshotDifference {
  readonly calendars: readonly ComparedCalendar[];
  /** The asked part of all that differ, calendar by calendar. */
  readonly items: readonly ComparedItem[];
  readonly total: number;
}

export type RestoreSelection =
  | { readonly all: true }
  | { readonly calendars: readonly string[] }
  | { readonly items: readonly string[] };

export type RestoreTarget =
  | { readonly kind: "original" }
  | { readonly kind: "calendar"; readonly calendarId: string }
  /** On the server of the account, else on this computer. */
  | { readonly kind: "new"; readonly name: string; readonly accountId?: string }
  | { readonly kind: "folder"; readonly directory: string }
  /** One .ics file, in a directory as for `folder`. */
  | { readonly kind: "file"; readonly path: string };

/** missing: add what is not there · older: also put back older versions · exact: also remove what came later. */
export type RestoreMode = "missing" | "older" | "exact";

/** What a person knows an item by. */
export type ItemTitle = Pick<FoundItem, "summary" | "start" | "startValue">;

export interface RestoreReport {
  readonly created: number;
  readonly updated: number;
  readonly removed: number;
  readonly unchanged: number;
  readonly failed: readonly {
    readonly item: string;
    readonly code: string;
    readonly message: string;
    /** How a person knows it; absent where its text cannot be read. */
    readonly about?: ItemTitle;
  }[];
  /** Addresses that may get mail from the server because of this restore. */
  readonly notifies: readonly string[];
  /** Id of the snapshot taken before; `null` where no calendar was there to be saved. */
  readonly safetySnapshotId: string | null;
  /** Of a dry run into calendars: what the restore takes to be refused where the preview is no longer true. */
  readonly preview: string | null;
  /** The calendars restored to, new ones included. */
  readonly calendarIds: readonly string[];
}

export interface ExportReport {
  /** One for each calendar, in the folder or in the .zip file; or the one asked for. */
  readonly files: readonly { readonly name: string; readonly items: number }[];
  readonly failed: RestoreReport["failed"];
}

/** Name → arguments and value. */
export interface HistoryCommands {
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
    value: {
      calendars: BrowsedCalendar[];
      items: BrowsedItem[];
      total: number;
      /** Files of another program's snapshot that are no .ics files: not shown and not restored. */
      ignoredFiles: number;
    };
  };
  "snapshots.search": {
    args: {
      /** In this one only; left out, in all. */
      snapshotId?: string;
      text?: string;
      from?: number;
      to?: number;
      calendar?: string;
      gone?: boolean;
      offset?: number;
      limit?: number;
      /** Told with its progress: `Operation.subject`. */
      subject?: string;
    };
    value: {
      items: FoundItem[];
      total: number;
      /** Of the searched snapshots. */
      calendars: SearchedCalendar[];
      snapshots: number;
      /** Snapshots too damaged to be searched. */
      unreadable: string[];
    };
  };
  "snapshots.occurrences": {
    args: { snapshotId: string; calendar?: string; from: number; to: number; zone: string };
    value: { occurrences: SnapshotOccurrence[]; incomplete: boolean };
  };
  "snapshots.read": {
    args: { snapshotId: string; path: string };
    value: { text: string; size: number };
  };
  "snapshots.diff": {
    args: { from: string; to: string; calendar?: string; offset?: number; limit?: number };
    value: SnapshotDifference;
  };
  "snapshots.versions": {
    args: { calendarId?: string; path?: string; uid?: string };
    value: ItemVersions;
  };
  "snapshots.restore": {
    args: {
      snapshotId: string;
      selection: RestoreSelection;
      target: RestoreTarget;
      mode: RestoreMode;
      dryRun?: boolean;
      /** From the dry run. */
      preview?: string;
      /** Nobody gets mail: new items say so, what cannot be changed without is left. */
      quiet?: boolean;
      /** As copies: where a server still holds the UIDs. */
      newUids?: boolean;
    };
    value: RestoreReport;
  };
  "snapshots.export": {
    args: {
      snapshotId: string;
      selection: RestoreSelection;
      target: Extract<RestoreTarget, { kind: "folder" } | { kind: "file" }>;
      dryRun?: boolean;
    };
    value: ExportReport;
  };
}
