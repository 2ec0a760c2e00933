/**
 * The item store as the calendar folder sees it: the provider's side (meaning as documented in
 * src/shared/item-store.ts) and the calendars' side (views and edits). Strings of JSON go to and come from SQLite
 * as they are, so that the main thread neither parses nor builds them.
 *
 * Every method rejects with AppError: "item-store" (the database failed: nothing was changed), "bad-argument",
 * and what it names itself.
 */
import type {
  ConflictRecord,
  DeletionCounts,
  ItemColumns,
  PendingKind,
  ResourceBody,
  RowVersion,
  Settlement,
  SettleResult,
  StageOperation,
} from "../../../shared/item-store.ts";
import type { MetadataChange } from "./metadata.ts";

/** The visible side of a row: what the user sees and edits. Rows whose delete is pending have none. */
export interface StoredItem {
  readonly name: string;
  readonly uid: string | null;
  /** Of this version; unique within the database, higher than that of every earlier version. */
  readonly revision: number;
  readonly columns: ItemColumns;
  /** Acknowledged and snoozed alarms, kept beside the text; `""` when there are none. */
  readonly acks: string;
  readonly pending: PendingKind | null;
}

export interface StoredItemWithText extends StoredItem {
  readonly text: string;
}

/** Which rows a view may have to show: a pre-filter, the exact test happens on the built item. */
export interface RangeQuery {
  readonly calendarId: string;
  /** Bits of `COMPONENT`. */
  readonly components: number;
  /** Wall times as in {@link ItemColumns}, without padding; `null` is open. `end` is exclusive. */
  readonly start: number | null;
  readonly end: number | null;
  /** False leaves out completed to-dos that do not recur. */
  readonly includeCompleted: boolean;
  /** True leaves out rows whose text names no attendee. */
  readonly onlyWithAttendees?: boolean;
}

export interface NewItem {
  readonly calendarId: string;
  readonly uid: string;
  readonly text: string;
  readonly columns: ItemColumns;
  readonly acks?: string;
  readonly metadata?: MetadataChange;
}

export interface ItemEdit {
  readonly calendarId: string;
  readonly name: string;
  readonly text: string;
  readonly columns: ItemColumns;
  readonly acks?: string;
  /** The edit was made of this version: if the row moved on, nothing is written and `null` is the result. */
  readonly expectedRevision?: number;
  /** Put on the conflict list by the same transaction. */
  readonly conflict?: ConflictRecord;
  readonly metadata?: MetadataChange;
}

export interface ItemRemoval {
  readonly calendarId: string;
  readonly name: string;
  readonly expectedRevision?: number;
}

export interface ItemCounts {
  /** Visible rows. */
  readonly items: number;
  readonly events: number;
  readonly todos: number;
  readonly pending: number;
  readonly conflicts: number;
}

export interface RemovedCalendar {
  /** Texts that are now in `superseded`. */
  readonly superseded: number;
  /** Changes among them that were never sent. */
  readonly pending: number;
}

/** What happened to visible rows, for the calendar's observers. Edits are reported to nobody but the caller. */
export type StoreChange =
  /** One `onLoad`. `names`: of all rows that show something else since the last one; `null`: anything may. */
  | { readonly kind: "load"; readonly calendarId: string; readonly names: readonly string[] | null }
  /** The version of one row changed by the server's answer to an edit, or the row is gone. */
  | { readonly kind: "settled"; readonly calendarId: string; readonly name: string };

/** What the user must be told about the database, once. */
export type StoreEvent =
  /** The file was damaged and set aside; what was not sent yet was saved from it. */
  | {
      readonly kind: "salvaged";
      readonly at: number;
      readonly setAside: string;
      /** Unsent changes that were saved, and those of them that came from `unsent/`. */
      readonly changes: number;
      readonly fromFiles: number;
      /** False if a part of the damaged file could not be read: changes may be missing. */
      readonly complete: boolean;
    }
  /** Unsent texts lay in `unsent/` that the database did not know: they are pending again. */
  | { readonly kind: "unsent-recovered"; readonly at: number; readonly changes: number }
  /** The profile was copied or moved: sending waits for the user. */
  | { readonly kind: "copied-profile"; readonly at: number; readonly pending: number };

export interface SupersededOptions {
  readonly uid?: string | undefined;
  /** Default 1,000. */
  readonly limit?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** Only those that no verified snapshot holds. */
  readonly unsaved?: boolean | undefined;
  /** Only those with a smaller id: the next page. */
  readonly before?: number | undefined;
  /** Only those that were replaced for one of these. */
  readonly reasons?: readonly string[] | undefined;
}

export interface ItemStore {
  // The provider's side -------------------------------------------------------------------------

