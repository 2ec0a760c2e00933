/** Automatic backups in the real Thunderbird: a missed one is made up after the start, a stopped page is woken. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleCalendar } from "../../scripts/sample-calendar.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { OptionsUser } from "../support/options-user.ts";

describe("automatic backups", () => {
  let world: World;
  let store: string;

  /** Looks at the disk, for a command would wake the page. */
  async function states(): Promise<number> {
    const entries = await readdir(path.join(store, "states"), {
      recursive: true,
      withFileTypes: true,
    });
    return entries.filter((entry) => entry.isFile()).length;
  }
  const moreThan = (before: number) =>
    world.thunderbird.waitFor(
      async () => (await states()) > before,
      "an automatic backup",
      120_000,
    );
  const missSome = () =>
    world.thunderbird.background(
      `await messenger.storage.local.set({ backupHistory: { version: 1, value: { lastGood: Date.UTC(2020, 0, 1), lastFailed: null, failures: 0, told: null } } });`,
    );

  beforeAll(async () => {
    world = await startWorld({
      calendars: { work: sampleCalendar({ items: 20, seed: 5 }) },
      launch: { prefs: { "extensions.background.idle.timeout": 2000 } },
    });
    store = path.join(world.folder, "store");
    await world.run("sync.run", {});
    await world.run("backup.configure", { directory: store, passphrase: null });
    await world.run("backup.run", {});
  });
  afterAll(() => world.stop());

  test("a schedule is chosen on the page, which says when the next one will be", async () => {
    const user = await OptionsUser.open(world.thunderbird);
    await user.press("Backups");
    await user.see("There is no automatic backup.");
    await user.evaluate(
      `const select = document.querySelector("#backups-root select, select"); select.value = "daily"; select.dispatchEvent(new Event("change"));`,
    );
    await user.see("Next automatic backup:");
    expect(await world.run("backup.configure", {})).toMatchObject({ schedule: "daily" });
    // What the page still asks for is answered before it goes.
    await world.run("snapshots.list", {});
    await world.run("snapshots.list", {});
    await user.close();
  });

  test("one missed while Thunderbird was closed is made after the start", async () => {
    const before = await states();
    await missSome();
    await world.thunderbird.restart();
    await moreThan(before);
    expect((await world.run("snapshots.list", {}))[0]?.label).toBe("Automatic");
  });

  test("a due one wakes a stopped page", async () => {
    await missSome();
    await world.run("backup.configure", { schedule: "hourly" });
    const before = await states();
    await world.thunderbird.suspendBackground();
    await moreThan(before);
  });

  test("every byte is read once a month, when the alarm goes off", async () => {
    await world.run("backup.configure", { schedule: "daily" });
    const longAgo = Date.UTC(2020, 0, 1);
    await world.thunderbird.background(
      `const { checks } = await messenger.storage.local.get("checks");
       checks.value = { ...checks.value, since: ${longAgo}, lastFull: null };
       await messenger.storage.local.set({ checks });`,
    );
    expect((await world.run("backup.configure", {})).lastCheck).toBeNull();
    await world.thunderbird.background(
      `await browser.alarms.create("automatic-check", { when: Date.now() + 1000 });`,
    );
    await world.thunderbird.suspendBackground();
    await world.thunderbird.waitFor(
      async () => (await world.run("backup.configure", {})).lastCheck !== null,
      "a check",
      120_000,
    );
    const { lastCheck, nextCheck } = await world.run("backup.configure", {});
    expect(lastCheck).toMatchObject({ full: true, ok: true, errors: 0 });
    expect(nextCheck ?? 0).toBeGreaterThan((lastCheck?.time ?? 0) + 29 * 24 * 3_600_000);
  });

  test("after a change one is made when it has gone quiet", async () => {
    await world.run("backup.configure", { schedule: "change" });
    await world.run("backup.run", {});
    const lines = ["UID:noted", "SUMMARY:Noted", "DTSTART:20260610T100000Z"].join("\r\n");
    await world.user.add(
      await world.user.home(),
      `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n${lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`,
    );
    await world.thunderbird.waitFor(async () => {
      const next = (await world.run("backup.configure", {})).nextAutomatic ?? Infinity;
      return next < Date.now() + 11 * 60_000;
    }, "the backup to be planned");
    const before = await states();
    // Ten minutes pass.
    await world.thunderbird.background(
      `const { backupHistory } = await messenger.storage.local.get("backupHistory");
       backupHistory.value.firstChange -= 600_000;
       backupHistory.value.lastChange -= 600_000;
       await messenger.storage.local.set({ backupHistory });
       await browser.alarms.create("automatic-backup", { when: Date.now() + 1000 });`,
    );
    await world.thunderbird.suspendBackground();
    await moreThan(before);
  });

  test("Thunderbird's console has no error of ours", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
