/** Whose items an add-on may read and write: its own, and with a permission all. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findThunderbirds } from "../support/thunderbird.ts";
import { CalendarWorld, resource, vevent } from "./calendar-fixture.ts";

const LISTENERS = `
const { items } = messenger.calendar;
items.onCreated.addListener((item) => note({ id: item.id }));
`;
const READ = "calendarItemsRead";
const WRITE = "calendarItemsWrite";

const single = (uid: string) =>
  vevent(uid, "SUMMARY:One", "DTSTART:20260302T100000Z", "DTEND:20260302T110000Z");
const item = (uid: string) => ({ format: "ical", item: resource(single(uid)) });

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  describe.each([
    ["without a permission", [], false, false],
    ["with the permission to read", [READ], true, false],
    ["with the permission to write", [WRITE], true, true],
  ])("an add-on %s", (_, itemPermissions: string[], reads, writes) => {
    let world: CalendarWorld;
    let home: string;

    beforeAll(async () => {
      world = await CalendarWorld.start(binary, { itemPermissions, background: LISTENERS });
      home = await world.user.home();
      await world.user.add(home, single("there"));
    });
    afterAll(() => world.end());

    const outcome = (call: string, ...args: unknown[]): Promise<string> =>
      world.api(call, ...args).then(
        () => "done",
        (error: Error) => error.message,
      );
    const expected = (allowed: boolean, permission: string) =>
      allowed ? "done" : expect.stringContaining(`needs the permission "${permission}"`);

    test("may do everything in its own calendar", async () => {
      expect(await outcome("items.create", world.calendarId, item("own"))).toBe("done");
      expect(await outcome("items.query", { calendarId: world.calendarId })).toBe("done");
      expect(await outcome("items.update", world.calendarId, "own", item("own"))).toBe("done");
      expect(await outcome("items.getIds", world.calendarId)).toBe("done");
      expect(await outcome("items.remove", world.calendarId, "own")).toBe("done");
    });

    test(`${reads ? "reads" : "does not read"} items of other calendars`, async () => {
      expect(await outcome("items.get", home, "there")).toEqual(expected(reads, READ));
      expect(await outcome("items.query", { calendarId: home })).toEqual(expected(reads, READ));
      expect(await outcome("items.query", {})).toEqual(expected(reads, READ));
      expect(await outcome("items.getIds", home)).toEqual(expected(reads, READ));
    });

    test(`${writes ? "writes" : "does not write"} items of other calendars`, async () => {
      await world.api("items.create", world.calendarId, item("mover"));
      expect(await outcome("items.create", home, item("new"))).toEqual(expected(writes, WRITE));
      expect(await outcome("items.update", home, "there", item("there"))).toEqual(
        expected(writes, WRITE),
      );
      expect(await outcome("items.move", world.calendarId, "mover", home)).toEqual(
        expected(writes, WRITE),
      );
      expect(await outcome("items.remove", home, "there")).toEqual(expected(writes, WRITE));
      const left = new Set((await world.user.items(home)).map(({ uid }) => uid));
      expect(left).toEqual(new Set(writes ? ["mover", "new"] : ["there"]));
    });

    test(`${reads ? "hears" : "does not hear"} of items of other calendars`, async () => {
      await world.user.add(home, single("foreign"));
      await world.user.add(world.calendarId, single("last"));
      const heard = async () => (await world.notes<{ id?: string }>()).map(({ id }) => id);
      await world.thunderbird.waitFor(async () => (await heard()).includes("last"), "the own item");
      expect((await heard()).includes("foreign")).toBe(reads);
    });
  });
});
