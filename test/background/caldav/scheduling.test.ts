import { describe, expect, test } from "vitest";
import { freeBusyRequest, readFreeBusy } from "../../../src/background/caldav/free-busy-text.ts";
import { SchedulingServer } from "../../../src/background/caldav/scheduling.ts";
import type { HttpRequest } from "../../../src/background/transport/transport.ts";
import { parseXmlDocument } from "../../support/dom-parser.ts";

const HOST = "https://dav.example.org";
const PRINCIPAL = `${HOST}/principals/ada/`;
const HOME = `${HOST}/calendars/ada/`;
const OUTBOX = `${HOST}/calendars/ada/outbox/`;
const { signal } = new AbortController();
const day = Date.UTC(2026, 5, 10);
const question = {
  originator: "ada@example.org",
  attendee: "Bob@Example.org",
  start: day,
  end: day + 24 * 3_600_000,
};

/** Answers each request by its method. */
function server(answers: Record<string, { status?: number; dav?: string; body?: string }>) {
  const requests: HttpRequest[] = [];
  const scheduling = new SchedulingServer({
    transport: {
      async send(request) {
        requests.push(request);
        const { status = 200, dav = "", body = "" } = answers[request.method] ?? { status: 500 };
        return {
          status,
          headers: { get: (name: string) => (name.toLowerCase() === "dav" ? dav : null) },
          url: request.url,
          redirected: false,
          bytes: new TextEncoder().encode(body),
        };
      },
    },
    parseXml: parseXmlDocument,
    now: () => day,
    newId: () => "id1",
  });
  return { scheduling, requests };
}

const principal = (properties: string) =>
  `<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:response><D:href>/principals/ada/</D:href>
   <D:propstat><D:prop>${properties}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>`;

describe("what a server does with invitations", () => {
  test("is read from its features and the principal's properties", async () => {
    const { scheduling } = server({
      PROPFIND: {
        status: 207,
        body: principal(
          `<C:calendar-user-address-set><D:href>/principals/ada/</D:href><D:href>urn:uuid:1-2</D:href>
           <D:href>MAILTO:Ada@Example.org</D:href><D:href preferred="1">mailto:ada%2Bwork@example.org</D:href>
           </C:calendar-user-address-set>
           <C:schedule-outbox-URL><D:href>http://dav.example.org/calendars/ada/outbox/</D:href></C:schedule-outbox-URL>`,
        ),
      },
      OPTIONS: { dav: "1, 3, Calendar-Auto-Schedule, calendar-access" },
    });
    expect(await scheduling.look(PRINCIPAL, HOME, signal)).toEqual({
      autoSchedule: true,
      addresses: ["ada+work@example.org", "Ada@Example.org"],
      outbox: OUTBOX,
    });
  });

  test("is nothing where it announces only the outbox's older kind, or nothing", async () => {
    const { scheduling } = server({
      PROPFIND: { status: 207, body: principal("") },
      OPTIONS: { dav: "1, calendar-access, calendar-schedule" },
    });
    expect(await scheduling.look(PRINCIPAL, HOME, signal)).toEqual({
      autoSchedule: false,
      addresses: [],
      outbox: null,
    });
  });
});

describe("when a person is free", () => {
  const answer = (recipient: string, status: string, periods = "") =>
    `<C:schedule-response xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><C:response>
     <C:recipient><D:href>${recipient}</D:href></C:recipient><C:request-status>${status}</C:request-status>
     ${periods && `<C:calendar-data>BEGIN:VCALENDAR\nBEGIN:VFREEBUSY\n${periods}\nEND:VFREEBUSY\nEND:VCALENDAR\n</C:calendar-data>`}
     </C:response></C:schedule-response>`;

  test("is asked by the user's own address, and read for this person only", async () => {
    const { scheduling, requests } = server({
      POST: {
        body: answer(
          "mailto:bob@example.org",
          "2.0;Success",
          "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260610T090000Z/PT1H30M,20260610T140000Z/20260610T150000Z\nFREEBUSY:20260509T100000Z/PT1H",
        ),
      },
    });
    expect(await scheduling.freeBusy(OUTBOX, question, signal)).toEqual([
      { start: day + 9 * 3_600_000, end: day + 10.5 * 3_600_000, type: "tentative" },
      { start: day + 14 * 3_600_000, end: day + 15 * 3_600_000, type: "tentative" },
    ]);
    const [request] = requests;
    expect(request).toMatchObject({ method: "POST", url: OUTBOX });
    expect(request?.body).toContain("\r\nORGANIZER:mailto:ada@example.org\r\n");
    expect(request?.body).toContain("\r\nATTENDEE:mailto:Bob@Example.org\r\n");
    expect(request?.body).toContain("\r\nDTSTART:20260610T000000Z\r\nDTEND:20260611T000000Z\r\n");
  });

  test("is unknown for people of other servers", async () => {
    const { scheduling } = server({
      POST: { body: answer("mailto:bob@example.org", "3.7;Invalid calendar user") },
    });
    expect(await scheduling.freeBusy(OUTBOX, question, signal)).toBe(null);
    const other = server({
      POST: { body: answer("mailto:eve@example.org", "2.0;Success", "X:1") },
    });
    expect(await other.scheduling.freeBusy(OUTBOX, question, signal)).toBe(null);
  });

  test("a refused question ends in an error, not in 'free'", async () => {
    const { scheduling } = server({ POST: { status: 403 } });
    await expect(scheduling.freeBusy(OUTBOX, question, signal)).rejects.toMatchObject({
      code: "http",
    });
  });

  test("no line of a request comes from an address", () => {
    const text = freeBusyRequest({ ...question, attendee: "a@b\r\nX-EVIL:1" }, "id", day);
    expect(text).not.toMatch(/^X-EVIL/m);
  });

  test("periods that end before they begin, without a zone or of nonsense are left out", () => {
    expect(
      readFreeBusy(
        "FREEBUSY:20260610T100000Z/20260610T090000Z,20260610T100000/PT1H,,x/y,20260610T100000Z/-PT1H\r\nFREEBUSY;FBTYPE=X-NEW:20260610T1000\r\n 00Z/PT1H",
      ),
    ).toEqual([{ start: day + 10 * 3_600_000, end: day + 11 * 3_600_000, type: "busy" }]);
  });
});
