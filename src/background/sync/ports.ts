/**
 * What the sync engine needs of the world, declared here and implemented elsewhere: the collection on the
 * server (caldav/) and the calendar in the item store (provider/). The engine knows no HTTP and no Thunderbird.
 */
import type { ETag, Href, ResourceName, ScheduleTag, SyncToken } from "../../shared/brands.ts";
import type {
  BatchOperation,
  BatchResult,
  DeletionCounts,
  Json,
  PendingChange,
  ResourceBody,
  ResourceRow,
  Settlement,
  SettleResult,
  StageOperation,
  SupersededVersion,
} from "../../shared/item-store.ts";

/** What the server side of a row keeps in `metadata`. */
export interface RemoteMetadata {
  /** As the server wrote it last: sent back unchanged. */
  readonly href: Href;
  readonly etag: ETag | null;
  readonly scheduleTag: ScheduleTag | null;
}

/** One member as a listing shows it. Names, never hrefs, are compared (RFC 4918 §8.3.1 allows several spellings). */
export interface RemoteMember {
  readonly name: ResourceName;
  readonly href: Href;
  /** `null` where the server has none: then every listing counts as a change to be checked by its body. */
  readonly etag: ETag | null;
}

/** A body as GET answers it (RFC 5545 line ends included). */
export interface RemoteBody extends RemoteMember {
  readonly text: string;
  readonly scheduleTag: ScheduleTag | null;
}

/** What the home set says about a collection, told for all calendars of an account by one PROPFIND. */
export interface CollectionStatus {
  readonly syncToken: SyncToken | null;
  readonly ctag: string | null;
  readonly displayName: string | null;
  readonly color: string | null;
  readonly readOnly: boolean;
  readonly components: readonly string[];
}

/** One page of changes (RFC 6578 §3.2; a 507 for the collection says that more is to come, §3.6). */
export interface ChangePage {
  readonly changed: readonly RemoteMember[];
  /** Names the server states to be gone (404 within the multistatus). */
  readonly removed: readonly ResourceName[];
  /** Stands for everything on this page; `null` when the server gave none. */
  readonly token: SyncToken | null;
  readonly more: boolean;
}

export type FetchedBody =
  | { readonly kind: "body"; readonly body: RemoteBody }
  | { readonly kind: "gone"; readonly name: ResourceName }
  | { readonly kind: "failed"; readonly name: ResourceName; readonly reason: string };

/** The server's answer to a write, told apart by what it means for the user's edit. */
export type WriteResult =
  /** Done. `etag` only if it is strong and proves that our bytes were kept; otherwise read back. */
  | {
      readonly kind: "done";
      /** The member's: another one than was asked for where the server chooses names itself. */
      readonly name: ResourceName;
      readonly href: Href;
      readonly etag: ETag | null;
      readonly scheduleTag: ScheduleTag | null;
      readonly proven: boolean;
    }
  /** 412: someone else saved first; nothing was written. */
  | { readonly kind: "precondition-failed" }
  /** 404/410 to a write: the resource (or for DELETE: already) is gone. */
  | { readonly kind: "gone" }
  /** no-uid-conflict (RFC 4791 §5.3.2.1) and its many spellings: another resource holds this UID. */
  | { readonly kind: "uid-conflict"; readonly href: Href | null };

/**
 * A calendar collection on the server. Every method takes a signal, ends by its own deadline, and throws
 * AppError for what is no answer (network, unauthorized, forbidden, server-busy, quota, http, protocol).
 */
