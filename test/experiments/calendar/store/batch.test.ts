import { beforeEach, describe, expect, test } from "vitest";
import type { StoreChange } from "../../../../src/experiments/calendar/store/item-store.ts";
import type { BatchOperation } from "../../../../src/shared/item-store.ts";
import { event, put, StoreWorld } from "./store-world.ts";

const A = event("a", "first");
const A2 = event("a", "second");
const MINE = event("a", "mine");
const B = event("b", "b");

const remove = (name: string): BatchOperation => ({ kind: "remove", name, reason: "gone there" });

let world: StoreWorld;
beforeEach(async () => {
  world = await new StoreWorld().open();
});

describe("a batch", () => {
  test("adds, updates, removes and leaves alone, and counts what it did", async () => {
    expect(
      await world.batch([put("a.ics", A), put("b.ics", B), put("c.ics", event("c", "c"))]),
    ).toEqual({ added: 3, updated: 0, removed: 0, unchanged: 0, pending: [] });
    expect(
      await world.batch([
        put("a.ics", A2, "2"),
        put("b.ics", B),
        remove("c.ics"),
        remove("unknown.ics"),
        put("d.ics", event("d", "d")),
      ]),
    ).toEqual({ added: 1, updated: 1, removed: 1, unchanged: 1, pending: [] });
    expect(await world.visible()).toEqual({ "a.ics": A2, "b.ics": B, "d.ics": event("d", "d") });
  });

  test("keeps a text byte for byte", async () => {
    const odd = "BEGIN:VCALENDAR\nX:\u0000 \t\\ \"'ü😀\u2028\r\r\n\nEND:VCALENDAR";
    await world.batch([put("odd.ics", odd)]);
    expect((await world.bodies("odd.ics"))[0]?.serverText).toBe(odd);
  });

  test("keeps metadata as it is, and updates it alone without a new version", async () => {
    const metadata = { href: "/c/ü%20a.ics", etag: 'W/"1"', list: [1, null, true], "a.b": {} };
    await world.batch([{ ...put("a.ics", A), metadata } as BatchOperation]);
    const [before] = await world.rows();
    expect(before?.metadata).toEqual(metadata);
    await world.batch([{ kind: "metadata", name: "a.ics", metadata: { etag: "2" } }]);
    expect(await world.rows()).toEqual([{ ...before, metadata: { etag: "2" } }]);
    expect((await world.batch([put("a.ics", A, "3")])).updated).toBe(1);
    expect((await world.rows())[0]?.revision).toBe(before?.revision);
  });

  test("gives every changed row a higher revision than any before", async () => {
    await world.batch([put("a.ics", A), put("b.ics", B)]);
    const before = await world.rows();
    const highest = Math.max(...before.map(({ revision }) => revision));
    expect(new Set(before.map(({ revision }) => revision)).size).toBe(2);
    await world.batch([put("a.ics", A2), put("b.ics", B)]);
    const after = await world.rows();
    expect(after[0]?.revision).toBeGreaterThan(highest);
    expect(after[1]).toEqual(before[1]);
  });

  test("stores the calendar's state with its rows, or neither", async () => {
    expect(await world.store.getState(world.calendarId)).toBe("null");
    await world.batch([put("a.ics", A)], { state: { token: "t1" } });
    expect(JSON.parse(await world.store.getState(world.calendarId))).toEqual({ token: "t1" });
    await world.batch([put("b.ics", B)]);
    expect(JSON.parse(await world.store.getState(world.calendarId))).toEqual({ token: "t1" });
    const bad = [put("c.ics", B), { kind: "put", name: "d.ics" } as BatchOperation];
    await expect(world.batch(bad, { state: { token: "t2" } })).rejects.toMatchObject({
      code: "bad-argument",
    });
    expect(JSON.parse(await world.store.getState(world.calendarId))).toEqual({ token: "t1" });
    expect(Object.keys(await world.visible())).toEqual(["a.ics", "b.ics"]);
  });

  test.each([
    "[{",
    "[1]",
    '[{"kind":"put"}]',
    '[{"kind":"other","name":"a"}]',
    '[{"kind":"remove"}]',
  ])("that is not well-formed is refused: %s", async (operations) => {
    await expect(world.store.batch(world.calendarId, operations)).rejects.toMatchObject({
      code: "bad-argument",
    });
  });

  test("that names a row more than once applies one after the other", async () => {
    const result = await world.batch([
      put("a.ics", A),
      put("a.ics", A2),
      put("b.ics", B),
      remove("b.ics"),
    ]);
    expect(result).toEqual({ added: 2, updated: 1, removed: 1, unchanged: 0, pending: [] });
    expect(await world.visible()).toEqual({ "a.ics": A2 });
    expect((await world.superseded()).map(({ text }) => text)).toEqual([B, A]);
  });

  test("keeps what it replaces and removes", async () => {
    await world.batch([put("a.ics", A), put("b.ics", B)]);
    await world.batch([put("a.ics", A2), remove("b.ics")]);
    expect(await world.superseded()).toMatchObject([
      { name: "b.ics", uid: "b", text: B, reason: "gone there", calendarId: world.calendarId },
      { name: "a.ics", uid: "a", text: A, reason: "sync" },
    ]);
  });

  test("tells of itself once, and not at all where the run goes on", async () => {
    const heard: StoreChange[] = [];
    const stop = world.store.onChanged((change) => heard.push(change));
    await world.batch([put("a.ics", A)], { notify: false });
    expect(heard).toEqual([]);
    await world.batch([put("b.ics", B)]);
    const { calendarId } = world;
    expect(heard).toEqual([{ kind: "load", calendarId, names: ["a.ics", "b.ics"] }]);
    stop();
    await world.batch([put("a.ics", A2)]);
    expect(heard).toHaveLength(1);
  });

  test("of one calendar does not touch another", async () => {
    await world.batch([put("a.ics", A)]);
    await world.batch([put("a.ics", B), remove("b.ics")], { state: 1 }, "calendar-2");
    expect(await world.visible()).toEqual({ "a.ics": A });
    expect(await world.visible("calendar-2")).toEqual({ "a.ics": B });
  });
});

