import { beforeEach, describe, expect, test } from "vitest";
import { event, put, StoreWorld, sides, stored } from "./store-world.ts";

const A = event("a", "first");
const A2 = event("a", "second");
const A3 = event("a", "third");

let world: StoreWorld;
beforeEach(async () => {
  world = await new StoreWorld().open();
});

describe("a new item", () => {
  test("is shown and waits to be sent under a name made of its UID", async () => {
    const row = await world.create("a", A);
    expect(row).toMatchObject({ name: "a.ics", uid: "a", pending: "create", text: A });
    expect(await world.visible()).toEqual({ "a.ics": A });
    expect(await world.change("a.ics")).toMatchObject({
      kind: "create",
      uid: "a",
      userText: A,
      baseText: null,
      serverText: null,
      metadata: null,
      earlierTexts: [],
      waiting: false,
      moved: false,
      attempts: 0,
    });
  });

  test("gets a random name where its UID is no safe name", async () => {
    for (const uid of ["a/b", "..", "ü", "CON", "x".repeat(200), ""]) {
      const row = await world.create(uid, event(uid, "x"));
      expect(row.name).toMatch(/^random-\d+\.ics$/);
    }
  });

  test("gets another name where its own is taken in another spelling", async () => {
    await world.batch([put("A.ics", event("other", "x"))]);
    expect((await world.create("a", A)).name).toMatch(/^random-/);
  });

  test("is refused while its UID is in the calendar, and nothing changes", async () => {
    await world.batch([put("x.ics", A)]);
    await expect(world.create("a", A2)).rejects.toMatchObject({ code: "uid-exists" });
    expect(await world.visible()).toEqual({ "x.ics": A });
    expect(await world.pending()).toEqual([]);
  });
});

describe("a changed item", () => {
  test("shows the user's text and keeps the server's", async () => {
    await world.batch([put("a.ics", A)]);
    const row = await world.edit("a.ics", A2);
    expect(row).toMatchObject({ pending: "update", text: A2 });
    expect(await world.change("a.ics")).toMatchObject({ baseText: A, serverText: A, userText: A2 });
  });

  test("changed again keeps the base and gets a new revision", async () => {
    await world.batch([put("a.ics", A)]);
    await world.edit("a.ics", A2);
    const before = await world.change("a.ics");
    await world.edit("a.ics", A3);
    const after = await world.change("a.ics");
    expect(after).toMatchObject({ kind: "update", baseText: A, userText: A3 });
    expect(after.revision).toBeGreaterThan(before.revision);
    expect((await world.superseded()).map(({ text }) => text)).toEqual([A2]);
  });

  test("is not written over a version that the editor has not seen", async () => {
    await world.batch([put("a.ics", A)]);
    const seen = await world.store.getByName(world.calendarId, "a.ics");
    await world.batch([put("a.ics", A2, "2")]);
    const result = await world.store.updateEdit({
      calendarId: world.calendarId,
      name: "a.ics",
      expectedRevision: seen?.revision ?? 0,
      ...sides(A3),
    });
    expect(result).toBeNull();
    expect(await world.visible()).toEqual({ "a.ics": A2 });
  });

  test("can be laid over the version that its editor saw", async () => {
    await world.batch([put("a.ics", A)]);
    const seen = await world.store.getByName(world.calendarId, "a.ics");
    await world.batch([put("a.ics", A2, "2")]);
    await world.edit("a.ics", A3);
    const revision = seen?.revision ?? 0;
    expect(await world.store.bodyAtRevision(world.calendarId, revision)).toBe(A);
    await world.restart();
    expect(await world.store.bodyAtRevision(world.calendarId, revision)).toBe(A);
  });

  test("that is gone is refused", async () => {
    await expect(world.edit("none.ics", A)).rejects.toMatchObject({ code: "item-unknown" });
  });
});

