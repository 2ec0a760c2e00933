/** A provider that stops, starts and goes: what wakes it, and what it leaves behind in the real Thunderbird. */
import { readdir, readlink } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findThunderbirds } from "../support/thunderbird.ts";
import { TYPE, vevent } from "./calendar-fixture.ts";
import { HooksWorld, LISTENERS, SYNC } from "./hooks-fixture.ts";

const MORE = `
provider.onInit.addListener(() => {});
provider.onResetSync.addListener(() => {});
provider.onFreeBusy.addListener(() => []);
provider.onDetectCalendars.addListener(() => []);
provider.onCalendarDeleted.addListener(() => {});
messenger.calendar.calendars.onCreated.addListener(() => {});
messenger.calendar.calendars.onUpdated.addListener(() => {});
messenger.calendar.calendars.onRemoved.addListener(() => {});
messenger.calendar.items.onCreated.addListener(() => {});
messenger.calendar.items.onAlarm.addListener(() => {});
`;

interface Traces {
  observers: Record<"list" | "calendars" | "freeBusy" | "windows" | "start", number>;
  types: string[];
}

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let world: HooksWorld;
  let id: string;

  beforeAll(async () => {
    world = await HooksWorld.start(binary, {
      provider: {
        background: LISTENERS + SYNC + MORE,
        manifestKey: { name: "Comes and goes", creation_panel: "options/options.html" },
      },
    });
    id = world.calendar.calendarId;
    await world.noted("sync");
  });
  afterAll(() => world.end());

  const traces = () =>
    world.calendar.thunderbird.chrome<Traces>(
      `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
       const { ExtensionSupport } = ChromeUtils.importESModule("resource:///modules/ExtensionSupport.sys.mjs");
       const manager = cal.manager.wrappedJSObject;
       const freeBusy = cal.freeBusyService.wrappedJSObject ?? cal.freeBusyService;
       return {
         observers: {
           list: manager.mObservers.size,
           calendars: manager.mCalendarObservers.size,
           freeBusy: freeBusy.mProviders.size,
           windows: ExtensionSupport.registeredWindowListenerCount,
           start: [...Services.obs.enumerateObservers("calendar-startup-done")].length,
         },
         types: [...Object.keys(manager.providerImplementations), ...cal.provider.detection.providers.keys()].filter((type) => type.startsWith("ext-")),
       };`,
    );
  /** Of the item store. */
  const openFiles = async () => {
    const folder = `/proc/${world.calendar.thunderbird.pid}/fd`;
    const links = await Promise.all(
      (await readdir(folder)).map((name) => readlink(path.join(folder, name)).catch(() => "")),
    );
    return links.filter((link) => link.includes("items.sqlite"));
  };
  const enabled = () => world.calendar.back();

  test("a stopped page is woken by an item created in the calendar, and takes it", async () => {
    await world.forget();
    await world.calendar.thunderbird.suspendBackground();
    await world.calendar.user.add(id, vevent("wakes", "SUMMARY:Wakes", "DTSTART:20260302T100000Z"));
    await world.noted("created");
    await world.settled("wakes");
  });

  test("and by a synchronization that is due", async () => {
    await world.forget();
    await world.calendar.thunderbird.suspendBackground();
    await world.calendar.inCalendar(
      "cal.manager.wrappedJSObject.mRefreshTimer[calendar.id].delay = 10;",
    );
    const [note] = await world.noted("sync");
    expect(note?.properties.type).toBe("auto");
    await world.calendar.inCalendar(
      "cal.manager.wrappedJSObject.mRefreshTimer[calendar.id].delay = 3600000;",
    );
  });

  test("disabled, it leaves nothing behind; enabled, everything is there once", async () => {
    const on = await traces();
    expect(on.types).toEqual([TYPE, TYPE]);
    expect(await openFiles()).not.toEqual([]);
    await world.calendar.thunderbird.disable();
    const off = await traces();
    expect(off.types).toEqual([]);
    expect(off.observers).toEqual({
      list: on.observers.list - 1,
      calendars: on.observers.calendars - 2,
      freeBusy: on.observers.freeBusy - 1,
      windows: on.observers.windows - 1,
      start: on.observers.start,
    });
    await world.calendar.thunderbird.waitFor(
      async () => (await openFiles()).length === 0,
      "the store's files to be closed",
    );
    await world.calendar.thunderbird.enable();
    await enabled();
    expect(await traces()).toEqual(on);
    await world.calendar.thunderbird.disable();
    expect(await traces()).toEqual(off);
    await world.calendar.thunderbird.enable();
    await enabled();
  });

  test("after a restart everything is there once, and nothing came too early", async () => {
    const before = await traces();
    await world.calendar.thunderbird.restart();
    await enabled();
    await world.calendar.thunderbird.waitFor(
      async () => (await traces()).types.length === 2,
      "the provider",
    );
    expect(await traces()).toEqual(before);
    const messages = await world.calendar.thunderbird.consoleMessages();
    expect(messages.filter(({ text }) => text.includes("before loadCalendarComponent"))).toEqual(
      [],
    );
    const state = await world.calendar.inCalendar<unknown>(
      `const item = Services.wm.getMostRecentWindow("mail:3pane").document.getElementById("calendar-listitem-" + calendar.id);
       return [item.hasAttribute("calendar-readfailed"), item.hasAttribute("calendar-disabled")];`,
    );
    expect(state).toEqual([false, false]);
  });

  test("removed, it leaves nothing behind but its calendars' settings", async () => {
    await world.calendar.thunderbird.uninstall();
    expect((await traces()).types).toEqual([]);
    await world.calendar.thunderbird.waitFor(
      async () => (await openFiles()).length === 0,
      "the store's files to be closed",
    );
    expect(await world.calendar.inCalendar("return calendar.name;")).toBe("Work");
    expect(await world.calendar.thunderbird.consoleErrors()).toEqual([]);
  });
});
