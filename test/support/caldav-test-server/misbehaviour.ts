/** The ways in which the test server can be told to be wrong, each seen on a real server. */

import type { HostileAnswer } from "./hostile-answers.ts";

/** Standing habits of a server. The defaults are what the RFCs ask for. */
export interface Misbehaviours {
  /** Google, DavMail: a PUT's answer names no ETag. */
  putWithoutETag: boolean;
  /** Purelymail, Kerio: no ETag anywhere. */
  noETags: boolean;
  /**
   * "proxy": a proxy weakens tags in answers, the server behind it knows the strong ones. "always": nothing but
   * weak tags, which If-Match never matches (RFC 9110 §13.1.1). "compressed" (Cyrus): a GET that is answered
   * compressed has the weak one of the tag that is listed; If-Match takes both.
   */
  weakETags: "no" | "proxy" | "always" | "compressed";
  /** Members a sync-collection answer holds at most; the rest is announced with a 507 (RFC 6578 §3.6). */
  pageSize: number | null;
  /** Old SabreDAV: a cut answer without a token to go on from. */
  pageWithoutToken: boolean;
  /**
   * How an expired token is refused: with DAV:valid-sync-token, or ("-plain") by the status alone. 415: fruux; 412 and
   * 418: older Nextclouds; 500: Xandikos.
   */
  expiredToken:
    | 400
    | 403
    | 409
    | 412
    | 507
    | "400-plain"
    | "412-plain"
    | "415-plain"
    | "418-plain"
    | "500-plain";
  /** Cyrus once refused an empty sync-token element, others one that is left out. */
  firstToken: "any" | "omitted" | "empty";
  /** RustiCal, iCloud: whatever the token, everything that is there is told. */
  tellsEverything: boolean;
  /** The status of a removed member in a sync-collection; 418: Nextcloud before 2024-03. */
  removedAs: 404 | 410 | 418;
  /** iCloud: a sync-collection lists the collection itself, and gives every response a status of its own. */
  listsItself: boolean;
  /** Baïkal, SOGo: changes of these names are missing in what a sync-collection tells. */
  forgetsChanges: readonly string[];
  /** Kerio: the index lags behind, these are not listed (yet) though GET finds them. */
  listsLate: readonly string[];
  /** Google: these are listed with a 404 for their ETag. */
  etagNotFound: readonly string[];
  /** Open-Xchange: an ETag is a URL, and not quoted. */
  etagShape: "quoted" | "url";
  /** "unstable" (Cyrus): differs with every answer. The server then knows If-Schedule-Tag-Match. */
  scheduleTags: "no" | "stable" | "unstable";
  /** DAViCal, Synology: hrefs have another path than the one that was asked. Both work. */
  otherPrefix: boolean;
  /** Where calendars lie, between `/dav/` and the user's name: only there, and only the principal says so. */
  homeArea: string;
  /** Of the home set that the principal names, as in `https://host:port`; `null`: this server's. */
  homeOrigin: string | null;
  /** What members are said to be: text/vtodo (SmarterMail), or nothing (iCloud). */
  contentType: "as stored" | "text/vtodo" | "none";
  /** Google: a question about the colour is refused as a whole. */
  refusesColor: boolean;
  /** DAViCal 1.1: asked for the sync token of its root, it fails with 500. */
  rootFailsOnToken: boolean;
  /** Google: a create with If-None-Match overwrites. */
  ignoresIfNoneMatch: boolean;
  /** Chooses the names of new members itself, and tells them by Location. */
  choosesNames: boolean;
  /** DavMail: what is made gets a UID of the server. */
  changesUids: boolean;
  /** Nextcloud's trash bin: the UID of what was deleted is taken. */
  keepsDeletedUids: boolean;
  /** Cyrus: a UID is unique among all calendars of the account. */
  uidsOfAccount: boolean;
  /** Open-Xchange, GMX: a search does not find what is far away; here it finds nothing at all. */
  searchFindsNothing: boolean;
  /** Cyrus: an event that starts at a time, and is over at once or says nothing of its end, is refused. */
  needsLength: boolean;
  /** Radicale: several UIDs in one resource are refused. */
  refusesSeveralUids: boolean;
  /** Bytes of a body that is refused with 413. */
  largestBody: number | null;
  /** Nothing more fits in: 507. */
  isFull: boolean;
  /** Sends invitations by itself and has an outbox (RFC 6638). What it would send is nobody's business here. */
  schedules: boolean;
  /** By address: FREEBUSY periods of those whom the outbox knows. */
  busy: Readonly<Record<string, string>>;
  /** How often it wants to be asked at most (Apple's refreshrate). */
  refreshRate: string | null;
  noSyncCollection: boolean;
  noCtag: boolean;
  /**
   * 403 and 409 name the precondition (the latter as Radicale does), 400 says it in prose (SabreDAV), 412 says nothing.
   * "403-scheduling": with the one of RFC 6638 §3.2.4.1 (Cyrus, for any event).
   */
  duplicateUid: 400 | 403 | 409 | 412 | "403-scheduling" | "accepted";
  /** Radicale, Xandikos: stores something else than was sent, and answers with a strong ETag all the same. */
  rewritesBodies: boolean;
  /** iCloud: listed names that a multiget does not find. GET does. */
  multigetNotFound: readonly string[];
  /** Listed names that a multiget leaves out without a word. */
  multigetOmits: readonly string[];
  /** The calendar-data of a multiget is not what GET answers: re-folded, or with a property left out. */
  multigetDiffers: boolean;
  /** Which characters of a name are escaped in hrefs. "all": even letters; "lower-case": `%c3%a4`, and "@" bare. */
  hrefEncoding: "standard" | "lower-case" | "all";
  /** Hrefs are whole URLs of a host name that only the server itself knows. */
  foreignHrefs: boolean;
  /** Every PUT and DELETE is answered with 403. */
  forbidWrites: boolean;
  /** The rights shown allow reading only. */
  readOnlyRights: boolean;
  /** A backend that lost its database: listings are empty, and look as if they were right. */
  listsNothing: boolean;
  /** The password is no longer accepted. */
  unauthorized: boolean;
  /** What a 401 asks for; `null` (Yahoo): nothing. iCloud names its own scheme besides. */
  challenge: string | null;
}