describe("a deleted item", () => {
  test("is not shown, and its delete waits to be sent", async () => {
    await world.batch([put("a.ics", A)]);
    expect(await world.remove("a.ics")).toBe(true);
    expect(await world.visible()).toEqual({});
    expect(await world.store.getByUid(world.calendarId, "a")).toBeNull();
    expect(await world.change("a.ics")).toMatchObject({
      kind: "delete",
      baseText: A,
      userText: null,
    });
    expect(await world.remove("a.ics")).toBe(false);
  });

  test("that was never sent stays as a delete: its PUT may be under way", async () => {
    await world.create("a", A);
    const { revision } = await world.change("a.ics");
    await world.remove("a.ics");
    const result = await world.store.settle(world.calendarId, "a.ics", revision, stored(A));
    expect(result).toEqual({ applied: false, pending: "delete" });
    expect(await world.change("a.ics")).toMatchObject({
      kind: "delete",
      baseText: A,
      serverText: A,
    });
    expect(await world.settle("a.ics", { kind: "removed" })).toEqual({
      applied: true,
      pending: null,
    });
    expect(await world.rows()).toEqual([]);
    expect((await world.superseded()).map(({ text }) => text)).toContain(A);
  });

  test("comes back unchanged by undo: nothing is left to send", async () => {
    await world.batch([put("x.ics", A)]);
    await world.remove("x.ics");
    expect(await world.create("a", A)).toMatchObject({ name: "x.ics", pending: null, text: A });
    expect(await world.pending()).toEqual([]);
  });

  test("comes back changed as an update of the same resource", async () => {
    await world.batch([put("x.ics", A)]);
    await world.remove("x.ics");
    expect(await world.create("a", A2)).toMatchObject({ name: "x.ics", pending: "update" });
    expect(await world.change("x.ics")).toMatchObject({ baseText: A, serverText: A });
  });

  test("that was never sent comes back as a create under the same name", async () => {
    const { name } = await world.create("a/b", event("a/b", "x"));
    await world.remove(name);
    const back = await world.create("a/b", event("a/b", "x"));
    expect(back).toMatchObject({ name, pending: "create" });
  });

  test("that comes back while its DELETE is under way is created again", async () => {
    await world.batch([put("a.ics", A)]);
    await world.remove("a.ics");
    const { revision } = await world.change("a.ics");
    await world.create("a", A);
    await world.store.settle(world.calendarId, "a.ics", revision, { kind: "removed" });
    expect(await world.visible()).toEqual({ "a.ics": A });
    expect(await world.change("a.ics")).toMatchObject({
      kind: "create",
      userText: A,
      serverText: null,
    });
  });

  test("that comes back after its DELETE was done, but not settled, is created again", async () => {
    await world.batch([put("a.ics", A)]);
    await world.remove("a.ics");
    await world.create("a", A);
    const result = await world.batch([{ kind: "remove", name: "a.ics", reason: "gone" }]);
    expect(result.pending).toEqual(["a.ics"]);
    expect(await world.visible()).toEqual({ "a.ics": A });
    expect(await world.change("a.ics")).toMatchObject({ kind: "create", userText: A });
  });
});

