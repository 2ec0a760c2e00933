import { expect, test } from "vitest";
import { ownedCalendar } from "../../../src/background/accounts/owned-calendar.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { storedAccount, storedCalendarSample } from "../../support/account-samples.ts";

const record = {
  account: storedAccount({
    username: "ada@example.org",
    origin: "https://dav.example.org:8443",
    principal: "",
  }),
  calendar: storedCalendarSample("c1", "https://dav.example.org:8443/ada/work/"),
};

function look(
  find: () => Promise<typeof record>,
  state: unknown = null,
): ReturnType<typeof ownedCalendar> {
  return ownedCalendar(
    "c1",
    { find },
    { get: async () => ({ id: "c1", cacheId: "c1#cache" }) as never },
    { getState: async () => state },
  );
}

test("a backup learns whose the calendar is, and what could not be fetched", async () => {
  const state = {
    lastGoodSync: 77,
    unfetched: [{ name: "x.ics", reason: "status 500", attempts: 3, since: 5 }],
  };
  expect(await look(async () => record, state)).toEqual({
    account: "ada@example.org@dav.example.org",
    accountId: "a1",
    url: "https://dav.example.org:8443/ada/work/",
    components: ["VEVENT"],
    lastGoodSync: 77,
    missing: [{ name: "x.ics", reason: "status 500" }],
  });
});

test("a calendar that was never synchronized has nothing missing yet", async () => {
  expect(await look(async () => record)).toMatchObject({ lastGoodSync: null, missing: [] });
});

test("a calendar of no account is not owned; another failure is not taken for that", async () => {
  const failing = (code: "calendar-unknown" | "unsupported") => async () => {
    throw new AppError(code, "No.");
  };
  expect(await look(failing("calendar-unknown"))).toBe(undefined);
  await expect(look(failing("unsupported"))).rejects.toMatchObject({ code: "unsupported" });
});
