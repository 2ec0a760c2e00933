/**
 * What backing up and restoring need of the world: the calendars Thunderbird shows (from whatever provider)
 * and a way to write into them. Implemented over the calendar API in thunderbird-calendars.ts, in memory by tests.
 */
import type { FoundItem } from "../../shared/commands.ts";
import type { AppError } from "../../shared/errors.ts";

/** A calendar as a backup knows it. */
export interface KnownCalendar {
  readonly calendarId: string;
  /** `user@host` of the account; `local` for calendars that are not ours. */
  readonly account: string;
  /** Of the account; absent for calendars that are not ours. */
  readonly accountId?: string;
  /** The collection's last path segment (ours), or the calendar's name (others). */
  readonly collection: string;
  readonly displayName: string;
  readonly color: string | null;
  /** Without a fragment of ours; empty for a calendar without an address. */
  readonly url: string;
  readonly type: string;
  readonly readOnly: boolean;
  readonly components: readonly string[];
  /** Milliseconds since the epoch; `null` for local calendars and before the first sync. */
  readonly lastGoodSync: number | null;
  readonly own: boolean;
}

/** One resource to be kept: texts exactly as the server (or Thunderbird, for other calendars) gave them. */
export interface KnownResource {
  /** Its name in the calendar: what identifies it there. */
  readonly name: string;
  readonly uid: string | null;
  /** `null` while only the user's unsent version exists. */
  readonly text: string | null;
  /** The user's unsent version; `null` when there is none, or when it is a deletion. */
  readonly pendingText: string | null;
  /** True for an item the user deleted while the server still has it: it is kept, and not shown. */
  readonly deleted: boolean;
  /** Why it cannot be shown or could not be fetched; `null` when all is well. */
  readonly quarantine: string | null;
}

/** Losers of conflicts, kept apart from the calendar. */
export interface KnownConflict {
  readonly id: number;
  readonly name: string;
  readonly text: string;
}

export interface CalendarReading {
  /** Members the server lists that could not be fetched: the backup of this calendar is incomplete. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
  readonly conflicts: readonly KnownConflict[];
}

/** A text that was replaced or removed, and that no verified snapshot holds yet. */
export interface ReplacedVersion {
  readonly id: number;
  readonly name: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly replacedAt: number;
}

/** Versions are kept beside the calendars until a verified snapshot holds them. */
export interface ReplacedVersions {
  /** Our own calendars that were taken off the list, of which versions are kept that no verified snapshot holds. */
  gone(): Promise<readonly KnownCalendar[]>;
  /** Hands them over in bounded pages; none of calendars that are not ours. */
  read(
    calendar: KnownCalendar,
    onPage: (page: readonly ReplacedVersion[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  /** A snapshot holds them, and was read back. */
  markSaved(calendar: KnownCalendar, ids: readonly number[], snapshotId: string): Promise<void>;
  /**
   * These are all snapshots there are now: what a missing one held counts as unsaved, and what one of these holds need not
   * be kept beside it for long.
   */
  settleSaved(snapshotIds: readonly string[]): Promise<void>;
  /** What these snapshots hold (absent: any) counts as unsaved again: the next backup writes it anew. */
  unmarkSaved(snapshotIds?: readonly string[]): Promise<void>;
}

export interface CalendarSource {
  calendars(): Promise<readonly KnownCalendar[]>;
  /**
   * Names what {@link read} gives of a calendar: while it stays, so does what is read, and nothing else ever has it. `null` where
   * nobody knows, or where it could not be read whole now.
   */
  contentName(calendar: KnownCalendar): Promise<string | null>;
  /** Hands over every resource in bounded pages. @throws AppError when the calendar cannot be read now */
  read(
    calendar: KnownCalendar,
    onPage: (page: readonly KnownResource[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<CalendarReading>;
  /** Names of the resource that an item is now, and lately was, in its calendar; none where nobody knows. */
  namesOf(calendar: KnownCalendar, uid: string): Promise<readonly string[]>;
}

/** A change a restore wants. `name` is the resource's name in the calendar. */
export type CalendarWrite =
  | {
      readonly kind: "create";
      readonly name: string;
      readonly uid: string | null;
      readonly text: string;
    }
  | {
      readonly kind: "update";
      readonly name: string;
      readonly uid: string | null;
      readonly text: string;
    }
  | { readonly kind: "remove"; readonly name: string; readonly uid: string | null };

export interface WriteFailure {
  readonly name: string;
  readonly error: AppError;
}

export interface CalendarTarget {
  /**
   * Applies the writes and sees them through to the server where there is one. Never throws for a single item.
   * What is left unsent (offline) stays pending and counts as a failure with code "offline".
   */
  write(
    calendar: KnownCalendar,
    writes: readonly CalendarWrite[],
    signal: AbortSignal,
    onProgress: (done: number) => void,
  ): Promise<readonly WriteFailure[]>;
}

export interface WantedCalendar {
  readonly name: string;
  /** Absent: a calendar on this computer. */
  readonly accountId?: string;
  readonly components: readonly string[];
  /** The same for the same purpose, so that a second try finds what the first made. Names the collection on a server. */
  readonly key: string;
}

export interface CalendarMaker {
  /** Asked before anything is touched. @throws AppError "account-unknown" */
  requireAccount(accountId: string): Promise<void>;
  /**
   * Makes a calendar, on the server too where an account is named, and subscribes it.
   * @throws AppError "account-unknown", and those of the server
   */
  make(wanted: WantedCalendar, signal: AbortSignal): Promise<KnownCalendar>;
  /** The id of the calendar last made under this key; it may be gone. `undefined`: none that is known. */
  made(key: string): Promise<string | undefined>;
}

/** How long work tells that it goes on. `total` is 0 while unknown. */
export type OnProgress = (progress: { done: number; total: number; note: string }) => void;

export interface Work {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** The disk of the backups, or of a folder, has not answered for a while; or does again. */
  readonly onSilent?: (silent: boolean) => void;
}

/** What some snapshots alone hold. */
export interface OnlyCopies {
  /** The first of them. */
  readonly items: readonly FoundItem[];
  readonly total: number;
  /** Ids of those too damaged to tell, or of other files than calendars. */
  readonly unreadable: readonly string[];
}
