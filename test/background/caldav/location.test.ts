import { describe, expect, test } from "vitest";
import { mayFollow, parseLocation } from "../../../src/background/caldav/location.ts";
import { toWire } from "../../../src/shared/errors.ts";

describe("a location leads to", () => {
  test.each([
    ["anna@example.org", ["https://example.org"], "/"],
    ["anna@icloud.com", ["https://caldav.icloud.com"], "/"],
    ["anna@Posteo.de", ["https://posteo.de:8443"], "/"],
    ["cloud.example.org", ["https://cloud.example.org"], "/"],
    [" cloud.example.org:8443/dav ", ["https://cloud.example.org:8443"], "/dav"],
    ["https://cloud.example.org/remote.php/dav", ["https://cloud.example.org"], "/remote.php/dav"],
    ["https://anna@cloud.example.org/", ["https://cloud.example.org"], "/"],
    ["http://nas.lan:5232/anna/", ["http://nas.lan:5232"], "/anna/"],
    ["caldavs://cloud.example.org/x", ["https://cloud.example.org"], "/x"],
    ["caldav://cloud.example.org", ["https://cloud.example.org"], "/"],
    ["caldav://https://cloud.example.org/x", ["https://cloud.example.org"], "/x"],
    ["localhost:5232", ["http://localhost:5232", "https://localhost:5232"], "/"],
    ["caldav://127.0.0.1:5232/", ["http://127.0.0.1:5232", "https://127.0.0.1:5232"], "/"],
    ["https://localhost/", ["https://localhost"], "/"],
  ])("%s", (location, origins, path) => {
    expect(parseLocation(location)).toMatchObject({ origins, path });
  });

  test.each([
    ["anna@example.org", "example.org", false],
    ["anna@icloud.com", null, false],
    ["example.org", "example.org", false],
    ["caldavs://example.org/", "example.org", false],
    ["http://example.org/", "example.org", true],
    ["https://example.org/", "example.org", false],
    ["example.localhost", "example.localhost", true],
    ["https://example.org/dav/", null, false],
    ["example.org:8443", null, false],
    ["localhost", null, true],
    ["127.0.0.1", null, true],
    ["[::1]", null, true],
  ])("%s: records of %s, of servers without encryption too: %s", (location, domain, mayBePlain) => {
    expect(parseLocation(location)).toMatchObject({ domain, mayBePlain });
  });

  test.each(["", "   ", "ftp://h.example/", "two words", "https://", "javascript://x"])(
    "nothing from %j",
    (location) => {
      expect(() => parseLocation(location)).toThrow(
        expect.objectContaining({ code: "bad-location" }),
      );
    },
  );

  test.each([
    "https://anna:secret@cloud.example.org/",
    "anna:secret@cloud.example.org",
    "anna:secret@cloud.example.org/dav",
    "caldav://https://anna:secret@cloud.example.org/",
  ])("nothing from %s: a location is remembered and shown, a password never", (location) => {
    let refusal: unknown;
    try {
      parseLocation(location);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ code: "bad-location" });
    expect(JSON.stringify(toWire(refusal))).not.toContain("secret");
  });

  test.each(["anna@outlook.com", "anna@hotmail.co.uk", "https://outlook.office365.com/"])(
    "no dead end at %s",
    (location) => {
      expect(() => parseLocation(location)).toThrow(
        expect.objectContaining({ code: "unsupported" }),
      );
    },
  );
});

test.each([
  ["https://icloud.com", "https://caldav.icloud.com", true],
  ["https://caldav.icloud.com", "https://p07-caldav.icloud.com:443", true],
  ["https://h.example", "https://h.example:8443", true],
  ["http://h.example", "https://h.example", true],
  ["https://h.example", "http://h.example", false],
  ["https://h.example", "https://evil.example", false],
  ["https://a.co.uk", "https://b.co.uk", false],
  ["https://dav.a.co.uk", "https://cal.a.co.uk", true],
  ["https://h.example", "https://h.example.evil.org", false],
  ["http://127.0.0.1:1", "http://127.0.0.2:1", false],
])("credentials for %s may follow to %s: %s", (from, to, allowed) => {
  expect(mayFollow(from, to)).toBe(allowed);
});
