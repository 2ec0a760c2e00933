/** Listings (PROPFIND Depth 1 and sync-collection) → members of the collection. Pure. */
import type { ResourceName } from "../../shared/brands.ts";
import type { ChangePage, RemoteMember } from "../sync/ports.ts";
import { parseETag } from "../webdav/etag.ts";
import {
  canonicalCollectionUrl,
  resolveHref,
  resourceName,
  withTrailingSlash,
} from "../webdav/href.ts";
import type { DavResponse, Multistatus } from "../webdav/multistatus.ts";
import { dav } from "../webdav/names.ts";
import { isCalendarObject } from "./quirks.ts";

/** What a PROPFIND asks to list members. */
export const MEMBER_PROPERTIES = [
  dav("getetag"),
  dav("getcontenttype"),
  dav("resourcetype"),
] as const;

/**
 * Whether a response is about the collection itself: iCloud and others list it, with the spelling of their choice.
 * @param answerUrl where the answer came from: hrefs are relative to it
 */
export function selfTest(
  answerUrl: string,
  collectionUrl: string,
): (response: DavResponse) => boolean {
  const own = canonicalCollectionUrl(collectionUrl);
  const answering = canonicalCollectionUrl(answerUrl);
  // Ten thousand hrefs are not parsed only to see that each is a member's.
  const folder = own === answering ? new URL(withTrailingSlash(collectionUrl)).pathname : null;
  return ({ href }) => {
    if (folder !== null && href.startsWith(folder) && PLAIN_NAME.test(href.slice(folder.length)))
      return false;
    try {
      const url = canonicalCollectionUrl(resolveHref(href, answerUrl).href);
      return url === own || url === answering;
    } catch {
      return false;
    }
  };
}

/** A last segment that is read alike by everybody: neither `.` nor `..`, and nothing after it. */
const PLAIN_NAME = /^[\w~@+=,-][\w.~@+=,-]*$/;

/**
 * Members by name; the first spelling of a name counts. A member the server shows with an error (403, 500)
 * exists all the same: it is listed without an etag.
 */
export function readMembers(multistatus: Multistatus, collectionUrl: string): RemoteMember[] {
  const members = new Map<ResourceName, RemoteMember>();
  const isSelf = selfTest(multistatus.url, collectionUrl);
  for (const response of multistatus.responses) {
    if (isSelf(response)) continue;
    if (isGone(response.status) || !isCalendarObject(response)) continue;
    const member = memberOf(response);
    if (member.name !== "" && !members.has(member.name)) members.set(member.name, member);
  }
  return [...members.values()];
}

/** True when the server cut a listing short (RFC 6578 §3.6): what is missing from it means nothing. */
export function isTruncated(multistatus: Multistatus, collectionUrl: string): boolean {
  const isSelf = selfTest(multistatus.url, collectionUrl);
  return multistatus.responses.some((response) => response.status === 507 && isSelf(response));
}

export function readChangePage(multistatus: Multistatus, collectionUrl: string): ChangePage {
  const changed = new Map<ResourceName, RemoteMember>();
  const removed = new Set<ResourceName>();
  const isSelf = selfTest(multistatus.url, collectionUrl);
  for (const response of multistatus.responses) {
    if (isSelf(response)) continue;
    const name = resourceName(response.href);
    if (name === "") continue;
    if (isGone(response.status)) {
      if (!changed.has(name)) removed.add(name);
    } else if (isCalendarObject(response)) {
      removed.delete(name);
      changed.set(name, memberOf(response));
    }
  }
  return {
    changed: [...changed.values()],
    removed: [...removed],
    token: multistatus.syncToken as ChangePage["token"],
    more: isTruncated(multistatus, collectionUrl),
  };
}

function memberOf(response: DavResponse): RemoteMember {
  return {
    name: resourceName(response.href),
    href: response.href,
    etag: parseETag(response.propertyText(dav("getetag"))),
  };
}

/**
 * The status of the whole response, never that of a property: Google lists members whose etag it cannot find
 * with a 404 for the property.
 */
function isGone(status: number | null): boolean {
  return status === 404 || status === 410;
}
