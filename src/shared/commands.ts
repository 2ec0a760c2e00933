/**
 * The commands by which pages and tests drive the background: `runtime.sendMessage({ command, ...args })`,
 * answered by {@link CommandReply}. Typed once, here; described for readers in docs/commands.md.
 */
import type { WireError } from "./errors.ts";
import type { ItemDifference } from "./ical/item-differences.ts";

/** What the user may do with the items of a calendar (RFC 3744: bind, write-content, unbind). */
export interface CalendarRights {
  readonly add: boolean;
  readonly change: boolean;
  readonly remove: boolean;
}

export interface DiscoveredCalendar {
  readonly url: string;
  readonly displayName: string;
  /** `#RRGGBB`, or `null` where the server names none. */
  readonly color: string | null;
  readonly components: readonly string[];
  /** True where nothing may be added or changed. */
  readonly readOnly: boolean;
  readonly rights: CalendarRights;
  readonly description: string;
  /** own: in the user's own place · shared: somebody else's, shown there · delegated: in the place of somebody the user acts for. */
  readonly relation: "own" | "shared" | "delegated";
  /** Whose it is where it is not the user's own, by name or address; `null` where the server does not say. */
  readonly owner: string | null;
  /** TZID of the calendar's own time zone (RFC 4791 §5.2.2), or `null`. */
  readonly timeZone: string | null;
}

/**
 * Signing in by OAuth 2 (RFC 6749) instead of a password. The names are those of Plakar's connector.
 * A provider that Thunderbird knows needs its `name` alone.
 */
export interface OAuthArguments {
  /** `google`, `fastmail`, `yahoo`, `aol`; another one needs a `clientId`, and an `issuer` or both endpoints. */
  readonly name: string;
  /** Of a client registered by the user, in place of Thunderbird's. */
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** Separated by spaces. */
  readonly scope?: string;
  /** Base URL at which the endpoints are looked up (RFC 8414, OpenID Connect Discovery). */
  readonly issuer?: string;
  readonly authorizationEndpoint?: string;
  readonly tokenEndpoint?: string;
}

/** `location`: an e-mail address, a host, or an `https://`, `http://`, `caldav://`, `caldavs://` URL. */
export interface DiscoverArguments {
  readonly location: string;
  readonly username: string;
  /** Absent: the one in the password manager. */
  readonly password?: string;
  /** In place of a password: a sign-in window opens where none is saved. */
  readonly oauth?: OAuthArguments;
  /** Hosts (`name` or `name:port`) beside the one of `location` that may be asked to sign in to. */
  readonly agreedHosts?: readonly string[];
  /** Hosts that the user does not want asked: the search goes on without them. */
  readonly declinedHosts?: readonly string[];
}

/** A host that a server or a domain's records lead to, and that nothing was sent to. */
export interface OtherHost {
  readonly host: string;
  readonly url: string;
}

export interface AccountCalendar {
  readonly id: string;
  readonly url: string;
  readonly name: string;
  readonly color: string | null;
  readonly readOnly: boolean;
  readonly rights: CalendarRights;
  readonly description: string;
  /** As in {@link DiscoveredCalendar}. */
  readonly timeZone: string | null;
  readonly relation: DiscoveredCalendar["relation"];
  readonly owner: string | null;
  readonly components: readonly string[];
  /** Milliseconds since the epoch; `null` before the first one. */
  readonly lastGoodSync: number | null;
  readonly pendingChanges: number;
  /** Conflicts nobody has decided: `conflicts.list`. */
  readonly conflicts: number;
  readonly quarantined: number;
  readonly syncing: boolean;
  /** What the user has to know of: it will not pass by itself, or has lasted for hours. */
  readonly error: WireError | null;
  /** A failure that is likely to pass, and is tried again by itself: nothing to be alarmed about. */
  readonly trouble: PassingTrouble | null;
  /** Edits among {@link pendingChanges} that the server refused: `pending.list` says why. */
  readonly refused: number;
  /** Many changes at once that wait for the user's word: `guard.list`. */
  readonly heldBack: number;
}

/** A calendar that is no longer in Thunderbird, and what is only on this computer of it. */
export interface LeftCalendar {
  readonly calendarId: string;
  /** Empty where it is not known any more. */
  readonly name: string;
  /** `user@host`; empty where it is not known any more. */
  readonly account: string;
  /** Milliseconds since the epoch. */
  readonly removedAt: number;
  readonly items: readonly LeftOver[];
}

