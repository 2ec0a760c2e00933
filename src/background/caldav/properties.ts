/**
 * The properties of calendar collections (RFC 4791 §5.2, RFC 3744 §5.5, Apple's and CalendarServer's) → what the
 * engine and the account pages need. Pure.
 */
import { brandAs, type SyncToken } from "../../shared/brands.ts";
import type { CalendarRights } from "../../shared/commands.ts";
import { durationOf } from "../../shared/ical/date-value.ts";
import type { CollectionStatus } from "../sync/ports.ts";
import type { DavResponse } from "../webdav/multistatus.ts";
import { apple, caldav, calendarServer, clark, dav, NAMESPACE } from "../webdav/names.ts";
import { childElements, childrenNamed, firstChildNamed, textOf } from "../webdav/xml.ts";

/** Everything one PROPFIND asks about a collection. */
export const COLLECTION_PROPERTIES = [
  dav("resourcetype"),
  dav("displayname"),
  dav("sync-token"),
  dav("current-user-privilege-set"),
  dav("owner"),
  dav("resource-id"),
  dav("supported-report-set"),
  caldav("supported-calendar-component-set"),
  caldav("calendar-description"),
  caldav("calendar-timezone"),
  caldav("calendar-timezone-id"),
  { namespace: NAMESPACE.nextcloud, local: "owner-displayname" },
  calendarServer("getctag"),
  apple("calendar-color"),
  apple("refreshrate"),
] as const;

/** Without these it cannot be synchronized well; none of them is optional on a calendar server. */
export const NEEDED_PROPERTIES = [
  dav("resourcetype"),
  dav("sync-token"),
  dav("current-user-privilege-set"),
  dav("supported-report-set"),
  calendarServer("getctag"),
] as const;

/** What a collection says about itself; `url` is absolute. */
export interface CalendarDescription extends CollectionStatus {
  readonly url: string;
  readonly description: string;
  readonly rights: CalendarRights;
  /** TZID of its own time zone (RFC 4791 §5.2.2, RFC 7809 §5.2). */
  readonly timeZone: string | null;
  /** True where the server says that somebody else shares it with the user. */
  readonly isShared: boolean;
  /** True where the server says that the user shares it with somebody. */
  readonly isSharedOut: boolean;
  /** How long the server wants to be left alone between two polls, minutes; 0: it does not say. */
  readonly minimumRefreshMinutes: number;
  /** The href of its owner's principal (RFC 3744 §5.1), unresolved. */
  readonly owner: string | null;
  readonly ownerName: string | null;
  /** The same wherever the collection lies, and another one's never (RFC 5842 §3.1). */
  readonly resourceId: string | null;
}

/** @param url of the collection, absolute */
export function describeCalendar(response: DavResponse, url: string): CalendarDescription {
  const owner = response.property(dav("owner"));
  const ownerHref = textOf(owner && firstChildNamed(owner, dav("href"))).trim();
  const name = textOf(
    response.property({ namespace: NAMESPACE.nextcloud, local: "owner-displayname" }),
  );
  const resourceId = response.property(dav("resource-id"));
  const id = textOf(resourceId && firstChildNamed(resourceId, dav("href"))).trim();
  return {
    ...readStatus(response),
    url,
    description: textOf(response.property(caldav("calendar-description"))).trim(),
    rights: readRights(response),
    timeZone: readTimeZone(response),
    isShared: resourceTypes(response).has(clark(calendarServer("shared"))),
    isSharedOut: resourceTypes(response).has(clark(calendarServer("shared-owner"))),
    minimumRefreshMinutes: readRefreshMinutes(response),
    owner: ownerHref === "" ? null : ownerHref,
    ownerName: readableName(name) || null,
    resourceId: id === "" ? null : id,
  };
}

function readTimeZone(response: DavResponse): string | null {
  const id = textOf(response.property(caldav("calendar-timezone-id"))).trim();
  if (id !== "") return id;
  const definition = textOf(response.property(caldav("calendar-timezone")));
  return /^TZID[^:\r\n]*:([^\r\n]+)/m.exec(definition)?.[1]?.trim() ?? null;
}

/** True for a calendar a person keeps events in; false for the home itself, inboxes, outboxes and trash bins. */
export function isCalendar(response: DavResponse): boolean {
  const types = resourceTypes(response);
  const excluded = [
    clark(caldav("schedule-inbox")),
    clark(caldav("schedule-outbox")),
    clark(calendarServer("subscribed")),
    `{${NAMESPACE.nextcloud}}deleted-calendar`,
    `{${NAMESPACE.nextcloud}}trash-bin`,
  ];
  return types.has(clark(caldav("calendar"))) && !excluded.some((type) => types.has(type));
}

