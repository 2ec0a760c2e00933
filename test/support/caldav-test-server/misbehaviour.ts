/** The ways in which the test server can be told to be wrong, each seen on a real server. */

/** Standing habits of a server. The defaults are what the RFCs ask for. */
export interface Misbehaviours {
  /** Google, DavMail: a PUT's answer names no ETag. */
  putWithoutETag: boolean;
  /** Purelymail, Kerio: no ETag anywhere. */
  noETags: boolean;
  /**
   * "proxy": a proxy weakens tags in answers, the server behind it knows the strong ones. "always": nothing but
   * weak tags, which If-Match never matches (RFC 9110 §13.1.1).
   */
  weakETags: "no" | "proxy" | "always";
  /** Members a sync-collection answer holds at most; the rest is announced with a 507 (RFC 6578 §3.6). */
  pageSize: number | null;
  /** Old SabreDAV: a cut answer without a token to go on from. */
  pageWithoutToken: boolean;
  /** How an expired token is refused: the status, always with DAV:valid-sync-token except "400-plain". */
  expiredToken: 403 | 409 | 507 | "400-plain";
  noSyncCollection: boolean;
  noCtag: boolean;
  /** 403 and 409 name the precondition (the latter as Radicale does), 400 says it in prose (SabreDAV), 412 says nothing. */
  duplicateUid: 400 | 403 | 409 | 412 | "accepted";
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
}

export const CORRECT: Misbehaviours = {
  putWithoutETag: false,
  noETags: false,
  weakETags: "no",
  pageSize: null,
  pageWithoutToken: false,
  expiredToken: 403,
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
};

/** What happens to single requests. */
export type Fault =
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
