/** What a provider says its calendars can do, in the dialogs of the real Thunderbird; and calendars of an older type. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CalendarDialogs } from "../support/calendar-dialogs.ts";
import { findThunderbirds } from "../support/thunderbird.ts";
import { CalendarWorld, TYPE } from "./calendar-fixture.ts";
import { LISTENERS } from "./hooks-fixture.ts";

/** The draft's own example, with its minimum in the draft's seconds. */
const DRAFT = {
  timezones: { floating: false, UTC: true },
  attachments: false,
  priority: false,
  privacy: ["default", "public", "private"],
  categories: { count: 3 },
  alarms: { count: 2, actions: ["display", "email"] },
  tasks: true,
  events: true,
  remove_modes: ["unsubscribe"],
  requires_network: true,
  minimum_refresh_interval: 1800,
};

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let world: CalendarWorld;
  let dialogs: CalendarDialogs;
  let id: string;

  beforeAll(async () => {
    world = await CalendarWorld.start(binary, {
      provider: {
        background: LISTENERS,
        manifestKey: { name: "Draft", legacy_type: "old-service", capabilities: DRAFT },
      },
      itemPermissions: [],
    });
    dialogs = new CalendarDialogs(world.thunderbird);
    id = world.calendarId;
  });
  afterAll(() => world.end());

  const say = (capabilities: object) => world.api("calendars.update", id, { capabilities });

  test("the event dialog offers what the manifest says", async () => {
    expect(await dialogs.event(id)).toEqual({
      calendars: expect.arrayContaining(["Work"]),
      categories: "several",
      canAttach: false,
      hasPriority: false,
      privacy: ["PUBLIC", "PRIVATE"],
      hasReminder: true,
    });
    expect((await dialogs.event(id, "task")).calendars).toContain("Work");
  });

  test("a calendar's own answers go before the manifest's, in either spelling", async () => {
    await say({
      attachments: true,
      priority: true,
      privacy: true,
      categories: { count: 1 },
      tasks: false,
    });
    expect(await dialogs.event(id)).toMatchObject({
      categories: "one",
      canAttach: true,
      hasPriority: true,
      privacy: ["PUBLIC", "CONFIDENTIAL", "PRIVATE"],
    });
    await say({ categories: { count: 0 }, privacy: false, tasks: true });
    expect(await dialogs.event(id)).toMatchObject({ categories: "none", privacy: [] });
    await say({ categories: { count: -1 } });
    expect(await dialogs.event(id)).toMatchObject({ categories: "several" });
  });

  test("a calendar without tasks or events is not offered for them", async () => {
    const home = await world.user.home();
    await say({ tasks: false });
    expect((await dialogs.event(home, "task")).calendars).not.toContain("Work");
    expect((await dialogs.event(home)).calendars).toContain("Work");
    await say({ tasks: true, events: false });
    expect((await dialogs.event(home)).calendars).not.toContain("Work");
    await say({ events: true });
  });

  test("what the service does not let the user do is not offered, and other add-ons are told", async () => {
    const home = await world.user.home();
    const event = { type: "event", title: "Choir", startDate: "20260601T100000Z" };
    const item = await world.api<{ id: string }>("items.create", id, event);
    const offered = () =>
      world.inCalendar<[boolean, boolean, boolean]>(
        `const item = await calendar.getItem(arguments[1]);
         return [cal.acl.userCanAddItemsToCalendar(calendar), cal.acl.userCanModifyItem(item),
           cal.acl.userCanDeleteItemsFromCalendar(calendar)];`,
        item.id,
      );
    const left = async () => (await world.user.items(id)).map(({ title }) => title);
    expect(await offered()).toEqual([true, true, true]);

    await say({ items: { create: false } });
    expect(await offered()).toEqual([false, true, true]);
    expect((await dialogs.event(home)).calendars).not.toContain("Work");
    await expect(world.api("items.create", id, event)).rejects.toThrow("nothing be added");

    await say({ items: { create: true, update: false, remove: false } });
    expect(await offered()).toEqual([true, false, false]);
    await expect(world.api("items.update", id, item.id, { title: "X" })).rejects.toThrow(
      "nothing be changed",
    );
    await expect(world.api("items.remove", id, item.id)).rejects.toThrow("nothing be deleted");
    const byUser = world.inCalendar(
      `await calendar.deleteItem(await calendar.getItem(arguments[1]));`,
      item.id,
    );
    await expect(byUser).rejects.toThrow();
    expect(await left()).toEqual(["Choir"]);

    await say({ items: { update: true, remove: true } });
    expect(await offered()).toEqual([true, true, true]);
    await world.api("items.remove", id, item.id);
    expect(await left()).toEqual([]);
  });

  test("only the kinds of times there are can be chosen", async () => {
    expect(await dialogs.zones(id)).toEqual(["UTC"]);
    await say({ timezones: { floating: true, UTC: false } });
    expect(await dialogs.zones(id)).toEqual(["floating"]);
  });

  test("reminders are as many and of the kinds the service takes", async () => {
    expect(await dialogs.reminders(id, 1)).toEqual({
      actions: ["DISPLAY", "EMAIL"],
      oneMore: true,
    });
    expect((await dialogs.reminders(id, 2)).oneMore).toBe(false);
    await say({ alarms: { count: -1, actions: ["display"] } });
    expect(await dialogs.reminders(id, 2)).toEqual({ actions: ["DISPLAY"], oneMore: true });
  });

  test("the properties offer no interval that is too short, and no change of what is read-only", async () => {
    expect(await dialogs.properties(id)).toEqual({
      intervals: [0, 30, 60],
      canChangeReadOnly: true,
    });
    await say({ minimumRefreshInterval: 5, mutable: false });
    expect(await dialogs.properties(id)).toEqual({
      intervals: [0, 5, 15, 30, 60],
      canChangeReadOnly: false,
    });
    await say({ mutable: true });
  });

  test("the calendar list's menu names what removing does", async () => {
    expect(await dialogs.removal(id)).toBe("unsubscribe");
    await say({ removeModes: ["delete"] });
    expect(await dialogs.removal(id)).toBe("delete");
    await say({ remove_modes: ["unsubscribe", "delete"] });
    expect(await dialogs.removal(id)).toBe("remove");
  });

  test("a calendar that needs no network is none for Thunderbird's synchronization", async () => {
    expect(await world.user.property(id, "requiresNetwork")).toBe(true);
    await say({ requires_network: false });
    expect(await world.user.property(id, "requiresNetwork")).toBe(false);
  });

  test("a service that mails by itself, or takes no invitations, keeps Thunderbird from mailing", async () => {
    const scheduling = () =>
      world.inCalendar<[boolean, boolean, string | null]>(
        `const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
         const support = cal.itip.isSchedulingCalendar ? calendar.supportsScheduling : calendar.wrappedJSObject.supportsScheduling;
         return [support, calendar.wrappedJSObject.canNotify("REQUEST", new CalEvent()), calendar.getProperty("organizerId")];`,
      );
    await say({ scheduling: "server", organizer: "mailto:me@service.example" });
    expect(await scheduling()).toEqual([true, true, "mailto:me@service.example"]);
    await say({ scheduling: "none" });
    expect((await scheduling())[0]).toBe(false);
    await say({ scheduling: "client" });
    expect((await scheduling()).slice(0, 2)).toEqual([true, false]);
  });

  test("calendars of an older type become the add-on's, with all their settings, for good", async () => {
    await world.thunderbird.chrome(
      `const settings = { name: "From before", uri: "old://service/1", type: "old-service", color: "#123456", username: "me" };
       for (const [name, value] of Object.entries(settings)) Services.prefs.setStringPref("calendar.registry.old-1." + name, value);
       Services.prefs.setBoolPref("calendar.registry.old-1.calendar-main-in-composite", true);
       Services.prefs.setBoolPref("calendar.registry.old-1.suppressAlarms", true);
       Services.prefs.savePrefFile(null);`,
    );
    for (let restart = 0; restart < 2; restart++) {
      await world.thunderbird.restart();
      const calendar = await world.thunderbird.waitFor(async () => {
        const found = await world.api<{ enabled: boolean; type: string } | null>(
          "calendars.get",
          "old-1",
        );
        return found?.enabled && found.type === TYPE ? found : null;
      }, "the older calendar");
      expect(calendar).toMatchObject({
        name: "From before",
        url: "old://service/1",
        color: "#123456",
        visible: true,
        showReminders: false,
      });
      expect(await world.user.property("old-1", "username")).toBe("me");
    }
  });

  test("Thunderbird's console has no error of the add-on's", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
