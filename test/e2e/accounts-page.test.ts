/** Everything a person can do on the accounts page, clicked through: seen on the server, in the store, in the calendar. */

import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriousFindings } from "../support/accessibility.ts";
import {
  type CaldavTestServer,
  startCaldavTestServer,
} from "../support/caldav-test-server/server.ts";
import { eventText } from "../support/event-text.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { OptionsUser } from "../support/options-user.ts";

const event = (uid: string, summary: string) => ({
  name: `${uid}.ics`,
  text: eventText(uid, { SUMMARY: summary, LOCATION: "Room 5" }),
});

/** Under KEEPER_PICTURES what the page shows is kept there, to be looked at. */
const PICTURES = process.env.KEEPER_PICTURES;

describe("the accounts page", () => {
  let server: CaldavTestServer;
  let world: World;
  let user: OptionsUser;
  let calendarId: string;
  let url: string;

  const href = (name: string) => new URL(name, url).href;
  const picture = async (name: string) => {
    if (PICTURES) await world.thunderbird.screenshot(path.join(PICTURES, `${name}.png`));
  };
  const eventually = <T>(condition: () => Promise<T>, what: string) =>
    world.thunderbird.waitFor(condition, what, 60_000);
  const panel = (title: string) =>
    eventually(
      () =>
        user.evaluate<boolean>(
          `const found = [...document.querySelectorAll(".calendar .panel")].find((node) =>
             node.getClientRects().length > 0 && node.textContent.startsWith(${JSON.stringify(title)}));
           if (found) found.open = true;
           return Boolean(found);`,
        ),
      `the panel ${title}`,
    );

  beforeAll(async () => {
    server = await startCaldavTestServer();
    world = await startWorld({
      server: async () => server,
      calendars: {
        work: [
          event("lunch", "Lunch"),
          event("plan", "Plan"),
          ...Array.from({ length: 20 }, (_, index) => event(`many-${index}`, `Meeting ${index}`)),
        ],
      },
    });
    ({ id: calendarId, url } = world.calendars.work as { id: string; url: string });
    await world.run("sync.run", { calendarId });
    user = await OptionsUser.open(world.thunderbird);
    await user.see("Up to date");
  });
  afterAll(() => world.stop());

  test("a change made offline is listed, and taken back: the calendar is as the server has it", async () => {
    await world.thunderbird.setOffline(true);
    await world.user.change(calendarId, "plan", { SUMMARY: "Better plan" });
    await user.press("Details: work");
    await panel("Waiting to be sent");
    await user.see("Better plan");
    await picture("waiting");
    await user.press("Take back: the change of Better plan");
    await user.see("is as the server has it again");
    await world.thunderbird.setOffline(false);
    expect((await world.user.item(calendarId, "plan"))?.ical).toContain("SUMMARY:Plan");
    expect(await server.get(href("plan.ics"))).toContain("SUMMARY:Plan");
  });

  test("what was taken back is found among the earlier versions, saved as a file, and brought back", async () => {
    await panel("Earlier versions");
    await user.see("Better plan");
    await user.press("Show Better plan");
    await user.see("Room 5");
    await picture("versions");
    await user.press("Bring back: Better plan");
    await user.see("“Better plan” is back");
    await eventually(
      async () => (await server.get(href("plan.ics")))?.includes("SUMMARY:Better plan"),
      "the version on the server",
    );
    expect((await world.user.item(calendarId, "plan"))?.ical).toContain("SUMMARY:Better plan");
    await world.run("items.save", {
      directory: world.folder,
      title: "Better plan",
      text: (await server.get(href("plan.ics"))) ?? "",
    });
    expect(await readdir(world.folder)).toContain("Better plan.ics");
    const saved = await readFile(path.join(world.folder, "Better plan.ics"), "utf8");
    expect(saved).toBe(await server.get(href("plan.ics")));
  });

  test("a conflict is shown side by side with what differs, and mine is kept", async () => {
    await world.thunderbird.setOffline(true);
    await world.user.change(calendarId, "lunch", { SUMMARY: "Lunch at one" });
    await server.put(
      href("lunch.ics"),
      eventText("lunch", { SUMMARY: "Lunch at noon", LOCATION: "Room 5" }),
    );
    await world.thunderbird.setOffline(false);
    await world.run("sync.run", { calendarId });
    const shown = await user.see("One decision waits for you");
    expect(shown).toContain("Lunch at noon");
    expect(shown).toContain("Lunch at one");
    expect(
      await user.evaluate<string>(`return document.querySelector(".comparison del").textContent`),
    ).toContain("noon");
    await user.evaluate("window.scrollTo(0, 0)");
    await picture("conflict");
    await user.press("Keep the one made here: Lunch at one");
    await eventually(
      async () => (await server.get(href("lunch.ics")))?.includes("SUMMARY:Lunch at one"),
      "my version on the server",
    );
    await eventually(async () => !(await user.read()).includes("decision waits"), "no decision");
    expect(await world.run("conflicts.list", {})).toEqual([]);
  });

  test("many deletions wait for the word, and come back", async () => {
    await world.thunderbird.setOffline(true);
    for (let index = 0; index < 20; index++) await world.user.remove(calendarId, `many-${index}`);
    await world.thunderbird.setOffline(false);
    await world.run("sync.run", { calendarId });
    await user.see(/20 items of “work” were deleted here/);
    await user.evaluate("window.scrollTo(0, 0)");
    await picture("held");
    await user.press("Bring them back here");
    await eventually(
      async () => (await world.user.items(calendarId)).length === 22,
      "all items in the calendar",
    );
    expect((await server.list(url)).length).toBe(22);
    await eventually(async () => !(await user.read()).includes("decision"), "no decision");
  });

  test("what the server gives out damaged is listed with the reason, and is there once it is repaired", async () => {
    await server.put(
      href("broken.ics"),
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:broken\r\n",
    );
    await world.run("sync.run", { calendarId });
    await user.see("could not be loaded");
    await panel("Not loaded from the server");
    await user.see("broken.ics");
    await picture("withheld");
    await server.put(href("broken.ics"), eventText("broken", { SUMMARY: "Whole again" }));
    await user.press("Try again now");
    await user.see("One item is here now.");
    expect((await world.user.item(calendarId, "broken"))?.ical).toContain("Whole again");
  });

  test("a comparison finds both sides alike", async () => {
    await panel("Compare with the server");
    await user.press("Compare now");
    await user.see("Both sides have the same.");
  });

  test("name and colour are changed on the server, and shown in Thunderbird", async () => {
    await panel("Settings of the calendar");
    await user.see("Look for changes");
    await picture("settings");
    await user.fill("Name", "Office");
    await user.press("Save");
    await user.see("Saved on the server.");
    await eventually(
      async () => (await world.user.calendars()).some(({ name }) => name === "Office"),
      "the new name in Thunderbird",
    );
    await user.see("Office");
  });

  test("a new calendar is made on the server, and one made elsewhere is offered and taken", async () => {
    await user.press("Details: Office");
    await user.press("New calendar…");
    await user.fill("Name", "Garden");
    await user.press("Create");
    await eventually(
      async () => (await world.user.calendars()).some(({ name }) => name === "Garden"),
      "the calendar in Thunderbird",
    );
    await server.createCalendar("team", { displayName: "Team" });
    await world.run("sync.run", {});
    await user.see("A new calendar on the server");
    await user.evaluate("window.scrollTo(0, document.body.scrollHeight)");
    await picture("offered");
    await user.press("Subscribe Team");
    await eventually(
      async () => (await world.user.calendars()).some(({ name }) => name === "Team"),
      "the offered calendar in Thunderbird",
    );
  });

  test("a calendar is taken out of Thunderbird, and stays on the server", async () => {
    await user.press("Details: Team");
    await eventually(
      () =>
        user.evaluate<boolean>(
          `const panels = [...document.querySelectorAll(".calendar")].find((node) => node.innerText.startsWith("Team"))
             ?.querySelectorAll(".panel") ?? [];
           const last = [...panels].at(-1);
           if (last) last.open = true;
           return Boolean(last?.querySelector("button.danger, .choices"));`,
        ),
      "the settings of Team",
    );
    await user.evaluate(
      `[...[...document.querySelectorAll(".calendar")].find((node) => node.innerText.startsWith("Team"))
         .querySelectorAll("button")].find((node) => node.textContent.startsWith("Take it out")).click();`,
    );
    await user.press("Take it out");
    await eventually(
      async () => !(await world.user.calendars()).some(({ name }) => name === "Team"),
      "the calendar to go",
    );
    expect(await server.list(new URL("team/", server.homeUrl).href)).toEqual([]);
  });

  test("what was never sent of a calendar removed in Thunderbird's list is put into another one", async () => {
    await world.thunderbird.setOffline(true);
    await world.user.change(calendarId, "plan", { SUMMARY: "Plan that was never sent" });
    const target = await user.evaluate<{ id: string; name: string }>(
      `return messenger.calendar.calendars.create({ type: "storage", name: "Shelf", url: "moz-storage-calendar://" });`,
    );
    await user.evaluate(
      `await messenger.calendar.calendars.remove(${JSON.stringify(calendarId)});`,
    );
    await world.thunderbird.setOffline(false);
    await user.see("Left over from calendars that are gone");
    await user.see("Never sent to the server");
    await picture("left-overs");
    await eventually(
      () =>
        user.evaluate<boolean>(
          `const choice = document.querySelector('[aria-label="Calendar for “Plan that was never sent”"]');
           choice.value = ${JSON.stringify(target.id)};
           choice.dispatchEvent(new Event("change"));
           return choice.value === ${JSON.stringify(target.id)};`,
        ),
      "the calendar among those that may be chosen",
    );
    await user.press("Put “Plan that was never sent” into the chosen calendar");
    await user.see("“Plan that was never sent” is in “Shelf” now.");
    const items = await user.evaluate<{ title: string }[]>(
      `return messenger.calendar.items.query({ calendarId: ${JSON.stringify(target.id)} });`,
    );
    expect(items.map(({ title }) => title)).toEqual(["Plan that was never sent"]);
    expect(await world.run("leftovers.list", {})).toEqual({ calendars: [], targets: [] });
  });

  test("nothing serious stands in the way of anybody, on any section", async () => {
    for (const section of ["Accounts", "Backups", "Help"]) {
      await user.press(section);
      await eventually(
        () =>
          user.evaluate<boolean>(
            `return document.querySelectorAll("main > section:not([hidden]) .card").length > 0;`,
          ),
        `the section ${section}`,
      );
      expect(await seriousFindings(user)).toEqual([]);
    }
  });

  test("none of this left an error of ours in the console", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