export function isCollection(response: DavResponse): boolean {
  return resourceTypes(response).has(clark(dav("collection")));
}

function resourceTypes(response: DavResponse): ReadonlySet<string> {
  const types = response.elementsIn(dav("resourcetype"));
  return new Set(
    types.map(({ namespaceURI, localName }) =>
      clark({ namespace: namespaceURI ?? "", local: localName }),
    ),
  );
}

export function readStatus(response: DavResponse): CollectionStatus {
  const token = textOf(response.property(dav("sync-token"))).trim();
  const ctag = textOf(response.property(calendarServer("getctag"))).trim();
  const displayName = readableName(textOf(response.property(dav("displayname"))));
  return {
    // A server that lists its reports without sync-collection may still show a token that it cannot read.
    syncToken:
      token === "" || supportsSyncCollection(response) === false ? null : brandAs<SyncToken>(token),
    ctag: ctag === "" ? null : ctag,
    displayName: displayName === "" ? null : displayName,
    color: parseColor(textOf(response.property(apple("calendar-color")))),
    readOnly: isReadOnly(response),
    components: readComponents(response),
  };
}

const LONGEST_NAME = 200;

/**
 * A name as one line that shows what it is: it stands in lists, notifications and menus, where line breaks and
 * controls of direction would make other text look different.
 */
function readableName(text: string): string {
  const line = text
    .replace(/[\u202A-\u202E\u2066-\u2069]/g, "")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  return [...line].slice(0, LONGEST_NAME).join("");
}

const MINUTE_MS = 60_000;
const LONGEST_REFRESH_MINUTES = 7 * 24 * 60;

/** Apple's refreshrate, a DURATION (RFC 5545 §3.3.6). A week at most: more is a mistake. */
function readRefreshMinutes(response: DavResponse): number {
  const length = durationOf(textOf(response.property(apple("refreshrate"))));
  if (length === null || length <= 0) return 0;
  return Math.min(Math.ceil(length / MINUTE_MS), LONGEST_REFRESH_MINUTES);
}

/** `null`: the server does not say. */
function supportsSyncCollection(response: DavResponse): boolean | null {
  const set = response.property(dav("supported-report-set"));
  if (!set) return null;
  const reports = childrenNamed(set, dav("supported-report")).flatMap((supported) =>
    childrenNamed(supported, dav("report")),
  );
  if (reports.length === 0) return null;
  return reports.some((report) => firstChildNamed(report, dav("sync-collection")) !== undefined);
}

/** RFC 4791 §5.2.3: without the property every component is accepted. */
function readComponents(response: DavResponse): string[] {
  const set = response.property(caldav("supported-calendar-component-set"));
  const names = set
    ? childrenNamed(set, caldav("comp")).map((comp) =>
        (comp.getAttribute("name") ?? "").trim().toUpperCase(),
      )
    : [];
  const known = names.filter((name) => name !== "");
  return known.length === 0 ? ["VEVENT", "VTODO", "VJOURNAL"] : known;
}

const EVERYTHING: CalendarRights = { add: true, change: true, remove: true };

/**
 * What may be done with the items (RFC 3744 §3.5, §3.9, §3.10); `write-properties` is about the calendar's own name.
 * Unknown rights count as there: the server has the last word at the first PUT.
 */
function readRights(response: DavResponse): CalendarRights {
  const set = response.property(dav("current-user-privilege-set"));
  if (!set) return EVERYTHING;
  const privileges = new Set(
    childrenNamed(set, dav("privilege")).flatMap((privilege) =>
      [...childElements(privilege)].map(({ namespaceURI, localName }) =>
        clark({ namespace: namespaceURI ?? "", local: localName }),
      ),
    ),
  );
  if (privileges.size === 0) return EVERYTHING;
  const has = (name: string): boolean =>
    ["all", "write", name].some((each) => privileges.has(clark(dav(each))));
  return { add: has("bind"), change: has("write-content"), remove: has("unbind") };
}

function isReadOnly(response: DavResponse): boolean {
  const { add, change } = readRights(response);
  return !add && !change;
}

/** `#RRGGBB`; Apple's alpha channel is dropped, anything else than hex digits is no colour. */
export function parseColor(value: string): string | null {
  const digits = /^#?([0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(value.trim())?.[1];
  if (digits === undefined) return null;
  const full = digits.length === 3 ? digits.replace(/./g, "$&$&") : digits.slice(0, 6);
  return `#${full.toUpperCase()}`;
}
