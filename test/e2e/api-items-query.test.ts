/** `items.query`, `getIds`, `getCurrent` and `clear` in the real Thunderbird. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findThunderbirds } from "../support/thunderbird.ts";
import { CalendarWorld, component, put, resource, vevent } from "./calendar-fixture.ts";

/** The same items in every calendar. */
const ITEMS = [
  vevent("march", "SUMMARY:March", "DTSTART:20260302T100000Z", "DTEND:20260302T110000Z"),
  vevent("april", "SUMMARY:April", "DTSTART:20260402T100000Z", "DTEND:20260402T110000Z"),
  vevent("day", "SUMMARY:Day", "DTSTART;VALUE=DATE:20260303", "DTEND;VALUE=DATE:20260304"),
  vevent(
    "series",
    "SUMMARY:Series",
    "DTSTART:20260301T080000Z",
    "DTEND:20260301T090000Z",
    "RRULE:FREQ=DAILY;COUNT=10",
    "EXDATE:20260304T080000Z",
  ),
  component("VTODO", "due", "SUMMARY:Due", "DUE:20260305T100000Z"),
  component(
    "VTODO",
    "done",
    "SUMMARY:Done",
    "DTSTART:20260302T100000Z",
    "COMPLETED:20260303T100000Z",
    "STATUS:COMPLETED",
  ),
];

