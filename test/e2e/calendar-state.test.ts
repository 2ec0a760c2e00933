/**
 * What a person sees of a calendar's state in the real Thunderbird: no alarm for a failure that passes, one for a refused
 * password, what waits to be sent and what can be done about it, where reminders are noted, and how often is asked.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CaldavTestServer,
  startCaldavTestServer,
} from "../support/caldav-test-server/server.ts";
import { startWorld, type World } from "../support/keeper-world.ts";

/** @param more further lines of the event */
const eventText = (uid: string, more: readonly string[] = []) =>
  [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//test//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20260101T000000Z",
    "DTSTART:20260610T100000Z",
    "DTEND:20260610T110000Z",
    `SUMMARY:${uid}`,
    ...more,
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    "DESCRIPTION:Soon",
    "TRIGGER:-PT15M",
    "END:VALARM",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");

const GUESTS = ["ORGANIZER:mailto:keeper@example.org", "ATTENDEE:mailto:guest@example.net"];

describe("a calendar's state", () => {
  let server: CaldavTestServer;
  let world: World;
  let calendarId: string;
  let url: string;

  beforeAll(async () => {
    server = await startCaldavTestServer();
    const texts = { own: eventText("own"), party: eventText("party", GUESTS) };
    const resources = Object.entries(texts).map(([name, text]) => ({ name: `${name}.ics`, text }));
    world = await startWorld({ calendars: { work: resources }, server: async () => server });
    ({ id: calendarId, url } = world.calendars.work as { id: string; url: string });
    await world.run("sync.run", { calendarId });
  });
  afterAll(() => world.stop());

  const until = <T>(condition: () => T | Promise<T>, what: string) =>
    world.thunderbird.waitFor(condition, what, 60_000);
  const onServer = async (name: string) =>
    ((await server.get(new URL(`${name}.ics`, url).href)) ?? "").replace(/\r?\n[ \t]/g, "");

  const state = async () => {
    const [account] = await world.run("accounts.list", {});
    const calendar = account?.calendars.find(({ id }) => id === calendarId);
    if (account === undefined || calendar === undefined) throw new Error("the calendar is gone");
    return { account, calendar };
  };

  /** Thunderbird's warning in the calendar list, with its words. */
  const mark = () =>
    world.thunderbird.chrome<{ warns: boolean; title: string }>(
      `const window = Services.wm.getMostRecentWindow("mail:3pane");
       window.document.getElementById("tabmail").openTab("calendar", {});
       const item = window.document.getElementById("calendar-listitem-" + arguments[0]);
       return { warns: item.hasAttribute("calendar-readfailed"), title: item.getAttribute("title") ?? "" };`,
      calendarId,
    );

  /** Stands in for the computer's notifications. @returns the beginnings of their titles */
  const alerts = async () => {
    await world.thunderbird.chrome(
      `const shown = (Cu.getGlobalForObject(Services).keeperAlerts = []);
       const service = {
         QueryInterface: ChromeUtils.generateQI(["nsIAlertsService"]),
         showAlert: (alert) => void shown.push(alert.title),
         showAlertNotification: (icon, title) => void shown.push(title),
         closeAlert() {},
       };
       Components.manager.QueryInterface(Ci.nsIComponentRegistrar).registerFactory(
         Services.uuid.generateUUID(), "", "@mozilla.org/alerts-service;1",
         { QueryInterface: ChromeUtils.generateQI(["nsIFactory"]), createInstance: () => service });
       return null;`,
    );
    return async () => {
      const titles = await world.thunderbird.chrome<string[]>(
        "return [...Cu.getGlobalForObject(Services).keeperAlerts];",
      );
      return titles.map((title) => title.split(" (")[0]);
    };
  };

  /** As the reminder window does. */
  const dismiss = (uid: string) =>
    world.thunderbird.chrome(
      `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
       const [id, uid] = arguments;
       const item = await cal.manager.getCalendarById(id).getItem(uid);
       const service = Cc["@mozilla.org/calendar/alarm-service;1"].getService(Ci.calIAlarmService);
       await service.dismissAlarm(item, item.getAlarms()[0]);
       return null;`,
      calendarId,
      uid,
    );
  const isDismissed = (uid: string) =>
    world.thunderbird.chrome<boolean>(
      `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
       const item = await cal.manager.getCalendarById(arguments[0]).getItem(arguments[1]);
       return item.alarmLastAck !== null;`,
      calendarId,
      uid,
    );

  test("after a good synchronization there is nothing to say", async () => {
    const { account, calendar } = await state();
    expect(account.error).toBe(null);
    expect(calendar).toMatchObject({ error: null, trouble: null, pendingChanges: 0, refused: 0 });
    expect(calendar.lastGoodSync).toBeGreaterThan(0);
    expect(await mark()).toMatchObject({ warns: false });
  });

  test("a failure that passes is told on the page, without an alarm in the list", async () => {
    const { calendar: before } = await state();
    server.fail({ kind: "status", status: 502 });
    const { calendars } = await world.run("sync.run", { calendarId });
    expect(calendars[0]?.error?.details).toMatchObject({ status: 502 });
    const { calendar } = await until(async () => {
      const now = await state();
      return now.calendar.trouble === null ? null : now;
    }, "the trouble");
    expect(calendar.error).toBe(null);
    expect(calendar.trouble?.nextTry).toBeGreaterThan(calendar.trouble?.since ?? 0);
    expect(calendar.lastGoodSync).toBe(before.lastGoodSync);
    expect(await mark()).toMatchObject({ warns: false });
    server.behave();
    await world.run("sync.run", { calendarId });
    await until(async () => (await state()).calendar.trouble === null, "the end of the trouble");
  });

  test("while Thunderbird is offline an edit waits without an alarm, and goes by itself afterwards", async () => {
    await world.thunderbird.setOffline(true);
    await world.user.change(calendarId, "own", { LOCATION: "On the way" });
    await world.run("sync.run", { calendarId });
    const { calendar } = await until(async () => {
      const now = await state();
      return now.calendar.trouble === null ? null : now;
    }, "the trouble");
    expect(calendar.trouble?.error.code).toBe("offline");
    expect(calendar).toMatchObject({ error: null, pendingChanges: 1, refused: 0 });
    expect(await world.run("pending.list", {})).toMatchObject([{ summary: "own", error: null }]);
    expect(await mark()).toMatchObject({ warns: false });
    await world.thunderbird.setOffline(false);
    await until(async () => (await onServer("own")).includes("LOCATION:On the way"), "the edit");
    await until(async () => (await state()).calendar.trouble === null, "the end of the trouble");
  });

  test("an edit that the server refuses waits, with the reason, and can be sent or given up", async () => {
    server.misbehave({ forbidWrites: true });
    await world.user.change(calendarId, "own", { SUMMARY: "Renamed" });
    const [edit] = await until(async () => {
      const waiting = await world.run("pending.list", { calendarId });
      return waiting[0]?.error ? waiting : null;
    }, "the refusal");
    expect(edit).toMatchObject({ name: "own.ics", summary: "Renamed", change: "update" });
    await world.run("sync.run", { calendarId });
    await until(async () => (await state()).calendar.error !== null, "the error");
    expect((await state()).calendar).toMatchObject({ pendingChanges: 1, refused: 1 });
    expect(await mark()).toMatchObject({ warns: true });

    server.behave();
    expect(await world.run("pending.retry", { calendarId, name: "own.ics" })).toEqual({
      sent: 1,
      left: [],
    });
    expect(await onServer("own")).toContain("SUMMARY:Renamed");
    await until(async () => !(await mark()).warns, "the end of the warning");

    server.misbehave({ forbidWrites: true });
    await world.user.change(calendarId, "own", { SUMMARY: "Unwanted" });
    await until(async () => (await state()).calendar.refused === 1, "the refusal");
    const discarded = await world.run("pending.discard", { calendarId, name: "own.ics" });
    expect(discarded).toEqual({ discarded: true });
    const items = await world.user.items(calendarId);
    expect(items.map(({ title }) => title)).toContain("Renamed");
    expect((await state()).calendar).toMatchObject({ pendingChanges: 0, refused: 0 });
    const kept = await world.run("superseded.list", { calendarId, uid: "own" });
    expect(kept.map(({ summary }) => summary)).toContain("Unwanted");
    server.behave();
    await world.run("sync.run", { calendarId });
  });

  test("a reminder of an own event that is dismissed is noted on the server", async () => {
    await dismiss("own");
    await until(async () => (await onServer("own")).includes("X-MOZ-LASTACK:"), "the note");
    expect(await isDismissed("own")).toBe(true);
    const resource = await onServer("own");
    expect(resource.replace(/X-MOZ-LASTACK:.*\r\n/, "")).toContain("SUMMARY:Renamed\r\n");
  });

  test("one of an event with guests stays here, unless the user wants it otherwise", async () => {
    const before = await onServer("party");
    await dismiss("party");
    await until(() => isDismissed("party"), "the dismissal");
    await world.run("sync.run", { calendarId });
    expect(await onServer("party")).toBe(before);
    expect((await state()).calendar.pendingChanges).toBe(0);

    const settings = await world.run("calendars.configure", { calendarId, alarms: "server" });
    expect(settings).toMatchObject([{ alarms: "server" }]);
    await dismiss("party");
    await until(async () => (await onServer("party")).includes("X-MOZ-LASTACK:"), "the note");
    await world.run("calendars.configure", { calendarId, alarms: "auto" });
  });

  test("the server's minimum between two polls holds over the user's wish", async () => {
    server.misbehave({ refreshRate: "PT2H" });
    await world.run("sync.run", { calendarId });
    expect(await world.run("calendars.configure", { calendarId, refreshMinutes: 5 })).toMatchObject(
      [{ minimumRefreshMinutes: 120, refreshMinutes: 120 }],
    );
    server.misbehave({ refreshRate: null });
    await world.run("sync.run", { calendarId });
    const { accountId } = world;
    expect(await world.run("calendars.configure", { accountId })).toMatchObject([
      { minimumRefreshMinutes: 0, refreshMinutes: 5 },
    ]);
    await world.run("calendars.configure", { accountId, refreshMinutes: 30 });
  });

  test("a refused password is an alarm, told once, and not tried with every poll", async () => {
    const told = await alerts();
    server.changePassword("another one");
    await world.run("sync.run", { calendarId });
    await until(async () => (await state()).account.error?.code === "unauthorized", "the error");
    expect(await mark()).toMatchObject({ warns: true });
    expect((await mark()).title).toContain("did not accept");
    await world.run("sync.run", { calendarId });
    expect(await told()).toEqual(["The account of keeper"]);

    // The event page forgets everything; a poll wakes it.
    await world.thunderbird.suspendBackground();
    server.forgetRequests();
    const lastPoll = () =>
      world.thunderbird.chrome<string>(
        `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
         const calendar = cal.manager.getCalendarById(arguments[0]);
         if (arguments[1]) calendar.refresh();
         return String(calendar.getProperty("lastSync"));`,
        calendarId,
        before === undefined,
      );
    let before: string | undefined;
    before = await lastPoll();
    await until(async () => (await lastPoll()) !== before, "the poll");
    expect(server.count()).toBe(0);

    await world.run("accounts.signIn", { accountId: world.accountId, password: "another one" });
    await until(async () => (await state()).account.error === null, "the end of the error");
    await until(async () => !(await mark()).warns, "the end of the warning");
  });

  test("Thunderbird's console holds no error of ours", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
