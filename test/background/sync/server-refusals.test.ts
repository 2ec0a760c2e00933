/** What servers refuse, and the shapes of resources they keep: no edit is dropped, nobody else's event is written over. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CalendarCollection } from "../../../src/background/caldav/calendar-collection.ts";
import { CalendarSync } from "../../../src/background/sync/engine.ts";
import { calendarTexts } from "../../../src/background/sync/texts.ts";
import {
  type CaldavTestServer,
  type Fault,
  type Misbehaviours,
  startCaldavTestServer,
} from "../../support/caldav-test-server/server.ts";
import { parseXmlDocument } from "../../support/dom-parser.ts";
import { eventText, propertyOf, withValue } from "../../support/event-text.ts";
import { IMPATIENT, transportTo } from "../../support/remote-calendar.ts";
import { byName, HttpWorld } from "./http-world.ts";
import { event } from "./sync-world.ts";

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
  expect(world.local.pendingNames()).toEqual([]);
  expect(byName(world.local.visible())).toEqual(byName(await world.onServer()));
}

describe("an edit that is refused is kept, told, costs others nothing, and is sent when it can be", () => {
  const refusals: [string, Partial<Misbehaviours> | Fault, string][] = [
    ["413, too large", { largestBody: 50 }, "too-large"],
    ["507, no room", { isFull: true }, "quota-exceeded"],
    ["403, no right", { forbidWrites: true }, "forbidden"],
    ["409 (Google, changed series)", { kind: "status", status: 409 }, "conflict"],
    ["412 whatever the tag (Open-Xchange)", { kind: "status", status: 412 }, "conflict"],
    ["400", { kind: "status", status: 400 }, "http"],
    ["500", { kind: "status", status: 500 }, "http"],
    ["501", { kind: "status", status: 501 }, "unsupported"],
  ];
  test.each(refusals)("%s", async (_how, refusal, code) => {
    await world.put("a.ics", event("a"));
    await world.put("b.ics", event("b"));
    await world.sync();
    if ("kind" in refusal) server.fail(refusal, { method: "PUT" });
    else server.misbehave(refusal);
    world.edit("a.ics", "SUMMARY", "mine");
    world.local.createLocally("new.ics", event("new"));
    await world.editOnServer("b.ics", "SUMMARY", "theirs");
    const { report, failure } = await world.sync();
    expect(failure).toBeUndefined();
    expect(report.error?.code).toBe(code);
    expect(report.error?.hint).toMatch(/kept|Nothing/);
    expect(report.updated).toBe(1);
    expect(propertyOf(world.local.visible().get("a.ics"), "SUMMARY")).toBe("mine");
    expect(new Set(world.local.pendingNames())).toEqual(new Set(["a.ics", "new.ics"]));

    server.behave();
    await world.sync();
    await expectAgreement();
    expect(propertyOf((await world.onServer()).get("a.ics"), "SUMMARY")).toBe("mine");
  });

  test("an event without a length, which Cyrus refuses: what to do is said, and nothing of rights", async () => {
    server.misbehave({ needsLength: true });
    world.local.createLocally("moment.ics", event("moment"));
    const { report } = await world.sync();
    expect(report.error?.message).toContain("does not accept this item as it is");
    expect(report.error?.hint).toMatch(/kept.*end/s);
    expect(report.error?.hint).not.toContain("reading only");
    world.edit("moment.ics", "DTEND", "20260301T110000Z");
    await world.sync();
    await expectAgreement();
  });

  test("DELETE refused with 403: the event stays away here, and goes there when it may", async () => {
    await world.put("a.ics", event("a"));
    await world.sync();
    server.misbehave({ forbidWrites: true });
    world.local.deleteLocally("a.ics");
    expect((await world.sync()).report.error?.code).toBe("forbidden");
    expect(await server.list(world.url)).toEqual(["a.ics"]);
    server.behave();
    await world.sync();
    expect(await server.list(world.url)).toEqual([]);
  });
});

test.each([
  ["nothing (Yahoo)", null],
  ["a scheme of its own besides (iCloud)", 'X-MobileMe-AuthToken realm="r", Basic realm="r"'],
])(
  "a password that is refused by a server that asks for %s: told, nothing lost",
  async (_, challenge) => {
    await world.put("a.ics", event("a"));
    await world.sync();
    world.edit("a.ics", "SUMMARY", "mine");
    server.misbehave({ unauthorized: true, challenge });
    expect((await world.sync()).report.error?.code).toBe("unauthorized");
    server.behave();
    await world.sync();
    expect(propertyOf((await world.onServer()).get("a.ics"), "SUMMARY")).toBe("mine");
  },
);

test("404 on a change asks what to do: the edit is kept, nothing is made again by itself", async () => {
  await world.put("a.ics", event("a"));
  await world.sync();
  world.edit("a.ics", "SUMMARY", "mine");
  await server.delete(world.at("a.ics"));
  await world.sync();
  await world.sync();
  expect(await server.list(world.url)).toEqual([]);
  expect(propertyOf(world.local.visible().get("a.ics"), "SUMMARY")).toBe("mine");
  expect(world.local.conflicts).toMatchObject([{ conflict: "deleted-there", name: "a.ics" }]);
  expect(propertyOf(world.local.conflicts[0]?.mine ?? "", "SUMMARY")).toBe("mine");
});

describe("a UID that is not free", () => {
  test("because of the trash bin (Nextcloud): the event is kept and the reason told", async () => {
    await world.put("a.ics", event("a"));
    await world.sync();
    server.misbehave({ keepsDeletedUids: true });
    world.local.deleteLocally("a.ics");
    await world.sync();
    world.local.createLocally("again.ics", event("a"));
    const { report } = await world.sync();
    expect(report.error).toMatchObject({ code: "conflict", details: { conflict: "uid-taken" } });
    expect(report.error?.hint).toContain("trash");
    expect(world.local.visible().has("again.ics")).toBe(true);
    server.behave();
    await world.sync();
    await expectAgreement();
  });

  test("because another calendar of the account has it (Cyrus): that one is left alone", async () => {
    server.misbehave({ uidsOfAccount: true, duplicateUid: "403-scheduling" });
    const other = await server.createCalendar("other calendar");
    await server.put(`${other}theirs.ics`, event("only", "theirs"));
    world.local.createLocally("mine.ics", event("only", "mine"));
    const { report } = await world.sync();
    expect(report.error).toMatchObject({ code: "conflict" });
    expect(propertyOf((await server.get(`${other}theirs.ics`)) ?? "", "SUMMARY")).toBe("theirs");
    expect(propertyOf(world.local.visible().get("mine.ics"), "SUMMARY")).toBe("mine");
    await server.delete(`${other}theirs.ics`);
    await world.sync();
    await expectAgreement();
  });
});

describe("a server that knows no If-None-Match (Google)", () => {
  /** The server under Google's name: by it the add-on knows what to expect. */
  function makeEngine(): CalendarSync {
    const google = "https://apidata.googleusercontent.com";
    const { origin } = new URL(server.url);
    const inner = transportTo(server, origin);
    const remote = new CalendarCollection({
      url: world.url.replace(origin, google),
      parseXml: parseXmlDocument,
      retry: IMPATIENT,
      transport: {
        send: async (request) => {
          const answer = await inner.send({ ...request, url: request.url.replace(google, origin) });
          return { ...answer, url: answer.url.replace(origin, google) };
        },
      },
    });
    const { local } = world;
    const beforeMassRemoval = async () => true;
    const clock = { now: Date.now, random: () => 0 };
    return new CalendarSync({ remote, local, texts: calendarTexts, beforeMassRemoval, ...clock });
  }

  test("is asked first: another event of the name is not written over, both are kept", async () => {
    server.misbehave({ ignoresIfNoneMatch: true, putWithoutETag: true });
    world.engine = makeEngine();
    await world.sync();
    await world.put("a.ics", event("theirs"));
    world.local.createLocally("a.ics", event("mine"));
    await world.sync();
    await world.sync();
    const uids = [...(await world.onServer()).values()].map((text) => propertyOf(text, "UID"));
    expect(uids).toHaveLength(2);
    expect(new Set(uids)).toEqual(new Set(["mine", "theirs"]));
    await expectAgreement();
  });

  test("gets a create whose answer was lost only once", async () => {
    server.misbehave({ ignoresIfNoneMatch: true, putWithoutETag: true });
    world.engine = makeEngine();
    world.local.createLocally("a.ics", event("a"));
    server.fail({ kind: "answer-lost" }, { method: "PUT", times: 1 });
    await world.sync();
    world.engine = makeEngine();
    await world.sync();
    expect(server.count("PUT")).toBe(1);
    await expectAgreement();
  });
});

