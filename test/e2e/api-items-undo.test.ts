/** What an add-on changes joins Thunderbird's Edit → Undo when it asks for that. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findThunderbirds } from "../support/thunderbird.ts";
import { CalendarWorld, resource, vevent } from "./calendar-fixture.ts";

const event = (uid: string, title: string) => ({
  format: "ical",
  item: resource(
    vevent(uid, `SUMMARY:${title}`, "DTSTART:20260302T100000Z", "DTEND:20260302T110000Z"),
  ),
});

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let world: CalendarWorld;
  let home: string;

  beforeAll(async () => {
    world = await CalendarWorld.start(binary);
    home = await world.user.home();
  });
  afterAll(() => world.end());

  const titleOf = async (calendarId: string, uid: string) =>
    (await world.user.item(calendarId, uid))?.title ?? null;
  /** How many steps the user can undo. */
  const steps = () =>
    world.thunderbird.chrome<number>(
      `const { CalTransactionManager } = ChromeUtils.importESModule("resource:///modules/CalTransactionManager.sys.mjs");
       return CalTransactionManager.getInstance().undoStack.length;`,
    );
  const refusal = (call: string, ...args: unknown[]): Promise<string> =>
    world.api(call, ...args).then(
      (value) => `no refusal: ${JSON.stringify(value)}`,
      (error: Error) => error.message,
    );

  describe.each([
    ["own", () => world.calendarId],
    ["local", () => home],
  ])("in the %s calendar", (name, id) => {
    const undo = true;

    test("a creation is undone and made again", async () => {
      const uid = `${name}-add`;
      await world.api("items.create", id(), event(uid, "New"), { undo });
      await world.user.undo();
      expect(await titleOf(id(), uid)).toBeNull();
      await world.user.undo("redo");
      expect(await titleOf(id(), uid)).toBe("New");
    });

    test("a change is undone and made again", async () => {
      const uid = `${name}-change`;
      await world.api("items.create", id(), event(uid, "Before"));
      await world.api("items.update", id(), uid, event(uid, "After"), { undo });
      await world.user.undo();
      expect(await titleOf(id(), uid)).toBe("Before");
      await world.user.undo("redo");
      expect(await titleOf(id(), uid)).toBe("After");
    });

    test("a removal is undone and made again", async () => {
      const uid = `${name}-remove`;
      await world.api("items.create", id(), event(uid, "There"));
      await world.api("items.remove", id(), uid, { undo });
      await world.user.undo();
      expect(await titleOf(id(), uid)).toBe("There");
      await world.user.undo("redo");
      expect(await titleOf(id(), uid)).toBeNull();
    });

    test("a batch is one step", async () => {
      const uid = (n: number) => `${name}-step-${n}`;
      await world.api("items.create", id(), event(uid(1), "Before"));
      const before = await steps();
      await world.api(
        "items.batch",
        id(),
        [
          { action: "create", item: event(uid(2), "New") },
          { action: "update", id: uid(1), item: event(uid(1), "After") },
          { action: "update", id: uid(2), item: event(uid(2), "Newer") },
        ],
        { undo },
      );
      expect(await steps()).toBe(before + 1);
      await world.user.undo();
      expect(await titleOf(id(), uid(1))).toBe("Before");
      expect(await titleOf(id(), uid(2))).toBeNull();
      await world.user.undo("redo");
      expect(await titleOf(id(), uid(1))).toBe("After");
      expect(await titleOf(id(), uid(2))).toBe("Newer");
    });
  });

  test("nothing joins without being asked to, nor what failed", async () => {
    const before = await steps();
    await world.api("items.create", home, event("silent", "Silent"));
    await refusal("items.create", home, event("silent", "Again"), { undo: true });
    await refusal("items.batch", home, [{ action: "remove", id: "nobody" }], { undo: true });
    expect(await steps()).toBe(before);
  });

  test("a move is undone and made again", async () => {
    await world.api("items.create", home, event("mover", "Moves"));
    await world.api("items.move", home, "mover", world.calendarId, { undo: true });
    await world.user.undo();
    expect(await titleOf(home, "mover")).toBe("Moves");
    expect(await titleOf(world.calendarId, "mover")).toBeNull();
    await world.user.undo("redo");
    expect(await titleOf(home, "mover")).toBeNull();
    expect(await titleOf(world.calendarId, "mover")).toBe("Moves");
  });

  test("several calls of a group are one step, also in several calendars", async () => {
    const before = await steps();
    const undo = await world.api<string>("items.beginUndoGroup");
    await world.api("items.create", home, event("group-1", "One"), { undo });
    await world.api("items.create", world.calendarId, event("group-2", "Two"), { undo });
    await world.api("items.update", home, "group-1", event("group-1", "Uno"), { undo });
    await world.api("items.endUndoGroup", undo);
    expect(await steps()).toBe(before + 1);
    await world.user.undo();
    expect(await titleOf(home, "group-1")).toBeNull();
    expect(await titleOf(world.calendarId, "group-2")).toBeNull();
    expect(await refusal("items.remove", home, "silent", { undo })).toContain("options.undo");
    expect(await titleOf(home, "silent")).toBe("Silent");
  });

  test("what the user does in between stays a step of its own, in its order", async () => {
    const undo = await world.api<string>("items.beginUndoGroup");
    await world.api("items.create", home, event("mixed", "From the add-on"), { undo });
    await world.user.change(home, "mixed", { SUMMARY: "By the user" });
    await world.api("items.update", home, "mixed", event("mixed", "Once more"), { undo });
    await world.user.undo();
    expect(await titleOf(home, "mixed")).toBe("By the user");
    await world.user.undo();
    expect(await titleOf(home, "mixed")).toBe("From the add-on");
    await world.user.undo();
    expect(await titleOf(home, "mixed")).toBeNull();
  });

  test("the user cannot undo in a calendar that became read-only", async () => {
    await world.api("items.create", home, event("locked", "Locked"), { undo: true });
    await world.api("calendars.update", home, { readOnly: true });
    const canUndo = () =>
      world.thunderbird.chrome<boolean>(
        `const { CalTransactionManager } = ChromeUtils.importESModule("resource:///modules/CalTransactionManager.sys.mjs");
         return CalTransactionManager.getInstance().canUndo();`,
      );
    expect(await canUndo()).toBe(false);
    await world.api("calendars.update", home, { readOnly: false });
    expect(await canUndo()).toBe(true);
  });

  test("groups that are none, and undo of the server side, are refused by name", async () => {
    expect(await refusal("items.endUndoGroup", "nonsense")).toContain(
      "group: there is no undo group",
    );
    expect(
      await refusal("items.create", home, event("no-group", "X"), { undo: "nonsense" }),
    ).toContain('options.undo: there is no undo group "nonsense"');
    expect(
      await refusal("items.create", world.cacheId, event("no-undo", "X"), { undo: true }),
    ).toContain("options.undo");
    expect(await titleOf(home, "no-group")).toBeNull();
    expect(await titleOf(world.calendarId, "no-undo")).toBeNull();
  });

  test("none of it left an error in the console", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
