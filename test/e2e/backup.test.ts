/** Backing up by the toolbar button, and what becomes of it: plakar's view of the store, and every way back. */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleCalendar } from "../../scripts/sample-calendar.ts";
import type { BackupReport } from "../../src/shared/commands.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { describePlakar, PlakarHome } from "../support/plakar.ts";

const SAMPLE = sampleCalendar({ items: 60, seed: 7 });
const at = (url: string, name: string) => new URL(encodeURIComponent(name), url).href;

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

describePlakar("the toolbar button and the store it writes", () => {
  let world: World;
  let plakar: PlakarHome;
  let store: string;
  let work: { id: string; url: string };
  let home: string;
  let first: BackupReport;

  /** Clicks the button and waits for the report of a new snapshot. */
  async function clickAndWait(): Promise<BackupReport> {
    const before = (await world.run("backup.configure", {})).lastBackup?.snapshotId;
    await world.user.clickToolbarButton();
    return world.thunderbird.waitFor(async () => {
      const { lastBackup } = await world.run("backup.configure", {});
      return lastBackup && lastBackup.snapshotId !== before ? lastBackup : null;
    }, "the backup to finish");
  }

  beforeAll(async () => {
    world = await startWorld({ calendars: { work: SAMPLE } });
    plakar = await PlakarHome.make();
    store = path.join(world.folder, "store");
    work = world.calendars.work as { id: string; url: string };
    await world.run("sync.run", {});
    home = await world.user.home();
    await world.user.add(
      home,
      "BEGIN:VEVENT\r\nUID:at-home\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260610T100000Z\r\nDTEND:20260610T110000Z\r\nSUMMARY:At home\r\nEND:VEVENT\r\n",
    );
    await world.run("backup.configure", { directory: store, passphrase: null });
  });
  afterAll(async () => {
    await plakar.remove();
    await world.stop();
  });

  test("the button is there in the mail and calendar spaces", async () => {
    const shown = async () => (await world.user.toolbarButton()).visible;
    await world.user.mail();
    await world.thunderbird.waitFor(shown, "the button in the mail space");
    await world.user.view("month", "20260615");
    await world.thunderbird.waitFor(shown, "the button in the calendar space");
  });

  test("one click saves every calendar, the local one too", async () => {
    first = await clickAndWait();
    expect(first).toMatchObject({ calendars: 2, items: SAMPLE.length + 1, incomplete: [] });
    const { calendars } = await world.run("snapshots.browse", { snapshotId: first.snapshotId });
    expect(calendars.map(({ displayName, items }) => [displayName, items]).sort()).toEqual([
      ["Home", 1],
      ["work", SAMPLE.length],
    ]);
  });

  test("a calendar that is switched off in the list is saved all the same", async () => {
    await world.user.setProperty(home, "disabled", true);
    const report = await clickAndWait();
    await world.user.setProperty(home, "disabled", false);
    expect(report).toMatchObject({ calendars: 2, items: SAMPLE.length + 1, incomplete: [] });
  });

  test("a second click with nothing changed adds no item", async () => {
    const second = await clickAndWait();
    expect(second).toMatchObject({ added: 0, changed: 0, removed: 0, items: SAMPLE.length + 1 });
    expect(second.bytesWritten).toBeLessThan(first.bytesWritten / 2);
    expect(await world.run("snapshots.list", {})).toHaveLength(3);
  });

  test("plakar lists the store, checks it, and gives an event back byte for byte", async () => {
    const id = first.snapshotId.slice(0, 12);
    expect((await plakar.ok("at", store, "ls")).toString()).toContain(first.snapshotId.slice(0, 8));
    const listing = (await plakar.ok("at", store, "ls", "-recursive", id)).toString();
    const { calendars } = await world.run("snapshots.browse", { snapshotId: first.snapshotId });
    const calendar = calendars.find(({ displayName }) => displayName === "work")?.path as string;
    for (const name of await world.server.list(work.url)) {
      expect(listing).toContain(`${calendar.slice(1)}/${name}`);
    }
    await plakar.ok("at", store, "check");
    const [name] = (await world.server.list(work.url)) as [string];
    const bytes = await plakar.ok("at", store, "cat", `${id}:${calendar}/${name}`);
    expect(bytes.toString("utf8")).toBe(await world.server.get(at(work.url, name)));
  });

  test("plakar restores every event into a folder, byte for byte", async () => {
    const folder = plakar.path("restored");
    await plakar.ok("at", store, "restore", "-to", folder, first.snapshotId.slice(0, 12));
    const files = (await filesBelow(folder)).filter(
      (file) => file.includes("/work/") && file.endsWith(".ics"),
    );
    expect(files).toHaveLength(SAMPLE.length);
    for (const file of files) {
      const text = await readFile(path.join(folder, file), "utf8");
      expect(text, file).toBe(await world.server.get(at(work.url, path.basename(file))));
    }
  });

  test("plakar syncs the store into one it made itself", async () => {
    const copy = plakar.path("copy");
    await plakar.ok("at", copy, "create", "-plaintext");
    await plakar.ok("at", store, "sync", "to", copy);
    expect((await plakar.ok("at", copy, "ls")).toString()).toContain(first.snapshotId.slice(0, 8));
    await plakar.ok("at", copy, "check");
  });

  test("a restore to a folder writes every event, byte for byte", async () => {
    const directory = path.join(world.folder, "out");
    await mkdir(directory);
    const report = await world.run("snapshots.restore", {
      snapshotId: first.snapshotId,
      selection: { all: true },
      target: { kind: "folder", directory },
      mode: "missing",
    });
    expect(report).toMatchObject({ created: SAMPLE.length + 1, failed: [] });
    for (const file of (await filesBelow(directory)).filter((name) => name.includes("/work/"))) {
      const text = await readFile(path.join(directory, file), "utf8");
      expect(text, file).toBe(await world.server.get(at(work.url, path.basename(file))));
    }
  });

  test("a restore brings deleted and changed events back to the server and to Home", async () => {
    const [one, two] = (await world.server.list(work.url)) as [string, string];
    const before = await world.server.get(at(work.url, one));
    await world.server.delete(at(work.url, one));
    await world.server.put(
      at(work.url, two),
      ((await world.server.get(at(work.url, two))) as string).replace(
        /SUMMARY:.*/,
        "SUMMARY:Spoilt",
      ),
    );
    await world.run("sync.run", {});
    await world.user.remove(home, "at-home");
    const request = {
      snapshotId: first.snapshotId,
      selection: { all: true },
      target: { kind: "original" },
      mode: "older",
    } as const;
    const preview = await world.run("snapshots.restore", { ...request, dryRun: true });
    expect(preview).toMatchObject({ created: 2, updated: 1, removed: 0, failed: [] });
    expect(await world.server.get(at(work.url, one))).toBeNull();
    const report = await world.run("snapshots.restore", request);
    expect(report).toMatchObject({ created: 2, updated: 1, removed: 0, failed: [] });
    expect(await world.server.get(at(work.url, one))).toBe(before);
    expect(await world.server.get(at(work.url, two))).not.toContain("Spoilt");
    expect((await world.user.item(home, "at-home"))?.title).toBe("At home");
  });

  test("our own check finds the store whole, and names the damage when a packfile is spoilt", async () => {
    expect(await world.run("snapshots.check", { full: true })).toMatchObject({
      ok: true,
      errors: [],
    });
    const packfiles = (await filesBelow(path.join(store, "packfiles"))).map((file) =>
      path.join(store, "packfiles", file),
    );
    const [victim] = packfiles as [string];
    const bytes = await readFile(victim);
    const spoilt = Buffer.from(bytes);
    for (let i = 16; i < Math.min(spoilt.length, 4000); i++)
      spoilt[i] = (spoilt[i] as number) ^ 0xff;
    await writeFile(victim, spoilt);
    const report = await world.run("snapshots.check", { full: true });
    expect(report.ok).toBe(false);
    expect(report.errors.length).toBeGreaterThan(0);
    await writeFile(victim, bytes);
    expect((await world.run("snapshots.check", { full: true })).ok).toBe(true);
  });

  test("a vanished backup directory is said to be gone, and is not begun anew", async () => {
    await rename(store, `${store}-elsewhere`);
    const reply = await world.reply("backup.run", {});
    expect(reply).toMatchObject({ ok: false, error: { hint: expect.stringMatching(/\S/) } });
    if (!reply.ok) expect(["place-gone", "store-missing"]).toContain(reply.error.code);
    await expect(stat(path.join(store, "CONFIG"))).rejects.toThrow();
    await rm(store, { recursive: true, force: true });
    await rename(`${store}-elsewhere`, store);
    expect((await world.run("backup.run", {})).incomplete).toEqual([]);
  });

  test("a store of an unknown version is refused and left alone", async () => {
    const config = path.join(store, "CONFIG");
    const bytes = await readFile(config);
    const newer = Buffer.from(bytes);
    newer.writeUInt32LE(0x00090000, 12);
    await writeFile(config, newer);
    expect(await world.reply("backup.run", {})).toMatchObject({
      ok: false,
      error: { code: "store-unknown-version", hint: expect.stringMatching(/\S/) },
    });
    expect(await readFile(config)).toEqual(newer);
    await writeFile(config, bytes);
  });

  test("Thunderbird's console has no error of ours", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
