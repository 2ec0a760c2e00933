/** The page of the first run, from the installation to the first snapshot; leaving by the options page. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommandName, CommandReply } from "../../src/shared/commands.ts";
import { seriousFindings } from "../support/accessibility.ts";
import { CalendarMenus } from "../support/calendar-menus.ts";
import type { DavServer } from "../support/dav-server.ts";
import { answerFolderPicker } from "../support/folder-picker.ts";
import { XPI } from "../support/keeper-world.ts";
import { OptionsUser } from "../support/options-user.ts";
import { startRadicale } from "../support/radicale.ts";
import { findThunderbirds, launchThunderbird, type Thunderbird } from "../support/thunderbird.ts";

const EVENT = [
  "BEGIN:VCALENDAR",
  "VERSION:2.0",
  "PRODID:-//test//EN",
  "BEGIN:VEVENT",
  "UID:choir",
  "DTSTAMP:20260101T000000Z",
  "SUMMARY:Choir",
  "DTSTART:20260617T090000Z",
  "DTEND:20260617T100000Z",
  "END:VEVENT",
  "END:VCALENDAR",
  "",
].join("\r\n");

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary, version }) => {
  let server: DavServer;
  let thunderbird: Thunderbird;
  let folder: string;
  let user: OptionsUser;
  const pictures = path.join(import.meta.dirname, "../../dist/screenshots");

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "keeper-first-run-"));
    await mkdir(path.join(folder, "disk"));
    server = await startRadicale();
    const url = await server.createCalendar("Work", { displayName: "Work" });
    await server.put(new URL("choir.ics", url).href, EVENT);
    thunderbird = await launchThunderbird({
      binary,
      xpi: XPI,
      prefs: {
        "extensions.caldav-keeper.noWelcome": false,
      },
    });
  });
  afterAll(async () => {
    await thunderbird.quit();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const run = async (name: CommandName, args: object) => {
    const reply = await thunderbird.command<CommandReply<CommandName>>(name, args);
    if (!reply.ok) throw new Error(`${name}: ${reply.error.code}`);
    return reply.value;
  };
  const picture = (name: string) =>
    thunderbird.screenshot(path.join(pictures, `welcome-${name}-${version}.png`));
  /** As a person does who closes the tab and comes back. */
  const reopen = async () => {
    await user.close();
    user = await OptionsUser.open(thunderbird, "options/welcome.html?again");
  };

  test("the page opens after the installation, once", async () => {
    const menus = new CalendarMenus(thunderbird);
    await thunderbird.waitFor(
      async () => (await menus.pages()).includes("options/welcome.html"),
      "the page of the first run",
    );
    expect(await menus.pages()).toEqual(["options/welcome.html"]);
    // The tab that commands are sent from, opened before those that pictures are taken of.
    expect(await run("firstRun.read", {})).toEqual({ step: "account" });
    user = await OptionsUser.open(thunderbird, "options/welcome.html?by-hand");
    await user.see("Your account");
    expect(await seriousFindings(user)).toEqual([]);
    await picture("account");
  });

  test("an account is added, and the page can be left and gone on with", async () => {
    await user.fill("Server", server.url);
    await user.fill("User name", server.username);
    await user.fill("Password", server.password);
    await user.press("Find calendars");
    await user.see("Work");
    await user.press("Subscribe");
    await user.see("Choose a folder on another disk");
    await reopen();
    await user.see("Choose a folder on another disk");
    await user.press("Back");
    await user.see("Where are your calendars?");
    expect(await user.see("Add account")).toContain("Work");
    await user.press("Continue");
    await user.see("Choose a folder on another disk");
    expect(await seriousFindings(user)).toEqual([]);
    await picture("place");
  });

  test("the button leads to the folder picker, and the folder chosen there is the place, which asks about a passphrase", async () => {
    const picker = await answerFolderPicker(thunderbird, null);
    await user.press("Choose folder…");
    await thunderbird.waitFor(async () => (await picker.asked()).length === 1, "the picker");
    expect(await user.read()).not.toContain(folder);
    await answerFolderPicker(thunderbird, path.join(folder, "disk"));
    await user.press("Choose folder…");
    await user.see(path.join(folder, "disk"));
    expect(await picker.asked()).toEqual([
      "Choose the folder for backups",
      "Choose the folder for backups",
    ]);
    await user.press("Without encryption");
    await thunderbird.waitFor(
      async () =>
        ((await run("backup.configure", {})) as { protection: string }).protection === "none",
      "the store without a passphrase",
    );
  });

  test("calendars that Thunderbird shows too are offered to be taken over", async () => {
    await run("sync.run", {});
    await run("leave.handBack", {});
    await user.press("Continue");
    await user.see("Nothing is removed without your word");
    await user.press("Compare them");
    await user.see("Same in both: 1. New from the server: 0.");
    expect(await seriousFindings(user)).toEqual([]);
    await picture("takeover");
    await user.press("Remove the old calendar from Thunderbird");
    await user.see("Taken over.");
    expect(await run("takeover.list", {})).toEqual([]);
  });

  test("the first snapshot holds everything", async () => {
    await user.press("Continue");
    await user.see("You may close the page meanwhile");
    await user.press("Start");
    await user.see("Everything is saved.", 60_000);
    expect(await seriousFindings(user)).toEqual([]);
    await picture("backup");
    const [snapshot] = (await run("snapshots.list", {})) as { calendars: number; items: number }[];
    expect(snapshot).toMatchObject({ calendars: 2, items: 1 });
    expect(await run("stores.list", {})).toMatchObject([{ directory: path.join(folder, "disk") }]);
    await user.press("Continue");
    await user.see("What you can do now");
    expect(await seriousFindings(user)).toEqual([]);
    await picture("done");
    await reopen();
    await user.see("What you can do now");
  });

  test("in the dark, from right to left and in a narrow window it is as usable", async () => {
    await thunderbird.chrome(
      `Services.prefs.setIntPref("ui.systemUsesDarkTheme", 1);
       Services.prefs.setIntPref("layout.css.prefers-color-scheme.content-override", 0);`,
    );
    await user.evaluate(`document.documentElement.dir = "rtl";`);
    await user.press("Back");
    await user.see("Last backup:");
    expect(await seriousFindings(user)).toEqual([]);
    await picture("dark-rtl");
    const overflow = await user.evaluate<number>(
      `return document.documentElement.scrollWidth - document.documentElement.clientWidth;`,
    );
    expect(overflow).toBeLessThanOrEqual(0);
    await thunderbird.chrome(
      `Services.prefs.clearUserPref("ui.systemUsesDarkTheme");
       Services.prefs.clearUserPref("layout.css.prefers-color-scheme.content-override");`,
    );
  });

  test("every step is reached by keyboard", async () => {
    const order = await user.evaluate<string[]>(
      `return [...document.querySelectorAll("a[href], button:not(:disabled), input, select, [tabindex='0']")]
         .filter((node) => node.getClientRects().length > 0 && node.tabIndex >= 0).map((node) => node.textContent.trim());`,
    );
    expect(order).toEqual(
      expect.arrayContaining(["Your account", "Once more", "Back", "Continue"]),
    );
    expect(await user.evaluate<string>(`return document.activeElement.localName;`)).toBe("h1");
  });

  test("leaving hands the calendars back, says what stays, and removes ours when everything is there", async () => {
    await user.close();
    user = await OptionsUser.open(thunderbird, "options/options.html?leaving#help");
    await user.press("See what would happen…");
    await user.see(path.join(folder, "disk"));
    await user.press("Hand the calendars back");
    await user.see("Work: everything is in Thunderbird's own calendar.", 60_000);
    await picture("leave");
    expect(await seriousFindings(user)).toEqual([]);
    await user.press("Remove them from CalDAV Keeper");
    await user.see("The calendars are Thunderbird's own now.");
    expect(await run("accounts.list", {})).toEqual([]);
    const left = await thunderbird.chrome<string[]>(
      `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
       return cal.manager.getCalendars().map(({ type, name }) => type + " " + name);`,
    );
    expect(left).toContain("caldav Work");
    expect(left.filter((one) => one.startsWith("ext-"))).toEqual([]);
    expect(await thunderbird.consoleErrors()).toEqual([]);
  });
});
