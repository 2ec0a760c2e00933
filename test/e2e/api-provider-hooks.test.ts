/** What a provider's listeners answer to an edit, and what becomes of the edit, in the real Thunderbird. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findThunderbirds } from "../support/thunderbird.ts";
import { component, resource, vevent } from "./calendar-fixture.ts";
import { HooksWorld } from "./hooks-fixture.ts";

const event = (uid: string, title: string, ...lines: string[]) =>
  vevent(uid, `SUMMARY:${title}`, "DTSTART:20260302T100000Z", "DURATION:PT1H", ...lines);

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let world: HooksWorld;
  let id: string;

  beforeAll(async () => {
    world = await HooksWorld.start(binary);
    id = world.calendar.calendarId;
  });
  afterAll(() => world.end());
  beforeEach(async () => {
    await world.forget();
    await world.answer({});
  });

  const add = (uid: string, title: string, ...lines: string[]) =>
    world.calendar.user.add(id, event(uid, title, ...lines));
  const shown = async (uid: string) => (await world.calendar.user.item(id, uid))?.title ?? null;
  const body = async (uid: string) => {
    const json = await world.calendar.api<string>(
      "provider.getResources",
      world.calendar.cacheId,
      {},
    );
    return (JSON.parse(json) as { uid: string; serverText: string; metadata: unknown }[]).find(
      (each) => each.uid === uid,
    );
  };

  test("a listener that says nothing has taken the item as it is", async () => {
    await add("plain", "As it is");
    await world.settled("plain");
    expect(await body("plain")).toMatchObject({
      serverText: expect.stringContaining("SUMMARY:As it is"),
      metadata: null,
    });
    const [note] = await world.noted("created");
    expect(note).toMatchObject({
      calendar: { id, cacheId: world.calendar.cacheId },
      item: { id: "plain", title: "As it is" },
      options: { invitation: false, offline: false, force: false },
    });
    expect(note?.item.raw.ical).toContain("X-UNKNOWN;X-PARAM=1:kept by every edit");
  });

  test("so has one that returns the item it got, and its bytes stay", async () => {
    await world.answer({ created: { same: true } });
    await add("same", "Returned");
    await world.settled("same");
    const [note] = await world.noted("created");
    expect((await body("same"))?.serverText).toBe(note?.item.raw.ical);
  });

  test("metadata of an answer are kept with the item, and come with its next edit", async () => {
    await world.answer({ created: { metadata: { etag: "1", path: "/a" } } });
    await add("meta", "First");
    await world.settled("meta");
    expect((await body("meta"))?.metadata).toEqual({ etag: "1", path: "/a" });

    await world.answer({ updated: { metadata: { etag: "2", path: null } } });
    await world.calendar.user.change(id, "meta", { SUMMARY: "Second" });
    await world.settled("meta");
    expect(await body("meta")).toMatchObject({
      serverText: expect.stringContaining("SUMMARY:Second"),
      metadata: { etag: "2" },
    });
    const [note] = await world.noted("updated");
    expect(note).toMatchObject({
      item: { title: "Second", metadata: { etag: "1", path: "/a" } },
      old: { title: "First", metadata: { etag: "1", path: "/a" } },
    });
  });

  test("another item in the answer is what is shown and stored from then on", async () => {
    await world.answer({
      created: { replace: [["SUMMARY:Mine", "SUMMARY:The service's"]], metadata: 7 },
    });
    await add("changed", "Mine");
    await world.settled("changed");
    expect(await shown("changed")).toBe("The service's");
    expect((await body("changed"))?.metadata).toBe(7);
  });

  test("an id of the service's replaces the one of the edit, and undo finds the item all the same", async () => {
    await world.answer({ created: { replace: [["UID:temporary", "UID:from-service"]] } });
    await add("temporary", "Renamed");
    await world.settled("temporary");
    expect(await shown("temporary")).toBeNull();
    expect(await shown("from-service")).toBe("Renamed");
    await world.calendar.user.undo();
    await world.noted("removed");
    expect(await shown("from-service")).toBeNull();
    expect((await world.notes()).at(-1)).toMatchObject({ item: { id: "from-service" } });
  });

  test("a service that tells of the new item before the listener answers leaves one item", async () => {
    const told = { type: "event", format: "ical", item: resource(event("twin-there", "Twin")) };
    await world.answer({
      created: {
        replace: [["UID:twin-here", "UID:twin-there"]],
        cache: { cacheId: world.calendar.cacheId, item: told },
      },
    });
    await add("twin-here", "Twin");
    await world.settled("twin-here");
    const uids = await world.calendar.api<string[]>("items.getIds", id);
    expect(uids.filter((uid) => uid.startsWith("twin"))).toEqual(["twin-there"]);
  });

  test("an edit made while the listener works is offered after it, as a change of what was answered", async () => {
    await world.answer({ created: { wait: "go", metadata: { etag: "early" } } });
    await add("busy", "One");
    await world.noted("created");
    await world.calendar.user.change(id, "busy", { SUMMARY: "Two" });
    await world.store({ go: true });
    const [note] = await world.noted("updated");
    await world.settled("busy");
    expect(note).toMatchObject({ item: { title: "Two", metadata: { etag: "early" } } });
    expect((await body("busy"))?.serverText).toContain("SUMMARY:Two");
  });

  test("a deleted item is removed once the listener has answered", async () => {
    await add("gone", "Gone");
    await world.settled("gone");
    await world.calendar.user.remove(id, "gone");
    const [note] = await world.noted("removed");
    await world.settled("gone");
    expect(note).toMatchObject({ item: { id: "gone", title: "Gone" } });
    expect(await body("gone")).toBeUndefined();
  });

  test.each([
    ["an error", { error: "MODIFY_FAILED" }],
    ["an unknown error", { error: "SOMETHING" }],
    ["a rejection", { fail: true }],
    [
      "a text that is no item",
      { replace: [["BEGIN:VEVENT", "BEGIN:NOTHING"]] as [string, string][] },
    ],
  ])(
    "after %s the user's version stays, says so, and goes with the next synchronization",
    async (_name, failure) => {
      const uid = `fails-${Object.values(failure).join()}`.replace(/\W/g, "");
      await world.answer({ created: failure });
      await add(uid, "Kept");
      await world.noted("created");
      await world.calendar.thunderbird.waitFor(() => world.lastError(), "the error");
      expect(await shown(uid)).toBe("Kept");
      expect(await world.calendar.pending(uid)).toMatchObject({ kind: "create", attempts: 1 });
      expect(await world.calendar.user.property(id, "currentStatus")).not.toBe(0);

      await world.answer({ created: { metadata: { etag: "late" } } });
      await world.synchronize();
      await world.settled(uid);
      const order = (await world.notes()).map(({ event, options }) =>
        event === "sync" ? event : `${event} ${options.offline}`,
      );
      expect(order).toEqual(["created false", "created true", "sync"]);
      expect((await body(uid))?.metadata).toEqual({ etag: "late" });
      expect(await world.lastError()).toBeNull();
      expect(await world.calendar.user.property(id, "currentStatus")).toBe(0);
    },
  );

  test("a removal that was refused is offered again, and stays hidden", async () => {
    await add("sticky", "Sticky");
    await world.settled("sticky");
    await world.answer({ removed: { error: "GENERAL_FAILURE" } });
    await world.calendar.user.remove(id, "sticky");
    await world.noted("removed");
    expect(await shown("sticky")).toBeNull();
    await world.answer({});
    await world.synchronize();
    await world.settled("sticky");
    expect(await body("sticky")).toBeUndefined();
  });

  test("after CONFLICT the service's version is brought, merged and the edit offered on top of it", async () => {
    await world.answer({ created: { metadata: { etag: "1" } } });
    await add("conflict", "Old");
    await world.settled("conflict");
    const theirs = (await body("conflict"))?.serverText.replace(
      "SUMMARY:Old",
      "SUMMARY:Old\r\nLOCATION:There",
    );
    await world.brings([
      "update",
      "conflict",
      { format: "ical", item: theirs, metadata: { etag: "2" } },
    ]);
    await world.answer({ updated: { error: "CONFLICT", once: true } });
    await world.calendar.user.change(id, "conflict", { SUMMARY: "Mine" });
    await world.noted("updated", 2);
    await world.settled("conflict");
    const last = (await world.notes()).at(-1);
    expect(last).toMatchObject({
      event: "updated",
      options: { force: false },
      item: { metadata: { etag: "2" } },
    });
    const kept = await body("conflict");
    expect(kept?.serverText).toContain("SUMMARY:Mine");
    expect(kept?.serverText).toContain("LOCATION:There");
  });

  test("what both changed the same is kept twice: the edit stands, theirs goes on the conflict list", async () => {
    await add("clash", "Old");
    await world.settled("clash");
    const theirs = (await body("clash"))?.serverText.replace("SUMMARY:Old", "SUMMARY:Theirs");
    await world.brings(["update", "clash", { format: "ical", item: theirs }]);
    await world.answer({ updated: { error: "CONFLICT", once: true } });
    await world.calendar.user.change(id, "clash", { SUMMARY: "Mine" });
    await world.noted("updated", 2);
    await world.settled("clash");
    expect(await shown("clash")).toBe("Mine");
    const conflicts = JSON.parse(
      await world.calendar.api<string>("provider.listConflicts", world.calendar.cacheId),
    ) as { uid: string; theirs: string }[];
    expect(conflicts.find(({ uid }) => uid === "clash")?.theirs).toContain("SUMMARY:Theirs");
  });

  test("an add-on that asked the user may force an edit against a conflict", async () => {
    await add("forced", "Old");
    await world.settled("forced");
    await world.answer({ updated: { error: "CONFLICT" } });
    await world.calendar.user.change(id, "forced", { SUMMARY: "Mine" });
    await world.noted("updated", 2);
    expect(await world.calendar.pending("forced")).toBeDefined();
    await world.answer({});
    expect(await world.calendar.api("provider.retry", id, "forced", { force: true })).toBe(true);
    expect((await world.notes()).at(-1)).toMatchObject({
      event: "updated",
      options: { force: true },
    });
  });

  test("edits made offline wait without a question, and go when a synchronization comes", async () => {
    await world.calendar.thunderbird.setOffline(true);
    await add("offline", "Offline");
    await world.calendar.user.change(id, "offline", { SUMMARY: "Still offline" });
    expect(await world.calendar.pending("offline")).toMatchObject({ kind: "create" });
    expect(await world.notes()).toEqual([]);
    await world.calendar.thunderbird.setOffline(false);
    await world.calendar.user.synchronize(id);
    await world.settled("offline");
    const [note] = await world.noted("created");
    expect(note).toMatchObject({ item: { title: "Still offline" }, options: { offline: true } });
  });

  test("a synchronization that fails says so until one ends well; offline none is asked for", async () => {
    await world.store({ brings: [["update", "nobody's", { title: "x" }]] });
    await world.calendar.api("calendars.synchronize", id);
    const error = await world.calendar.thunderbird.waitFor(() => world.lastError(), "the error");
    expect(error).toContain("could not be synchronized");
    await world.synchronize();
    expect(await world.lastError()).toBeNull();
    await world.forget();
    await world.calendar.thunderbird.setOffline(true);
    await world.calendar.user.synchronize(id);
    await world.calendar.thunderbird.setOffline(false);
    await world.calendar.user.synchronize(id);
    expect(await world.noted("sync")).toHaveLength(1);
    expect(await world.lastError()).toBeNull();
  });

  test("what the provider itself says of an error stays", async () => {
    await world.calendar.api("calendars.update", id, { lastError: "Closed on Sundays" });
    await world.answer({ created: { error: "READ_FAILED" } });
    await add("sunday", "Sunday");
    await world.noted("created");
    await world.answer({});
    await world.synchronize();
    await world.settled("sunday");
    expect(await world.lastError()).toBe("Closed on Sundays");
    await world.calendar.api("calendars.update", id, { lastError: null });
  });

  test("an edit that takes over an invitation says so", async () => {
    await add(
      "invited",
      "Invited",
      "X-MOZ-RECEIVED-SEQUENCE:0",
      "X-MOZ-RECEIVED-DTSTAMP:20260101T000000Z",
    );
    await world.settled("invited");
    await world.calendar.user.change(id, "invited", { "X-MOZ-RECEIVED-SEQUENCE": "1" });
    await world.noted("updated");
    await world.settled("invited");
    await world.calendar.user.change(id, "invited", { SUMMARY: "Later" });
    const updates = await world.noted("updated", 2);
    const created = await world.noted("created");
    expect([...created, ...updates].map(({ options }) => options.invitation)).toEqual([
      true,
      true,
      false,
    ]);
  });

  test("what the provider writes to the cache asks no listener and shows at once", async () => {
    const item = resource(event("pushed", "Pushed"));
    await world.calendar.api("items.create", world.calendar.cacheId, { format: "ical", item });
    expect(await shown("pushed")).toBe("Pushed");
    await world.calendar.api("items.remove", world.calendar.cacheId, "pushed");
    expect(await shown("pushed")).toBeNull();
    expect(await world.notes()).toEqual([]);
  });

  test("an item changed here and removed there is made there again, and the user is told", async () => {
    await add("revived", "Old");
    await world.settled("revived");
    await world.answer({ updated: { error: "READ_FAILED" } });
    await world.calendar.user.change(id, "revived", { SUMMARY: "Mine" });
    await world.noted("updated");
    await world.forget();
    await world.calendar.api("items.remove", world.calendar.cacheId, "revived");
    await world.answer({});
    await world.synchronize();
    await world.settled("revived");
    expect(await shown("revived")).toBe("Mine");
    const notes = await world.notes();
    expect(notes.map(({ event }) => event)).toEqual(["sync", "created"]);
  });

  test("a task is offered as well", async () => {
    await world.calendar.user.add(id, component("VTODO", "task", "SUMMARY:To do"));
    const [note] = await world.noted("created");
    await world.settled("task");
    expect(note?.item).toMatchObject({ id: "task", type: "task", title: "To do" });
  });

  test("after a restart what was not taken yet is offered again", async () => {
    await world.answer({ created: { fail: true } });
    await add("restarted", "Restarted");
    await world.noted("created");
    await world.calendar.thunderbird.waitFor(() => world.lastError(), "the error");
    await world.forget();
    await world.answer({});
    await world.calendar.thunderbird.restart();
    await world.calendar.back();
    await world.settled("restarted");
    expect(await world.noted("created")).toMatchObject([
      { item: { id: "restarted" }, options: { offline: true } },
    ]);
  });

  test("Thunderbird's console has no error of the add-on's", async () => {
    expect(await world.calendar.thunderbird.consoleErrors()).toEqual([]);
  });
});
