/** A selection deleted in Thunderbird, which takes it apart into single deletions: the guard sees it as one. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CaldavTestServer,
  startCaldavTestServer,
} from "../support/caldav-test-server/server.ts";
import { eventText } from "../support/event-text.ts";
import { startWorld, type World } from "../support/keeper-world.ts";

const UIDS = Array.from({ length: 14 }, (_, index) => `event-${index}`);

describe("many events deleted at once", () => {
  let server: CaldavTestServer;
  let world: World;
  let calendarId: string;
  let url: string;

  const left = async () => (await server.list(url)).length;

  beforeAll(async () => {
    server = await startCaldavTestServer();
    world = await startWorld({
      server: async () => server,
      calendars: {
        work: UIDS.map((uid) => ({ name: `${uid}.ics`, text: eventText(uid, { SUMMARY: uid }) })),
      },
    });
    ({ id: calendarId, url } = world.calendars.work as { id: string; url: string });
    await world.run("sync.run", { calendarId });
  });
  afterAll(() => world.stop());

  test("none of them leaves the server before the user has said so", async () => {
    for (const uid of UIDS.slice(0, 12)) await world.user.remove(calendarId, uid);
    await world.thunderbird.waitFor(async () => {
      const guarded = await world.run("guard.list", {});
      return guarded.some(({ kind, count }) => kind === "deletions" && count === 12);
    }, "twelve deletions to be held");
    await world.run("sync.run", { calendarId });
    expect(await left()).toBe(UIDS.length);
    expect(server.count("DELETE")).toBe(0);
  });

  test("what was agreed to is listed and can be undone", async () => {
    await world.run("guard.decide", {
      calendarId,
      kind: "deletions",
      decision: "apply",
      withoutSnapshot: true,
    });
    expect(await left()).toBe(2);
    const made = (await world.run("guard.list", {})).find(({ state }) => state === "made");
    expect(made).toMatchObject({ kind: "deletions", count: 12 });
    await world.run("guard.undo", { calendarId, kind: "deletions", at: made?.at ?? 0 });
    expect(await left()).toBe(UIDS.length);
  });

  test("a single one goes to the server by itself", async () => {
    await world.user.remove(calendarId, "event-13");
    await world.thunderbird.waitFor(async () => (await left()) === UIDS.length - 1, "the deletion");
  });

  test("Thunderbird's console has no error of ours", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
