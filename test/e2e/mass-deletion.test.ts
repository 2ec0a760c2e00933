/**
 * A selection deleted in Thunderbird, which takes it apart into single deletions: the guard sees it as one. A server that
 * was restored from its own backup: undoing that keeps what came later.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CaldavTestServer,
  startCaldavTestServer,
} from "../support/caldav-test-server/server.ts";
import { eventText, propertyOf, withValue } from "../support/event-text.ts";
import { startWorld, type World } from "../support/keeper-world.ts";

const UIDS = Array.from({ length: 14 }, (_, index) => `event-${index}`);

/** @param month of 2026 in which it was written */
const versionOf = (uid: string, word: string, month: number): string =>
  eventText(uid, { SUMMARY: `${word} ${uid}`, "LAST-MODIFIED": `20260${month}01T100000Z` });

describe("many changes at once", () => {
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
        private: UIDS.map((uid) => ({ name: `${uid}.ics`, text: versionOf(uid, "new", 6) })),
      },
    });
    ({ id: calendarId, url } = world.calendars.work as { id: string; url: string });
    await world.run("sync.run", {});
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

  test("a decision about what was shown before one more was deleted is refused, and nothing is done", async () => {
    const shown = (await world.run("guard.list", {})).find(({ state }) => state === "held");
    await world.user.remove(calendarId, "event-12");
    const decision = { calendarId, kind: "deletions", decision: "apply" } as const;
    const args = { ...decision, preview: shown?.preview ?? "", withoutSnapshot: true };
    expect(await world.reply("guard.decide", args)).toMatchObject({
      ok: false,
      error: { code: "preview-outdated" },
    });
    await world.run("sync.run", { calendarId });
    expect(await left()).toBe(UIDS.length);
    expect(server.count("DELETE")).toBe(0);
    const { discarded } = await world.run("pending.discard", { calendarId, name: "event-12.ics" });
    expect(discarded).toBe(true);
  });

  test("what was agreed to is listed and can be undone", async () => {
    const held = (await world.run("guard.list", {})).find(({ state }) => state === "held");
    await world.run("guard.decide", {
      calendarId,
      kind: "deletions",
      decision: "apply",
      preview: held?.preview ?? "",
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

  test("undoing a server's step back in time keeps what was edited after it, there and here", async () => {
    const { id, url: collection } = world.calendars.private as { id: string; url: string };
    const at = (uid: string) => `${collection}${uid}.ics`;
    const there = async (uid: string, property: string) =>
      propertyOf((await server.get(at(uid))) ?? "", property);
    for (const uid of UIDS) await server.put(at(uid), versionOf(uid, "old", 1));
    await world.run("sync.run", { calendarId: id });
    const { kind = "reversals", preview } =
      (await world.run("guard.list", {})).find((one) => one.calendarId === id) ?? {};
    if (preview != null)
      await world.run("guard.decide", {
        calendarId: id,
        kind,
        decision: "apply",
        preview,
        withoutSnapshot: true,
      });
    expect(await world.user.item(id, "event-0")).toMatchObject({ title: "old event-0" });

    await server.put(
      at("event-0"),
      withValue((await server.get(at("event-0"))) ?? "", "LOCATION", "There"),
    );
    await world.user.change(id, "event-1", { LOCATION: "Here" });
    await world.user.change(id, "event-2", { SUMMARY: "mine" });
    await world.user.remove(id, "event-3");
    await world.run("sync.run", { calendarId: id });
    expect(await server.get(at("event-3"))).toBeNull();

    const made = (await world.run("guard.list", {})).find((one) => one.calendarId === id);
    const undone = await world.run("guard.undo", {
      calendarId: id,
      kind: "reversals",
      at: made?.at ?? 0,
    });
    expect(undone).toMatchObject({ changed: 12, merged: 2 });
    expect(undone.left).toEqual([
      { name: "event-2.ics", summary: "new event-2", why: "changed" },
      { name: "event-3.ics", summary: "new event-3", why: "deleted" },
    ]);
    expect(await there("event-0", "LOCATION")).toBe("There");
    expect(await there("event-0", "SUMMARY")).toBe("new event-0");
    expect(await there("event-1", "LOCATION")).toBe("Here");
    expect(await there("event-1", "SUMMARY")).toBe("new event-1");
    expect(await there("event-2", "SUMMARY")).toBe("mine");
    expect(await server.get(at("event-3"))).toBeNull();
    expect(await server.get(at("event-13"))).toBe(versionOf("event-13", "new", 6));
    const titles = (await world.user.items(id)).map(({ title }) => title);
    const kept = UIDS.filter((uid) => uid !== "event-2" && uid !== "event-3");
    expect(new Set(titles)).toEqual(new Set(["mine", ...kept.map((uid) => `new ${uid}`)]));
    expect(titles).toHaveLength(UIDS.length - 1);
  });

  test("Thunderbird's console has no error of ours", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
