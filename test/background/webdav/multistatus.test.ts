import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readCalendars } from "../../../src/background/caldav/collections.ts";
import { readChangePage, readMembers } from "../../../src/background/caldav/members.ts";
import { parseMultistatus, parseStatusLine } from "../../../src/background/webdav/multistatus.ts";
import { caldav, dav } from "../../../src/background/webdav/names.ts";
import { textOf } from "../../../src/background/webdav/xml.ts";
import { parseXmlDocument } from "../../support/dom-parser.ts";

const fixtures = path.join(import.meta.dirname, "../../fixtures/multistatus");
const read = (name: string, url: string) =>
  parseMultistatus(readFileSync(path.join(fixtures, name), "utf8"), url, parseXmlDocument);
const parse = (body: string) => parseMultistatus(body, "https://h.example/c/", parseXmlDocument);

describe("answers in the manner of real servers", () => {
  test("Nextcloud's home: own and shared calendars, no inbox, no bins, no deleted ones", () => {
    const url = "https://cloud.example/remote.php/dav/calendars/anna/";
    const calendars = [...readCalendars(read("nextcloud-home.xml", url)).values()];
    expect(calendars).toMatchObject([
      {
        url: `${url}personal/`,
        displayName: "Persönlich",
        color: "#0082C9",
        readOnly: false,
        components: ["VEVENT", "VTODO"],
        syncToken: "http://sabre.io/ns/sync/421",
        ctag: "http://sabre.io/ns/sync/421",
      },
      // The right to change the calendar's own properties is not the right to change events.
      { url: `${url}team_shared_by_bert/`, readOnly: true, components: ["VEVENT"], ctag: null },
    ]);
  });

  test("Google's changes: escaped names, a member without an etag is no removal", () => {
    const url = "https://apidata.googleusercontent.com/caldav/v2/anna%40example.org/events/";
    const page = readChangePage(read("google-sync-collection.xml", url), url);
    expect(page.changed.map(({ name, etag }) => [name, etag])).toEqual([
      ["abc+def:1@google.com.ics", '"63729212121"'],
      ["no-etag@google.com.ics", null],
    ]);
    expect(page.removed).toEqual(["removed@google.com.ics"]);
    expect(page.token).toMatch(/opaque=token&x$/);
  });

  test("iCloud's changes: the collection lists itself, and every response has a status", () => {
    const url = "https://p12-caldav.icloud.com/1234567/calendars/Home/";
    const page = readChangePage(read("icloud-sync-collection.xml", url), url);
    expect(page.changed.map(({ name }) => name)).toEqual(["0A1B.ics"]);
    expect(page.removed).toEqual(["GONE.ics"]);
    expect(page.token).toBe("HwoQEgwAAA==");
  });

  test("SOGo's listing: unquoted tags, odd names, one broken response, and a picture", () => {
    const url = "https://sogo.example/SOGo/dav/anna/Calendar/personal/";
    const multistatus = read("sogo-listing.xml", url);
    expect(multistatus.malformed).toBe(1);
    expect(readMembers(multistatus, url)).toEqual([
      {
        name: "1F4-5E.ics",
        href: "/SOGo/dav/anna/Calendar/personal/1F4-5E.ics",
        etag: "gcs00000001",
      },
      {
        name: "task=.EML",
        href: "/SOGo/dav/anna/Calendar/personal/task%3D.EML",
        etag: "gcs00000003",
      },
    ]);
  });

  test("RFC 6578 §3.6's truncated answer: there is more, from the token given", () => {
    const url = "http://webdav.example.com/home/cyrusdaboo/";
    const page = readChangePage(read("truncated-sync-collection.xml", url), url);
    expect(page).toMatchObject({ more: true, token: "http://example.com/ns/sync/1233" });
    expect(page.changed.map(({ name }) => name)).toEqual(["test.doc"]);
  });
});

describe("a multistatus", () => {
  test("properties refused and granted in one response are told apart (RFC 4918 §9.1.3)", () => {
    const { responses } = parse(
      `<D:multistatus xmlns:D="DAV:"><D:response><D:href>/c/a</D:href>
       <D:propstat><D:prop><D:displayname>Box</D:displayname></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>
       <D:propstat><D:prop><D:getetag/></D:prop><D:status>HTTP/1.1 403 Forbidden</D:status></D:propstat>
       </D:response></D:multistatus>`,
    );
    expect(textOf(responses[0]?.property(dav("displayname")))).toBe("Box");
    expect(responses[0]?.property(dav("getetag"))).toBeUndefined();
    expect(responses[0]?.propertyStatus(dav("getetag"))).toBe(403);
    expect(responses[0]?.propertyStatus(caldav("calendar-data"))).toBeNull();
  });

  test("one status for several hrefs counts for each (RFC 4918 §14.24)", () => {
    const { responses } = parse(
      '<multistatus xmlns="DAV:"><response><href>/c/a</href><href>/c/b</href><status>HTTP/1.1 404 Not Found</status></response></multistatus>',
    );
    expect(responses.map(({ href, status }) => [href, status])).toEqual([
      ["/c/a", 404],
      ["/c/b", 404],
    ]);
  });

  test("prefixes mean nothing, namespaces do", () => {
    const { responses } = parse(
      '<x:multistatus xmlns:x="DAV:"><x:response><x:href>/c/a</x:href></x:response><response xmlns="urn:other"/></x:multistatus>',
    );
    expect(responses).toHaveLength(1);
  });

  test("blank lines and a byte order mark before the declaration are forgiven", () => {
    expect(parse('\uFEFF\n\n<?xml version="1.0"?><multistatus xmlns="DAV:"/>').responses).toEqual(
      [],
    );
  });

  test("a forbidden character neither spoils the other responses nor goes unnoticed", () => {
    const multistatus = parse(
      '<multistatus xmlns="DAV:"><response><href>/c/a</href></response><response><href>/c/b\u0007</href></response></multistatus>',
    );
    expect(multistatus.responses.map(({ href }) => href)).toEqual(["/c/a", "/c/b\uFFFD"]);
  });

  test.each([
    ["half an answer", '<multistatus xmlns="DAV:"><response><href>/c/a'],
    ["nothing", ""],
    ["another document", '<error xmlns="DAV:"/>'],
    [
      "a document that brings its own entities",
      '<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "b">]><multistatus xmlns="DAV:">&a;</multistatus>',
    ],
  ])("%s is an error, never an empty list", (_, body) => {
    expect(() => parse(body)).toThrow(expect.objectContaining({ code: "protocol" }));
  });

  test.each([
    ["HTTP/1.1 200 OK", 200],
    ["HTTP/2 404", 404],
    ["507", 507],
    ["", null],
    ["OK", null],
  ])("the status line %j reads as %s", (line, status) => {
    expect(parseStatusLine(line)).toBe(status);
  });
});