export interface LeftOver {
  /** Versions with this text. */
  readonly ids: readonly number[];
  readonly summary: string;
  readonly text: string;
  /** One side of a conflict; else a change that was never sent. */
  readonly undecided: boolean;
  /** Addresses that a server might mail when it gets this. */
  readonly people: readonly string[];
}

export interface PassingTrouble {
  readonly error: WireError;
  /** Of the first failure in a row, ms since the epoch. */
  readonly since: number;
  /** When it is tried again by itself; `null`: with the next synchronization. */
  readonly nextTry: number | null;
}

/**
 * auto: the server sends them where it can (RFC 6638), else Thunderbird does by e-mail · mail: Thunderbird, and the
 * server is told not to · none: the calendar takes no part in invitations.
 */
export type InvitationMode = "auto" | "mail" | "none";

/**
 * Where dismissing and snoozing a reminder is noted. auto: on the server for events without guests in a calendar that
 * nobody shares, else here only · local: here only · server: always on the server.
 */
export type AlarmMode = "auto" | "local" | "server";

/** What was chosen for a calendar, and what follows of it. */
export interface CalendarSettings {
  readonly calendarId: string;
  readonly invitations: InvitationMode;
  /** Who sends invitations and answers now. */
  readonly invitationsBy: "server" | "mail" | "nobody";
  readonly alarms: AlarmMode;
  /** True: the server says that it belongs to, or is shared with, somebody else. */
  readonly shared: boolean;
  /** Minutes between automatic synchronizations; 0: only by hand. */
  readonly refreshMinutes: number;
  /** The server asks not to be asked more often; 0: any time. */
  readonly minimumRefreshMinutes: number;
}

/** An edit that is not on the server yet. */
export interface PendingEdit {
  readonly calendarId: string;
  readonly name: string;
  readonly summary: string;
  readonly change: "create" | "update" | "delete";
  /** When it was made, ms since the epoch. */
  readonly since: number;
  /** How often the server refused it. */
  readonly attempts: number;
  /** Why the server refused it last; `null`: it was not tried yet, or nobody answered. */
  readonly error: WireError | null;
  /** When it is tried again by itself, ms since the epoch; `null`: with the next synchronization. */
  readonly nextTry: number | null;
  /** Half of a move that waits for the other half. */
  readonly waiting: boolean;
}

