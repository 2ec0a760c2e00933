/** Accounts and their calendars: found, subscribed and set up. */
import type { WireError } from "../errors.ts";
import type { CalendarSyncReport } from "./sync-commands.ts";

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

/** Name → arguments and value. */
export interface AccountCommands {
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
  /** Of subscribed calendars, all together, as the server had them last. */
  "calendars.countItems": { args: { calendarIds: readonly string[] }; value: { items: number } };
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
}
