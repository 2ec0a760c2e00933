/** CALDAV:schedule-response (RFC 6638 §10.1): what the outbox answers about each recipient. Pure. */
import { decodeBody } from "../transport/body-text.ts";
import { caldav, dav } from "../webdav/names.ts";
import {
  childrenNamed,
  firstChildNamed,
  parseXml,
  platformXmlParser,
  textOf,
  type XmlParser,
} from "../webdav/xml.ts";
import { type BusyInterval, type FreeBusyQuestion, readFreeBusy } from "./free-busy-text.ts";

/**
 * @returns the recipient's times within the asked range; `null` where the server knows nothing of them
 * @throws AppError "protocol" for what is no XML
 */
export function readScheduleResponse(
  bytes: Uint8Array,
  { attendee, start, end }: FreeBusyQuestion,
  parse: XmlParser = platformXmlParser,
): readonly BusyInterval[] | null {
  const root = parseXml(decodeBody(bytes, "application/xml; charset=utf-8"), parse);
  for (const response of childrenNamed(root, caldav("response"))) {
    const recipient = firstChildNamed(response, caldav("recipient"));
    const href = recipient && (firstChildNamed(recipient, dav("href")) ?? recipient);
    if (plain(textOf(href)) !== plain(attendee)) continue;
    const status = textOf(firstChildNamed(response, caldav("request-status"))).trim();
    const data = firstChildNamed(response, caldav("calendar-data"));
    // RFC 5546 §3.6: 1 and 2 are success, all others tell of what went wrong.
    if (data === undefined || /^[3-9]/.test(status)) return null;
    return readFreeBusy(textOf(data)).filter((each) => each.start < end && each.end > start);
  }
  return null;
}

function plain(address: string): string {
  return address
    .trim()
    .replace(/^mailto:/i, "")
    .toLowerCase();
}
