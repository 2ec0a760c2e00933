/**
 * What crosses the border between the provider in the parent process and the background: rows of the
 * item store, batches, pending changes and the answers to them. Knows neither CalDAV nor backups: a
 * provider of any kind may keep its own facts in `metadata` (of a resource) and `state` (of a calendar).
 *
 * A row is one *resource* of a calendar (for CalDAV one calendar object resource, RFC 4791 §4.1: a master
 * and its overrides). It has a server side (the text last seen from the server) and, while a change is
 * pending, a user's side. `name` is the row's key within its calendar.
 */

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** What the user's side wants of the server. */
export type PendingKind = "create" | "update" | "delete";

/** Bits of {@link ItemColumns.components}. */
export const COMPONENT = { event: 1, todo: 2, journal: 4, other: 8 } as const;

/** Bits of {@link ItemColumns.flags}: what a view must know before it may build a light item. */
export const ITEM_FLAG = {
  recurring: 1,
  overrides: 2,
  alarms: 4,
  attendees: 8,
  organizer: 16,
  attachments: 32,
  /** The text is not well-formed enough to show; it is kept, backed up and reported. */
  unreadable: 64,
  /** Expanding it would be too dear: only the first instance is shown. */
  costly: 128,
  allDay: 256,
} as const;

/**
 * The columns a text is scanned for. Times are milliseconds of the local wall time read as if it were UTC:
 * a pre-filter for range queries (± 1 day), never the exact time. `null` start: undated (shown always);
 * `null` end of a recurring item: without end.
 */
export interface ItemColumns {
  readonly uid: string | null;
  readonly components: number;
  readonly flags: number;
  readonly start: number | null;
  /** End of the last instance, overrides included, rounded up; `null` when there is none. */
  readonly end: number | null;
  /** A to-do's COMPLETED, same scale; `null` when not completed. */
  readonly completed: number | null;
  readonly summary: string;
  readonly location: string;
  readonly status: string;
  readonly classification: string;
  readonly categories: string;
  /** DTSTART and DTEND/DUE values as written with their TZID, for light items: `"TZID|value"`. */
  readonly startValue: string;
  readonly endValue: string;
  /** LAST-MODIFIED (else DTSTAMP) of the newest component, ms since the epoch, `null` without. */
  readonly lastModified: number | null;
  readonly sequence: number;
}

/** One line of a calendar's listing. */
export interface ResourceRow {
  readonly name: string;
  readonly uid: string | null;
  /** Facts of the provider about the server side (href, etag, …); `null` before the first answer. */
  readonly metadata: Json;
  readonly revision: number;
  readonly pending: PendingKind | null;
  /** False while only the user's side exists. */
  readonly onServer: boolean;
}

/** A resource with its texts. `serverText` is byte for byte what the server answered. */
export interface ResourceBody extends ResourceRow {
  readonly serverText: string | null;
  readonly userText: string | null;
  /** Flags of the visible side, {@link ITEM_FLAG}. */
  readonly flags: number;
}

/** A change that waits to be sent. */
export interface PendingChange {
  readonly name: string;
  readonly uid: string | null;
  readonly kind: PendingKind;
  /** Of the user's side: an answer applies only while this is still current. */
  readonly revision: number;
  /** What the user wants; `null` for a delete. */
  readonly userText: string | null;
  /** The server's text the user's change started from; `null` for a create. */
  readonly baseText: string | null;
  /** The server's text now: newer than `baseText` if a batch brought a newer one. */
  readonly serverText: string | null;
  readonly metadata: Json;
  /** Milliseconds since the epoch. */
  readonly changedAt: number;
  readonly attempts: number;
  readonly lastError: Json;
  /**
   * What the user's side said before, since `baseText`: one of these may have reached the server without our
   * hearing of it, and is no foreign change then.
   */
  readonly earlierTexts: readonly string[];
  /** True while this is the delete half of a move whose create is not confirmed yet: do not send. */
  readonly waiting: boolean;
  /** True for the delete half of a move. */
  readonly moved: boolean;
}

/** What tells whether deletions are many. Halves of moves are not counted. */
export interface DeletionCounts {
  /** Waiting to be sent. */
  readonly pending: number;
  /** Confirmed by the server since the time that was asked about. */
  readonly confirmed: number;
  /** Resources on the server as far as known, those waiting to be deleted included. */
  readonly onServer: number;
}

/** A write to the server side. */
export type BatchOperation =
  | {
      readonly kind: "put";
      readonly name: string;
      readonly text: string;
      readonly metadata: Json;
      readonly columns: ItemColumns;
    }
  | { readonly kind: "remove"; readonly name: string; readonly reason: string }
  | { readonly kind: "metadata"; readonly name: string; readonly metadata: Json };

