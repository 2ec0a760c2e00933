/** The add-on in Thunderbird's own places: menus, calendar properties, the dialog for new calendars, reminders. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CalendarDialogs } from "../support/calendar-dialogs.ts";
import { CalendarMenus } from "../support/calendar-menus.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { NewCalendarDialog } from "../support/new-calendar-dialog.ts";
import { OptionsUser } from "../support/options-user.ts";
import { profileDay } from "../support/profile-day.ts";
import { findThunderbirds } from "../support/thunderbird.ts";
import { ThunderbirdPanes } from "../support/thunderbird-panes.ts";

const event = (uid: string, summary: string, ...lines: string[]) =>
  [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//test//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20260101T000000Z",
    `SUMMARY:${summary}`,
    ...lines,
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");

const ITEMS = {
  "choir.ics": event("choir", "Choir", "DTSTART:20260617T090000Z", "DTEND:20260617T100000Z"),
  "daily.ics": event(
    "daily",
    "Stand-up",
    "DTSTART:20260615T080000Z",
    "DTEND:20260615T083000Z",
    "RRULE:FREQ=DAILY;COUNT=5",
  ),
  "today.ics": event("today", "Today", `DTSTART;VALUE=DATE:${profileDay()}`),
  "paint.ics": event("paint", "Paint the fence", `DUE;VALUE=DATE:${profileDay(1)}`).replaceAll(
    ":VEVENT",
    ":VTODO",
  ),
};

const texts = (names: object) =>
  Object.entries(names).map(([name, text]) => ({ name, text: String(text) }));

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let world: World;
  let menus: CalendarMenus;

  beforeAll(async () => {
    world = await startWorld({
      calendars: { Work: texts(ITEMS) },
      launch: { binary },
    });
    menus = new CalendarMenus(world.thunderbird);
    await world.run("backup.configure", { directory: world.folder, passphrase: null });
    await world.run("sync.run", {});
    await menus.showCalendar("week", "20260617T000000Z");
  });
  afterAll(() => world?.stop());

  const work = () => world.calendars.Work as { id: string; url: string };
  const local = () =>
    world.thunderbird.chrome<string>(
      `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
       return cal.manager.getCalendars().find(({ type }) => type === "storage").id;`,
    );
  const shown = async (address: string) => {
    await world.thunderbird.waitFor(
      async () => (await menus.pageInFront()) === address,
      `the page ${address}`,
    );
  };
  const backToCalendar = () => menus.showCalendar("week", "20260617T000000Z");

  test("the calendar list's menu backs up one calendar, of an account or not", async () => {
    await menus.ofCalendar(work().id, "Back up this calendar");
    const [first] = await world.thunderbird.waitFor(async () => {
      const list = await world.run("snapshots.list", {});
      return list.length > 0 ? list : null;
    }, "the snapshot");
    expect(first).toMatchObject({ calendars: 1, items: 4 });
    await world.thunderbird.waitFor(
      async () => (await world.run("operations.list", {})).length === 0,
      "the end of the backup",
    );
    await backToCalendar();
    await menus.ofCalendar(await local(), "Back up this calendar");
    await world.thunderbird.waitFor(
      async () => (await world.run("snapshots.list", {})).length === 2,
      "the second snapshot",
    );
  });

  test("History… opens the page of the calendar, and the same tab again", async () => {
    const address = `options/history.html?calendar=${work().id}`;
    await backToCalendar();
    await menus.ofCalendar(work().id, "History…");
    await shown(address);
    await backToCalendar();
    await menus.ofCalendar(work().id, "History…");
    await shown(address);
    expect((await menus.pages()).filter((page) => page === address)).toHaveLength(1);
    await backToCalendar();
    await menus.ofCalendar(await local(), "History…");
    await shown(`options/history.html?calendar=${await local()}`);
  });

  test.each(["day", "week", "multiweek", "month"] as const)(
    "an event of the %s view, also one of a series, has previous versions",
    async (view) => {
      await menus.showCalendar(view, "20260617T000000Z");
      expect(await menus.ofEvent("Choir")).toContain("Previous versions…");
      await menus.ofEvent("Stand-up", "Previous versions…");
      await shown(`options/history.html?calendar=${work().id}&uid=daily`);
    },
  );

  test("so has one in the list of events", async () => {
    const panes = new ThunderbirdPanes(world.thunderbird);
    await backToCalendar();
    await panes.findEvents("");
    await menus.ofFoundEvent("Choir", "Previous versions…");
    await shown(`options/history.html?calendar=${work().id}&uid=choir`);
  });

  test("and one in the today pane", async () => {
    const panes = new ThunderbirdPanes(world.thunderbird);
    await panes.showTodayPane();
    await menus.ofAgenda("Today", "Previous versions…");
    await shown(`options/history.html?calendar=${work().id}&uid=today`);
  });

  test.each(["tab", "today"] as const)(
    "and a task, of the task tab and of the today pane: %s",
    async (pane) => {
      const panes = new ThunderbirdPanes(world.thunderbird);
      // Another item's page, so that it cannot be the one of before.
      await backToCalendar();
      await menus.ofEvent("Choir", "Previous versions…");
      await shown(`options/history.html?calendar=${work().id}&uid=choir`);
      await (pane === "tab" ? panes.showTasks() : panes.showTodayPane());
      await menus.ofTask(pane, "Paint the fence", "Previous versions…");
      const address = `options/history.html?calendar=${work().id}&uid=paint`;
      await shown(address);
      // The tab that is open already.
      const user = await OptionsUser.open(world.thunderbird, address);
      await user.see(/Restore this version…[\s\S]*Due [\s\S]*1 version/);
    },
  );

  test("a calendar's properties say what the add-on knows, and lead to its page", async () => {
    const dialogs = new CalendarDialogs(world.thunderbird);
    const { rows, button } = await dialogs.facts(work().id);
    expect(button).toBe("Open in CalDAV Keeper");
    expect(rows[0]).toEqual(["Account", `${world.server.username} on ${new URL(work().url).host}`]);
    expect(rows[1]?.[0]).toBe("Last synchronized");
    expect(rows[1]?.[1]).toMatch(/\d{4}/);
    await dialogs.openFromProperties(work().id);
    await shown(`options/options.html#accounts/account-${world.accountId}`);
  });

  test("Thunderbird's dialog for new calendars lists what the account has, and subscribing makes it one of ours", async () => {
    const { server, thunderbird } = world;
    const url = await server.createCalendar("Family", { displayName: "Family" });
    await server.put(new URL("choir.ics", url).href, ITEMS["choir.ics"]);
    const dialog = new NewCalendarDialog(thunderbird);
    await dialog.open();
    await dialog.search(server.username, server.url);
    const listed = await dialog.listed("CalDAV Keeper");
    expect(listed.map(({ name, offered }) => ({ name, offered }))).toEqual(
      expect.arrayContaining([
        { name: "Work", offered: false },
        { name: "Family", offered: true },
      ]),
    );
    await dialog.accept();
    const family = await thunderbird.waitFor(async () => {
      const [account] = await world.run("accounts.list", {});
      const found = account?.calendars.find((calendar) => calendar.name === "Family");
      return found?.lastGoodSync ? found : null;
    }, "the calendar in the account, synchronized");
    expect(family).toMatchObject({ url, error: null, pendingChanges: 0 });
    const seen = await world.user.items(family.id);
    expect(seen.map(({ title }) => title)).toEqual(["Choir"]);
  });

  const savedPasswords = () =>
    world.thunderbird.chrome<string[]>(
      `const logins = await Services.logins.getAllLogins();
       return logins.filter(({ origin }) => origin === arguments[0]).map(({ password }) => password);`,
      new URL(world.server.url).origin,
    );

  test("a first account is made there too, with the password asked for by Thunderbird's dialog", async () => {
    const { server, thunderbird } = world;
    const [before] = await world.run("accounts.list", {});
    await world.run("accounts.remove", { accountId: before?.id ?? "" });
    const dialog = new NewCalendarDialog(thunderbird);
    await dialog.open();
    await dialog.searchWithPassword(server.username, server.url, server.password);
    expect(await dialog.status()).toBe("none");
    const names = (await dialog.listed("CalDAV Keeper")).map(({ name }) => name);
    expect(new Set(names)).toEqual(new Set(["Work", "Family"]));
    await dialog.accept();
    await thunderbird.waitFor(async () => {
      const [account] = await world.run("accounts.list", {});
      return (
        account?.calendars.length === 2 &&
        account.calendars.every(({ lastGoodSync, error }) => lastGoodSync !== null && !error)
      );
    }, "the account with both calendars, synchronized");
    const accounts = await world.run("accounts.list", {});
    expect(accounts).toHaveLength(1);
    expect(accounts[0]).toMatchObject({ username: server.username, error: null });
    expect(await savedPasswords()).toEqual([server.password]);
  });

  test("with its tick off the password is used, and is in no password manager", async () => {
    const { server, thunderbird } = world;
    const [before] = await world.run("accounts.list", {});
    await world.run("accounts.remove", { accountId: before?.id ?? "" });
    expect(await savedPasswords()).toEqual([]);
    const dialog = new NewCalendarDialog(thunderbird);
    await dialog.open();
    await dialog.searchWithPassword(server.username, server.url, server.password, false);
    await dialog.listed("CalDAV Keeper");
    await dialog.accept();
    await thunderbird.waitFor(async () => {
      const [account] = await world.run("accounts.list", {});
      return (
        account?.calendars.length === 2 &&
        account.calendars.every(({ lastGoodSync, error }) => lastGoodSync !== null && !error)
      );
    }, "the account with both calendars, synchronized");
    expect(await savedPasswords()).toEqual([]);
  });

  test("switched off, nothing of it is left in the window; switched on, everything is there once", async () => {
    const before = await menus.traces();
    expect(before).toBeGreaterThan(4);
    await world.thunderbird.disable();
    expect(await menus.traces()).toBe(0);
    await world.thunderbird.enable();
    await world.thunderbird.waitFor(async () => (await menus.traces()) > 0, "the menus");
    expect(await menus.traces()).toBe(before);
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