export interface Account {
  readonly id: string;
  readonly location: string;
  readonly username: string;
  readonly principal: string;
  /** True where the connection is not encrypted (plain http beyond this computer). */
  readonly insecure: boolean;
  /** `oauth`: in a window, by `accounts.signIn` without a password. */
  readonly signIn:
    | { readonly kind: "password" }
    | { readonly kind: "oauth"; readonly name: string };
  readonly calendars: readonly AccountCalendar[];
  /** Calendars that came to the server after the account was added; neither subscribed nor dismissed. */
  readonly offered: readonly DiscoveredCalendar[];
  /** Hosts the user has agreed to beside those the account was found at. */
  readonly agreedHosts: readonly string[];
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

/** A calendar of Thunderbird's, of whatever kind. */
export interface ListedCalendar {
  readonly id: string;
  readonly name: string;
  readonly color: string | null;
  /** `user@host` of the account; `local` for calendars that are not ours. */
  readonly account: string;
  /** Thunderbird's name of what provides it: `storage` for a calendar on this computer, e.g. `caldav`, `ics`. */
  readonly type: string;
  readonly readOnly: boolean;
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

export interface GuardedChange {
  readonly calendarId: string;
  /**
   * `removals`: gone on the server, removed here · `reversals`: older on the server than here · `deletions`: deleted
   * here, removed on the server.
   */
  readonly kind: "removals" | "reversals" | "deletions";
  readonly state: "held" | "made";
  /** When it was made, ms since the epoch; `null` while it is held. */
  readonly at: number | null;
  readonly count: number;
  /** What the first of them are called. */
  readonly summaries: readonly string[];
  /** Stands for all that is held and how it is: what a decision about it takes. `null`: made. */
  readonly preview: string | null;
}

/** What was brought back of many changes at once, and what was not. */
export interface Undone {
  /** Items the decision or the undoing changed. */
  readonly changed: number;
  /** Of them: merged with what was changed since. */
  readonly merged: number;
  /** Left as they are. */
  readonly left: readonly LeftItem[];
}

export interface LeftItem {
  readonly name: string;
  readonly summary: string;
  /**
   * `there`: it is as it was, or there again · `changed`: the same was changed since · `deleted`: it was deleted since ·
   * `lost`: the version of before is no longer kept.
   */
  readonly why: "there" | "changed" | "deleted" | "lost";
}

export interface QuarantinedItem {
  readonly calendarId: string;
  readonly name: string;
  readonly reason: string;
  readonly since: number;
  /** What the server gave, as far as it could be fetched. */
  readonly text: string | null;
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

export interface Operation {
  readonly id: string;
  readonly operation: string;
  readonly done: number;
  /** 0 while unknown. */
  readonly total: number;
  readonly note: string;
  /** What it is about, e.g. the id of a calendar, where several of the kind may run at once. */
  readonly subject?: string;
}

/** What the person chose in Thunderbird's menu. */
export interface Appearance {
  /** Of text; 1: as large as the system has it. */
  readonly textScale: number;
  readonly density: "compact" | "default" | "relaxed";
}

/** Name → arguments and value. */
export interface Commands {
  "appearance.read": { args: object; value: Appearance };
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
  "accounts.discover": {
    args: DiscoverArguments;
    value: {
      principal: string;
      calendars: DiscoveredCalendar[];
      log: string[];
      insecure: boolean;
      /** Which password the location's provider wants from programs; `null`: nothing is known. */
      advice: string | null;
      /** Where more of the user's calendars are said to be: see `agreedHosts`. */
      otherHosts: OtherHost[];
    };
  };
  "accounts.add": {
    args: DiscoverArguments & {
      calendars: readonly string[];
      /** False: the password is forgotten when Thunderbird ends. Absent: as the account has it, else true. */
      savePassword?: boolean;
    };
    value: { accountId: string; calendars: { id: string; url: string }[] };
  };
  "accounts.list": { args: object; value: Account[] };
  /** Refused while changes wait to be sent, unless `discardPending` says the second word. */
  "accounts.remove": {
    args: { accountId: string; discardPending?: boolean };
    /** `snapshotId`: of the snapshot taken before; `null` where none could be taken. */
    value: { superseded: number; snapshotId: string | null };
  };
  /** Renews what an account signs in with; `password` for accounts with one, a window for the others. */
  "accounts.signIn": {
    args: { accountId: string; password?: string };
    value: { accountId: string };
  };
  /** Thunderbird's own dialog for a certificate it does not trust. `host`: with the port, as in an error's details. */
  "accounts.trustCertificate": { args: { host: string }; value: { trusted: boolean } };
  /** Lets the account's password and items go to another host, to which the server has moved. */
  "accounts.agree": {
    args: { accountId: string; host: string };
    value: { agreedHosts: string[] };
  };
  /** Makes a calendar on the server and subscribes it. */
  /** Every calendar in Thunderbird. */
  "calendars.list": { args: object; value: ListedCalendar[] };
  "calendars.createRemote": {
    args: {
      accountId: string;
      name: string;
      /** `#RRGGBB` */
      color?: string;
      description?: string;
      /** Default: VEVENT and VTODO. */
      components?: readonly ("VEVENT" | "VTODO" | "VJOURNAL")[];
    };
    value: { id: string; url: string };
  };
  /** Changes what the server says of a calendar, for everybody who uses it; then what Thunderbird shows. */
  "calendars.updateRemote": {
    args: { calendarId: string; name?: string; color?: string; description?: string };
    value: { name: string; color: string | null; description: string };
  };
  /** Deletes a calendar on the server, after a snapshot of it, and takes it out of Thunderbird. */
  "calendars.deleteRemote": {
    args: { calendarId: string; confirm?: boolean; withoutSnapshot?: boolean };
    value: { snapshotId: string | null; superseded: number };
  };
  /** Subscribes calendars of a known account, by the URLs that `accounts.list` offers or discovery gave. */
  "calendars.subscribe": {
    args: { accountId: string; urls: readonly string[] };
    value: { calendars: { id: string; url: string }[] };
  };
  /** Takes a calendar out of Thunderbird; refused while changes wait to be sent, unless `discardPending`. */
  "calendars.unsubscribe": {
    args: { calendarId: string; discardPending?: boolean };
    /** `snapshotId`: of the snapshot of what was only here; `null` where there was nothing of it, or none could be taken. */
    value: { superseded: number; snapshotId: string | null };
  };
  /** Offers these no more. */
  "calendars.dismiss": {
    args: { accountId: string; urls: readonly string[] };
    value: { dismissed: number };
  };
  /** Goes on with what lies at a calendar's address now, after the error `calendar-replaced`. */
  "calendars.takeOver": {
    args: { calendarId: string };
    value: { calendars: CalendarSyncReport[] };
  };
  "sync.run": { args: { calendarId?: string }; value: { calendars: CalendarSyncReport[] } };
  /** Compares store and server; `left`: differences that are still there after a repair, or all without one. */
  "sync.audit": {
    args: { calendarId: string; repair?: boolean };
    value: {
      checked: number;
      differences: {
        name: string;
        kind: "missing-here" | "missing-there" | "differs" | "unknown";
        /** `null` for what is not here. */
        summary: string | null;
      }[];
      left: number;
    };
  };
  /** Sending is paused after the profile was copied or moved, until the user says that it is the one in use. */
  "sending.status": { args: object; value: { paused: boolean } };
  "sending.resume": { args: object; value: { calendars: CalendarSyncReport[] } };
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
      /** iCalendar text; `null`: deleted on that side. */
      mine: string | null;
      theirs: string | null;
      /** What mine has that theirs has not, a sentence for each difference. */
      words: string[];
    }[];
  };
  /** Many changes at once: those that wait for the user's word, then those that were made, newest first. */
  "guard.list": { args: object; value: GuardedChange[] };
  "guard.decide": {
    args: {
      calendarId: string;
      kind: GuardedChange["kind"];
      decision: "apply" | "keep";
      /** Of the list that the user decides about: refused where it is no longer true. */
      preview: string;
      withoutSnapshot?: boolean;
    };
    value: Undone;
  };
  "guard.undo": {
    args: { calendarId: string; kind: GuardedChange["kind"]; at: number };
    value: Undone;
  };
  /** `sent`: how many of the items that the decision changed have reached the server already. */
  "conflicts.resolve": {
    args: { calendarId: string; id: number; keep: "mine" | "theirs" | "both" };
    value: { changed: number; sent: number };
  };
  /** Without a change it only reads. All calendars, those of an account, or one. */
  "calendars.configure": {
    args: {
      calendarId?: string;
      accountId?: string;
      invitations?: InvitationMode;
      alarms?: AlarmMode;
      refreshMinutes?: number;
    };
    value: CalendarSettings[];
  };
  "pending.list": { args: { calendarId?: string }; value: PendingEdit[] };
  /** Sends at once, also what waits for its next try. */
  "pending.retry": {
    args: { calendarId: string; name?: string };
    value: { sent: number; left: PendingEdit[] };
  };
  /** Gives an edit up: the item is as the server has it. What was given up is in `superseded.list`. */
  "pending.discard": { args: { calendarId: string; name: string }; value: { discarded: boolean } };
  "superseded.list": {
    args: { calendarId: string; uid?: string; limit?: number };
    value: {
      id: number;
      calendarId: string;
      name: string;
      uid: string | null;
      summary: string;
      reason: string;
      supersededAt: number;
      text: string;
    }[];
  };
  /** What was never sent or never decided of calendars that are gone, and the calendars it could be put into. */
  "leftovers.list": {
    args: object;
    value: { calendars: LeftCalendar[]; targets: { id: string; name: string; mails: boolean }[] };
  };
  /**
   * Puts one of them into another calendar. `copied`: as a new item, since that calendar has another version of it. `mail`: the
   * server may mail the people in it; else it is put so that nobody gets any.
   */
  "leftovers.put": {
    args: { calendarId: string; ids: readonly number[]; targetId: string; mail?: boolean };
    value: { copied: boolean; sent: boolean };
  };
  /** Gives them up: they go into the next snapshot, and are listed no more. */
  "leftovers.discard": {
    args: { calendarId: string; ids: readonly number[] };
    value: { discarded: number };
  };
  "quarantine.list": { args: object; value: QuarantinedItem[] };
  /** Tries at once what could not be fetched. */
  "quarantine.retry": {
    args: { calendarId: string };
    value: { recovered: number; left: QuarantinedItem[] };
  };
  /** Brings a replaced or removed version back; `sent`: whether the server has it already. */
  "superseded.restore": {
    args: { calendarId: string; id: number };
    value: { changed: number; sent: number };
  };
  /** Saves a text as a new .ics file in a picked folder. */
  "items.save": {
    args: { directory: string; title: string; text: string };
    value: { file: string };
  };
  "stores.list": { args: object; value: KnownStore[] };
  "stores.activate": { args: { directory: string }; value: BackupSettings };
  "stores.forget": { args: { directory: string }; value: { forgotten: string } };
  /** What the active store takes on its disk. */
  "stores.size": { args: object; value: { bytes: number; files: number } };
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
  /** New calendars on the server: see {@link Account.offered}. */
  | { event: "offered"; accountId: string; names: readonly string[] }
  | { event: "changed"; what: "accounts" | "snapshots" | "settings" | "conflicts" };
