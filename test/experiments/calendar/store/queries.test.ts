import { beforeEach, describe, expect, test } from "vitest";
import {
  COMPONENT,
  LEFT_REASONS,
  type RemovedCalendarRow,
} from "../../../../src/shared/item-store.ts";
import { event, put, StoreWorld, todo } from "./store-world.ts";

let world: StoreWorld;
beforeEach(async () => {
  world = await new StoreWorld().open();
});

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);

async function names(
  start: string | null,
  end: string | null,
  options: { components?: number; includeCompleted?: boolean; onlyWithAttendees?: boolean } = {},
): Promise<string[]> {
  const found: string[] = [];
  const query = {
    calendarId: world.calendarId,
    onlyWithAttendees: options.onlyWithAttendees ?? false,
    components: options.components ?? 15,
    start: start === null ? null : day(start),
    end: end === null ? null : day(end),
    includeCompleted: options.includeCompleted ?? true,
  };
  for await (const slice of world.store.query(query)) found.push(...slice.map(({ name }) => name));
  return found.sort((a, b) => (a < b ? -1 : 1));
}

describe("a range holds", () => {
  test("events that lie in it, and those of any zone that might", async () => {
    await world.batch([
      put("in.ics", event("in", "x", "DTSTART:20260610T100000Z")),
      put("edge.ics", event("edge", "x", "DTSTART:20260601T020000")),
      put("before.ics", event("before", "x", "DTSTART:20260501T100000Z")),
      put("after.ics", event("after", "x", "DTSTART:20260801T100000Z")),
      put(
        "through.ics",
        event("through", "x", "DTSTART:20260101T100000Z", "DTEND:20261001T100000Z"),
      ),
    ]);
    expect(await names("2026-06-02", "2026-07-01")).toEqual(["edge.ics", "in.ics", "through.ics"]);
    expect(await names(null, "2026-05-15")).toEqual(["before.ics", "through.ics"]);
    expect(await names("2026-07-15", null)).toEqual(["after.ics", "through.ics"]);
    expect(await names(null, null)).toHaveLength(5);
  });

  test("series that go on, but not those that have ended", async () => {
    await world.batch([
      put("endless.ics", event("e", "x", "DTSTART:20200101T100000Z", "RRULE:FREQ=WEEKLY")),
      put("ended.ics", event("d", "x", "DTSTART:20200101T100000Z", "RRULE:FREQ=WEEKLY;COUNT=3")),
      put(
        "until.ics",
        event("u", "x", "DTSTART:20200101T100000Z", "RRULE:FREQ=DAILY;UNTIL=20260615T000000Z"),
      ),
    ]);
    expect(await names("2026-06-10", "2026-06-11")).toEqual(["endless.ics", "until.ics"]);
    expect(await names("2026-09-10", "2026-09-11")).toEqual(["endless.ics"]);
  });

  test("to-dos without a start, however long they are due", async () => {
    await world.batch([
      put("due.ics", todo("due", "DUE:20260101T100000Z")),
      put("undated.ics", todo("undated")),
      put("started.ics", todo("started", "DTSTART:20260101T100000Z", "DUE:20260102T100000Z")),
    ]);
    expect(await names("2026-06-01", "2026-07-01")).toEqual(["due.ics", "undated.ics"]);
  });

  test("completed to-dos only where they are asked for", async () => {
    await world.batch([
      put("open.ics", todo("open")),
      put("done.ics", todo("done", "STATUS:COMPLETED", "COMPLETED:20260101T100000Z")),
    ]);
    expect(await names(null, null, { includeCompleted: false })).toEqual(["open.ics"]);
    expect(await names(null, null)).toEqual(["done.ics", "open.ics"]);
  });

  test("only what has attendees, an override's too, where invitations are asked for", async () => {
    const at = "DTSTART:20260610T100000Z";
    const guest = "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:guest@example.org";
    const series = event("series", "x", at, "RRULE:FREQ=DAILY");
    const override = event("series", "x", at, "RECURRENCE-ID:20260611T100000Z", guest);
    const components = override.slice(override.indexOf("BEGIN:VEVENT"));
    await world.batch([
      put("alone.ics", event("alone", "x", at)),
      put("invited.ics", event("invited", "x", at, guest)),
      put("series.ics", series.replace("END:VCALENDAR\r\n", components)),
    ]);
    const invited = await names("2026-06-01", "2026-07-01", { onlyWithAttendees: true });
    expect(invited).toEqual(["invited.ics", "series.ics"]);
  });

  test("only the asked kinds", async () => {
    await world.batch([put("e.ics", event("e", "x")), put("t.ics", todo("t"))]);
    expect(await names(null, null, { components: COMPONENT.event })).toEqual(["e.ics"]);
    expect(await names(null, null, { components: COMPONENT.todo })).toEqual(["t.ics"]);
  });

  test("what the user sees: edited rows where they are now, deleted ones not at all", async () => {
    await world.batch([put("a.ics", event("a", "x")), put("b.ics", event("b", "x"))]);
    await world.edit("a.ics", event("a", "x", "DTSTART:20280101T100000Z"));
    await world.remove("b.ics");
    expect(await names("2026-06-01", "2026-07-01")).toEqual([]);
    expect(await names("2028-01-01", "2028-02-01")).toEqual(["a.ics"]);
  });
});

