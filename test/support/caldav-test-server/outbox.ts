/** The schedule outbox of the test server (RFC 6638 §5): says when people are busy, as a test has told it. */
import type { DavAnswer } from "./dav-semantics.ts";
import { escapeXml } from "./multistatus-writer.ts";

/** The collection's name in the calendar home. */
export const OUTBOX = "outbox";

export function answerOutbox(text: string, busy: Readonly<Record<string, string>>): DavAnswer {
  if (!/^METHOD:REQUEST\r$/m.test(text) || !text.includes("BEGIN:VFREEBUSY\r\n")) {
    return { status: 400 };
  }
  const recipients = [...text.matchAll(/^ATTENDEE[^:]*:mailto:(.+)\r$/gim)];
  const responses = recipients.map(([, address = ""]) => {
    const periods = busy[address.toLowerCase()];
    const status = periods === undefined ? "3.7;Invalid calendar user" : "2.0;Success";
    const data =
      periods === undefined
        ? ""
        : `<C:calendar-data>${escapeXml(answerText(address, periods))}</C:calendar-data>`;
    return (
      `<C:response><C:recipient><D:href>mailto:${escapeXml(address)}</D:href></C:recipient>` +
      `<C:request-status>${status}</C:request-status>${data}</C:response>`
    );
  });
  return {
    status: 200,
    headers: { "Content-Type": "application/xml; charset=utf-8" },
    body: `<C:schedule-response xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">${responses.join("")}</C:schedule-response>`,
  };
}

function answerText(address: string, periods: string): string {
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//test//EN",
    "METHOD:REPLY",
    "BEGIN:VFREEBUSY",
    `ATTENDEE:mailto:${address}`,
    `FREEBUSY:${periods}`,
    "END:VFREEBUSY",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}
