import { beforeEach, describe, expect, test } from "vitest";
import type { ConflictRecord } from "../../../../src/shared/item-store.ts";
import { event, put, StoreWorld, sides, stored } from "./store-world.ts";

const A = event("a", "first");
const THEIRS = event("a", "theirs");
const MINE = event("a", "mine");
const NEWER = event("a", "newer");
const REWRITTEN = event("a", "mine", "X-SERVER:1");

let world: StoreWorld;
beforeEach(async () => {
  world = await new StoreWorld().open();
  await world.batch([put("a.ics", A)]);
});

const texts = async (): Promise<Set<string>> =>
  new Set((await world.superseded()).map(({ text }) => text));

describe("a change that the server took", () => {
  test("is no longer pending, and the version before it is kept", async () => {
    await world.edit("a.ics", MINE);
    expect(await world.settle("a.ics", stored(MINE))).toEqual({ applied: true, pending: null });
    expect(await world.bodies("a.ics")).toMatchObject([
      { serverText: MINE, userText: null, pending: null, metadata: { etag: "stored" } },
    ]);
    expect(await texts()).toEqual(new Set([A]));
  });

  test("is shown as the server rewrote it, and the user's own text is kept", async () => {
    await world.edit("a.ics", MINE);
    await world.settle("a.ics", stored(REWRITTEN));
    expect(await world.visible()).toEqual({ "a.ics": REWRITTEN });
    expect(await texts()).toEqual(new Set([A, MINE]));
  });

  test("and overtaken by a newer edit leaves that one pending, based on what was sent", async () => {
    await world.edit("a.ics", MINE);
    const { revision } = await world.change("a.ics");
    await world.edit("a.ics", NEWER);
    const result = await world.store.settle(world.calendarId, "a.ics", revision, stored(REWRITTEN));
    expect(result).toEqual({ applied: false, pending: "update" });
    expect(await world.change("a.ics")).toMatchObject({
      userText: NEWER,
      baseText: MINE,
      serverText: REWRITTEN,
      metadata: { etag: "stored" },
    });
  });

  test("as a create and overtaken becomes an update", async () => {
    const { name, revision } = await world.create("n", event("n", "1"));
    await world.edit(name, event("n", "2"));
    await world.store.settle(world.calendarId, name, revision, stored(event("n", "1")));
    expect(await world.change(name)).toMatchObject({
      kind: "update",
      baseText: event("n", "1"),
      userText: event("n", "2"),
    });
  });

  test("under another name moves the row there", async () => {
    await world.create("n", event("n", "1"));
    await world.settle("n.ics", { ...stored(event("n", "1")), newName: "other.ics" });
    expect((await world.rows()).map(({ name, pending }) => [name, pending])).toEqual([
      ["a.ics", null],
      ["other.ics", null],
    ]);
  });

  test("under the name of a row that was there replaces it, and its text is kept", async () => {
    const theirs = event("n", "theirs");
    await world.create("n", event("n", "1"));
    await world.batch([put("other.ics", theirs)]);
    await world.settle("n.ics", { ...stored(event("n", "1")), newName: "other.ics" });
    expect(await world.visible()).toEqual({ "a.ics": A, "other.ics": event("n", "1") });
    expect(await texts()).toEqual(new Set([theirs]));
  });

  test("under the name of a row with a change of its own leaves that change pending", async () => {
    await world.create("n", event("n", "1"));
    await world.edit("a.ics", MINE);
    await world.settle("n.ics", { ...stored(event("n", "1")), newName: "a.ics" });
    expect(await world.visible()).toEqual({ "a.ics": MINE });
    expect(await world.change("a.ics")).toMatchObject({
      serverText: event("n", "1"),
      userText: MINE,
    });
    expect(await texts()).toContain(A);
  });
});

describe("a delete that the server did", () => {
  test("removes the row and keeps its text", async () => {
    await world.remove("a.ics");
    expect(await world.settle("a.ics", { kind: "removed" })).toEqual({
      applied: true,
      pending: null,
    });
    expect(await world.rows()).toEqual([]);
    expect(await texts()).toEqual(new Set([A]));
  });

  test("although it was taken back and changed: the item is created again", async () => {
    await world.remove("a.ics");
    const { revision } = await world.change("a.ics");
    await world.create("a", MINE);
    const result = await world.store.settle(world.calendarId, "a.ics", revision, {
      kind: "removed",
    });
    expect(result).toEqual({ applied: false, pending: "create" });
    expect(await world.change("a.ics")).toMatchObject({
      userText: MINE,
      baseText: null,
      serverText: null,
    });
  });
});