describe("a move between two calendars", () => {
  const OTHER = "calendar-2";
  const insertOther = () => world.store.insertEdit({ calendarId: OTHER, uid: "a", ...sides(A) });

  test("sends the delete only after the create is confirmed", async () => {
    await world.batch([put("a.ics", A)]);
    await insertOther();
    await world.remove("a.ics");
    expect((await world.change("a.ics")).waiting).toBe(true);
    const { revision } = await world.change("a.ics", OTHER);
    await world.store.settle(OTHER, "a.ics", revision, stored(A));
    expect((await world.change("a.ics")).waiting).toBe(false);
  });

  test("whose create is given up leaves the item where it was", async () => {
    await world.batch([put("a.ics", A)]);
    await insertOther();
    await world.remove("a.ics");
    const { revision } = await world.change("a.ics", OTHER);
    await world.store.settle(OTHER, "a.ics", revision, { kind: "yield" });
    expect(await world.visible()).toEqual({ "a.ics": A });
    expect(await world.pending()).toEqual([]);
  });

  test.each(["by the user", "by a restore"])(
    "whose item is deleted %s before it was sent is a deletion like any other",
    async (by) => {
      await world.batch([put("a.ics", A)]);
      await insertOther();
      await world.remove("a.ics");
      const deletion = { calendarId: OTHER, name: "a.ics" };
      if (by === "by the user") await world.store.deleteEdit(deletion);
      else await world.store.stage(OTHER, [{ kind: "delete", name: "a.ics" }], "restore");
      expect(await world.change("a.ics")).toMatchObject({ waiting: false, moved: false });
      const { pending } = await world.store.countDeletions(world.calendarId, 0);
      expect(pending).toBe(1);
    },
  );

  describe("whose item was deleted in its new place, and the server asked for it", () => {
    beforeEach(async () => {
      await world.batch([put("a.ics", A)]);
      await insertOther();
      await world.remove("a.ics");
      await world.store.deleteEdit({ calendarId: OTHER, name: "a.ics" });
      const { revision } = await world.change("a.ics", OTHER);
      await world.store.settle(OTHER, "a.ics", revision, { kind: "removed" });
      expect(await world.rows(OTHER)).toEqual([]);
    });

    test.each(["by the user", "by an undo"])(
      "is a move again when that is taken back %s",
      async (by) => {
        if (by === "by the user") await insertOther();
        else {
          const create = { kind: "create", name: "a.ics", expected: null, ...sides(A) } as const;
          await world.store.stage(OTHER, [create], "restore");
        }
        expect(await world.change("a.ics")).toMatchObject({ waiting: true, moved: true });
        const { revision } = await world.change("a.ics", OTHER);
        await world.store.settle(OTHER, "a.ics", revision, stored(A));
        expect((await world.change("a.ics")).waiting).toBe(false);
      },
    );

    test("is none for an event of the same UID in a third calendar", async () => {
      await world.store.insertEdit({ calendarId: "calendar-3", uid: "a", ...sides(A) });
      expect(await world.change("a.ics")).toMatchObject({ waiting: false, moved: false });
    });

    test("is none once it was deleted in its old place anew", async () => {
      await world.create("a", A);
      await world.remove("a.ics");
      await insertOther();
      expect(await world.change("a.ics")).toMatchObject({ waiting: false, moved: false });
    });
  });

  test("is none where the user deleted the event of himself before one of its UID was made", async () => {
    await world.batch([put("a.ics", A)]);
    await world.remove("a.ics");
    await insertOther();
    expect(await world.change("a.ics")).toMatchObject({ waiting: false, moved: false });
  });

  test("that is moved on before it was sent waits for the create in the last calendar", async () => {
    const LAST = "calendar-3";
    await world.batch([put("a.ics", A)]);
    await insertOther();
    await world.remove("a.ics");
    await world.store.insertEdit({ calendarId: LAST, uid: "a", ...sides(A) });
    await world.store.deleteEdit({ calendarId: OTHER, name: "a.ics" });
    expect(await world.change("a.ics")).toMatchObject({ waiting: true, moved: true });
    const { revision } = await world.change("a.ics", LAST);
    await world.store.settle(LAST, "a.ics", revision, stored(A));
    expect(await world.change("a.ics")).toMatchObject({ waiting: false, moved: true });
  });

  test("into a calendar that is unsubscribed before it was sent leaves the item where it was", async () => {
    await world.batch([put("a.ics", A)]);
    await insertOther();
    await world.remove("a.ics");
    await world.store.removeCalendar(OTHER, "unsubscribe");
    expect(await world.visible()).toEqual({ "a.ics": A });
  });

  test("given up after the calendar it came from was cleared deletes nothing there", async () => {
    await world.batch([put("a.ics", A)]);
    await insertOther();
    await world.remove("a.ics");
    await world.store.clear(world.calendarId);
    await world.store.removeCalendar(OTHER, "unsubscribe");
    expect(await world.pending()).toEqual([]);
    await world.batch([put("a.ics", A)]);
    expect(await world.visible()).toEqual({ "a.ics": A });
  });
});

