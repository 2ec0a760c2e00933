/** The engine with the real collection over HTTP, against servers that are wrong in the ways real ones are. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CalendarSync } from "../../../src/background/sync/engine.ts";
import { SyncScheduler } from "../../../src/background/sync/scheduler.ts";
import { calendarTexts } from "../../../src/background/sync/texts.ts";
import {
  type CaldavTestServer,
  type Fault,
  type Misbehaviours,
  startCaldavTestServer,
} from "../../support/caldav-test-server/server.ts";
import { eventText, propertyOf, withValue } from "../../support/event-text.ts";
import { MemoryCalendar } from "../../support/memory-calendar.ts";
import { openCollection } from "../../support/remote-calendar.ts";
import { event, numbered } from "./sync-world.ts";

let server: CaldavTestServer;
let url: string;
let local: MemoryCalendar;
let engine: CalendarSync;
let calendars = 0;
const snapshot = { succeeds: true, taken: 0 };

beforeAll(async () => {
  server = await startCaldavTestServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  server.behave();
  server.forgetRequests();
  url = await server.createCalendar(`calendar-${++calendars}`);
  local = new MemoryCalendar();
  snapshot.succeeds = true;
  snapshot.taken = 0;
  engine = makeEngine();
});

function makeEngine(): CalendarSync {
  return new CalendarSync({
    remote: openCollection(server, url),
    local,
    texts: calendarTexts,
    now: Date.now,
    random: () => 0,
    beforeMassRemoval: async () => {
      snapshot.taken++;
      return snapshot.succeeds;
    },
  });
}

const sync = () =>
  engine.run({ status: null, impatient: true, signal: AbortSignal.timeout(30_000) });

async function onServer(): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const name of await server.list(url))
    texts.set(name, (await server.get(url + encodeURIComponent(name))) ?? "");
  return texts;
}

const editOnServer = async (name: string, property: string, value: string): Promise<void> => {
  const text = (await onServer()).get(name);
  if (text === undefined) throw new Error(`${name} is not on the server`);
  await server.put(url + encodeURIComponent(name), withValue(text, property, value));
};

const byName = (texts: ReadonlyMap<string, string>) =>
  [...texts].sort(([a], [b]) => (a < b ? -1 : 1));

const habits: [string, Partial<Misbehaviours>][] = [
  ["is right in everything", {}],
  ["names no ETag after PUT", { putWithoutETag: true }],
  ["has no ETags", { noETags: true }],
  ["shows weak ETags behind a proxy", { weakETags: "proxy" }],
  ["has weak ETags only", { weakETags: "always" }],
  ["cuts its answers", { pageSize: 4 }],
  ["cuts its answers without a token", { pageSize: 4, pageWithoutToken: true }],
  ["has no collection sync", { noSyncCollection: true }],
  ["has neither collection sync nor ctag", { noSyncCollection: true, noCtag: true }],
  ["rewrites what it is sent", { rewritesBodies: true }],
  ["spells hrefs in lower case", { hrefEncoding: "lower-case" }],
  ["escapes every letter", { hrefEncoding: "all" }],
  ["answers with hrefs of another host", { foreignHrefs: true }],
  ["does not find in a report what GET finds", { multigetNotFound: ["event-2.ics", "ä b.ics"] }],
  ["leaves members out of a report", { multigetOmits: ["event-2.ics"] }],
];

describe.each(habits)("a server that %s", (_habit, misbehaviours) => {
  test("and the calendar agree after edits on both sides, and stay so", async () => {
    server.misbehave(misbehaviours);
    for (const name of [...numbered(8), "ä b"])
      await server.put(`${url}${encodeURIComponent(name)}.ics`, event(name));
    expect((await sync()).report).toMatchObject({ added: 9, quarantined: 0 });

    local.createLocally("new.ics", event("new"));
    local.editLocally("event-1.ics", (text) => withValue(text, "SUMMARY", "mine"));
    local.editLocally("ä b.ics", (text) => withValue(text, "SUMMARY", "mine"));
    local.deleteLocally("event-3.ics");
    await editOnServer("event-1.ics", "LOCATION", "theirs");
    await editOnServer("event-2.ics", "SUMMARY", "theirs");
    await server.delete(`${url}event-4.ics`);
    await server.put(`${url}theirs.ics`, event("theirs"));
    const { report } = await sync();
    expect(report.error).toBeUndefined();
    expect(report.pushed).toBe(4);
    await sync();

    const texts = await onServer();
    expect(byName(local.visible())).toEqual(byName(texts));
    expect(propertyOf(texts.get("event-1.ics"), "SUMMARY")).toBe("mine");
    expect(propertyOf(texts.get("event-1.ics"), "LOCATION")).toBe("theirs");
    expect(propertyOf(texts.get("ä b.ics"), "SUMMARY")).toBe("mine");
    expect(propertyOf(local.visible().get("event-2.ics"), "SUMMARY")).toBe("theirs");
    expect(texts.has("event-3.ics")).toBe(false);
    expect(local.visible().has("event-4.ics")).toBe(false);
    expect(local.pendingNames()).toEqual([]);
    expect(local.conflicts).toEqual([]);

    server.forgetRequests();
    await sync();
    expect(server.count("PUT") + server.count("DELETE")).toBe(0);
  });
});

const faults: Fault[] = [
  { kind: "answer-lost" },
  { kind: "request-lost" },
  { kind: "body-cut" },
  { kind: "unavailable" },
  { kind: "status", status: 500 },
  { kind: "html" },
];

describe.each(faults.map((fault) => [JSON.stringify(fault), fault] as const))(
  "when a request ends with %s",
  (_name, fault) => {
    const methods = ["PUT", "DELETE", "REPORT", "PROPFIND", "GET"];
    test.each(methods)("%s: nothing is lost and nothing made twice", async (method) => {
      for (const name of numbered(4)) await server.put(`${url}${name}.ics`, event(name));
      await sync();
      local.createLocally("new.ics", event("new"));
      local.editLocally("event-1.ics", (text) => withValue(text, "SUMMARY", "mine"));
      local.deleteLocally("event-2.ics");
      await editOnServer("event-3.ics", "SUMMARY", "theirs");
      const lift = server.fail(fault, { method, times: 3 });
      await sync();
      lift();
      engine = makeEngine();
      await sync();
      const { report } = await sync();
      expect(report.error).toBeUndefined();
      const texts = await onServer();
      expect([...texts.keys()]).toEqual(["event-0.ics", "event-1.ics", "event-3.ics", "new.ics"]);
      expect(byName(local.visible())).toEqual(byName(texts));
      expect(propertyOf(texts.get("event-1.ics"), "SUMMARY")).toBe("mine");
      expect(propertyOf(texts.get("event-3.ics"), "SUMMARY")).toBe("theirs");
      expect(local.pendingNames()).toEqual([]);
    });
  },
);

test.each([403, 409, 507, "400-plain"] as const)(
  "a token refused with %s leads to a full listing in the same run",
  async (expiredToken) => {
    server.misbehave({ expiredToken });
    for (const name of numbered(4)) await server.put(`${url}${name}.ics`, event(name));
    await sync();
    await editOnServer("event-1.ics", "SUMMARY", "theirs");
    await server.delete(`${url}event-2.ics`);
    server.expireTokens();
    expect((await sync()).report).toMatchObject({ added: 0, updated: 1, removed: 1 });
    expect(byName(local.visible())).toEqual(byName(await onServer()));
  },
);

test.each([400, 403, 409, 412] as const)(
  "an event whose UID the server has under another name (%s) is written there",
  async (duplicateUid) => {
    server.misbehave({ duplicateUid });
    await sync();
    const theirs = eventText("u1", { SUMMARY: "party", PARTSTAT: "NEEDS-ACTION" });
    await server.put(`${url}invitation.ics`, theirs);
    local.createLocally("mine.ics", withValue(theirs, "PARTSTAT", "ACCEPTED"));
    expect((await sync()).report.error).toBeUndefined();
    await sync();
    const texts = await onServer();
    expect([...texts.keys()]).toEqual(["invitation.ics"]);
    expect(propertyOf(texts.get("invitation.ics"), "PARTSTAT")).toBe("ACCEPTED");
    expect(byName(local.visible())).toEqual(byName(texts));
  },
);

test("a server that lost its listing takes nothing from the calendar", async () => {
  for (const name of numbered(40)) await server.put(`${url}${name}.ics`, event(name));
  await sync();
  server.misbehave({ listsNothing: true });
  server.expireTokens();
  expect((await sync()).report.removed).toBe(0);
  expect(local.visible().size).toBe(40);
  server.behave();
  await editOnServer("event-1.ics", "SUMMARY", "theirs");
  await sync();
  await sync();
  expect(byName(local.visible())).toEqual(byName(await onServer()));
});

test("a read-only calendar keeps the user's edit and says so", async () => {
  await server.put(`${url}a.ics`, event("a"));
  await sync();
  server.misbehave({ forbidWrites: true });
  local.editLocally("a.ics", (text) => withValue(text, "SUMMARY", "mine"));
  const { report } = await sync();
  expect(report.error).toMatchObject({ code: "forbidden" });
  expect(report.error?.hint).toContain("kept");
  expect(propertyOf(local.visible().get("a.ics"), "SUMMARY")).toBe("mine");
});

test("a wrong password ends the run and keeps everything", async () => {
  await server.put(`${url}a.ics`, event("a"));
  await sync();
  local.editLocally("a.ics", (text) => withValue(text, "SUMMARY", "mine"));
  server.misbehave({ unauthorized: true });
  expect((await sync()).report.error?.code).toBe("unauthorized");
  server.behave();
  await sync();
  expect(propertyOf((await onServer()).get("a.ics"), "SUMMARY")).toBe("mine");
});

test("a poll with nothing new is one request; one change of many is at most two more", async () => {
  for (const name of numbered(150)) await server.put(`${url}${name}.ics`, event(name));
  await sync();
  expect((await sync()).report.requests).toBe(1);
  await editOnServer("event-1.ics", "SUMMARY", "theirs");
  expect((await sync()).report).toMatchObject({ updated: 1, requests: 2 });
});

describe("an edit that the server fails to take", () => {
  test.each([
    [500, true],
    [502, true],
    [403, false],
    [507, false],
  ])("with %i: another try by itself soon: %s", async (status, soon) => {
    local.createLocally("a.ics", event("a"));
    server.fail({ kind: "status", status, body: "<no/>" }, { method: "PUT", times: 1 });
    const told: (number | undefined)[] = [];
    const scheduler = new SyncScheduler({
      find: async () => ({ accountId: "account", engine }),
      readStatuses: async () => new Map(),
      now: Date.now,
      random: () => 0,
      onFinished: (_, outcome) => told.push(outcome?.retryAt),
      onPushFailed: (_, outcome) => told.push(outcome.retryAt),
    });
    await scheduler.pushSoon(local.calendarId, "a.ics");
    expect(told.some((retryAt) => (retryAt ?? 0) > Date.now())).toBe(soon);
    expect(local.pendingNames()).toEqual(["a.ics"]);
    // What comes at that time, asked for by the user here.
    await scheduler.requestSync(local.calendarId, "manual");
    expect((await onServer()).size).toBe(1);
    expect(local.pendingNames()).toEqual([]);
  });

  test("in a synchronization is tried again by itself, too", async () => {
    local.createLocally("a.ics", event("a"));
    server.fail({ kind: "status", status: 500 }, { method: "PUT", times: 1 });
    const { retryAt, failure } = await sync();
    expect(failure).toBeUndefined();
    expect(retryAt).toBeGreaterThan(Date.now());
  });
});
