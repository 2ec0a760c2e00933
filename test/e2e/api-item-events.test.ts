/** `items.onCreated`, `onUpdated`, `onRemoved` and `onAlarm` in the real Thunderbird. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findThunderbirds } from "../support/thunderbird.ts";
import { CalendarWorld, put, resource, vevent } from "./calendar-fixture.ts";

const LISTENERS = `
const { items } = messenger.calendar;
const text = { returnFormat: "ical" };
items.onCreated.addListener((item) => note({ event: "item created", item }), text);
items.onUpdated.addListener((item, change) => note({ event: "item updated", item, change }), text);
items.onRemoved.addListener((calendarId, id) => note({ event: "item removed", calendarId, id }));
items.onAlarm.addListener((item, alarm) => note({ event: "alarm", item, alarm }), text);
`;

interface ItemNote {
  event: "item created" | "item updated" | "item removed" | "alarm";
  item?: { id: string; calendarId: string; title: string; item: string; instance: string | null };
  change?: Record<string, unknown>;
  alarm?: Record<string, unknown>;
  calendarId?: string;
  id?: string;
}

const single = (uid: string, ...lines: string[]) =>
  vevent(uid, "SUMMARY:One", "DTSTART:20260302T100000Z", "DTEND:20260302T110000Z", ...lines);
const daily = (uid: string) => single(uid, "RRULE:FREQ=DAILY;COUNT=5");

/** An iCalendar UTC value. */
const inSeconds = (seconds: number) =>
  new Date(Date.now() + seconds * 1000).toISOString().replace(/[-:]|\.\d+/g, "");

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let world: CalendarWorld;
  let home: string;

  beforeAll(async () => {
    world = await CalendarWorld.start(binary, { background: LISTENERS });
    home = await world.user.home();
  });
  afterAll(() => world.end());

  const notesOf = async (id: string) =>
    (await world.notes<ItemNote>()).filter((each) => (each.item?.id ?? each.id) === id);
  const noted = (id: string, event: ItemNote["event"]) =>
    world.thunderbird.waitFor(
      async () => (await notesOf(id)).find((each) => each.event === event),
      `${event}: ${id}`,
    );

  test.each([
    ["own", () => world.calendarId],
    ["local", () => home],
  ])("what the user does in the %s calendar is told", async (name, calendarId) => {
    const uid = `${name}-told`;
    await world.user.add(calendarId(), single(uid));
    const created = await noted(uid, "item created");
    expect(created.item).toMatchObject({ calendarId: calendarId(), title: "One" });
    expect(created.item?.item).toContain(`UID:${uid}`);
    expect(created.item?.item).not.toContain("X-KEEPER");

    await world.user.change(calendarId(), uid, { SUMMARY: "Two", LOCATION: "Here" });
    const updated = await noted(uid, "item updated");
    expect(updated.item?.title).toBe("Two");
    expect(updated.change).toMatchObject({ title: "Two", location: "Here" });
    expect(updated.change).not.toHaveProperty("start");

    await world.user.remove(calendarId(), uid);
    expect(await noted(uid, "item removed")).toMatchObject({ calendarId: calendarId(), id: uid });
  });

  test("a member that went is null in what changed", async () => {
    await world.user.add(world.calendarId, single("went", "LOCATION:Here"));
    await world.user.change(world.calendarId, "went", { LOCATION: "" });
    expect((await noted("went", "item updated")).change).toMatchObject({ location: null });
  });

  test.each([
    ["own", () => world.calendarId],
    ["local", () => home],
  ])("an occurrence that changed is named, in the %s calendar", async (name, calendarId) => {
    const uid = `${name}-series`;
    await world.user.add(calendarId(), daily(uid));
    await world.user.renameOccurrence(calendarId(), uid, "20260304", "Another");
    const { change } = await noted(uid, "item updated");
    expect(change).not.toHaveProperty("title");
    expect(change?.instances).toMatchObject([
      { change: "modified", members: { title: "Another" } },
    ]);
    expect(JSON.stringify(change?.instances).replace(/[-:]/g, "")).toContain("20260304T100000");
  });

  test("of a series that moved as a whole no occurrence is named", async () => {
    await world.user.add(world.calendarId, daily("moves"));
    await world.user.renameOccurrence(world.calendarId, "moves", "20260304", "Another");
    await world.user.drag(world.calendarId, "moves", 60);
    const moved = await world.thunderbird.waitFor(
      async () => (await notesOf("moves")).find(({ change }) => change && "start" in change),
      "the move",
    );
    expect(moved.change).not.toHaveProperty("instances");
  });

  test("an occurrence that was taken out is named", async () => {
    await world.user.add(world.calendarId, daily("out"));
    await world.inCalendar(
      `const series = await calendar.getItem("out");
       const [, second] = series.recurrenceInfo.getOccurrences(
         cal.createDateTime("20260301T000000Z"), cal.createDateTime("20260310T000000Z"), 0);
       await calendar.deleteItem(second);
       return null;`,
    );
    const { change } = await noted("out", "item updated");
    expect(change?.instances).toMatchObject([{ change: "removed" }]);
  });

  test("nothing is told of what is written through the cacheId", async () => {
    const format = "ical";
    await world.api("items.create", world.cacheId, { format, item: resource(single("quiet")) });
    await world.api("items.update", world.cacheId, "quiet", {
      format,
      item: resource(single("quiet", "LOCATION:There")),
    });
    await world.batch([put("quiet-too.ics", resource(single("quiet-too")))]);
    await world.api("items.remove", world.cacheId, "quiet");
    await world.thunderbird.waitFor(
      async () => (await world.user.item(world.calendarId, "quiet-too")) !== null,
      "the batch to be shown",
    );
    // An edit after it: what is told comes in order.
    await world.user.add(world.calendarId, single("loud"));
    await noted("loud", "item created");
    expect(await notesOf("quiet")).toEqual([]);
    expect(await notesOf("quiet-too")).toEqual([]);
  });

  test.each(["relative", "absolute"])(
    "an alarm with a time that is %s is told when it is due",
    async (kind) => {
      for (const calendarId of [world.calendarId, home]) {
        const uid = `${kind}-${calendarId === home ? "home" : "own"}`;
        const due = inSeconds(3);
        const [trigger, expected] =
          kind === "absolute"
            ? [`TRIGGER;VALUE=DATE-TIME:${due}`, { related: "absolute", date: due }]
            : ["TRIGGER:-PT15M", { related: "start", offset: "-PT15M" }];
        const alarm = ["BEGIN:VALARM", "ACTION:DISPLAY", trigger, "DESCRIPTION:Soon", "END:VALARM"];
        const times = [`DTSTART:${inSeconds(15 * 60 + 3)}`, `DTEND:${inSeconds(3600)}`];
        await world.user.add(calendarId, vevent(uid, "SUMMARY:Soon", ...times, ...alarm));
        const told = await noted(uid, "alarm");
        expect(told.item).toMatchObject({ calendarId, title: "Soon" });
        expect(told.item?.item).toContain("BEGIN:VALARM");
        expect(told.alarm).toMatchObject({ itemId: uid, action: "display", ...expected });
      }
    },
  );

  /** Asked without the page, which a question to it would wake. */
  const running = () =>
    world.thunderbird.waitFor(
      () =>
        world.thunderbird.chrome<boolean>(
          `const { ExtensionParent } = ChromeUtils.importESModule("resource://gre/modules/ExtensionParent.sys.mjs");
         return ExtensionParent.GlobalManager.getExtension("calendar-fixture@caldav-keeper.github.io").backgroundState === "running";`,
        ),
      "the page to be woken",
    );

  test("a stopped event page is woken by each", async () => {
    const alarm = ["BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", "END:VALARM"];
    await world.user.add(home, single("waker", ...alarm));
    await noted("waker", "item created");
    await world.thunderbird.suspendBackground();
    await world.inCalendar(
      `const item = await cal.manager.getCalendarById(arguments[1]).getItem("waker");
       Cc["@mozilla.org/calendar/alarm-service;1"].getService(Ci.calIAlarmService)
         .wrappedJSObject.alarmFired(item, item.getAlarms()[0]);
       return null;`,
      home,
    );
    await running();
    await noted("waker", "alarm");

    await world.thunderbird.suspendBackground();
    await world.user.add(home, single("woken"));
    await running();
    await noted("woken", "item created");
    await world.thunderbird.suspendBackground();
    await world.user.change(home, "woken", { SUMMARY: "Changed" });
    await noted("woken", "item updated");
    await world.thunderbird.suspendBackground();
    await world.user.remove(home, "woken");
    await noted("woken", "item removed");
  });

  test("none of it left an error in the console", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