describe("reading", () => {
  test("comes in slices, each row once", async () => {
    const all = Array.from({ length: 25 }, (_, i) => put(`${i}.ics`, event(`${i}`, "x")));
    await world.batch(all);
    const query = {
      calendarId: world.calendarId,
      components: 15,
      start: null,
      end: null,
      includeCompleted: true,
    };
    const sizes: number[] = [];
    const seen = new Set<string>();
    for await (const slice of world.store.queryTexts(query, 10)) {
      sizes.push(slice.length);
      for (const row of slice) seen.add(row.text);
    }
    expect(sizes).toEqual([10, 10, 5]);
    expect(seen.size).toBe(25);
  });

  test("goes on while rows come and go", async () => {
    await world.batch(Array.from({ length: 6 }, (_, i) => put(`${i}.ics`, event(`${i}`, "x"))));
    const query = {
      calendarId: world.calendarId,
      components: 15,
      start: null,
      end: null,
      includeCompleted: true,
    };
    const seen: string[] = [];
    for await (const slice of world.store.queryTexts(query, 2)) {
      seen.push(...slice.map(({ name }) => name));
      if (seen.length === 2) await world.batch([{ kind: "remove", name: "5.ics", reason: "x" }]);
    }
    expect(seen).toHaveLength(5);
    expect(seen).not.toContain("5.ics");
  });

  test("gives back every column", async () => {
    const text = event(
      "a",
      "Sum",
      "DTEND:20260601T110000Z",
      "LOCATION:Here",
      "CATEGORIES:x",
      "SEQUENCE:3",
      "CLASS:PRIVATE",
      "STATUS:CONFIRMED",
    );
    const operation = put("a.ics", text);
    await world.batch([operation]);
    const row = await world.store.getByUid(world.calendarId, "a");
    expect(row?.columns).toEqual(operation.kind === "put" ? operation.columns : null);
    expect(row?.columns).toMatchObject({ summary: "Sum", location: "Here", sequence: 3 });
  });

  test("of a UID that two resources have gives the first", async () => {
    await world.batch([put("one.ics", event("same", "1")), put("two.ics", event("same", "2"))]);
    expect((await world.store.getByUid(world.calendarId, "same"))?.name).toBe("one.ics");
    await world.remove("one.ics");
    expect((await world.store.getByUid(world.calendarId, "same"))?.name).toBe("two.ics");
    expect(await world.store.uids(world.calendarId, false)).toEqual(["same"]);
  });

  test("by pages shows every resource, those with a pending delete included", async () => {
    await world.batch(["c", "a", "b"].map((name) => put(`${name}.ics`, event(name, "x"))));
    await world.remove("b.ics");
    const pages: string[] = [];
    let after = "";
    for (;;) {
      const page = JSON.parse(
        await world.store.getResources(world.calendarId, { after, limit: 2 }),
      ) as { name: string }[];
      if (page.length === 0) break;
      pages.push(page.map(({ name }) => name).join(" "));
      after = page.at(-1)?.name ?? "";
    }
    expect(pages).toEqual(["a.ics b.ics", "c.ics"]);
    expect(await world.store.uids(world.calendarId, true)).toEqual(["a", "b", "c"]);
    expect(await world.store.resourceByUid(world.calendarId, "b")).toMatchObject({
      pending: "delete",
    });
  });

  test("counts what is shown and what waits", async () => {
    await world.batch([
      put("e.ics", event("e", "x")),
      put("t.ics", todo("t")),
      put("d.ics", event("d", "x")),
    ]);
    await world.remove("d.ics");
    expect(await world.store.counts(world.calendarId)).toEqual({
      items: 2,
      events: 1,
      todos: 1,
      pending: 1,
      conflicts: 0,
    });
    expect(await world.store.pendingCount()).toBe(1);
    expect(await world.store.counts("unknown")).toMatchObject({ items: 0 });
  });
});

