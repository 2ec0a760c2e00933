/**
 * Named deviations of servers, each as one question that the code asks where it matters. A deviation leaves this
 * file together with the last server that has it. Pure.
 */
import type { DavResponse } from "../webdav/multistatus.ts";
import { dav } from "../webdav/names.ts";
import { isCollection } from "./properties.ts";

/**
 * Google (CalDAV v2) honours If-Match only: a create with If-None-Match overwrites. It must look first.
 * https://developers.google.com/workspace/calendar/caldav/v2/guide
 */
export function ignoresIfNoneMatch(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "apidata.googleusercontent.com" || hostname.endsWith(".google.com");
}

/**
 * A member that is a calendar object, whatever its name: Kerio uses .eml, others no suffix at all, SmarterMail the
 * type text/vtodo, and many servers leave the type out. Only what clearly is something else is left out.
 */
export function isCalendarObject(response: DavResponse): boolean {
  if (isCollection(response)) return false;
  const type = response.propertyText(dav("getcontenttype"))?.split(";")[0]?.trim().toLowerCase();
  if (!type || /\.ics\/?$/i.test(response.href)) return true;
  return !/^(?:image|audio|video|font)\/|^text\/(?:html|css|vcard|x-vcard)$|^application\/(?:pdf|zip|javascript)$/.test(
    type,
  );
}

/**
 * SabreDAV's UID collision has no precondition element: 400 with a sentence ("… object with uid already exists
 * in this calendar collection"); others answer 409 with one.
 */
export function speaksOfUidConflict(excerpt: string): boolean {
  return /\buid\b/i.test(excerpt) && /already|exist|conflict|duplicate|in use/i.test(excerpt);
}