describe("counting deletions", () => {
  test("leaves the named ones out, those that wait and those that were confirmed", async () => {
    await world.batch(["a", "b", "c", "d"].map((uid) => put(`${uid}.ics`, event(uid, uid))));
    for (const uid of ["a", "b", "c"]) await world.remove(`${uid}.ics`);
    await world.settle("a.ics", { kind: "removed" });
    const count = (...except: string[]) => world.store.countDeletions(world.calendarId, 0, except);
    expect(await count()).toEqual({ pending: 2, confirmed: 1, onServer: 3 });
    expect(await count("a.ics", "b.ics")).toEqual({ pending: 1, confirmed: 0, onServer: 3 });
  });
});

describe("acknowledged alarms", () => {
  test("are neither an edit nor a new version", async () => {
    await world.batch([put("a.ics", A)]);
    const before = await world.store.getByName(world.calendarId, "a.ics");
    const after = await world.store.setAcks(world.calendarId, "a.ics", "X-MOZ-LASTACK:1");
    expect(after).toEqual({ ...before, acks: "X-MOZ-LASTACK:1" });
    expect(await world.pending()).toEqual([]);
    await world.batch([put("a.ics", A2, "2")]);
    expect((await world.store.getByName(world.calendarId, "a.ics"))?.acks).toBe("X-MOZ-LASTACK:1");
  });
});

describe("a restore", () => {
  test("goes to the user's side, keeps what it replaces, and makes what is missing", async () => {
    await world.batch([put("a.ics", A), put("b.ics", event("b", "b"))]);
    await world.store.stage(
      world.calendarId,
      [
        { kind: "update", name: "a.ics", ...sides(A2) },
        { kind: "delete", name: "b.ics" },
        { kind: "update", name: "c.ics", ...sides(event("c", "c")) },
      ],
      "restore",
    );
    expect((await world.pending()).map(({ name, kind }) => [name, kind])).toEqual([
      ["a.ics", "update"],
      ["b.ics", "delete"],
      ["c.ics", "create"],
    ]);
    await world.settle("a.ics", stored(A2));
    expect((await world.superseded()).map(({ text }) => text)).toEqual([A]);
  });

  test("takes a deletion back, but never an edit that the user has made since", async () => {
    await world.batch([put("a.ics", A)]);
    await world.remove("a.ics");
    const undelete = { kind: "undelete", name: "a.ics", ...sides(A) } as const;
    await world.store.stage(world.calendarId, [undelete], "restore");
    expect(await world.visible()).toEqual({ "a.ics": A });
    expect(await world.pending()).toEqual([]);
    await world.edit("a.ics", A2);
    await world.store.stage(world.calendarId, [undelete], "restore");
    expect(await world.visible()).toEqual({ "a.ics": A2 });
  });

  test("leaves alone what has moved on since it was looked at, names it, and does the rest", async () => {
    await world.batch([put("a.ics", A), put("b.ics", event("b", "b"))]);
    const seen = new Map((await world.rows()).map(({ name, revision }) => [name, revision]));
    await world.edit("a.ics", A2);
    const left = await world.store.stage(
      world.calendarId,
      [
        { kind: "update", name: "a.ics", ...sides(A), expected: seen.get("a.ics") ?? null },
        { kind: "delete", name: "b.ics", expected: seen.get("b.ics") ?? null },
        { kind: "create", name: "a.ics", ...sides(A), expected: null },
        { kind: "create", name: "c.ics", ...sides(event("c", "c")), expected: null },
      ],
      "restore",
    );
    expect(left).toEqual(["a.ics", "a.ics"]);
    expect(await world.visible()).toEqual({ "a.ics": A2, "c.ics": event("c", "c") });
  });
});
