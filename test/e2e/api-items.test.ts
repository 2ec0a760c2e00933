/** `messenger.calendar.items` in the real Thunderbird: single calls, batches and metadata, own calendars and local ones. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findThunderbirds } from "../support/thunderbird.ts";
import { CalendarWorld, component, put, resource, vevent } from "./calendar-fixture.ts";

const single = (uid: string, title: string, ...lines: string[]) =>
  vevent(uid, `SUMMARY:${title}`, "DTSTART:20260302T100000Z", "DURATION:PT1H", ...lines);
const ical = (text: string, more: object = {}) => ({
  format: "ical",
  item: resource(text),
  ...more,
});
const event = (uid: string, title: string, more: object = {}) => ical(single(uid, title), more);

interface Item {
  id: string;
  title: string;
  calendarId: string;
  metadata?: unknown;
  instance: string | null;
}

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let world: CalendarWorld;
  let home: string;
  let other: string;

  beforeAll(async () => {
    world = await CalendarWorld.start(binary);
    home = await world.user.home();
    const created = await world.api<{ id: string }>("calendars.create", {
      type: (await world.api<{ type: string }>("calendars.get", world.calendarId)).type,
      name: "Other",
      url: "https://calendar.example/other/",
    });
    other = created.id;
  });
  afterAll(() => world.end());

  const outcome = (call: string, ...args: unknown[]): Promise<string> =>
    world.api(call, ...args).then(
      (value) => `no refusal: ${JSON.stringify(value)}`,
      (error: Error) => error.message,
    );
  const get = (calendarId: string, id: string) =>
    world.api<Item | null>("items.get", calendarId, id);
  const kinds: [string, () => string][] = [
    ["own", () => world.calendarId],
    ["local", () => home],
    ["cached", () => world.cacheId],
  ];

  test.each(kinds)("an id that the %s calendar does not have", async (_, id) => {
    expect(await get(id(), "nobody")).toBeNull();
    expect(await outcome("items.update", id(), "nobody", event("nobody", "X"))).toContain(
      'no item with the id "nobody"',
    );
    expect(await outcome("items.remove", id(), "nobody")).toContain('no item with the id "nobody"');
    expect(await world.api("items.query", { calendarId: id(), id: "nobody" })).toEqual([]);
  });

  test.each([
    ["own", () => world.calendarId],
    ["local", () => home],
  ])("an item that the %s calendar has already is not created again", async (name, id) => {
    await world.api("items.create", id(), event(`${name}-twice`, "First"));
    expect(await outcome("items.create", id(), event(`${name}-twice`, "Second"))).toContain(
      "has an item with this id already",
    );
    expect(await get(id(), `${name}-twice`)).toMatchObject({ title: "First" });
  });

  test("calendars that are unknown, switched off or read-only are named", async () => {
    const unknown = 'calendarId: there is no calendar with the id "nowhere"';
    expect(await outcome("items.get", "nowhere", "x")).toContain(unknown);
    expect(await outcome("items.getIds", "nowhere")).toContain(unknown);
    expect(await outcome("items.query", { calendarId: ["nowhere"] })).toContain(unknown);
    expect(await outcome("items.create", "nowhere", event("x", "X"))).toContain(unknown);
    expect(await outcome("items.batch", "nowhere", [])).toContain(unknown);
    expect(await outcome("items.move", "nowhere", "x", home)).toContain("fromCalendarId");
    expect(await outcome("items.move", home, "x", "nowhere")).toContain("toCalendarId");
    expect(await outcome("items.get", `${home}#cache`, "x")).toContain("own calendars");
    await world.api("items.create", home, event("asleep", "Still readable"));
    await world.api("calendars.update", home, { enabled: false });
    expect(await outcome("items.create", home, event("off", "X"))).toContain("is switched off");
    expect(await get(home, "asleep")).toMatchObject({ title: "Still readable" });
    expect(await world.api<Item[]>("items.query", { calendarId: home })).not.toEqual([]);
    const everywhere = await world.api<Item[]>("items.query", {});
    expect(everywhere.filter(({ calendarId }) => calendarId === home)).toEqual([]);
    await world.api("calendars.update", home, { enabled: true, readOnly: true });
    expect(await outcome("items.create", home, event("ro", "X"))).toContain("is read-only");
    expect(await outcome("items.remove", home, "asleep")).toContain("is read-only");
    await world.api("calendars.update", home, { readOnly: false });
    expect(await get(home, "asleep")).not.toBeNull();
  });

  test("a refused move leaves the original where it was", async () => {
    await world.api("items.create", home, event("stays", "Home"));
    await world.api("items.create", world.calendarId, event("stays", "There already"));
    expect(await outcome("items.move", home, "stays", world.calendarId)).toContain(
      "has an item with this id already",
    );
    expect(await get(home, "stays")).toMatchObject({ title: "Home" });
    expect(await get(world.calendarId, "stays")).toMatchObject({ title: "There already" });
    expect(await outcome("items.move", home, "nobody", world.calendarId)).toContain("nobody");
    expect(await outcome("items.move", world.cacheId, "stays", home)).toContain("cacheIds");
  });

  test("a source that does not let go ends with the item in one place", async () => {
    await world.api("items.create", home, event("held", "Home"));
    await world.inCalendar(
      `const home = cal.manager.getCalendarById(arguments[1]).wrappedJSObject;
       home.deleteItem = () => Promise.reject(Components.Exception("", Cr.NS_ERROR_FAILURE));
       return null;`,
      home,
    );
    expect(await outcome("items.move", home, "held", world.calendarId)).toContain("refused");
    await world.inCalendar(
      `delete cal.manager.getCalendarById(arguments[1]).wrappedJSObject.deleteItem; return null;`,
      home,
    );
    expect(await get(home, "held")).toMatchObject({ title: "Home" });
    expect(await get(world.calendarId, "held")).toBeNull();
  });

  test("an item moves with its id, and its metadata between own calendars", async () => {
    const metadata = { etag: '"1"', tags: ["a"] };
    await world.api("items.create", world.calendarId, event("goes", "Goes", { metadata }));
    const moved = await world.api<Item>("items.move", world.calendarId, "goes", other);
    expect(moved).toMatchObject({ id: "goes", calendarId: other, metadata });
    expect(await get(other, "goes")).toMatchObject({ metadata });
    expect(await get(world.calendarId, "goes")).toBeNull();
    const away = await world.api<Item>("items.move", other, "goes", home);
    expect(away).not.toHaveProperty("metadata");
    const { ical: text } = (await world.user.item(home, "goes")) ?? { ical: "" };
    expect(text).toContain("X-UNKNOWN;X-PARAM=1:kept by every edit");
    expect(text).not.toContain("X-KEEPER");
  });

  test.each([
    ["own", () => world.calendarId],
    ["cached", () => world.cacheId],
  ])("metadata of the %s calendar change member by member", async (name, id) => {
    const uid = `${name}-facts`;
    const created = await world.api<Item>("items.create", id(), event(uid, "One"));
    expect(created.metadata).toEqual({});
    const change = (metadata: unknown) =>
      world.api<Item>("items.update", id(), uid, event(uid, "One", { metadata }));
    expect((await change({ etag: 1, seen: true })).metadata).toEqual({ etag: 1, seen: true });
    expect((await change({ etag: 2 })).metadata).toEqual({ etag: 2, seen: true });
    expect((await change({ seen: null })).metadata).toEqual({ etag: 2 });
    await world.api("items.update", id(), uid, event(uid, "Two"));
    expect(await get(id(), uid)).toMatchObject({ title: "Two", metadata: { etag: 2 } });
    expect(
      await outcome("items.update", id(), uid, event(uid, "X", { metadata: "text" })),
    ).toContain("metadata");
    await world.api("items.remove", id(), uid);
    const again = await world.api<Item>("items.create", world.cacheId, event(uid, "Again"));
    expect(again.metadata).toEqual({});
  });

  test("metadata given to another calendar are kept nowhere", async () => {
    const metadata = { secret: "of the add-on" };
    const stored = await world.api<Item>("items.create", home, event("plain", "X", { metadata }));
    expect(stored).not.toHaveProperty("metadata");
    const text = await world.user.item(home, "plain");
    expect(JSON.stringify(text)).not.toContain("secret");
  });

  test.each(kinds)("a batch in the %s calendar does all, in its order", async (name, id) => {
    const uid = (n: number) => `${name}-batch-${n}`;
    await world.api("items.create", id(), event(uid(1), "Old"));
    await world.api("items.create", id(), event(uid(2), "Goes"));
    const results = await world.api<(Item | null)[]>("items.batch", id(), [
      { action: "create", item: event(uid(3), "New", { returnFormat: "ical" }) },
      { action: "update", id: uid(1), item: event(uid(1), "Changed") },
      { action: "remove", id: uid(2) },
      { type: "update", id: uid(3), item: event(uid(3), "Newer") },
    ]);
    expect(results.map((each) => each?.id ?? null)).toEqual([uid(3), uid(1), null, uid(3)]);
    expect(results[0]).toHaveProperty("item", expect.stringContaining(`UID:${uid(3)}`));
    expect(await get(id(), uid(1))).toMatchObject({ title: "Changed" });
    expect(await get(id(), uid(2))).toBeNull();
    expect(await get(id(), uid(3))).toMatchObject({ title: "Newer" });
  });

  test.each(kinds)("a batch that fails in the %s calendar changes nothing", async (name, id) => {
    const uid = `${name}-whole`;
    await world.api("items.create", id(), event(uid, "Before"));
    const ids = new Set(await world.api<string[]>("items.getIds", id()));
    const message = await outcome("items.batch", id(), [
      { action: "create", item: event(`${name}-never`, "Never") },
      { action: "update", id: uid, item: event(uid, "Never") },
      { action: "remove", id: uid },
      // It is gone by then.
      { action: "update", id: uid, item: event(uid, "Never") },
    ]);
    expect(message).toContain("operations[3]");
    expect(message).toContain("Nothing was changed");
    expect(new Set(await world.api<string[]>("items.getIds", id()))).toEqual(ids);
    expect(await get(id(), uid)).toMatchObject({ title: "Before" });
  });

  test("a batch that fails leaves metadata as they were", async () => {
    const before = { etag: "1" };
    const id = world.calendarId;
    await world.api("items.create", id, event("facts", "Facts", { metadata: before }));
    const message = await outcome("items.batch", id, [
      {
        action: "update",
        id: "facts",
        item: event("facts", "X", { metadata: { etag: "2", a: 1 } }),
      },
      { action: "update", id: "facts", item: { metadata: { etag: null } } },
      { action: "create", item: event("facts", "Taken") },
    ]);
    expect(message).toContain("operations[2]");
    expect(await get(id, "facts")).toMatchObject({ title: "Facts", metadata: before });
  });

  test("what of a failed batch cannot be taken back is said", async () => {
    await world.api("items.create", home, event("sticky", "Home"));
    await world.inCalendar(
      `const home = cal.manager.getCalendarById(arguments[1]).wrappedJSObject;
       home.deleteItem = () => Promise.reject(Components.Exception("", Cr.NS_ERROR_FAILURE));
       return null;`,
      home,
    );
    const message = await outcome("items.batch", home, [
      { action: "create", item: event("left-over", "Left over") },
      { action: "remove", id: "sticky" },
    ]);
    await world.inCalendar(
      `delete cal.manager.getCalendarById(arguments[1]).wrappedJSObject.deleteItem; return null;`,
      home,
    );
    expect(message).toContain("operations[1]");
    expect(message).toContain("operations[0] did could not be taken back");
    expect(await get(home, "left-over")).not.toBeNull();
  });

  test("a resource of several items keeps the others when one is removed", async () => {
    const text = resource(single("shared-1", "One"), single("shared-2", "Two"));
    await world.batch([put("shared.ics", text)]);
    expect(
      await outcome("items.update", world.cacheId, "shared-1", event("shared-1", "X")),
    ).toContain("shares its resource");
    await world.api("items.remove", world.cacheId, "shared-1");
    expect((await world.body("shared.ics"))?.serverText).toBe(resource(single("shared-2", "Two")));
  });

  test("a batch through the cacheId tells the views once and nobody else", async () => {
    await world.inCalendar(
      `calendar.wrappedJSObject.keeperLoads = 0;
       calendar.addObserver({
         QueryInterface: ChromeUtils.generateQI(["calIObserver"]),
         onStartBatch() {}, onEndBatch() {}, onAddItem() {}, onModifyItem() {}, onDeleteItem() {},
         onError() {}, onPropertyChanged() {}, onPropertyDeleting() {},
         onLoad() { calendar.wrappedJSObject.keeperLoads++; },
       });
       return null;`,
    );
    await world.api("items.batch", world.cacheId, [
      { action: "create", item: event("once-1", "One") },
      { action: "create", item: event("once-2", "Two", { metadata: { etag: "2" } }) },
    ]);
    await world.thunderbird.waitFor(
      async () => (await world.user.item(world.calendarId, "once-2")) !== null,
      "the batch to be shown",
    );
    expect(await world.inCalendar("return calendar.wrappedJSObject.keeperLoads;")).toBe(1);
    expect(await world.pending("once-1")).toBeUndefined();
    expect(await get(world.cacheId, "once-2")).toMatchObject({ metadata: { etag: "2" } });
  });

  test("operations that are none are refused before anything happens", async () => {
    const refused = (...operations: unknown[]) =>
      outcome("items.batch", world.calendarId, [
        { action: "create", item: event("refused", "Never") },
        ...operations,
      ]);
    expect(await refused({ action: "drop", id: "x" })).toContain("operations[1].action");
    expect(await refused({ action: "update", item: event("x", "X") })).toContain(
      "operations[1].id",
    );
    expect(await refused({ action: "create" })).toContain("operations[1].item");
    expect(await refused({ action: "remove", id: "nobody" })).toContain("operations[1]");
    expect(await refused({ action: "create", item: { format: "ical", item: "x" } })).toContain(
      "operations[1]",
    );
    expect(await refused("remove")).toContain("operations");
    expect(await get(world.calendarId, "refused")).toBeNull();
  });

  test("a task is one", async () => {
    const text = component("VTODO", "task", "SUMMARY:To do", "DUE:20260305T100000Z");
    expect(await world.api("items.create", world.calendarId, ical(text))).toMatchObject({
      type: "task",
    });
  });

  test("metadata outlive a restart", async () => {
    await world.api(
      "items.create",
      world.calendarId,
      event("kept", "Kept", { metadata: { a: 1 } }),
    );
    await world.thunderbird.restart();
    await world.back();
    expect(await get(world.calendarId, "kept")).toMatchObject({ metadata: { a: 1 } });
  });

  test("none of it left an error in the console", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