describe("clearing and unsubscribing", () => {
  const A = event("a", "1");
  const MINE = event("a", "mine");
  const C = event("c", "1");

  test("a cleared calendar starts anew, its pending changes stay", async () => {
    await world.batch([put("a.ics", A), put("b.ics", event("b", "x"))], { state: { token: "t" } });
    await world.edit("a.ics", MINE);
    await world.store.clear(world.calendarId);
    expect(await world.store.getState(world.calendarId)).toBe("null");
    expect(await world.visible()).toEqual({ "a.ics": MINE });
    expect(await world.change("a.ics")).toMatchObject({
      kind: "update",
      serverText: null,
      userText: MINE,
    });
  });

  test("an unsubscribed calendar leaves all its texts, unsent ones included, and says how many", async () => {
    await world.batch([put("a.ics", A), put("b.ics", event("b", "x"))]);
    await world.edit("a.ics", MINE);
    await world.create("n", event("n", "x"));
    await world.remove("b.ics");
    expect(await world.store.removeCalendar(world.calendarId, "unsubscribe")).toEqual({
      superseded: 4,
      pending: 3,
    });
    const kept = await world.superseded();
    expect(new Set(kept.map(({ text }) => text))).toEqual(
      new Set([A, MINE, event("b", "x"), event("n", "x")]),
    );
    expect(await world.rows()).toEqual([]);
    expect(world.unsentFiles()).toEqual([]);
    await world.batch([put("a.ics", A)]);
    expect(await world.visible()).toEqual({ "a.ics": A });
  });

  test("an unsubscribed calendar leaves both texts of a conflict nobody decided", async () => {
    await world.batch([put("a.ics", A)]);
    await world.edit("a.ics", MINE);
    const sides = { mine: MINE, theirs: event("a", "theirs") };
    const conflict = { conflict: "both-changed", base: A, properties: [], ...sides } as const;
    await world.settle("a.ics", { kind: "yield", conflict });
    const before = (await world.superseded()).length;
    expect(await world.store.removeCalendar(world.calendarId, "unsubscribe")).toEqual({
      superseded: 3,
      pending: 0,
    });
    const kept = (await world.superseded()).slice(0, -before);
    expect(new Set(kept.map(({ text }) => text))).toEqual(new Set([A, MINE, sides.theirs]));
    expect(await world.conflicts()).toEqual([]);
    world.now += 40 * 24 * 60 * 60_000;
    await world.restart();
    expect(await world.superseded()).toHaveLength(before + 3);
  });

  describe("a calendar that is gone", () => {
    const CONFLICT = { conflict: "both-changed", base: A, properties: [] } as const;

    async function leave(): Promise<void> {
      await world.batch([put("a.ics", A), put("b.ics", event("b", "x")), put("c.ics", C)]);
      await world.edit("c.ics", event("c", "mine"));
      const sides = { mine: event("c", "mine"), theirs: event("c", "theirs") };
      await world.settle("c.ics", { kind: "yield", conflict: { ...CONFLICT, ...sides } });
      await world.edit("a.ics", MINE);
      await world.create("n", event("n", "x"));
      await world.remove("b.ics");
      await world.store.removeCalendar(world.calendarId, "unsubscribe");
    }

    const removed = async () => JSON.parse(await world.store.listRemoved()) as RemovedCalendarRow[];
    const leftTexts = async () =>
      new Set((await world.superseded({ reasons: LEFT_REASONS })).map(({ text }) => text));
    const ALL = new Set([MINE, event("n", "x"), event("c", "mine"), event("c", "theirs")]);

    test("is listed with what was never sent and never decided, and not once more when it comes back", async () => {
      expect(await removed()).toEqual([]);
      await leave();
      const [row, ...others] = await removed();
      expect(row).toEqual({
        calendarId: world.calendarId,
        removedAt: expect.any(Number),
        unsaved: (await world.superseded()).length,
        left: 4,
      });
      expect(others).toEqual([]);
      expect(await leftTexts()).toEqual(ALL);
      await world.batch([put("a.ics", A)]);
      expect(await removed()).toEqual([]);
    });

    test("keeps them beyond the time that a snapshot's other texts have, until the user gives them up", async () => {
      await leave();
      const ids = (await world.superseded()).map(({ id }) => id);
      await world.store.markSnapshotted(world.calendarId, ids, "one");
      world.now += 40 * 24 * 60 * 60_000;
      await world.store.forgetSnapshotted(["one"]);
      expect(new Set((await world.superseded()).map(({ text }) => text))).toEqual(ALL);
      expect(await removed()).toMatchObject([{ unsaved: 0, left: 4 }]);

      const [given] = (await world.superseded()).filter(({ text }) => text === MINE);
      await world.store.dismissSuperseded(world.calendarId, [given?.id ?? 0]);
      expect(await removed()).toMatchObject([{ left: 3 }]);
      await world.store.forgetSnapshotted(["one"]);
      expect(await leftTexts()).toEqual(new Set([...ALL].filter((text) => text !== MINE)));
      expect((await world.superseded()).some(({ text }) => text === MINE)).toBe(false);
    });

    test("hands what the user gave up to the next snapshot all the same", async () => {
      await leave();
      const all = await world.superseded();
      await world.store.dismissSuperseded(
        world.calendarId,
        all.map(({ id }) => id),
      );
      expect(await removed()).toMatchObject([{ unsaved: all.length, left: 0 }]);
      expect(await world.superseded({ unsaved: true })).toHaveLength(all.length);
    });
  });
});
