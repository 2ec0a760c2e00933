/** When a provider is asked to begin, to synchronize and to begin anew, in the real Thunderbird. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findThunderbirds } from "../support/thunderbird.ts";
import { CalendarWorld, resource, vevent } from "./calendar-fixture.ts";
import { LISTENERS } from "./hooks-fixture.ts";

const BACKGROUND = `${LISTENERS}
provider.onInit.addListener(async (calendar) => {
  await note({ event: "init", calendar });
  await new Promise((next) => setTimeout(next, 50));
  await note({ event: "init done", calendar });
});
provider.onResetSync.addListener((calendar) => note({ event: "reset", calendar }));
provider.onSync.addListener((calendar, properties) => note({ event: "sync", calendar, properties }));
messenger.calendar.calendars.onSync.addListener((calendar) => note({ event: "alias sync", calendar }));
provider.onItemAdded.addListener((calendar, item) => note({ event: "alias added", item }));
`;

interface SyncNote {
  event: string;
  calendar: { id: string; url: string; uri: string };
  item?: { raw: { ical: string } };
  properties?: { type: string; last: string | null };
}

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let world: CalendarWorld;

  beforeAll(async () => {
    world = await CalendarWorld.start(binary, {
      provider: {
        background: BACKGROUND,
        manifestKey: { capabilities: { minimumRefreshInterval: 45 } },
      },
      itemPermissions: [],
    });
  });
  afterAll(() => world.end());

  const notes = async () => (await world.notes()) as unknown as SyncNote[];
  const forget = () =>
    world.thunderbird.background(`await messenger.storage.local.set({ notes: [] });`);
  const noted = (...events: string[]) =>
    world.thunderbird.waitFor(async () => {
      const all = await notes();
      return events.every((event) => all.some((note) => note.event === event)) ? all : null;
    }, events.join(" and "));

  test("a new calendar is told of before it is synchronized, under both names of the event", async () => {
    const all = await noted("sync", "alias sync");
    expect(all.map(({ event }) => event).slice(0, 2)).toEqual(["init", "init done"]);
    const [first] = all;
    expect(first?.calendar).toMatchObject({ id: world.calendarId, uri: first?.calendar.url });
    expect(all.find(({ event }) => event === "sync")?.properties).toEqual({
      type: "auto",
      last: null,
    });
  });

  test("so is one that comes with Thunderbird's start", async () => {
    await forget();
    await world.thunderbird.restart();
    const all = await noted("sync");
    expect(all.map(({ event }) => event).slice(0, 2)).toEqual(["init", "init done"]);
    expect(all.find(({ event }) => event === "sync")?.properties?.last).toMatch(/^\d{4}-/);
  });

  test("and one that got another URL", async () => {
    await forget();
    await world.api("calendars.update", world.calendarId, {
      url: "https://calendar.example/moved/",
    });
    const all = await noted("init done");
    expect(all[0]?.calendar.url).toBe("https://calendar.example/moved/");
  });

  test("a created item is told under the draft's other name too, and taken once", async () => {
    await world.user.add(
      world.calendarId,
      vevent("alias", "SUMMARY:Alias", "DTSTART:20260302T100000Z"),
    );
    const all = await noted("alias added", "created");
    expect(all.find(({ event }) => event === "alias added")?.item?.raw.ical).toContain(
      "SUMMARY:Alias",
    );
    await world.thunderbird.waitFor(async () => !(await world.pending("alias")), "the answer");
  });

  test("beginning anew tells the add-on to forget, then synchronizes", async () => {
    await forget();
    await world.api("provider.resetSync", world.calendarId);
    const all = await noted("sync");
    expect(all.map(({ event }) => event).filter((event) => !event.includes("alias"))).toEqual([
      "reset",
      "sync",
    ]);
    const refusal = await world
      .api("provider.resetSync", "nobody's")
      .catch((error: Error) => error.message);
    expect(refusal).toContain('there is no calendar with the id "nobody\'s"');
  });

  test("it happens by itself when what was fetched is lost", async () => {
    const item = resource(vevent("fetched", "SUMMARY:Fetched", "DTSTART:20260302T100000Z"));
    await world.api("items.create", world.cacheId, { format: "ical", item });
    await forget();
    await world.api("calendars.synchronize", world.calendarId);
    await noted("sync");
    await world.thunderbird.waitFor(
      () => world.user.property(world.calendarId, "hadItems"),
      "the end of the synchronization",
    );
    await forget();
    // As after a damaged database was made anew.
    await world.api("calendars.clear", world.cacheId);
    await world.thunderbird.restart();
    const all = await noted("sync");
    const events = all.map(({ event }) => event);
    expect(events.indexOf("reset")).toBeGreaterThan(-1);
    expect(events.indexOf("reset")).toBeLessThan(events.indexOf("sync"));
  });

  test("Thunderbird's timer keeps to the interval that the service wants at least", async () => {
    const interval = () => world.user.property(world.calendarId, "refreshInterval");
    expect(await interval()).toBe("45");
    await world.user.setProperty(world.calendarId, "refreshInterval", "5");
    expect(await interval()).toBe("45");
    await world.user.setProperty(world.calendarId, "refreshInterval", "60");
    expect(await interval()).toBe("60");
    await world.user.setProperty(world.calendarId, "refreshInterval", "0");
    expect(await interval()).toBe("0");
    await world.api("calendars.update", world.calendarId, {
      capabilities: { minimum_refresh_interval: 7200 },
    });
    await world.user.setProperty(world.calendarId, "refreshInterval", "60");
    expect(await interval()).toBe("120");
    const timer = await world.thunderbird.chrome<number>(
      `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
       return cal.manager.wrappedJSObject.mRefreshTimer[arguments[0]].delay;`,
      world.calendarId,
    );
    expect(timer).toBe(120 * 60_000);
  });

  test("a click on Thunderbird's own button is a manual synchronization", async () => {
    await forget();
    await world.thunderbird.chrome(
      `const window = Services.wm.getMostRecentWindow("mail:3pane");
       window.document.getElementById("tabmail").openTab("calendar");
       const button = window.document.getElementById("refreshCalendar");
       const box = button.getBoundingClientRect();
       const { x, y } = { x: box.left + box.width / 2, y: box.top + box.height / 2 };
       const { windowUtils } = window;
       const click = (kind) => windowUtils.sendMouseEvent
         ? windowUtils.sendMouseEvent(kind, x, y, 0, 1, 0)
         : window.synthesizeMouseEvent(kind, x, y, { button: 0, clickCount: 1, isDOMEventSynthesized: false });
       click("mousedown");
       click("mouseup");`,
    );
    const all = await noted("sync");
    expect(all.find(({ event }) => event === "sync")?.properties?.type).toBe("manual");
  });

  test("Thunderbird's console has no error of the add-on's", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
