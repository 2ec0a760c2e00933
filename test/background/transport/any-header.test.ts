/** Headers are what a stranger wrote: whatever is in them, they are read to the end, and what goes out can be sent. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeBody } from "../../../src/background/transport/body-text.ts";
import { parseChallenges } from "../../../src/background/transport/challenges.ts";
import {
  chooseDigest,
  digestAuthorization,
} from "../../../src/background/transport/digest-auth.ts";
import {
  LONGEST_STATED_WAIT_MS,
  parseRetryAfter,
} from "../../../src/background/transport/retry-after.ts";
import {
  parseETag,
  parseScheduleTag,
  preconditionHeaders,
  strengthen,
} from "../../../src/background/webdav/etag.ts";
import { runs } from "../../support/fixed-seed.ts";
import { nearly } from "../../support/mutations.ts";

const config = { numRuns: runs(500) };

test("challenges: what can be answered is answered with a header that can be sent", () => {
  const header = nearly(
    [
      'Digest realm="a", nonce="b", qop="auth,auth-int", algorithm=SHA-256-sess, opaque="c"',
      'X-MobileMe-AuthToken realm="MMCalDav", Basic realm="MMCalDav"',
      'Negotiate, NTLM abc==, Basic realm="\\"", charset="UTF-8"',
    ],
    ['"', "\\", ",", "=", " ", ", Digest ", "nonce=", "stale=TRUE", "algorithm=MD5", "\t"],
  );
  fc.assert(
    fc.property(header, fc.string({ unit: "binary" }), fc.string(), (value, username, password) => {
      const challenge = chooseDigest(parseChallenges(value));
      if (challenge === null) return;
      const request = { method: "PUT", uri: "/a", username, password, count: 1, cnonce: "d" };
      const answer = digestAuthorization(challenge, request);
      expect(answer.startsWith("Digest ")).toBe(true);
    }),
    config,
  );
});

test("Retry-After: nothing, or a wait within the limit", () => {
  const value = nearly(
    ["120", "Wed, 21 Oct 2026 07:28:00 GMT", "-1", "1e999", "0.5"],
    ["0", "9", "-", "e", ".", " ", "GMT", "Oct"],
  );
  fc.assert(
    fc.property(value, fc.option(value), fc.integer(), (header, date, now) => {
      const wait = parseRetryAfter(header, date, now);
      if (wait === null) return;
      expect(wait).toBeGreaterThanOrEqual(0);
      expect(wait).toBeLessThanOrEqual(LONGEST_STATED_WAIT_MS);
    }),
    config,
  );
});

test("tags: whatever came in can go out again as a precondition", () => {
  const value = nearly(
    ['"abc"', 'W/"abc"', "plain", "http://x/1?a=b"],
    ['"', "W/", "\r\n", "\0", "ü", "日"],
  );
  fc.assert(
    fc.property(value, value, (first, second) => {
      const etag = parseETag(first);
      const scheduleTag = parseScheduleTag(second);
      const headers = new Headers(preconditionHeaders({ etag, scheduleTag }));
      expect([...headers]).toHaveLength(1);
      if (etag !== null) new Headers(preconditionHeaders({ etag: strengthen(etag), scheduleTag }));
    }),
    config,
  );
});

test("bodies: any bytes under any label become text", () => {
  const label = nearly(
    ["text/xml; charset=utf-8", 'text/calendar; charset="iso-8859-1"', "a/b; charset=utf-16be"],
    [";", "charset=", '"', "x-", "utf-7", "shift_jis"],
  );
  fc.assert(
    fc.property(fc.uint8Array(), fc.option(label), (bytes, contentType) => {
      expect(typeof decodeBody(bytes, contentType)).toBe("string");
    }),
    config,
  );
});
