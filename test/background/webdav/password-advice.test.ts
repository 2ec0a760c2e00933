import { expect, test } from "vitest";
import { passwordAdvice } from "../../../src/background/webdav/password-advice.ts";
import { statusError } from "../../../src/background/webdav/status-error.ts";

test.each([
  ["ada@icloud.com", /app-specific password/],
  ["https://p42-caldav.icloud.com/123/calendars/", /app-specific password/],
  ["caldavs://caldav.fastmail.com", /app password/],
  ["CALDAV.CALENDAR.YAHOO.COM", /Yahoo wants an app password/],
  ["ada@gmail.com", /sign in with Google/],
  ["dav.mailbox.org", /application password/],
  ["https://cloud.example.org/remote.php/dav/calendars/ada/", /Nextcloud wants an app password/],
])("of %s it is known which password is wanted", (place, advice) => {
  expect(passwordAdvice(place)).toMatch(advice);
});

test.each([
  "ada@example.org",
  "https://dav.example.org/",
  "noticloud.com",
  "icloud.com.evil.org",
  "%%%",
  "",
])("of %o nothing is known", (place) => {
  expect(passwordAdvice(place)).toBeNull();
});

test("a refused password is answered with what the provider wants", () => {
  const refused = (url: string) =>
    statusError({
      status: 401,
      method: "PROPFIND",
      url,
      preconditions: { names: new Set(), href: null, empty: false },
      retryAfterMs: null,
    });
  expect(refused("https://caldav.icloud.com/")).toMatchObject({
    code: "unauthorized",
    hint: expect.stringMatching(/app-specific password.*changes are kept/),
  });
  expect(refused("https://dav.example.org/").hint).toMatch(/two-factor.*changes are kept/);
});
