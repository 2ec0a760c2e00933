/** Responses found by WebAssembly against the same document read by DOMParser: the same answer, or none. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import {
  type Multistatus,
  parseMultistatus,
  readAsDocument,
  readPlainly,
} from "../../../src/background/webdav/multistatus.ts";
import { caldav, dav, type QName } from "../../../src/background/webdav/names.ts";
import { compileResponses } from "../../../src/background/webdav/responses-engine.ts";
import { parseXmlDocument } from "../../support/dom-parser.ts";
import { runs } from "../../support/fixed-seed.ts";
import { nearly } from "../../support/mutations.ts";

const URL = "https://h.example/c/";
const plainly = (body: string) => readPlainly(body, URL, parseXmlDocument);

const NAMES: readonly QName[] = [
  ...[dav("getetag"), dav("resourcetype"), dav("getcontenttype"), dav("getcontentlength")],
  ...[caldav("calendar-data"), caldav("schedule-tag"), dav("calendar-data"), caldav("getetag")],
  { namespace: "", local: "getetag" },
];

function saidBy({ responses, ...rest }: Multistatus): unknown {
  const said = responses.map((response) => ({
    href: response.href,
    status: response.status,
    preconditions: response.preconditions,
    properties: NAMES.map((name) => [
      response.propertyStatus(name),
      response.propertyText(name),
      response.property(name)?.textContent,
      response.elementsIn(name).map(({ namespaceURI, localName }) => [namespaceURI, localName]),
    ]),
  }));
  return { ...rest, said };
}

/** What is read plainly is what DOMParser reads, and what it does not read is not read plainly. */
function requireSame(body: string): boolean {
  const plain = plainly(body);
  if (plain === null) return false;
  expect(saidBy(plain)).toEqual(saidBy(readAsDocument(body, URL, parseXmlDocument)));
  return true;
}

const data = (text: string) =>
  `<D:response><D:href>/c/a%20b.ics</D:href><D:propstat><D:prop><D:getetag>&quot;1&quot;</D:getetag>` +
  `<C:calendar-data>${text}</C:calendar-data></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>` +
  `<D:propstat><D:prop><C:schedule-tag/></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat></D:response>`;
const multistatus = (inner: string) =>
  `<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">${inner}</D:multistatus>\n`;

const USUAL: Readonly<Record<string, string>> = {
  "a test server's bodies": multistatus(
    data("BEGIN:VCALENDAR\r\nSUMMARY:a &lt;b&gt; &amp;amp; Ü🎉\r\n"),
  ),
  "line ends as references": multistatus(data("BEGIN:VCALENDAR&#13;\nX:&#38;lt;&#x1F389;&#13;\n")),
  "the default namespace, declared anew": `<multistatus xmlns='DAV:'>\n <response xmlns="DAV:"><href> /c/x.ics </href>
   <propstat><prop><calendar-data xmlns="urn:ietf:params:xml:ns:caldav" content-type="text/calendar" version='2.0'>A</calendar-data>
   <getcontentlength>1</getcontentlength></prop></propstat></response></multistatus>`,
  "ElementTree's prefixes": `<ns0:multistatus xmlns:ns0="DAV:" xmlns:ns1="urn:ietf:params:xml:ns:caldav"><ns0:response><ns0:href>/ö</ns0:href><ns0:status>HTTP/1.1 404 Not Found</ns0:status></ns0:response><ns0:sync-token>t &amp; u</ns0:sync-token></ns0:multistatus>`,
  "a listing of itself and a member": multistatus(
    `<D:response><D:href>/c/</D:href><D:propstat><D:prop><D:resourcetype><D:collection/><C:calendar/></D:resourcetype></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>` +
      `<D:response><D:href>/c/1.ics</D:href><D:propstat><D:prop><D:getetag>1</D:getetag><D:resourcetype/><D:getcontenttype>text/calendar; charset=utf-8</D:getcontenttype></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>`,
  ),
  "a refused property that is granted later": multistatus(
    `<D:response><D:href>/c/1</D:href><D:propstat><D:prop><D:getetag>1</D:getetag></D:prop><D:status>HTTP/1.1 403 Forbidden</D:status></D:propstat><D:propstat><D:prop><D:getetag>2</D:getetag></D:prop></D:propstat></D:response>`,
  ),
  "an error and several hrefs": multistatus(
    `<D:response><D:href>/c/1</D:href><D:href>/c/2</D:href><D:status>HTTP/1.1 507 Full</D:status><D:error><D:number-of-matches-within-limits/></D:error></D:response><D:response/>`,
  ),
  "an empty href, and others' elements": multistatus(
    `<D:response><D:href> </D:href></D:response><X xmlns="urn:x"><D:href>/no</D:href></X><D:responsedescription>x</D:responsedescription>`,
  ),
};

test.each(Object.keys(USUAL))("%s: read plainly, and as DOMParser reads it", (name) => {
  expect(requireSame(USUAL[name] ?? "")).toBe(true);
});