export interface BatchOptions {
  /** The calendar's own state (sync token …), stored by the same transaction. Absent: left as it is. */
  readonly state?: Json;
  /** Fire one `onLoad` for the calendar when done (the last batch of a run). Default true. */
  readonly notify?: boolean;
}

export interface BatchResult {
  readonly added: number;
  readonly updated: number;
  readonly removed: number;
  /** Puts whose text and metadata were there already. */
  readonly unchanged: number;
  /** Names of rows with a pending change whose server side moved: merge them. */
  readonly pending: readonly string[];
}

/** What the server answered to a pending change. */
export type Settlement =
  /**
   * The server holds `text` now. `newName`: under another name than the row's; a row of that name is replaced
   * on its server side (a pending change of it stays), and the old row goes.
   */
  | {
      readonly kind: "stored";
      readonly text: string;
      readonly metadata: Json;
      readonly columns: ItemColumns;
      readonly newName?: string;
      /**
       * For a create that found its item on the server and wrote nothing: members of `metadata` that tell one resource
       * from another. Where the other half of a move is the same resource (the calendars show one collection), that
       * deletion is taken back.
       */
      readonly adopted?: Readonly<Record<string, Json>>;
    }
  /** The server no longer holds the resource. */
  | { readonly kind: "removed" }
  /** A merge: `text` is the new user's side, based on the server side as it is now. */
  | {
      readonly kind: "merged";
      readonly text: string;
      readonly columns: ItemColumns;
      readonly conflict?: ConflictRecord;
    }
  /** Not done, the edit stays pending; `error` is a WireError. A `conflict` is also put on the conflict list. */
  | { readonly kind: "refused"; readonly error: Json; readonly conflict?: ConflictRecord }
  /** Give the user's side up in favour of the server side; the user's text goes to `superseded` and the conflict list. */
  | { readonly kind: "yield"; readonly conflict?: ConflictRecord };

export interface SettleResult {
  /** False when a newer edit came meanwhile: the server side moved, the newer edit is still pending. */
  readonly applied: boolean;
  /** The row's pending kind afterwards. */
  readonly pending: PendingKind | null;
}

export type ConflictKind = "both-changed" | "deleted-there" | "deleted-here" | "uid-taken";

/** What is kept of a conflict; texts of both sides are kept whole. */
export interface ConflictRecord {
  readonly conflict: ConflictKind;
  readonly mine: string | null;
  readonly theirs: string | null;
  readonly base: string | null;
  /** Names of the properties (groups) that clashed, e.g. `["SUMMARY", "DTSTART"]`. */
  readonly properties: readonly string[];
}

export interface StoredConflict extends ConflictRecord {
  readonly id: number;
  readonly calendarId: string;
  readonly name: string;
  readonly uid: string | null;
  readonly createdAt: number;
}

/** A row as somebody saw it; `null`: there was none of that name. */
export interface RowVersion {
  readonly name: string;
  readonly revision: number | null;
}

export interface SupersededVersion {
  readonly id: number;
  readonly calendarId: string;
  readonly name: string;
  readonly uid: string | null;
  readonly text: string;
  /** sync, merge, edit, delete, restore, unsubscribe, conflict …, and {@link LEFT_REASONS} */
  readonly reason: string;
  readonly supersededAt: number;
}

/**
 * Why a version of a calendar that is gone may be nowhere else: it was never sent, or was one side of a conflict that nobody
 * decided. Such versions stay until the user gives them up.
 */
export const LEFT_REASONS: readonly string[] = ["unsent", "undecided"];

/** Of such a calendar too, from before these were told apart: it may never have been sent, so it stays; nobody is asked about it. */
export const UNCLEAR_REASON = "perhaps unsent";

/** A calendar that was taken off the list and of which versions are kept. */
export interface RemovedCalendarRow {
  readonly calendarId: string;
  /** Milliseconds since the epoch. */
  readonly removedAt: number;
  /** Versions that no verified snapshot holds. */
  readonly unsaved: number;
  /** Versions that wait for the user ({@link LEFT_REASONS}). */
  readonly left: number;
}

/**
 * A change made for the user by the provider (a restore, a decision): goes to the user's side like an edit. A create
 * of what is on the server is an update; of what is no longer there, it makes it again. An undelete takes a pending
 * deletion back, as the user's own undo does; what is shown again by now stays as it is.
 */
export type StageOperation = StagedChange & {
  /** Of the row as the change was made of it; `null`: there was none. Not staged where the row has moved on. */
  readonly expected?: number | null;
};

type StagedChange =
  | {
      readonly kind: "create";
      readonly name: string;
      readonly text: string;
      readonly columns: ItemColumns;
    }
  | {
      readonly kind: "update";
      readonly name: string;
      readonly text: string;
      readonly columns: ItemColumns;
    }
  | {
      readonly kind: "undelete";
      readonly name: string;
      readonly text: string;
      readonly columns: ItemColumns;
    }
  | { readonly kind: "delete"; readonly name: string };
