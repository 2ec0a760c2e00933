/** Bodies of the reports: calendar-multiget, calendar-query (RFC 4791 §7) and sync-collection (RFC 6578 §6.1). Pure. */
import type { Href, SyncToken } from "../../shared/brands.ts";
import { caldav, dav } from "../webdav/names.ts";
import { node, type XmlNode } from "../webdav/xml.ts";

/** RFC 4791 §9.10: the bodies of these members, with the size the server believes them to have. */
export function calendarMultiget(hrefs: readonly Href[]): XmlNode {
  return node(caldav("calendar-multiget"), [
    node(dav("prop"), [
      node(dav("getetag")),
      node(dav("getcontentlength")),
      node(caldav("schedule-tag")),
      node(caldav("calendar-data")),
    ]),
    ...hrefs.map((href) => node(dav("href"), [href])),
  ]);
}

/**
 * RFC 6578 §6.1. No `limit`: some servers answer it with an error at a first sync; they cut by themselves.
 * @param token `null` asks for everything; "omitted" does so for servers that refuse an empty element
 */
export function syncCollection(token: SyncToken | null | "omitted"): XmlNode {
  return node(dav("sync-collection"), [
    ...(token === "omitted" ? [] : [node(dav("sync-token"), token === null ? [] : [token])]),
    node(dav("sync-level"), ["1"]),
    node(dav("prop"), [
      node(dav("getetag")),
      node(dav("getcontenttype")),
      node(dav("resourcetype")),
    ]),
  ]);
}

/** RFC 4791 §7.8: members whose component of this kind has the UID (i;octet: to the letter). */
export function queryByUid(uid: string, component: string): XmlNode {
  const match = node(caldav("text-match"), [uid], { collation: "i;octet" });
  return node(caldav("calendar-query"), [
    node(dav("prop"), [node(dav("getetag"))]),
    node(caldav("filter"), [
      node(
        caldav("comp-filter"),
        [
          node(caldav("comp-filter"), [node(caldav("prop-filter"), [match], { name: "UID" })], {
            name: component,
          }),
        ],
        { name: "VCALENDAR" },
      ),
    ]),
  ]);
}
