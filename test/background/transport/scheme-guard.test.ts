import { expect, test } from "vitest";
import { decodeBody } from "../../../src/background/transport/body-text.ts";
import {
  isInsecureUrl,
  refuseDowngrade,
  schemeSafety,
} from "../../../src/background/transport/scheme-guard.ts";
import { isPlainHttp } from "../../../src/options/accounts/plain-http.ts";

test.each([
  ["https://dav.example/", "secure"],
  ["http://127.0.0.1:5232/", "loopback"],
  ["http://127.8.9.1/", "loopback"],
  ["http://localhost:8080/", "loopback"],
  ["http://radicale.localhost/", "loopback"],
  ["http://[::1]:5232/", "loopback"],
  ["http://192.168.1.2/", "insecure"],
  ["http://localhost.example.com/", "insecure"],
  ["http://127.0.0.1.example.com/", "insecure"],
  ["http://dav.example/", "insecure"],
])("%s is %s", (url, safety) => {
  expect(schemeSafety(url)).toBe(safety);
});

test.each(["ftp://h.example/", "javascript:1", "file:///etc/passwd", "no url"])(
  "%s is refused",
  (url) => {
    expect(() => schemeSafety(url)).toThrow(expect.objectContaining({ code: "bad-location" }));
  },
);

test.each([
  ["http://dav.example/", true],
  ["caldav://http://dav.example/", true],
  [" CalDAVs://HTTP://dav.example/", true],
  ["caldav://https://dav.example/", false],
  ["caldav://dav.example/", false],
  ["http://127.0.0.1:5232/", false],
  ["dav.example", false],
])("what is typed as %j sends the password unencrypted: %s", (text, insecure) => {
  expect(isInsecureUrl(text)).toBe(insecure);
  expect(isPlainHttp(text)).toBe(insecure);
});

test("from https to http is refused, from http to https is not", () => {
  expect(() => refuseDowngrade("https://h.example/", "http://h.example/")).toThrow(
    expect.objectContaining({ code: "insecure-location" }),
  );
  expect(() => refuseDowngrade("http://h.example/", "https://h.example/")).not.toThrow();
});

const bytes = (...values: number[]) => new Uint8Array(values);

test.each([
  ["UTF-8 without a charset", bytes(0xc3, 0xa4), "text/calendar", "ä"],
  ["the charset it declares", bytes(0xe4), "text/calendar; charset=iso-8859-1", "ä"],
  ["a quoted charset", bytes(0xe4), 'text/calendar; charset="ISO-8859-1"', "ä"],
  ["UTF-8 under a charset nobody knows", bytes(0xc3, 0xa4), "text/calendar; charset=x-none", "ä"],
  ["UTF-8 that claims to be Latin-1", bytes(0xc3, 0xa4), "text/calendar; charset=iso-8859-1", "ä"],
  ["UTF-8 as text/xml of old", bytes(0xc3, 0xa4), "text/xml; charset=us-ascii", "ä"],
  ["UTF-16 that says so", bytes(0xe4, 0x00), "text/xml; charset=utf-16le", "ä"],
  ["Latin-1 that claims to be UTF-8", bytes(0x61, 0xe4), "text/calendar; charset=utf-8", "aä"],
  ["a byte order mark, which stays", bytes(0xef, 0xbb, 0xbf, 0x61), null, "\uFEFFa"],
])("a body is read as %s", (_, body, contentType, expected) => {
  expect(decodeBody(body, contentType)).toBe(expected);
});

test("no two bodies become the same text, however broken they are", () => {
  const texts = new Set(
    Array.from({ length: 256 }, (_, value) => decodeBody(bytes(0xff, value), null)),
  );
  expect(texts.size).toBe(256);
});