export const CORRECT: Misbehaviours = {
  putWithoutETag: false,
  noETags: false,
  weakETags: "no",
  pageSize: null,
  pageWithoutToken: false,
  expiredToken: 403,
  firstToken: "any",
  tellsEverything: false,
  removedAs: 404,
  listsItself: false,
  forgetsChanges: [],
  listsLate: [],
  etagNotFound: [],
  etagShape: "quoted",
  scheduleTags: "no",
  otherPrefix: false,
  homeArea: "calendars",
  homeOrigin: null,
  contentType: "as stored",
  refusesColor: false,
  rootFailsOnToken: false,
  ignoresIfNoneMatch: false,
  choosesNames: false,
  changesUids: false,
  keepsDeletedUids: false,
  uidsOfAccount: false,
  searchFindsNothing: false,
  needsLength: false,
  refusesSeveralUids: false,
  largestBody: null,
  isFull: false,
  schedules: false,
  busy: {},
  refreshRate: null,
  noSyncCollection: false,
  noCtag: false,
  duplicateUid: 403,
  rewritesBodies: false,
  multigetNotFound: [],
  multigetOmits: [],
  multigetDiffers: false,
  hrefEncoding: "standard",
  foreignHrefs: false,
  forbidWrites: false,
  readOnlyRights: false,
  listsNothing: false,
  unauthorized: false,
  challenge: 'Basic realm="test", charset="UTF-8"',
};

/** What happens to single requests. */
export type Fault =
  | HostileAnswer
  | { readonly kind: "unavailable"; readonly retryAfterSeconds?: number }
  | { readonly kind: "too-many-requests"; readonly retryAfterSeconds?: number }
  | { readonly kind: "status"; readonly status: number; readonly body?: string }
  /** Done, and then the connection is cut without an answer. */
  | { readonly kind: "answer-lost" }
  /** The connection is cut before anything was done. */
  | { readonly kind: "request-lost" }
  /** Done, and the connection is cut in the middle of the answer's body. */
  | { readonly kind: "body-cut" }
  /** 200 with a web page, as a captive portal answers. */
  | { readonly kind: "html" }
  /** Never answered. */
  | { readonly kind: "hang" }
  | { readonly kind: "slow"; readonly ms: number };

export interface RequestMatch {
  readonly method?: string;
  /** Found within the decoded path. */
  readonly path?: string;
  /** How many requests it concerns; default all until it is lifted. */
  readonly times?: number;
}
