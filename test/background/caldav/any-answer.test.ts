/** Whatever a server answers, byte by byte and header by header: each question ends, and fails only in words. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { test } from "vitest";
import { CalendarCollection } from "../../../src/background/caldav/calendar-collection.ts";
import { withAuthentication } from "../../../src/background/transport/authentication.ts";
import { brandAs, type ETag, type Href, type SyncToken } from "../../../src/shared/brands.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { parseXmlDocument } from "../../support/dom-parser.ts";
import { runs } from "../../support/fixed-seed.ts";
import { nearly } from "../../support/mutations.ts";
import { asName, IMPATIENT } from "../../support/remote-calendar.ts";
import { sampleEvent } from "../../support/sample-objects.ts";

const folder = path.join(import.meta.dirname, "../../fixtures/multistatus");
const answers = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), "utf8"));
const multiget = `<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><response><href>/c/a.ics</href><propstat><prop><getetag>"1"</getetag><getcontentlength>500</getcontentlength><C:calendar-data>${sampleEvent("a").replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</C:calendar-data></prop><status>HTTP/1.1 200 OK</status></propstat></response><sync-token>x</sync-token></multistatus>`;

const body = nearly(
  [...answers, multiget, sampleEvent("a"), '<error xmlns="DAV:"><valid-sync-token/></error>', ""],
  [
    ...[
      "<",
      "&",
      "]]>",
      "<!DOCTYPE x>",
      "&#0;",
      "&x;",
      "\uFEFF",
      "\0",
      "%",
      "%zz",
      "//",
      "http://[",
    ],
    ...["<response>", "</response>", "<status>507</status>", "<href/>", "<href>http://[</href>"],
    ...["<sync-token>y</sync-token>", "<propstat/>", "BEGIN:VEVENT\r\n", "UID:\r\n", "urn:x:y.ics"],
  ],
);
const value = fc.oneof(
  fc.constantFrom(
    "",
    '"',
    'W/"',
    '"1"',
    "-1",
    "1e99",
    "0x10",
    "NaN",
    "Thu, 99 Foo 9999 99:99:99 GMT",
  ),
  fc.constantFrom("http://[", "//x", "/c/b%.ics", "text/xml; charset=", 'x; charset="', "utf-7"),
  fc.constantFrom(
    "Digest",
    'Digest realm="',
    "Basic, Digest nonce=,qop",
    'Digest nonce="a",qop="auth,,"',
  ),
  fc.string({ unit: fc.constantFrom(...'"\\,;=/ \tWabc0\u00ff') }),
);
const answer = fc.record({
  status: fc.oneof(
    fc.constantFrom(
      200,
      201,
      204,
      207,
      207,
      207,
      400,
      401,
      403,
      404,
      409,
      412,
      423,
      429,
      500,
      503,
      507,
    ),
    fc.integer({ min: 200, max: 599 }),
  ),
  bytes: fc.oneof(
    body.map((text) => new TextEncoder().encode(text)),
    body.map((text) => new Uint8Array(Buffer.from(text, "latin1"))),
    fc.uint8Array({ maxLength: 200 }),
  ),
  headers: fc.dictionary(
    fc.constantFrom(
      "etag",
      "schedule-tag",
      "retry-after",
      "date",
      "location",
      "content-type",
      "www-authenticate",
    ),
    value,
    { noNullPrototype: true },
  ),
});
type Answer = typeof answer extends fc.Arbitrary<infer T> ? T : never;

function serverOf(given: readonly Answer[]): CalendarCollection {
  let next = 0;
  const transport = {
    send: async ({ url }: { url: string }) => {
      const one = given[next++ % given.length] as Answer;
      return {
        status: one.status,
        headers: new Headers(one.headers),
        url,
        redirected: false,
        bytes: one.bytes,
      };
    },
  };
  const origins = new Set(["https://dav.example"]);
  return new CalendarCollection({
    url: "https://dav.example/c/",
    transport: withAuthentication(transport, { origins, username: "a", password: "b" }),
    parseXml: parseXmlDocument,
    retry: IMPATIENT,
  });
}

const QUESTIONS: readonly ((
  remote: CalendarCollection,
  signal: AbortSignal,
) => Promise<unknown>)[] = [
  (remote, signal) => remote.status(signal),
  (remote, signal) => remote.changesSince(null, signal),
  (remote, signal) => remote.changesSince(brandAs<SyncToken>("t"), signal),
  (remote, signal) => remote.findByUid("a", signal),
  async (remote, signal) => {
    const members = await remote.list(signal);
    await remote.fetchBodies(members.slice(0, 12), async () => {}, signal);
  },
  (remote, signal) => remote.fetchOne({ name: asName("a.ics"), href: null }, signal),
  (remote, signal) =>
    remote.put({ name: asName("a.ics"), href: null }, sampleEvent("a"), "create", signal),
  async (remote, signal) => {
    const [member] = await remote.list(signal);
    const target = { name: asName("a.ics"), href: member?.href ?? brandAs<Href>("/c/a.ics") };
    const precondition = { etag: member?.etag ?? brandAs<ETag>('"1"'), scheduleTag: null };
    const written = await remote.put(target, sampleEvent("a"), precondition, signal);
    if (written.kind === "done")
      await remote.remove(target, { ...precondition, ...written }, signal);
  },
];

test("each question ends, and fails only with a code that is no bug", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(answer, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(...QUESTIONS),
      async (given, question) => {
        try {
          await question(serverOf(given), AbortSignal.timeout(30_000));
        } catch (error) {
          if (error instanceof AppError && error.code !== "bug" && error.code !== "aborted") return;
          throw error;
        }
      },
    ),
    { numRuns: runs(400) },
  );
});