  /** JSON of the calendar's state; `"null"` for a database made anew. */
  getState(calendarId: string): Promise<string>;
  /** JSON of `ResourceRow[]`, rows whose delete is pending included, by name. */
  listResources(calendarId: string): Promise<string>;
  /** JSON of `ResourceBody[]`, by name. */
  getResources(
    calendarId: string,
    options: { readonly names: readonly string[] } | { readonly after?: string; limit?: number },
  ): Promise<string>;
  /**
   * Names what {@link getResources} and {@link listConflicts} give of a calendar, its UIDs, metadata and revisions left
   * aside: two calls that give the same name enclose no change, and no other database ever gives it to other contents.
   * `null` for a calendar that the store does not know.
   */
  contentName(calendarId: string): Promise<string | null>;
  /** JSON of `PendingChange[]`, oldest first. All are `waiting` while {@link isSendingPaused}. */
  getPending(calendarId: string, names?: readonly string[]): Promise<string>;
  /**
   * @param operations JSON of `BatchOperation[]`
   * @param options `state`: JSON text, or absent to leave it as it is; `notify`: default true
   * @returns JSON of `BatchResult`
   */
  batch(
    calendarId: string,
    operations: string,
    options?: { readonly state?: string | undefined; readonly notify?: boolean | undefined },
  ): Promise<string>;
  settle(
    calendarId: string,
    name: string,
    revision: number,
    settlement: Settlement,
  ): Promise<SettleResult>;
  /**
   * Durable when it resolves. A create of a known name is an update, an update of an unknown one a create.
   * @returns names of those that were not staged because their rows had moved on
   */
  stage(
    calendarId: string,
    operations: readonly StageOperation[],
    reason: string,
  ): Promise<string[]>;
  /** JSON of `StoredConflict[]`, oldest first. */
  listConflicts(calendarId: string): Promise<string>;
  /**
   * Takes a conflict off the list and stages what was decided, durably. False when the expected row has moved on:
   * then nothing is done. @throws AppError "item-unknown" when the conflict is not on the list
   */
  resolveConflict(
    calendarId: string,
    id: number,
    operations: readonly StageOperation[],
    expected: RowVersion,
  ): Promise<boolean>;
  /** JSON of `SupersededVersion[]`, newest first; `since`: only what was replaced then or later. */
  listSuperseded(calendarId: string, options?: SupersededOptions): Promise<string>;
  /**
   * @param since ms since the epoch
   * @param except names whose deletions are not counted
   */
  countDeletions(
    calendarId: string,
    since: number,
    except?: readonly string[],
  ): Promise<DeletionCounts>;
  /** Clears what it returns. */
  takeEvents(): Promise<StoreEvent[]>;
  /** Forgets the server sides and the state; pending changes stay. */
  clear(calendarId: string): Promise<void>;
  /** The calendar is unsubscribed: every text goes to `superseded`, deletes that waited for its creates are taken back. */
  removeCalendar(calendarId: string, reason: string): Promise<RemovedCalendar>;
  /** True after the profile was copied, until {@link resumeSending}. */
  isSendingPaused(): Promise<boolean>;
  resumeSending(): Promise<void>;
  /** A verified snapshot holds these versions: {@link forgetSnapshotted} may let them go. */
  markSnapshotted(calendarId: string, ids: readonly number[], snapshotId: string): Promise<void>;
  /** JSON of `RemovedCalendarRow[]`: calendars that are gone, of which versions wait for a snapshot or for the user. */
  listRemoved(): Promise<string>;
  /** The calendar was taken off the list, and versions of it are kept. */
  isRemoved(calendarId: string): Promise<boolean>;
  /** The user gives versions up that only wait for that: from now on they are like any other replaced one. */
  dismissSuperseded(calendarId: string, ids: readonly number[]): Promise<void>;
  /** These snapshots (`null`: all) hold no version any more, of any calendar: they stay until another one does. */
  unmarkSnapshotted(snapshotIds: readonly string[] | null): Promise<void>;
  /**
   * Lets go of versions that one of these snapshots holds and that were replaced 30 days ago, of every calendar. No other
   * snapshot is there any more: what such a one held stays until another one holds it.
   */
  forgetSnapshotted(snapshotIds: readonly string[]): Promise<void>;

  // The calendars' side -------------------------------------------------------------------------

  /**
   * Candidates of a range in slices of at most `sliceSize` rows (default 200), as of the call. A row that goes
   * while slices are read is left out; one that changes comes in its newer version.
   */
  query(query: RangeQuery, sliceSize?: number): AsyncIterable<readonly StoredItem[]>;
  queryTexts(query: RangeQuery, sliceSize?: number): AsyncIterable<readonly StoredItemWithText[]>;
  /** The visible row of a UID (the oldest of several); `null` also while its delete is pending. */
  getByUid(calendarId: string, uid: string): Promise<StoredItemWithText | null>;
  getByName(calendarId: string, name: string): Promise<StoredItemWithText | null>;
  /** The visible rows among the named ones, in no particular order. */
  getByNames(calendarId: string, names: readonly string[]): Promise<readonly StoredItemWithText[]>;
  /** Both sides of a UID's row, one whose delete is pending included. */
  resourceByUid(calendarId: string, uid: string): Promise<ResourceBody | null>;
  /** UIDs of the visible rows, or of the rows on the server. */
  uids(calendarId: string, serverSide: boolean): Promise<string[]>;
  /** The text of a revision that was visible in this session or the last 7 days; `null` if it is not kept. */
  bodyAtRevision(calendarId: string, revision: number): Promise<string | null>;
  /**
   * Durable when it resolves. A pending delete of the UID becomes an update, or is taken back where the text is
   * what the server has.
   * @throws AppError "uid-exists"
   */
  insertEdit(item: NewItem): Promise<StoredItemWithText>;
  /** Durable when it resolves. @throws AppError "item-unknown" (only without `expectedRevision`) */
  updateEdit(edit: ItemEdit): Promise<StoredItemWithText | null>;
  /** Durable when it resolves; false when there is no such visible row, or it is not at `expectedRevision`. */
  deleteEdit(removal: ItemRemoval): Promise<boolean>;
  /** Neither an edit nor a new revision; `null` when there is no such visible row. */
  setAcks(calendarId: string, name: string, acks: string): Promise<StoredItemWithText | null>;
  /** Neither an edit nor a new revision. */
  changeMetadata(calendarId: string, name: string, change: MetadataChange): Promise<void>;
  counts(calendarId: string): Promise<ItemCounts>;
  /** Changes of all calendars that are not sent yet. */
  pendingCount(): Promise<number>;

  /** @returns a function that ends it */
  onChanged(listener: (change: StoreChange) => void): () => void;
  close(): Promise<void>;
}
