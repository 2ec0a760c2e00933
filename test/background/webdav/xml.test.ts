import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { looksLikeHtml } from "../../../src/background/webdav/dav-client.ts";
import { caldav, dav } from "../../../src/background/webdav/names.ts";
import { parsePreconditions } from "../../../src/background/webdav/preconditions.ts";
import { node, parseXml, writeXml } from "../../../src/background/webdav/xml.ts";
import { parseXmlDocument } from "../../support/dom-parser.ts";

/** With everything that a writer could forget to escape. */
const xmlText = fc
  .array(
    fc.oneof(
      fc.constantFrom("\r", "\n", "\t", "&", "<", ">", '"', "'", "]]>", "&amp;", " "),
      fc.string({ unit: "grapheme", maxLength: 4 }),
    ),
  )
  .map((parts) => parts.join(""));

property.prop([xmlText, xmlText])(
  "text and attributes survive writing and reading",
  (text, attribute) => {
    const document = writeXml(node(dav("href"), [text], { name: attribute }));
    const root = parseXml(document, parseXmlDocument);
    expect(root.textContent).toBe(text);
    expect(root.getAttribute("name")).toBe(attribute);
  },
);

test("a request names its namespaces", () => {
  const root = parseXml(
    writeXml(
      node(dav("prop"), [node(caldav("calendar-data")), node({ namespace: "urn:x", local: "y" })]),
    ),
    parseXmlDocument,
  );
  const children = [...root.children].map(({ namespaceURI, localName }) => [
    namespaceURI,
    localName,
  ]);
  expect(children).toEqual([
    ["urn:ietf:params:xml:ns:caldav", "calendar-data"],
    ["urn:x", "y"],
  ]);
});

test.each([
  [
    "RFC 4791 §5.3.2.1's href",
    '<D:error xmlns:D="DAV:"><C:no-uid-conflict xmlns:C="urn:ietf:params:xml:ns:caldav"><D:href>/c/a.ics</D:href></C:no-uid-conflict></D:error>',
    ["{urn:ietf:params:xml:ns:caldav}no-uid-conflict"],
    "/c/a.ics",
    false,
  ],
  [
    "RFC 6578 §3.2",
    '<?xml version="1.0"?>\n<error xmlns="DAV:"><valid-sync-token/></error>',
    ["{DAV:}valid-sync-token"],
    null,
    false,
  ],
  ["an empty error", '<D:error xmlns:D="DAV:"/>', [], null, true],
  ["an HTML error page", "<html><body>error<br></body></html>", [], null, false],
  ["prose", "internal error", [], null, false],
])("preconditions of %s", (_, body, names, href, empty) => {
  const preconditions = parsePreconditions(body, parseXmlDocument);
  expect([...preconditions.names]).toEqual(names);
  expect(preconditions).toMatchObject({ href, empty });
});

test.each([
  ["at the start", "<!DOCTYPE x><x/>"],
  ["behind a declaration and a comment", '<?xml version="1.0"?>\n<!-- > -->\n<!DOCTYPE x><x/>'],
  ["behind an instruction that holds a bracket", "<?x a>b?><!DOCTYPE x><x/>"],
])("a document type of the server's own is refused %s", (_, body) => {
  expect(() => parseXml(body, parseXmlDocument)).toThrow(
    expect.objectContaining({ code: "protocol" }),
  );
});

test("an answer made of comments is read in no time", () => {
  const comments = "<!---->".repeat(100_000);
  expect(looksLikeHtml(`${comments}x`)).toBe(false);
  expect(looksLikeHtml(`${"<!---->".repeat(100)}<html>`)).toBe(true);
  expect(parseXml(`${comments}<D:x xmlns:D="DAV:"/>`, parseXmlDocument).localName).toBe("x");
});