describe("a merge", () => {
  const conflict: ConflictRecord = {
    conflict: "both-changed",
    mine: MINE,
    theirs: THEIRS,
    base: A,
    properties: ["SUMMARY"],
  };

  test("becomes the user's side, based on the server's as it is now", async () => {
    await world.edit("a.ics", MINE);
    await world.batch([put("a.ics", THEIRS, "2")]);
    const result = await world.settle("a.ics", { kind: "merged", ...sides(NEWER), conflict });
    expect(result).toEqual({ applied: true, pending: "update" });
    expect(await world.change("a.ics")).toMatchObject({ userText: NEWER, baseText: THEIRS });
    expect(await world.conflicts()).toMatchObject([{ ...conflict, name: "a.ics", uid: "a" }]);
    expect(await texts()).toEqual(new Set([A, MINE]));
  });

  test("of a version that the user has changed meanwhile does nothing", async () => {
    await world.edit("a.ics", MINE);
    const { revision } = await world.change("a.ics");
    await world.edit("a.ics", NEWER);
    const result = await world.store.settle(world.calendarId, "a.ics", revision, {
      kind: "merged",
      ...sides(event("a", "merged")),
      conflict,
    });
    expect(result).toEqual({ applied: false, pending: "update" });
    expect(await world.visible()).toEqual({ "a.ics": NEWER });
    expect(await world.conflicts()).toEqual([]);
  });
});

describe("a refusal", () => {
  test("keeps the change, counts, and remembers why", async () => {
    await world.edit("a.ics", MINE);
    const before = await world.change("a.ics");
    await world.settle("a.ics", { kind: "refused", error: { code: "forbidden" } });
    expect(await world.change("a.ics")).toEqual({
      ...before,
      attempts: 1,
      lastError: { code: "forbidden" },
    });
  });

  test("met again and again puts its conflict on the list once", async () => {
    await world.edit("a.ics", MINE);
    const conflict: ConflictRecord = {
      conflict: "deleted-there",
      mine: MINE,
      theirs: null,
      base: A,
      properties: [],
    };
    for (let i = 0; i < 3; i++)
      await world.settle("a.ics", { kind: "refused", error: null, conflict });
    expect(await world.conflicts()).toMatchObject([conflict]);
    expect((await world.change("a.ics")).attempts).toBe(3);
  });
});

describe("a change that is given up", () => {
  test("shows the server's version and keeps the user's", async () => {
    await world.edit("a.ics", MINE);
    expect(await world.settle("a.ics", { kind: "yield" })).toEqual({
      applied: true,
      pending: null,
    });
    expect(await world.visible()).toEqual({ "a.ics": A });
    expect(await texts()).toEqual(new Set([MINE]));
    expect(await world.conflicts()).toMatchObject([{ mine: MINE, theirs: A }]);
  });

  test("as a delete shows the item again", async () => {
    await world.remove("a.ics");
    await world.settle("a.ics", { kind: "yield" });
    expect(await world.visible()).toEqual({ "a.ics": A });
  });

  test("as a create is not shown any more, but kept", async () => {
    await world.create("n", event("n", "1"));
    await world.settle("n.ics", { kind: "yield" });
    expect(await world.visible()).toEqual({ "a.ics": A });
    expect(await texts()).toEqual(new Set([event("n", "1")]));
  });
});

describe("an answer that comes too late", () => {
  test("for a row that is gone, or has nothing pending, changes nothing", async () => {
    const rows = await world.rows();
    const revision = rows[0]?.revision ?? 0;
    for (const name of ["a.ics", "gone.ics"]) {
      for (const settlement of [stored(MINE), { kind: "removed" }, { kind: "yield" }] as const) {
        expect(await world.store.settle(world.calendarId, name, revision, settlement)).toEqual({
          applied: false,
          pending: null,
        });
      }
    }
    expect(await world.rows()).toEqual(rows);
  });
});
