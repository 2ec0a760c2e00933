import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { XPI } from "../support/keeper-world.ts";
import { OptionsUser } from "../support/options-user.ts";
import { type Radicale, startRadicale } from "../support/radicale.ts";
import { launchThunderbird, type Thunderbird } from "../support/thunderbird.ts";

const EVENT = [
  "BEGIN:VCALENDAR",
  "VERSION:2.0",
  "PRODID:-//test//EN",
  "BEGIN:VEVENT",
  "UID:meeting-1",
  "DTSTAMP:20260101T000000Z",
  "DTSTART:20260105T100000Z",
  "DTEND:20260105T110000Z",
  "SUMMARY:Meeting",
  "END:VEVENT",
  "END:VCALENDAR",
  "",
].join("\r\n");

describe("an account is set up by hand on the options page", () => {
  let server: Radicale;
  let website: Server;
  let thunderbird: Thunderbird;
  let user: OptionsUser;

  beforeAll(async () => {
    server = await startRadicale();
    const work = await server.createCalendar("work", { displayName: "Work" });
    await server.createCalendar("home", { displayName: "Home" });
    await server.put(new URL("meeting-1.ics", work).href, EVENT);
    website = createServer((_, response) => {
      response.writeHead(200, { "Content-Type": "text/html" });
      response.end("<!doctype html><title>Welcome</title><p>This is a website.");
    });
    await new Promise<void>((resolve) => website.listen(0, "127.0.0.1", resolve));
    thunderbird = await launchThunderbird({ xpi: XPI });
    user = await OptionsUser.open(thunderbird);
  });
  afterAll(async () => {
    await thunderbird.quit();
    website.close();
    await server.stop();
  });

  async function search(location: string, password = server.password): Promise<void> {
    await user.fill("Server", location);
    await user.fill("User name", server.username);
    await user.fill("Password", password);
    await user.press("Find calendars");
  }

  test("a first visit says what to do", async () => {
    await user.see("No account yet");
    await user.press("Add account");
  });

  test("a wrong password is told at the form, with what to do", async () => {
    await search(server.url, "wrong");
    await user.see(/password/i);
    await thunderbird.waitFor(async () => (await user.alerts()).length > 0, "an alert");
    const [alert] = await user.alerts();
    expect(alert).toMatch(/password/i);
    expect(alert?.split("\n").length).toBeGreaterThan(1);
    expect(await user.read()).not.toContain("Subscribe");
  });

  test("a host where nothing answers is told", async () => {
    await search("http://127.0.0.1:9");
    await user.see(/No connection/);
    expect((await user.alerts())[0]).toMatch(/Check the address/);
  });

  test("a website that is no calendar server is told, with what was tried", async () => {
    await search(`http://127.0.0.1:${(website.address() as AddressInfo).port}/`);
    await user.see(/No calendar server/);
    expect(await user.read()).toContain("What was tried");
  });

  test("an address that is none is told", async () => {
    await search("ftp://example.org");
    await user.see("do not work");
  });

  test("plain http to another computer is not tried before the warning was confirmed", async () => {
    await search("http://192.0.2.1:5232/");
    await user.see("This connection is not encrypted");
    expect(await user.isTicked("I know, connect anyway")).toBe(false);
    await user.fill("Server", server.url);
  });

  test("with the right password the calendars are offered, and the ticked one is subscribed and synchronized", async () => {
    await search(server.url);
    await user.see("Which calendars do you want");
    await user.choose("Home");
    expect(await user.isTicked("Work")).toBe(true);
    expect(await user.isTicked("Home")).toBe(false);
    await user.press("Subscribe");
    const shown = await user.see(/Up to date[\s\S]*Last synchronized just now/);
    expect(shown).toContain("Work");
    expect(shown).toContain("Up to date");
    const titles = await thunderbird.chrome<string[]>(`
      const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
      const calendar = cal.manager.getCalendars().find((one) => one.name === "Work");
      const items = await calendar.getItemsAsArray(calendar.ITEM_FILTER_ALL_ITEMS, 0, null, null);
      return items.map((item) => item.title);
    `);
    expect(titles).toEqual(["Meeting"]);
  });

  test("what changed on the server arrives with the page's button", async () => {
    await server.put(
      new URL("meeting-2.ics", new URL("work/", server.homeUrl)).href,
      EVENT.replace("meeting-1", "meeting-2").replace("Meeting", "Second"),
    );
    await user.press("Synchronize Work");
    await thunderbird.waitFor(async () => {
      const titles = await thunderbird.chrome<string[]>(`
        const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
        const calendar = cal.manager.getCalendars().find((one) => one.name === "Work");
        const items = await calendar.getItemsAsArray(calendar.ITEM_FILTER_ALL_ITEMS, 0, null, null);
        return items.map((item) => item.title);
      `);
      return titles.includes("Second");
    }, "the second event");
  });

  test("the page shows the same after it was closed and opened again", async () => {
    await user.close();
    user = await OptionsUser.open(thunderbird);
    const shown = await user.see("Up to date");
    expect(shown).toContain(server.username);
    expect(shown).toContain("Work");
  });

  test("the password lies in the password manager and in no preference or storage", async () => {
    const found = await thunderbird.chrome<{ logins: number; prefs: string[] }>(
      `const [password] = arguments;
       const logins = await Services.logins.getAllLogins();
       const prefs = Services.prefs.getChildList("").filter((name) =>
         Services.prefs.getPrefType(name) === Services.prefs.PREF_STRING &&
         Services.prefs.getStringPref(name, "").includes(password));
       return { logins: logins.filter((login) => login.password === password).length, prefs };`,
      server.password,
    );
    expect(found).toEqual({ logins: 1, prefs: [] });
    const stored = await thunderbird.background<string>(
      "return JSON.stringify(await messenger.storage.local.get(null));",
    );
    expect(stored).toContain(server.username);
    expect(stored).not.toContain(server.password);
  });

  test("an account is removed with its calendars and its password; the server keeps everything", async () => {
    await user.press("Remove…");
    await user.press("Remove the account");
    await user.see("No account yet");
    const left = await thunderbird.chrome<{ names: string[]; logins: number }>(`
      const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
      const logins = await Services.logins.getAllLogins();
      return { names: cal.manager.getCalendars().map((one) => one.name), logins: logins.length };
    `);
    expect(left.names).not.toContain("Work");
    expect(left.logins).toBe(0);
    expect(await server.get(new URL("work/meeting-1.ics", server.homeUrl).href)).toBeTruthy();
  });

  test("none of this left an error of ours in the console", async () => {
    expect(await thunderbird.consoleErrors()).toEqual([]);
  });
});