export interface RemoteCollection {
  readonly url: string;
  status(signal: AbortSignal): Promise<CollectionStatus>;
  /** @throws AppError "sync-token-invalid" (list anew), "unsupported" (the server has no sync-collection) */
  changesSince(token: SyncToken | null, signal: AbortSignal): Promise<ChangePage>;
  /** All members with their etags (PROPFIND Depth 1). */
  list(signal: AbortSignal): Promise<readonly RemoteMember[]>;
  /** Bodies in bounded batches, several in flight; each batch is handed over as it arrives, in any order. */
  fetchBodies(
    members: readonly RemoteMember[],
    onBatch: (batch: readonly FetchedBody[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  /** GET of one; `null` when the server says 404 or 410. */
  fetchOne(
    member: { name: ResourceName; href: Href | null },
    signal: AbortSignal,
  ): Promise<RemoteBody | null>;
  /** "create": If-None-Match: *. */
  put(
    target: { name: ResourceName; href: Href | null },
    text: string,
    precondition: { etag: ETag | null; scheduleTag: ScheduleTag | null } | "create",
    signal: AbortSignal,
  ): Promise<WriteResult>;
  remove(
    target: { name: ResourceName; href: Href },
    precondition: { etag: ETag | null; scheduleTag: ScheduleTag | null },
    signal: AbortSignal,
  ): Promise<WriteResult>;
  /** The member that holds a UID, by calendar-query; `null` when none does. */
  findByUid(uid: string, signal: AbortSignal): Promise<RemoteBody | null>;
  /** Requests sent and body bytes received since the last call. */
  takeTraffic(): { requests: number; bytes: number };
}

/** A calendar in the item store (messenger.calendar.provider and items.batch). */
export interface LocalCalendar {
  readonly calendarId: string;
  getState(): Promise<SyncState | null>;
  listResources(): Promise<ResourceRow[]>;
  getResources(names: readonly string[]): Promise<ResourceBody[]>;
  getPending(names?: readonly string[]): Promise<PendingChange[]>;
  batch(
    operations: readonly BatchOperation[],
    options: { state?: SyncState; notify?: boolean },
  ): Promise<BatchResult>;
  settle(name: string, revision: number, settlement: Settlement): Promise<SettleResult>;
  /**
   * Changes made for the user, as edits waiting to be sent. Durable when it resolves.
   * @returns names of those that were not staged because their rows had moved on
   */
  stage(operations: readonly StageOperation[], reason: string): Promise<string[]>;
  /** Versions replaced or removed at this time or later, newest first. @param since ms since the epoch */
  listSuperseded(since: number): Promise<SupersededVersion[]>;
  /**
   * @param since ms since the epoch
   * @param except names whose deletions are not counted; default: none
   */
  countDeletions(since: number, except?: readonly string[]): Promise<DeletionCounts>;
}

/** Many changes at once that were made. They can be undone while the versions of before are kept. */
export interface MassChange {
  /** When it began, ms since the epoch; also its key. */
  readonly at: number;
  readonly kind: MassChangeKind;
  readonly names: readonly ResourceName[];
  /** Of reversals, for each name: the mark ({@link markOf}) of the older text that was taken over. */
  readonly taken?: readonly string[];
  /** Of deletions, for each name: when the user deleted it, ms since the epoch. */
  readonly deletedAt?: readonly number[];
  /** Noted, and not all of it stored yet: perhaps broken off. */
  readonly underWay?: true;
}

/**
 * `removals`: gone on the server, removed here. `reversals`: older on the server than here, taken over. `deletions`:
 * deleted here, removed on the server.
 */
export type MassChangeKind = "removals" | "reversals" | "deletions";

/** A calendar's own state, stored with the batch it belongs to. */
export interface SyncState {
  readonly version: 1;
  readonly token: SyncToken | null;
  readonly ctag: string | null;
  /** True until the first sync has fetched every member: an interrupted one resumes. */
  readonly initial: boolean;
  /** Members listed but not fetched yet, with the attempts made and the last reason: the quarantine. */
  readonly unfetched: readonly {
    readonly name: ResourceName;
    readonly href: Href;
    readonly etag: ETag | null;
    readonly attempts: number;
    readonly reason: string;
    readonly since: number;
  }[];
  /** Removals the mass-change guard holds back. */
  readonly heldRemovals: readonly ResourceName[];
  /** Members that the server has in an older version than this one, which the guard holds back. */
  readonly heldReversals: readonly RemoteMember[];
  /** Deletions the user has agreed to send although they are many. */
  readonly approvedDeletions: {
    readonly at: number;
    readonly names: readonly ResourceName[];
  } | null;
  /** Of the last 30 days. */
  readonly massChanges: readonly MassChange[];
  /** Members stored although their text is damaged: kept, backed up, and shown as quarantined. */
  readonly unreadable: readonly { readonly name: ResourceName; readonly since: number }[];
  /** Removals applied in the last 24 hours, for the mass-change guard. */
  readonly recentRemovals: readonly { readonly at: number; readonly count: number }[];
  readonly lastGoodSync: number | null;
  /** When everything was listed last: the server's log of changes may miss some. */
  readonly listedAt: number | null;
}

export type SyncStateJson = SyncState & Json;
