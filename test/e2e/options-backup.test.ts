import { rename } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorld, type World } from "../support/keeper-world.ts";
import { OptionsUser } from "../support/options-user.ts";
import { ADDON_ID } from "../support/thunderbird.ts";

function event(uid: string, summary: string): { name: string; text: string } {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//test//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20260101T000000Z",
    "DTSTART:20260105T100000Z",
    "DTEND:20260105T110000Z",
    `SUMMARY:${summary}`,
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ];
  return { name: `${uid}.ics`, text: lines.join("\r\n") };
}

describe("backing up and restoring by hand on the options page", () => {
  let world: World;
  let user: OptionsUser;
  let store: string;

  beforeAll(async () => {
    world = await startWorld({
      calendars: { work: [event("one", "First"), event("two", "Second"), event("three", "Third")] },
    });
    store = path.join(world.folder, "store");
    await world.run("sync.run", {});
    user = await OptionsUser.open(world.thunderbird);
  });
  afterAll(async () => {
    await world.stop();
  });

  test("the place chosen elsewhere is shown on the open page", async () => {
    await user.press("Backups");
    await user.see("The default place");
    await world.run("backup.configure", { directory: store, passphrase: null });
    await user.see(store);
  });

  test("a backup says what it saved, a second one that nothing changed", async () => {
    await user.press("Back up now");
    await user.see("Calendars backed up");
    const shown = await user.see("Last backup: just now");
    expect(shown).toMatch(/[34] items/);
    await user.press("Back up now");
    await user.see("Nothing has changed since the last backup.");
  });

  test("both snapshots are listed, and checked as whole", async () => {
    await user.press("Snapshots");
    await user.see(/Snapshots[\s\S]*Check[\s\S]*Check/);
    await user.evaluate(
      `[...document.querySelectorAll("#snapshots-root article button")].find((node) => node.textContent === "Check").click();`,
    );
    await user.see("This snapshot is whole.");
  });

  test("what was deleted on the server comes back, after a preview in words", async () => {
    const work = new URL("work/", world.server.homeUrl).href;
    await world.server.delete(new URL("two.ics", work).href);
    await world.run("sync.run", {});
    await user.evaluate(`document.querySelector("#snapshots-root button[aria-expanded]").click();`);
    await user.see("Where to");
    await world.thunderbird.waitFor(
      () => user.read().then((text) => /work/i.test(text)),
      "calendars",
    );
    await user.press("Preview");
    await user.see("One item will be added");
    expect(await world.server.get(new URL("two.ics", work).href)).toBe(null);
    await user.press("Restore now");
    await user.see("Restored.");
    await world.run("sync.run", {});
    await world.thunderbird.waitFor(async () => {
      const names = await world.server.list(work);
      const texts = await Promise.all(
        names.map((name) => world.server.get(new URL(name, work).href)),
      );
      return texts.some((text) => text?.includes("SUMMARY:Second"));
    }, "the event on the server");
  });

  test("a vanished store is said to be gone, and not replaced by an empty one", async () => {
    await rename(store, `${store}-away`);
    await user.press("Backups");
    await user.press("Back up now");
    await world.thunderbird.waitFor(async () => (await user.alerts()).length > 0, "an alert");
    const alerts = await user.alerts();
    expect(alerts.join("\n")).toMatch(/folder|store|place/i);
    await user.press("Snapshots");
    await world.thunderbird.waitFor(async () => (await user.alerts()).length > 0, "an alert");
    await rename(`${store}-away`, store);
    await user.press("Backups");
    await user.press("Back up now");
    await user.see("Calendars backed up");
    expect(await user.alerts()).toEqual([]);
  });

  test("the toolbar button backs up with one click, and the open page shows the snapshot", async () => {
    const before = (await world.run("snapshots.list", {})).length;
    await world.thunderbird.chrome(
      `
      const window = Services.wm.getMostRecentWindow("mail:3pane");
      window.document.getElementById("tabmail").switchToTab(0);
      window.document.querySelector('#unifiedToolbarContainer button[extension="' + arguments[0] + '"]').click();
    `,
      ADDON_ID,
    );
    await world.thunderbird.waitFor(
      async () => (await world.run("snapshots.list", {})).length === before + 1,
      "the snapshot",
    );
    const shown = await world.thunderbird.waitFor(async () => {
      const [badge, title] = await world.thunderbird.background<[string, string]>(
        "return [await messenger.action.getBadgeText({}), await messenger.action.getTitle({})];",
      );
      return badge === "" && title.includes("Last backup") ? title : null;
    }, "the button to be at rest");
    expect(shown).toContain("Back up calendars");
    await user.press("Snapshots");
    await user.see(/Restore…[\s\S]*Restore…[\s\S]*Restore…[\s\S]*Restore…/);
  });

  test("none of this left an error of ours in the console", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