describe("resources of unusual shape arrive byte for byte, and keep the rest when one thing changes", () => {
  const journal = event("journal").replaceAll("VEVENT", "VJOURNAL");
  const several = event("one").replace(
    "END:VCALENDAR",
    `${event("two").match(/BEGIN:VEVENT[\s\S]*END:VEVENT\r\n/)?.[0]}END:VCALENDAR`,
  );
  const shapes: [string, string, string][] = [
    ["a journal", "journal.ics", journal],
    ["a name without .ics", "plain", event("plain")],
    ["a name that ends in .eml (Kerio)", "mail.eml", event("mail")],
    ["a name that is escaped twice (DavMail)", "a%3D.EML", event("davmail")],
    ["a UID that is not the name", "name.ics", event("quite/another@uid")],
    [
      "a reply stored as an event (DavMail)",
      "reply.ics",
      event("r").replace("PRODID", "METHOD:REPLY\r\nPRODID"),
    ],
    ["several UIDs in one resource", "several.ics", several],
    [
      "times before 1602 (DavMail)",
      "old.ics",
      withValue(event("old"), "DTSTART", "16010101T000000Z"),
    ],
    [
      "a property nobody knows",
      "x.ics",
      event("x").replace("END:VEVENT", "X-ODD;P=1:\\x\r\nEND:VEVENT"),
    ],
  ];
  test.each(shapes)("%s", async (_shape, name, text) => {
    await world.put(name, text);
    expect((await world.sync()).report.added).toBe(1);
    expect(world.local.visible().get(name)).toBe(text);
    world.edit(name, "SUMMARY", "mine");
    expect((await world.sync()).report.error).toBeUndefined();
    expect(await server.get(world.at(name))).toBe(withValue(text, "SUMMARY", "mine"));
    await expectAgreement();
  });

  test("several UIDs in one resource, which Radicale refuses: the edit is kept and told", async () => {
    await world.put("several.ics", several);
    await world.sync();
    server.misbehave({ refusesSeveralUids: true });
    world.edit("several.ics", "SUMMARY", "mine");
    expect((await world.sync()).report.error).toBeDefined();
    expect(world.local.pendingNames()).toEqual(["several.ics"]);
    expect(await server.get(world.at("several.ics"))).toBe(several);
  });

  test("hrefs that change only their encoding are the same members: nothing is fetched, nothing twice", async () => {
    for (const name of ["ä b@c.ics", "d+e.ics"]) await world.put(name, event(name));
    await world.sync();
    for (const hrefEncoding of ["lower-case", "all", "standard"] as const) {
      server.misbehave({ hrefEncoding });
      server.expireTokens();
      server.forgetRequests();
      expect((await world.sync()).report).toMatchObject({ added: 0, updated: 0, removed: 0 });
      expect(server.count("GET")).toBe(0);
      world.edit("ä b@c.ics", "SUMMARY", hrefEncoding);
      await world.sync();
      await expectAgreement();
    }
  });
});

test("an invitation the server adds itself while it is accepted here is one event, accepted", async () => {
  await world.sync();
  const invitation = eventText("invited", { SUMMARY: "party", PARTSTAT: "NEEDS-ACTION" });
  world.local.createLocally("mine.ics", withValue(invitation, "PARTSTAT", "ACCEPTED"));
  const gate = server.gate({ method: "PUT" });
  const syncing = world.sync();
  await gate.reached;
  await world.put("server-made.ics", invitation);
  gate.open();
  expect((await syncing).report.error).toBeUndefined();
  await world.sync();
  const texts = await world.onServer();
  expect([...texts.keys()]).toEqual(["server-made.ics"]);
  expect(propertyOf(texts.get("server-made.ics"), "PARTSTAT")).toBe("ACCEPTED");
  await expectAgreement();
});