describe("a batch that meets a pending change", () => {
  test("moves only the server side of an edited row, and asks for a merge", async () => {
    await world.batch([put("a.ics", A)]);
    await world.edit("a.ics", MINE);
    const before = await world.change("a.ics");
    expect((await world.batch([put("a.ics", A2, "2")])).pending).toEqual(["a.ics"]);
    expect(await world.visible()).toEqual({ "a.ics": MINE });
    expect(await world.change("a.ics")).toMatchObject({
      revision: before.revision,
      userText: MINE,
      baseText: A,
      serverText: A2,
      metadata: { etag: "2" },
    });
    expect((await world.superseded()).map(({ text }) => text)).toEqual([A]);
  });

  test("keeps an edited row that the server removed", async () => {
    await world.batch([put("a.ics", A)]);
    await world.edit("a.ics", MINE);
    const result = await world.batch([remove("a.ics")]);
    expect(result).toMatchObject({ removed: 1, pending: ["a.ics"] });
    expect(await world.visible()).toEqual({ "a.ics": MINE });
    expect(await world.change("a.ics")).toMatchObject({
      kind: "update",
      serverText: null,
      metadata: null,
    });
    expect((await world.rows())[0]?.onServer).toBe(false);
  });

  test("leaves a deleted row deleted", async () => {
    await world.batch([put("a.ics", A)]);
    await world.remove("a.ics");
    expect((await world.batch([put("a.ics", A2, "2")])).pending).toEqual(["a.ics"]);
    expect(await world.visible()).toEqual({});
    expect(await world.change("a.ics")).toMatchObject({
      kind: "delete",
      baseText: A,
      serverText: A2,
    });
  });

  test("made while the edit was stored does not overtake it", async () => {
    await world.batch([put("a.ics", A)]);
    const edit = world.edit("a.ics", MINE);
    const batch = world.batch([put("a.ics", A2, "2")]);
    await Promise.all([edit, batch]);
    expect(await world.visible()).toEqual({ "a.ics": MINE });
    expect(await world.change("a.ics")).toMatchObject({ baseText: A, serverText: A2 });
  });

  test("shows the newer version of the server when the edit is given up", async () => {
    await world.batch([put("a.ics", A)]);
    await world.edit("a.ics", MINE);
    await world.batch([put("a.ics", event("a", "moved", "DTSTART:20270101T100000Z"))]);
    await world.settle("a.ics", { kind: "yield" });
    const row = await world.store.getByName(world.calendarId, "a.ics");
    expect(row).toMatchObject({
      pending: null,
      columns: { summary: "moved", start: Date.UTC(2027, 0, 1, 10) },
    });
  });
});