interface Item {
  id: string;
  title: string;
  calendarId: string;
  instance: string | null;
  item?: string;
}

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let world: CalendarWorld;
  let home: string;

  beforeAll(async () => {
    world = await CalendarWorld.start(binary);
    home = await world.user.home();
    await world.batch(ITEMS.map((text, index) => put(`${index}.ics`, resource(text))));
    for (const text of ITEMS) {
      await world.api("items.create", home, { format: "ical", item: resource(text) });
    }
  });
  afterAll(() => world.end());

  const query = (criteria: object) => world.api<Item[]>("items.query", criteria);
  const refusal = (call: string, ...args: unknown[]): Promise<string> =>
    world.api(call, ...args).then(
      (value) => `no refusal: ${JSON.stringify(value)}`,
      (error: Error) => error.message,
    );

  describe.each([
    ["own", () => world.calendarId],
    ["local", () => home],
    ["cached", () => world.cacheId],
  ])("of the %s calendar", (_, id) => {
    const idsOf = async (criteria: object) =>
      new Set((await query({ calendarId: id(), ...criteria })).map((item) => item.id));

    test("everything is found without criteria, with the asked id of the calendar", async () => {
      expect(await idsOf({})).toEqual(new Set(["march", "april", "day", "series", "due", "done"]));
      const [first] = await query({ calendarId: id(), id: "march" });
      expect(first).toMatchObject({ calendarId: id(), title: "March" });
      expect(new Set(await world.api<string[]>("items.getIds", id()))).toEqual(await idsOf({}));
    });

    test("by type", async () => {
      expect(await idsOf({ type: "event" })).toEqual(new Set(["march", "april", "day", "series"]));
      expect(await idsOf({ type: "task" })).toEqual(new Set(["due", "done"]));
      expect((await idsOf({ type: ["event", "task"] })).size).toBe(6);
      expect(await idsOf({ id: "march", type: "task" })).toEqual(new Set());
    });

    test("by range, in every notation of times", async () => {
      const inMarch = new Set(["march", "day", "series"]);
      for (const range of [
        { rangeStart: "20260302T000000Z", rangeEnd: "20260310T000000Z" },
        { rangeStart: "2026-03-02T00:00:00Z", rangeEnd: "2026-03-10T00:00:00Z" },
        { rangeStart: "20260302", rangeEnd: "2026-03-10" },
        { rangeStart: "2026-03-02T00:00", rangeEnd: "20260310T000000" },
      ]) {
        expect(await idsOf({ type: "event", ...range }), JSON.stringify(range)).toEqual(inMarch);
      }
      expect(await idsOf({ type: "event", rangeStart: "2026-03-20" })).toEqual(new Set(["april"]));
      expect(await idsOf({ type: "event", rangeEnd: "2026-03-01T08:30:00Z" })).toEqual(
        new Set(["series"]),
      );
    });

    test("a time with an offset is that instant, whatever the computer's own zone", async () => {
      const event = "march";
      const [found] = await query({ calendarId: id(), id: event, returnFormat: "ical" });
      const [, digits = ""] = /DTSTART:(\d{8}T\d{6})Z/.exec(String(found?.item)) ?? [];
      const start = Date.parse(digits.replace(/(....)(..)(..)T(..)(..)(..)/, "$1-$2-$3T$4:$5:$6Z"));
      const at = (minutes: number) => new Date(start + minutes * 60_000).toISOString();
      const within = { rangeStart: at(1), rangeEnd: at(5) };
      expect(await idsOf({ type: "event", ...within })).toContain(event);
      const before = { rangeStart: at(-10), rangeEnd: at(-5) };
      expect(await idsOf({ type: "event", ...before })).not.toContain(event);
    });

    test("occurrences in a range", async () => {
      const found = await query({
        calendarId: id(),
        type: "event",
        expand: true,
        rangeStart: "20260303T000000Z",
        rangeEnd: "20260306T000000Z",
      });
      const instances = found.filter((item) => item.id === "series").map((item) => item.instance);
      expect(instances.map((each) => each?.replace(/[-:]/g, ""))).toEqual([
        "20260303T080000Z",
        "20260305T080000Z",
      ]);
    });

    test("no more than asked for, with a text where asked for", async () => {
      const found = await query({ calendarId: id(), limit: 2, returnFormat: "ical" });
      expect(found.length).toBe(2);
      for (const { item, id: uid } of found) expect(item).toContain(`UID:${uid}`);
    });
  });

  test("a cacheId shows what the server holds, not what the user made of it", async () => {
    await world.user.change(world.calendarId, "march", { SUMMARY: "Mine" });
    const titles = async (calendarId: string) =>
      (await query({ calendarId, rangeStart: "2026-03-02", rangeEnd: "2026-03-03" })).map(
        ({ title }) => title,
      );
    expect(await titles(world.calendarId)).toContain("Mine");
    expect(await titles(world.cacheId)).toContain("March");
  });

  test("several calendars, and all of them", async () => {
    const both = await query({ calendarId: [world.calendarId, home], id: "april" });
    expect(both.map(({ calendarId }) => calendarId)).toEqual([world.calendarId, home]);
    const everywhere = await query({ id: "april" });
    expect(new Set(everywhere.map(({ calendarId }) => calendarId))).toEqual(
      new Set([world.calendarId, home]),
    );
    expect((await query({ calendarId: [world.calendarId, home], limit: 7 })).length).toBe(7);
  });

  test("criteria that are none are refused by name", async () => {
    const of = (criteria: object) => refusal("items.query", { calendarId: home, ...criteria });
    expect(await of({ type: "journal" })).toContain('type "journal"');
    expect(await of({ rangeStart: "20261399" })).toContain("rangeStart");
    expect(await of({ rangeEnd: "tomorrow" })).toContain("rangeEnd");
    expect(await of({ rangeStart: "2026-03-02", rangeEnd: "2026-03-01" })).toContain(
      "rangeEnd is before rangeStart",
    );
    expect(await of({ expand: true })).toContain("expand needs rangeStart and rangeEnd");
    expect(await of({ limit: 0 })).toContain("limit");
    expect(await of({ returnFormat: "xml" })).toContain("returnFormat");
    expect(await of({ calendar: "x" })).toContain("calendar");
    const listening = world.thunderbird.background(
      `messenger.calendar.items.onCreated.addListener(() => {}, { returnFormat: "xml" });`,
    );
    await expect(listening).rejects.toThrow("returnFormat");
    expect(await refusal("items.query", 5)).toContain("query must be an object");
    expect(await refusal("items.query", ["a"])).toContain("query must be an object");
    expect(await refusal("items.create", home, "text")).toContain("item must be an object");
    expect(await refusal("items.query", { limit: "many" })).toContain("limit");
    expect(await refusal("items.query", { shape: "round" })).toContain("shape");
    expect(await refusal("items.get", home, "march", 5)).toContain("options must be an object");
    expect(await refusal("items.get", home, 7)).toContain("id must be a string");
    expect(await refusal("items.get", home, "march", { returnFormat: "xml" })).toContain(
      "returnFormat",
    );
  });

  test("Thunderbird stays usable while thousands of items are read", async () => {
    await world.batch(
      Array.from({ length: 2000 }, (_, index) => {
        const uid = `many-${index}`;
        const times = ["DTSTART:20270302T100000Z", "DTEND:20270302T110000Z"];
        return put(`${uid}.ics`, resource(vevent(uid, "SUMMARY:Many", ...times)));
      }),
    );
    for (const calendarId of [world.calendarId, world.cacheId]) {
      await world.thunderbird.chrome(
        `const { setInterval } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
         const shared = Cu.getGlobalForObject(Services);
         shared.keeperTurns = 0;
         shared.keeperTimer = setInterval(() => shared.keeperTurns++, 1);
         return null;`,
      );
      const found = await query({
        ...{ calendarId, type: "event" },
        ...{ rangeStart: "2027-01-01", rangeEnd: "2028-01-01" },
      });
      const turns = await world.thunderbird.chrome<number>(
        `const { clearInterval } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
         const shared = Cu.getGlobalForObject(Services);
         clearInterval(shared.keeperTimer);
         return shared.keeperTurns;`,
      );
      expect(found.length).toBe(2000);
      expect(turns, "timers of others that ran meanwhile").toBeGreaterThan(20);
    }
  });

  describe("the current item", () => {
    const current = () => world.api<Item | null>("items.getCurrent", { returnFormat: "ical" });

    test("is none in the mail space", async () => {
      await world.user.mail();
      expect(await current()).toBeNull();
    });

    test("is what is selected in the calendar view", async () => {
      await world.user.view("day", "20260402");
      const select = (calendarId: string) =>
        world.inCalendar(
          `const window = Services.wm.getMostRecentWindow("mail:3pane");
           const item = await cal.manager.getCalendarById(arguments[1]).getItem("april");
           window.currentView().setSelectedItems([item]);
           return null;`,
          calendarId,
        );
      for (const calendarId of [world.calendarId, home]) {
        await select(calendarId);
        const item = await current();
        expect(item).toMatchObject({ id: "april", calendarId });
        expect(item?.item).toContain("SUMMARY:April");
        expect(item?.item).not.toContain("X-KEEPER");
      }
    });

    test("is the task that is selected in the task view", async () => {
      await world.thunderbird.chrome(
        `Services.wm.getMostRecentWindow("mail:3pane").document.getElementById("tabmail").openTab("tasks");`,
      );
      const item = await world.thunderbird.waitFor(async () => {
        await world.thunderbird.chrome(
          `const { document } = Services.wm.getMostRecentWindow("mail:3pane");
           const { view } = document.getElementById("calendar-task-tree");
           if (view.rowCount > 0) view.selection.select(0);
           return null;`,
        );
        return current();
      }, "a selected task");
      expect(["due", "done"]).toContain(item.id);
    });

    test.each([
      ["dialog", false],
      ["tab", true],
    ])("is what is open in a %s", async (_, inTab) => {
      await world.inCalendar(
        `Services.prefs.setBoolPref("calendar.item.editInTab", arguments[1]);
         const window = Services.wm.getMostRecentWindow("mail:3pane");
         const item = await calendar.getItem("day");
         window.openEventDialog(item, calendar, "modify", () => {});
         return null;`,
        inTab,
      );
      const item = await world.thunderbird.waitFor(async () => {
        const found = await current();
        return found?.id === "day" ? found : null;
      }, "the open item");
      expect(item).toMatchObject({ calendarId: world.calendarId, title: "Day" });
      await world.inCalendar(
        `const dialog = Services.wm.getMostRecentWindow("Calendar:EventDialog");
         if (dialog) dialog.close();
         else {
           const tabmail = Services.wm.getMostRecentWindow("mail:3pane").document.getElementById("tabmail");
           tabmail.currentTabInfo.allowTabClose = true;
           tabmail.closeTab(tabmail.currentTabInfo);
         }
         return null;`,
      );
      await world.thunderbird.waitFor(async () => (await current())?.id !== "day", "it to close");
    });
  });

  test("clear is another name for calendars.clear", async () => {
    await world.api("items.clear", { calendarId: world.cacheId });
    expect(await world.api("items.getIds", world.cacheId)).toEqual([]);
    await world.api("items.clear", { calendarId: home });
    expect(await world.api("items.getIds", home)).toEqual([]);
    expect(await refusal("items.clear", { calendarId: "nowhere" })).toContain("nowhere");
    expect(await refusal("items.clear", {})).toContain("calendarId");
  });

  test("none of it left an error in the console", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
