import { expect, test } from "vitest";
import { describeDiagnostics } from "../../../src/background/commands/diagnostics.ts";
import {
  listConflicts,
  listQuarantine,
  listSuperseded,
} from "../../../src/background/commands/waiting.ts";

const conflict = (id: number, createdAt: number, mine: string | null) => ({
  id,
  calendarId: "inner",
  name: `${id}.ics`,
  uid: null,
  conflict: "both-changed",
  mine,
  theirs: "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Theirs\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
  base: null,
  properties: ["SUMMARY"],
  createdAt,
});

const mine =
  "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Lunch\\, lat\r\n e\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

const dependencies = {
  calendarIds: async () => ["c1", "gone", "c2"],
  calendars: {
    get: async (id: string) => (id === "gone" ? null : ({ id, cacheId: `${id}#cache` } as never)),
  },
  provider: {
    listConflicts: async (cacheId: string) =>
      JSON.stringify(cacheId === "c1#cache" ? [conflict(1, 10, mine)] : [conflict(2, 20, null)]),
    listSuperseded: async (cacheId: string, options?: object) =>
      JSON.stringify([
        { id: 1, calendarId: cacheId, name: "a.ics", uid: "a", text: mine, ...options },
      ]),
    getState: async (cacheId: string) =>
      cacheId === "c1#cache"
        ? {
            unfetched: [{ name: "a.ics", href: "/a.ics", reason: "status 500", since: 3 }],
            unreadable: [
              { name: "b.ics", since: 4 },
              { name: "gone.ics", since: 5 },
            ],
          }
        : null,
    getResources: async (_: string, { names }: { names?: string[] }) =>
      JSON.stringify(
        [{ name: "b.ics", serverText: "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:b\r\n" }].filter(
          ({ name }) => names?.includes(name),
        ),
      ),
  },
};

test("conflicts of all calendars, newest first, by what the event is called", async () => {
  expect(await listConflicts(dependencies)).toMatchObject([
    { id: 2, calendarId: "c2", summary: "Theirs" },
    { id: 1, calendarId: "c1", summary: "Lunch, late", properties: ["SUMMARY"] },
  ]);
});

test("a calendar that is removed while the lists are read does not spoil those of the others", async () => {
  let removed = false;
  const lists = await listConflicts({
    ...dependencies,
    calendars: {
      get: async (id) => (removed && id === "c1" ? null : dependencies.calendars.get(id)),
    },
    provider: {
      ...dependencies.provider,
      listConflicts: async (cacheId) => {
        if (cacheId !== "c1#cache") return dependencies.provider.listConflicts(cacheId);
        removed = true;
        throw new Error("no such calendar");
      },
    },
  });
  expect(lists.map(({ calendarId }) => calendarId)).toEqual(["c2"]);
  const broken = {
    ...dependencies,
    provider: {
      ...dependencies.provider,
      listConflicts: async () => {
        throw new Error("broken");
      },
    },
  };
  await expect(listConflicts(broken)).rejects.toThrow("broken");
});

test("a conflict shows both texts, and how they differ", async () => {
  const [, listed] = await listConflicts(dependencies);
  expect(listed).toMatchObject({ mine, theirs: expect.stringContaining("SUMMARY:Theirs") });
  expect(listed?.words.join(" ")).toMatch(/Theirs.*Lunch, late/);
});

test("replaced versions are listed by what they are called", async () => {
  expect(await listSuperseded(dependencies, { calendarId: "c2" })).toMatchObject([
    { calendarId: "c2", summary: "Lunch, late", text: mine },
  ]);
  await expect(listSuperseded(dependencies, { calendarId: "gone" })).rejects.toMatchObject({
    code: "calendar-unknown",
  });
});

test("what could not be fetched or read is listed with its reason", async () => {
  const listed = await listQuarantine(dependencies);
  expect(listed).toMatchObject([
    { calendarId: "c1", name: "a.ics", reason: "status 500", since: 3 },
    { calendarId: "c1", name: "b.ics", since: 4 },
    { calendarId: "c1", name: "gone.ics", since: 5 },
  ]);
  // What the server gave can be saved; of the others there is nothing.
  expect(listed.map(({ text }) => text?.slice(0, 15) ?? null)).toEqual([
    null,
    "BEGIN:VCALENDAR",
    null,
  ]);
  expect(listed[1]?.reason).toMatch(/cut off.*kept/);
  expect(listed[2]?.reason).toMatch(/damaged.*kept/);
});

test("the diagnostics report tells states and codes, and nothing private", () => {
  const text = describeDiagnostics({
    addonVersion: "0.1.0",
    environment: { appVersion: "153.7", os: "linux", arch: "amd64", offline: false },
    accounts: [
      {
        id: "a1",
        location: "secret.example.org",
        username: "secret-user",
        principal: "http://secret.example.org/secret-user/",
        insecure: true,
        signIn: { kind: "password" },
        error: { code: "unauthorized", message: "secret words", hint: "", details: {} },
        offered: [],
        agreedHosts: ["secret.example.net"],
        calendars: [
          {
            id: "c1",
            url: "http://secret.example.org/secret-user/work/",
            name: "secret project",
            color: null,
            readOnly: false,
            rights: { add: true, change: true, remove: true },
            description: "secret plans",
            timeZone: null,
            relation: "own",
            owner: null,
            components: ["VEVENT"],
            lastGoodSync: 0,
            pendingChanges: 3,
            conflicts: 0,
            quarantined: 1,
            syncing: false,
            error: null,
            trouble: null,
            refused: 0,
            heldBack: 0,
          },
        ],
      },
    ],
    lastBackup: { report: null, failure: null },
    lastCheck: { time: 0, full: true, ok: false, snapshots: 7, files: 900, errors: 2 },
    operations: [],
    setAside: ["set-aside:accounts:2026"],
  });
  expect(text).toContain("http: insecure, error: unauthorized");
  expect(text).toContain("pending: 3, quarantined: 1");
  expect(text).toContain(
    "last check: 1970-01-01T00:00:00.000Z, full, 7 snapshots, 900 files, 2 errors",
  );
  expect(text).toContain("set-aside:accounts:2026");
  expect(text).not.toContain("secret");
});
