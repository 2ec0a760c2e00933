/** Servers that are wrong in the ways real ones are: both sides agree all the same, and nothing is lost. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type CaldavTestServer,
  type Misbehaviours,
  startCaldavTestServer,
} from "../../support/caldav-test-server/server.ts";
import { propertyOf } from "../../support/event-text.ts";
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

async function expectAgreement(): Promise<void> {
  expect(byName(world.local.visible())).toEqual(byName(await world.onServer()));
  expect(world.local.pendingNames()).toEqual([]);
}

const habits: [string, Partial<Misbehaviours>][] = [
  ["is right in everything", {}],
  ["names no ETag after PUT (Google, DavMail)", { putWithoutETag: true }],
  ["has no ETags (Purelymail, Kerio)", { noETags: true }],
  ["does not find the ETag of a member (Google)", { etagNotFound: ["event-2.ics", "ä b.ics"] }],
  ["shows weak ETags behind a proxy", { weakETags: "proxy" }],
  ["has weak ETags only", { weakETags: "always" }],
  ["weakens the ETags of what it compresses (Cyrus)", { weakETags: "compressed" }],
  ["has ETags that are URLs without quotes (Open-Xchange)", { etagShape: "url" }],
  ["has schedule tags", { scheduleTags: "stable" }],
  ["has schedule tags and no ETags", { scheduleTags: "stable", noETags: true }],
  ["changes its schedule tags at will (Cyrus)", { scheduleTags: "unstable" }],
  ["changes them at will and has no ETags", { scheduleTags: "unstable", noETags: true }],
  ["cuts its answers (507)", { pageSize: 4 }],
  ["cuts its answers without a token (old SabreDAV)", { pageSize: 4, pageWithoutToken: true }],
  ["refuses an empty token (Cyrus)", { firstToken: "omitted" }],
  ["refuses a missing token", { firstToken: "empty" }],
  ["tells everything, whatever the token (RustiCal, iCloud)", { tellsEverything: true }],
  ["tells removals as 410", { removedAs: 410 }],
  ["tells removals as 418 (Nextcloud)", { removedAs: 418 }],
  [
    "lists the calendar itself, each with a status, untyped (iCloud)",
    { listsItself: true, contentType: "none" },
  ],
  ["calls every member a task (SmarterMail)", { contentType: "text/vtodo" }],
  ["has no collection sync (GMX)", { noSyncCollection: true }],
  ["has neither collection sync nor ctag", { noSyncCollection: true, noCtag: true }],
  ["refuses questions about the colour (Google)", { refusesColor: true }],
  ["rewrites what it is sent (Radicale, Xandikos)", { rewritesBodies: true }],
  ["gives new events a UID of its own (DavMail)", { changesUids: true }],
  ["chooses the names of new events itself", { choosesNames: true }],
  ["does both", { choosesNames: true, changesUids: true, putWithoutETag: true }],
  ["spells hrefs in lower case", { hrefEncoding: "lower-case" }],
  ["escapes every letter", { hrefEncoding: "all" }],
  ["answers with hrefs of another host", { foreignHrefs: true }],
  ["answers with hrefs of another path (DAViCal, Synology)", { otherPrefix: true }],
  [
    "does not find in a report what GET finds (iCloud)",
    { multigetNotFound: ["event-2.ics", "ä b.ics"] },
  ],
  ["leaves members out of a report", { multigetOmits: ["event-2.ics"] }],
  ["finds nothing by UID (Open-Xchange, GMX)", { searchFindsNothing: true }],
];

async function fill(): Promise<void> {
  for (const name of [...numbered(8), "ä b"]) await world.put(`${name}.ics`, event(name));
}

async function expectAgreementAfterEditsOnBothSides(): Promise<void> {
  await fill();
  expect((await world.sync()).report).toMatchObject({ added: 9, quarantined: 0 });

  world.local.createLocally("new.ics", event("new"));
  world.edit("event-1.ics", "SUMMARY", "mine");
  world.edit("ä b.ics", "SUMMARY", "mine");
  world.local.deleteLocally("event-3.ics");
  await world.editOnServer("event-1.ics", "LOCATION", "theirs");
  await world.editOnServer("event-2.ics", "SUMMARY", "theirs");
  await server.delete(world.at("event-4.ics"));
  await world.put("theirs.ics", event("theirs"));
  const { report } = await world.sync();
  expect(report.error).toBeUndefined();
  expect(report.pushed).toBe(4);
  await world.sync();

  const texts = await world.onServer();
  await expectAgreement();
  expect(texts.size).toBe(9);
  expect(propertyOf(texts.get("event-1.ics"), "SUMMARY")).toBe("mine");
  expect(propertyOf(texts.get("event-1.ics"), "LOCATION")).toBe("theirs");
  expect(propertyOf(texts.get("ä b.ics"), "SUMMARY")).toBe("mine");
  expect(propertyOf(world.local.visible().get("event-2.ics"), "SUMMARY")).toBe("theirs");
  expect(texts.has("event-3.ics")).toBe(false);
  expect(world.local.visible().has("event-4.ics")).toBe(false);
  expect(world.local.conflicts).toEqual([]);

  server.forgetRequests();
  await world.sync();
  expect(server.count("PUT") + server.count("DELETE")).toBe(0);
}

describe("the calendar and the server agree after edits on both sides, and stay so, if it", () => {
  test.each(habits)("%s", async (_habit, misbehaviours) => {
    server.misbehave(misbehaviours);
    await expectAgreementAfterEditsOnBothSides();
  });

  test.each([
    ["403 (Google's calendars of birthdays)", 403],
    ["405 (DAViCal out of memory)", 405],
    ["501 (SOGo)", 501],
  ])("answers every report with %s", async (_who, status) => {
    server.fail({ kind: "status", status }, { method: "REPORT" });
    await expectAgreementAfterEditsOnBothSides();
  });
});

test.each([
  400,
  403,
  409,
  412,
  507,
  "400-plain",
  "412-plain",
  "415-plain",
  "418-plain",
  "500-plain",
] as const)(
  "a token refused with %s leads to a full listing in the same run",
  async (expiredToken) => {
    server.misbehave({ expiredToken });
    for (const name of numbered(4)) await world.put(`${name}.ics`, event(name));
    await world.sync();
    await world.editOnServer("event-1.ics", "SUMMARY", "theirs");
    await server.delete(world.at("event-2.ics"));
    server.expireTokens();
    expect((await world.sync()).report).toMatchObject({ added: 0, updated: 1, removed: 1 });
    await expectAgreement();
  },
);

describe("what a listing leaves out", () => {
  test("for a while (Kerio's index) is not removed here, and arrives when it is listed", async () => {
    await fill();
    await world.sync();
    server.misbehave({ listsLate: ["event-1.ics", "late.ics"] });
    server.expireTokens();
    await world.put("late.ics", event("late"));
    expect((await world.sync()).report).toMatchObject({ added: 0, removed: 0 });
    expect(world.local.visible().has("event-1.ics")).toBe(true);
    server.behave();
    server.expireTokens();
    await world.sync();
    await expectAgreement();
  });

  test("of the changes (SOGo, Baïkal) is found by listing everything", async () => {
    await fill();
    await world.sync();
    server.misbehave({ forgetsChanges: ["event-1.ics", "event-2.ics", "new.ics"] });
    await world.editOnServer("event-1.ics", "SUMMARY", "theirs");
    await server.delete(world.at("event-2.ics"));
    await world.put("new.ics", event("new"));
    await world.sync();
    const signal = AbortSignal.timeout(30_000);
    await world.engine.run({ status: null, impatient: false, listsAll: true, signal });
    await expectAgreement();
  });
});

test("a tag that a compressed answer weakens (Cyrus) is that of the listing: nothing is fetched again", async () => {
  server.misbehave({ weakETags: "compressed", rewritesBodies: true });
  await world.put("a.ics", event("a"));
  await world.sync();
  world.edit("a.ics", "SUMMARY", "mine");
  world.local.createLocally("b.ics", event("b"));
  server.forgetRequests();
  await world.sync();
  // Both are read back, for what the server made of them, and no more when it tells of them as changes.
  expect(server.count("PUT")).toBe(2);
  expect(server.count("GET")).toBe(2);
  await expectAgreement();
});
