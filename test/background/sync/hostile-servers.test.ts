/** Answers no honest server gives: nothing is removed or changed here for them, nothing waits for ever, others arrive. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type CaldavTestServer,
  type Fault,
  startCaldavTestServer,
} from "../../support/caldav-test-server/server.ts";
import { propertyOf } from "../../support/event-text.ts";
import { sampleEvent } from "../../support/sample-objects.ts";
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
  expect(world.local.pendingNames()).toEqual([]);
  expect(byName(world.local.visible())).toEqual(byName(await world.onServer()));
}

const MIB = 1024 * 1024;
const everywhere: [string, Fault][] = [
  ["bodies cut short without a sign of it", { kind: "cut-short" }],
  ["bodies that never end", { kind: "endless", piece: "<a/>" }],
  ["an entity bomb", { kind: "entity-bomb" }],
  ["elements nested without end", { kind: "nested", depth: 300 }],
  ["redirects in a circle", { kind: "redirect-loop" }],
  ["a captive portal's page with 200", { kind: "html" }],
  ["headers and hrefs that are none", { kind: "nonsense" }],
];

describe("while every answer is", () => {
  test.each(everywhere)(
    "%s: everything stays as it was, and goes on afterwards",
    async (_, fault) => {
      for (const name of numbered(6)) await world.put(`${name}.ics`, event(name));
      await world.sync();
      const before = byName(world.local.visible());
      const lift = server.fail(fault);
      await world.sync();
      expect(byName(world.local.visible())).toEqual(before);

      world.edit("event-1.ics", "SUMMARY", "mine");
      world.local.deleteLocally("event-2.ics");
      world.local.createLocally("new.ics", event("new"));
      server.expireTokens();
      const { report } = await world.sync();
      expect(report.error?.code).toMatch(/^[a-z-]+$/);
      expect(report.error?.code).not.toBe("bug");
      expect(report.removed).toBe(0);
      expect(world.local.visible().size).toBe(6);

      lift();
      world.engine = world.makeEngine();
      await world.sync();
      await world.sync();
      expect(propertyOf((await world.onServer()).get("event-1.ics"), "SUMMARY")).toBe("mine");
      expect((await world.onServer()).size).toBe(6);
      await expectAgreement();
    },
  );
});

describe("every byte arrives although answers are", () => {
  test.each<[string, Fault]>([
    ["cut within characters", { kind: "in-pieces", bytes: 1 }],
    ["cut within line ends", { kind: "in-pieces", bytes: 7 }],
    ["called ISO-8859-1", { kind: "mislabelled", contentType: "text/xml; charset=iso-8859-1" }],
    ["called UTF-16", { kind: "mislabelled", contentType: "text/calendar; charset=utf-16" }],
    [
      "of a charset nobody knows",
      { kind: "mislabelled", contentType: "text/xml; charset=x-klingon" },
    ],
    ["called a picture", { kind: "mislabelled", contentType: "image/png" }],
    ["without a type", { kind: "mislabelled", contentType: "" }],
  ])("%s", async (_, fault) => {
    for (const name of numbered(6)) await world.put(`${name} ü.ics`, sampleEvent(name));
    server.fail(fault);
    expect((await world.sync()).report).toMatchObject({ added: 6, quarantined: 0 });
    server.behave();
    await expectAgreement();
  });
});

test("an event that was cut short on the way once arrives whole", async () => {
  await world.put("a.ics", sampleEvent("a"));
  server.fail({ kind: "cut-short" }, { method: "GET", times: 1 });
  expect((await world.sync()).report).toMatchObject({ added: 1, quarantined: 0 });
  await expectAgreement();
});

describe("one answer of 100 MB", () => {
  test("in place of an event: the others arrive, it is named, and the server is cut off", async () => {
    for (const name of numbered(5)) await world.put(`${name}.ics`, event(name));
    server.misbehave({ multigetOmits: ["event-3.ics"] });
    const huge = { kind: "huge", bytes: 100 * MIB, filler: "X-PAD:0123456789\r\n" } as const;
    const lift = server.fail(huge, { method: "GET", path: "event-3.ics" });
    const { report } = await world.sync();
    expect(report).toMatchObject({ added: 4, quarantined: 1 });
    expect(report.bytes).toBeLessThan(100 * MIB);
    lift();
    await world.sync();
    await expectAgreement();
  });

  test("in place of a report: what it holds arrives, at the price of its length only", async () => {
    for (const name of numbered(5)) await world.put(`${name}.ics`, event(name));
    await world.sync();
    await world.editOnServer("event-1.ics", "SUMMARY", "theirs");
    const huge = { kind: "huge", bytes: 100 * MIB, filler: " \n" } as const;
    server.fail(huge, { method: "REPORT", times: 1 });
    await world.sync();
    await world.sync();
    await expectAgreement();
  });
});

test("a member whose answer never ends is quarantined, and the others arrive", async () => {
  for (const name of numbered(5)) await world.put(`${name}.ics`, event(name));
  server.misbehave({ multigetOmits: ["event-3.ics"] });
  const endless = { kind: "endless", piece: "X-PAD:0123456789\r\n" } as const;
  server.fail(endless, { method: "GET", path: "event-3.ics" });
  expect((await world.sync()).report).toMatchObject({ added: 4, quarantined: 1 });
});
