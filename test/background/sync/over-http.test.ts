/** The engine with the real collection over HTTP, against servers that are wrong in the ways real ones are. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SyncScheduler } from "../../../src/background/sync/scheduler.ts";
import {
  type CaldavTestServer,
  type Fault,
  startCaldavTestServer,
} from "../../support/caldav-test-server/server.ts";
import { eventText, propertyOf, withValue } from "../../support/event-text.ts";
import { byName, HttpWorld } from "./http-world.ts";
import { event, numbered } from "./sync-world.ts";

let server: CaldavTestServer;
let world: HttpWorld;

beforeAll(async () => {
  server = await startCaldavTestServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  world = await HttpWorld.on(server);
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
      for (const name of numbered(4)) await world.put(`${name}.ics`, event(name));
      await world.sync();
      world.local.createLocally("new.ics", event("new"));
      world.edit("event-1.ics", "SUMMARY", "mine");
      world.local.deleteLocally("event-2.ics");
      await world.editOnServer("event-3.ics", "SUMMARY", "theirs");
      const lift = server.fail(fault, { method, times: 3 });
      await world.sync();
      lift();
      world.engine = world.makeEngine();
      await world.sync();
      const { report } = await world.sync();
      expect(report.error).toBeUndefined();
      const texts = await world.onServer();
      expect([...texts.keys()]).toEqual(["event-0.ics", "event-1.ics", "event-3.ics", "new.ics"]);
      expect(byName(world.local.visible())).toEqual(byName(texts));
      expect(propertyOf(texts.get("event-1.ics"), "SUMMARY")).toBe("mine");
      expect(propertyOf(texts.get("event-3.ics"), "SUMMARY")).toBe("theirs");
      expect(world.local.pendingNames()).toEqual([]);
    });
  },
);

test.each([403, 409, 507, "400-plain"] as const)(
  "a token refused with %s leads to a full listing in the same run",
  async (expiredToken) => {
    server.misbehave({ expiredToken });
    for (const name of numbered(4)) await world.put(`${name}.ics`, event(name));
    await world.sync();
    await world.editOnServer("event-1.ics", "SUMMARY", "theirs");
    await server.delete(world.at("event-2.ics"));
    server.expireTokens();
    expect((await world.sync()).report).toMatchObject({ added: 0, updated: 1, removed: 1 });
    expect(byName(world.local.visible())).toEqual(byName(await world.onServer()));
  },
);

test.each([400, 403, 409, 412, "403-scheduling"] as const)(
  "an event whose UID the server has under another name (%s) is written there",
  async (duplicateUid) => {
    server.misbehave({ duplicateUid });
    await world.sync();
    const theirs = eventText("u1", { SUMMARY: "party", PARTSTAT: "NEEDS-ACTION" });
    await world.put("invitation.ics", theirs);
    world.local.createLocally("mine.ics", withValue(theirs, "PARTSTAT", "ACCEPTED"));
    expect((await world.sync()).report.error).toBeUndefined();
    await world.sync();
    const texts = await world.onServer();
    expect([...texts.keys()]).toEqual(["invitation.ics"]);
    expect(propertyOf(texts.get("invitation.ics"), "PARTSTAT")).toBe("ACCEPTED");
    expect(byName(world.local.visible())).toEqual(byName(texts));
  },
);

test("a server that lost its listing takes nothing from the calendar", async () => {
  for (const name of numbered(40)) await world.put(`${name}.ics`, event(name));
  await world.sync();
  server.misbehave({ listsNothing: true });
  server.expireTokens();
  expect((await world.sync()).report.removed).toBe(0);
  expect(world.local.visible().size).toBe(40);
  server.behave();
  await world.editOnServer("event-1.ics", "SUMMARY", "theirs");
  await world.sync();
  await world.sync();
  expect(byName(world.local.visible())).toEqual(byName(await world.onServer()));
});

test("a read-only calendar keeps the user's edit and says so", async () => {
  await world.put("a.ics", event("a"));
  await world.sync();
  server.misbehave({ forbidWrites: true });
  world.edit("a.ics", "SUMMARY", "mine");
  const { report } = await world.sync();
  expect(report.error).toMatchObject({ code: "forbidden" });
  expect(report.error?.hint).toContain("kept");
  expect(propertyOf(world.local.visible().get("a.ics"), "SUMMARY")).toBe("mine");
});

test("a wrong password ends the run and keeps everything", async () => {
  await world.put("a.ics", event("a"));
  await world.sync();
  world.edit("a.ics", "SUMMARY", "mine");
  server.misbehave({ unauthorized: true });
  expect((await world.sync()).report.error?.code).toBe("unauthorized");
  server.behave();
  await world.sync();
  expect(propertyOf((await world.onServer()).get("a.ics"), "SUMMARY")).toBe("mine");
});

test("a poll with nothing new is one request; one change of many is at most two more", async () => {
  for (const name of numbered(150)) await world.put(`${name}.ics`, event(name));
  await world.sync();
  expect((await world.sync()).report.requests).toBe(1);
  await world.editOnServer("event-1.ics", "SUMMARY", "theirs");
  expect((await world.sync()).report).toMatchObject({ updated: 1, requests: 2 });
});

describe("an edit that the server fails to take", () => {
  test.each([
    [500, true],
    [502, true],
    [403, false],
    [507, false],
  ])("with %i: another try by itself soon: %s", async (status, soon) => {
    world.local.createLocally("a.ics", event("a"));
    server.fail({ kind: "status", status, body: "<no/>" }, { method: "PUT", times: 1 });
    const told: (number | undefined)[] = [];
    const scheduler = new SyncScheduler({
      find: async () => ({ accountId: "account", engine: world.engine }),
      readStatuses: async () => new Map(),
      now: Date.now,
      random: () => 0,
      onFinished: (_, outcome) => told.push(outcome?.retryAt),
      onPushFailed: (_, outcome) => told.push(outcome.retryAt),
    });
    await scheduler.pushSoon(world.local.calendarId, "a.ics");
    expect(told.some((retryAt) => (retryAt ?? 0) > Date.now())).toBe(soon);
    expect(world.local.pendingNames()).toEqual(["a.ics"]);
    // What comes at that time, asked for by the user here.
    await scheduler.requestSync(world.local.calendarId, "manual");
    expect((await world.onServer()).size).toBe(1);
    expect(world.local.pendingNames()).toEqual([]);
  });

  test("in a synchronization is tried again by itself, too", async () => {
    world.local.createLocally("a.ics", event("a"));
    server.fail({ kind: "status", status: 500 }, { method: "PUT", times: 1 });
    const { retryAt, failure } = await world.sync();
    expect(failure).toBeUndefined();
    expect(retryAt).toBeGreaterThan(Date.now());
  });
});
