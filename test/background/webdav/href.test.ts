import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import {
  canonicalCollectionUrl,
  hrefOf,
  memberUrl,
  resolveHref,
  resourceName,
} from "../../../src/background/webdav/href.ts";
import { brandAs, type ResourceName } from "../../../src/shared/brands.ts";

const BASE = "https://dav.example.com/cal/anna@example.com/home/";

describe("an href resolves against the answer it came in", () => {
  test.each([
    ["an absolute path", "/cal/x/a.ics", "https://dav.example.com/cal/x/a.ics"],
    ["a whole URL", "https://dav.example.com/cal/x/a.ics", "https://dav.example.com/cal/x/a.ics"],
    ["a name alone", "a.ics", `${BASE}a.ics`],
    ["a name with a colon", "urn:uuid:1.ics", `${BASE}urn:uuid:1.ics`],
    [
      "the server's inner name",
      "http://10.0.0.7:8080/cal/a.ics",
      "https://dav.example.com/cal/a.ics",
    ],
    ["an unescaped space", "/cal/a b.ics", "https://dav.example.com/cal/a%20b.ics"],
    ["an unescaped hash", "/cal/a#1.ics", "https://dav.example.com/cal/a%231.ics"],
    ["surrounding line ends", "\n  /cal/a.ics\n", "https://dav.example.com/cal/a.ics"],
    ["a network path", "//evil.example/a.ics", `${BASE}evil.example/a.ics`],
    [
      "a network path inside another server's URL",
      "https://10.0.0.7//evil.example/a.ics",
      "https://dav.example.com//evil.example/a.ics",
    ],
    [
      "a URL with credentials",
      "https://u:p@dav.example.com/a.ics",
      "https://dav.example.com/a.ics",
    ],
  ])("%s", (_, href, url) => {
    expect(resolveHref(href, BASE).href).toBe(url);
  });
});

test("an href that is no address is refused in words", () => {
  expect(() => resolveHref("https://[nowhere/a.ics", BASE)).toThrow(
    expect.objectContaining({ code: "protocol" }),
  );
});

describe("a resource's name is the same for every spelling of its href", () => {
  test.each([
    [
      "a@b c.ics",
      ["/c/a@b%20c.ics", "/c/a%40b%20c.ics", "https://h/c/a%40b%20c.ics", "a%40b%20c.ics"],
    ],
    ["ä.ics", ["/c/%C3%A4.ics", "/c/%c3%a4.ics", "/c/ä.ics"]],
    ["a+b.ics", ["/c/a+b.ics", "/c/a%2Bb.ics"]],
    ["a/b.ics", ["/c/a%2Fb.ics", "/c/a%2fb.ics"]],
    ["100%.ics", ["/c/100%25.ics", "/c/100%.ics"]],
    ["=.EML", ["/c/%3D.EML"]],
    ["%3D.EML", ["/c/%253D.EML"]],
    ["folder", ["/c/folder/", "/c/folder"]],
    ["", ["/", "https://h"]],
  ])("%j", (name, hrefs) => {
    expect(new Set(hrefs.map(resourceName))).toEqual(new Set([name]));
  });

  test("bytes that are no UTF-8 do not become one name", () => {
    expect(resourceName("/c/%E4.ics")).not.toBe(resourceName("/c/%F6.ics"));
    expect(resourceName("/c/%e4.ics")).toBe(resourceName("/c/%E4.ics"));
  });
});

test.each([".", ".."])("a member named %j stays inside its collection", (name) => {
  const url = memberUrl(BASE, brandAs<ResourceName>(name));
  expect(url.startsWith(BASE)).toBe(true);
  expect(url.length).toBeGreaterThan(BASE.length);
});

// No URL has a segment "." or "..".
const memberName = fc
  .string({ unit: "grapheme", minLength: 1 })
  .filter((text) => text !== "." && text !== "..");

property.prop([memberName])("a name given to a new member comes back from its href", (text) => {
  const name = brandAs<ResourceName>(text);
  const url = memberUrl(BASE, name);
  expect(url.startsWith(BASE)).toBe(true);
  expect(resourceName(hrefOf(url))).toBe(name);
});

test.each([
  ["with and without the slash", "https://h.example/c/a", "https://h.example/c/a/"],
  ["escaped or not", "https://h.example/c/a%40b/", "https://h.example/c/a@b/"],
  ["in either case of hex digits", "https://h.example/c/%c3%a4/", "https://h.example/c/ä/"],
  ["with the default port", "https://h.example:443/c/", "https://H.example/c/"],
])("a collection's URL %s is one key", (_, one, other) => {
  expect(canonicalCollectionUrl(one)).toBe(canonicalCollectionUrl(other));
});

test("an escaped slash does not make two collections one", () => {
  expect(canonicalCollectionUrl("https://h.example/a%2Fb/")).not.toBe(
    canonicalCollectionUrl("https://h.example/a/b/"),
  );
});
