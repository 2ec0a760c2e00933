/** What cannot be taken back easily on the accounts page: deleting a calendar for everybody, many deletions undone, a repair. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CaldavTestServer,
  startCaldavTestServer,
} from "../support/caldav-test-server/server.ts";
import { eventText } from "../support/event-text.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { OptionsUser } from "../support/options-user.ts";
import { findThunderbirds } from "../support/thunderbird.ts";

const EVENTS = 20;

const event = (uid: string, summary: string) => ({
  name: `${uid}.ics`,
  text: eventText(uid, { SUMMARY: summary, LOCATION: "Room 5" }),
});

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let server: CaldavTestServer;
  let world: World;
  let user: OptionsUser;
  let work: { id: string; url: string };
  let garden: { id: string; url: string };

  const eventually = <T>(condition: () => Promise<T>, what: string) =>
    world.thunderbird.waitFor(condition, what, 60_000);
  /** Opens a part of a calendar's details. */
  const open = (calendar: string, title: string) =>
    eventually(
      () =>
        user.evaluate<boolean>(
          `const [calendar, title] = ${JSON.stringify([calendar, title])};
           const row = [...document.querySelectorAll(".calendar")].find((node) => node.querySelector(".name")?.textContent === calendar);
           const found = [...(row?.querySelectorAll(".panel") ?? [])].find((node) =>
             node.getClientRects().length > 0 && node.textContent.startsWith(title));
           if (found) found.open = true;
           return Boolean(found);`,
        ),
      `${title} of ${calendar}`,
    );
  const texts = async () => {
    const names = await server.list(work.url);
    const all = await Promise.all(names.map((name) => server.get(new URL(name, work.url).href)));
    return new Set(all);
  };

  beforeAll(async () => {
    server = await startCaldavTestServer();
    world = await startWorld({
      server: async () => server,
      calendars: {
        Work: Array.from({ length: EVENTS }, (_, index) => event(`e${index}`, `Meeting ${index}`)),
        Garden: [event("roses", "Roses"), event("beans", "Beans")],
      },
      launch: { binary },
    });
    work = world.calendars.Work as { id: string; url: string };
    garden = world.calendars.Garden as { id: string; url: string };
    await world.run("sync.run", {});
    await world.run("backup.configure", { directory: world.folder, passphrase: null });
    user = await OptionsUser.open(world.thunderbird);
    await user.see("Up to date");
  });
  afterAll(() => world?.stop());

  test("many deletions that were agreed to are undone: every byte is back on the server, every event here", async () => {
    const before = await texts();
    await world.thunderbird.setOffline(true);
    for (let index = 0; index < EVENTS; index++) await world.user.remove(work.id, `e${index}`);
    await world.thunderbird.setOffline(false);
    await world.run("sync.run", { calendarId: work.id });
    await user.see(`${EVENTS} items of “Work” were deleted here`);
    await user.press("Delete them on the server too");
    await eventually(async () => (await server.list(work.url)).length === 0, "the deletions");
    expect(await world.run("snapshots.list", {})).toMatchObject([{ items: EVENTS }]);
    await user.press("Details: Work");
    await open("Work", "Many changes at once");
    await eventually(
      () =>
        user.evaluate<boolean>(
          `const undo = [...document.querySelectorAll(".panel button")].find((node) =>
             node.getClientRects().length > 0 && node.textContent === "Undo" && !node.disabled);
           undo?.click();
           return undo !== undefined;`,
        ),
      "the button Undo",
    );
    await user.see(`${EVENTS} items are back.`, 60_000);
    await eventually(
      async () => (await server.list(work.url)).length === EVENTS,
      "the events on the server",
    );
    expect(await texts()).toEqual(before);
    expect(await world.user.items(work.id)).toHaveLength(EVENTS);
  });

  test("what a comparison finds is repaired from the server, and what was here is kept", async () => {
    // Seen on servers: their log of changes forgets some.
    server.misbehave({ forgetsChanges: ["e3.ics", "e4.ics"] });
    await server.put(new URL("e3.ics", work.url).href, event("e3", "Meeting elsewhere").text);
    await server.delete(new URL("e4.ics", work.url).href);
    await world.run("sync.run", {});
    expect((await world.user.item(work.id, "e3"))?.title).toBe("Meeting 3");
    await open("Work", "Compare with the server");
    await user.press("Compare now");
    await user.see("Meeting 3: ");
    await user.see("Meeting 4: ");
    expect((await world.user.item(work.id, "e3"))?.title).toBe("Meeting 3");
    await user.press("Repair");
    await user.see("2 differences were repaired.", 60_000);
    expect((await world.user.item(work.id, "e3"))?.title).toBe("Meeting elsewhere");
    expect(await world.user.item(work.id, "e4")).toBe(null);
    const kept = await world.run("superseded.list", { calendarId: work.id });
    expect(JSON.stringify(kept)).toContain("Meeting 3");
    expect(JSON.stringify(kept)).toContain("Meeting 4");
    await user.press("Compare now");
    await user.see("Both sides have the same.");
    server.behave();
  });

  test("a calendar is deleted for everybody only after a snapshot, and only when it was said twice", async () => {
    await user.press("Details: Garden");
    await open("Garden", "Settings of the calendar");
    await user.press("Delete it on the server…");
    await user.see("Delete “Garden” on the server, for everybody who uses it?");
    await user.press("Keep the calendar");
    expect(await server.list(garden.url)).toHaveLength(2);
    const before = (await world.run("snapshots.list", {})).length;
    await user.press("Delete it on the server…");
    await user.press("Delete it for everybody");
    await eventually(
      async () => !(await world.user.calendars()).some(({ name }) => name === "Garden"),
      "the calendar to go from Thunderbird",
    );
    expect(() => server.get(new URL("roses.ics", garden.url).href)).toThrow("no calendar");
    await eventually(
      () =>
        user.evaluate<boolean>(
          `return [...document.querySelectorAll(".calendar .name")].every((node) => node.textContent !== "Garden");`,
        ),
      "the row to go",
    );
    const [newest, ...older] = await world.run("snapshots.list", {});
    expect(older).toHaveLength(before);
    expect(newest).toMatchObject({ items: 2 });
    const snapshotId = newest?.id ?? "";
    const { calendars } = await world.run("snapshots.browse", { snapshotId });
    const { items } = await world.run("snapshots.browse", {
      snapshotId,
      calendar: calendars[0]?.path ?? "",
    });
    expect(items.map(({ summary }) => summary)).toContain("Roses");
    expect(await user.alerts()).toEqual([]);
  });

  test("the page has Thunderbird's font size and density, also the next time from its first moment", async () => {
    const look = () =>
      user.evaluate<{ size: number; height: number; density: string }>(
        `return {
           size: parseFloat(getComputedStyle(document.body).fontSize),
           height: document.querySelector("nav a").getBoundingClientRect().height,
           density: document.documentElement.dataset.density,
         };`,
      );
    const choose = (size: number, density: number) =>
      world.thunderbird.chrome(
        `const { UIFontSize } = ChromeUtils.importESModule("resource:///modules/UIFontSize.sys.mjs");
         const [factor, density] = arguments;
         Services.prefs.setIntPref("mail.uifontsize", factor === 1 ? 0 : Math.round((UIFontSize.osValue || 15) * factor));
         Services.prefs.setIntPref("mail.uidensity", density);`,
        size,
        density,
      );
    const reopen = async (path: string) => {
      await user.close();
      user = await OptionsUser.open(world.thunderbird, path);
      await user.see("Work");
    };
    const plain = await look();
    await choose(1.5, 0);
    await reopen("options/options.html?larger");
    const larger = await eventually(async () => {
      const now = await look();
      return now.density === "compact" ? now : null;
    }, "the density");
    expect(larger.size / plain.size).toBeCloseTo(1.5, 1);
    await choose(1, 2);
    await reopen("options/options.html?roomy");
    const roomy = await eventually(async () => {
      const now = await look();
      return now.density === "relaxed" ? now : null;
    }, "the density");
    expect(roomy.size).toBe(plain.size);
    expect(roomy.height).toBeGreaterThan(plain.height);
    await choose(1, 1);
  });

  test("none of this left an error of ours in the console", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