test.each([
  ["CDATA", multistatus(data("<![CDATA[BEGIN:VCALENDAR]]>"))],
  ["a comment in a text", multistatus(data("BEGIN:<!-- -->VCALENDAR"))],
  ["a character XML forbids", multistatus(data("a\u0001b"))],
  ["a reference to one", multistatus(data("a&#1;b"))],
  ["an entity of its own", multistatus(data("&nbsp;"))],
  ["]]> in a text", multistatus(data("a]]>b"))],
  [
    "a document type",
    multistatus(data("a")).replace("\n<D:", "<!DOCTYPE x [<!ENTITY y 'z'>]>\n<D:"),
  ],
  ["a prefix that is not bound", multistatus(data("a").replaceAll("C:", "X:"))],
  ["a tag that is not closed", multistatus(data("a")).replace("</D:href>", "")],
  ["an attribute twice", multistatus(data("a")).replace("<D:prop>", '<D:prop a="1" a="2">')],
  ["text behind the end", `${multistatus(data("a"))}x`],
  ["cut off", multistatus(data("a")).slice(0, -8)],
  ["another root", "<a xmlns='DAV:'/>"],
  ["nothing", ""],
])("%s is left to DOMParser", (_name, body) => {
  expect(plainly(body)).toBeNull();
});

const fixtures = path.join(import.meta.dirname, "../../fixtures/multistatus");
const real = readdirSync(fixtures).map((name) => readFileSync(path.join(fixtures, name), "utf8"));

const PIECES = [
  ...[
    "<D:response>",
    "</D:response>",
    "<D:href>/c/x</D:href>",
    "<D:status>HTTP/1.1 200 OK</D:status>",
  ],
  ...[
    "<D:prop/>",
    "<D:propstat>",
    "</D:propstat>",
    "<a/>",
    "<D:a b='c'/>",
    "<C:calendar-data>",
    "&amp;",
    "&",
  ],
  ...[
    "&#13;",
    "&#x41;",
    "&#xD800;",
    "&#0;",
    "]]>",
    "<![CDATA[x]]>",
    "<!-- x -->",
    "<?x y?>",
    "\r\n",
    "\r",
    "\uFFFE",
  ],
  ...[
    ' xmlns="DAV:"',
    ' xmlns:D="urn:x"',
    ' xmlns:C=""',
    " a='<'",
    ' D:a="1"',
    " xml:lang='de'",
    "🎉",
    "ü",
    "<D:",
  ],
  ...[
    "<D:sync-token>",
    "</D:sync-token>",
    "<D:sync-token/>",
    "<D:getetag>2</D:getetag>",
    "/",
    ">",
    '"',
  ],
];

test("of documents that are nearly right it says the same or nothing", () => {
  fc.assert(
    fc.property(nearly([...real, ...Object.values(USUAL)], PIECES), (body) => {
      try {
        readAsDocument(body, URL, parseXmlDocument);
      } catch {
        // What is not to be read is not read plainly either.
        expect(plainly(body)).toBeNull();
        return;
      }
      requireSame(body);
    }),
    { numRuns: runs(300) },
  );
});

const content = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "&amp;",
        "&#13;",
        "&#38;",
        "&lt;",
        "lt;",
        "&#x1f389;",
        "\r\n",
        "\r",
        "\n",
        "]]",
        "&gt;",
      ),
      fc.string({ unit: "grapheme", maxLength: 5 }).map((text) => text.replace(/[&<>]/g, "")),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

test("any text comes as DOMParser gives it", () => {
  fc.assert(
    fc.property(fc.array(content, { minLength: 1, maxLength: 5 }), (texts) => {
      requireSame(multistatus(texts.map(data).join("\n")));
    }),
    { numRuns: runs(300) },
  );
});

test("a large answer is read without a document", () => {
  const body = multistatus(Array.from({ length: 200 }, (_, i) => data(`TEXT ${i}`)).join(""));
  const read = parseMultistatus(body, URL, () => {
    throw new Error("a document was made");
  });
  expect(read.responses.map((response) => response.propertyText(caldav("calendar-data")))).toEqual(
    Array.from({ length: 200 }, (_, i) => `TEXT ${i}`),
  );
});

test("ten thousand responses of the smallest kind, and characters of several bytes", () => {
  const small = Array.from(
    { length: 10_000 },
    (_, i) => `<D:response><D:href>${i}</D:href></D:response>`,
  );
  const read = parseMultistatus(multistatus(small.join("")), URL, parseXmlDocument);
  expect(read.responses).toHaveLength(10_000);
  const body = multistatus(
    Array.from({ length: 100 }, () => data("日本語🎉".repeat(200))).join(""),
  );
  expect(requireSame(body)).toBe(true);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test("an answer that WebAssembly has no memory for is read as a document", () => {
  const body = multistatus(data(`BEGIN:VCALENDAR\r\nX:${"日本語".repeat(2_000_000)}\r\n`));
  const grow = vi.spyOn(WebAssembly.Memory.prototype, "grow").mockImplementation(() => {
    throw new RangeError("out of memory");
  });
  const read = parseMultistatus(body, URL, parseXmlDocument);
  expect(read.responses.map(({ href }) => href)).toEqual(["/c/a%20b.ics"]);
  expect(grow).toHaveBeenCalled();
});

test("the memory of an unusually large answer is given back, and the next one is read as well", () => {
  const finder = compileResponses();
  const { Instance } = WebAssembly;
  let instances = 0;
  class Counted extends Instance {
    constructor(...of: ConstructorParameters<typeof Instance>) {
      super(...of);
      instances++;
    }
  }
  vi.stubGlobal("WebAssembly", { ...WebAssembly, Instance: Counted });
  const small = multistatus(data("BEGIN:VCALENDAR"));
  const large = multistatus(data("日本語".repeat(1_000_000)));
  const found = [small, small, large, small].map((body) => finder.find(body)?.count);
  expect(found).toEqual([2, 2, 2, 2]);
  expect(instances).toBe(2);
});
