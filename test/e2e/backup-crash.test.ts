/** The whole Thunderbird killed in the middle of a backup: earlier snapshots are whole for plakar, and the next backup works. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleCalendar } from "../../scripts/sample-calendar.ts";
import type { BackupReport } from "../../src/shared/commands.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { describePlakar, PlakarHome } from "../support/plakar.ts";

const SAMPLE = sampleCalendar({ items: 150, seed: 11 });

describePlakar("Thunderbird killed during a backup", () => {
  let world: World;
  let plakar: PlakarHome;
  let store: string;
  let first: BackupReport;

  beforeAll(async () => {
    world = await startWorld({ calendars: { work: SAMPLE } });
    plakar = await PlakarHome.make();
    store = path.join(world.folder, "store");
    await world.run("sync.run", {});
    await world.run("backup.configure", { directory: store, passphrase: null });
    first = await world.run("backup.run", {});
  });
  afterAll(async () => {
    await plakar.remove();
    await world.stop();
  });

  /** Files below a folder of the store, unfinished ones included. */
  async function files(folder: string): Promise<string[]> {
    const entries = await readdir(path.join(store, folder), {
      recursive: true,
      withFileTypes: true,
    });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  }

  test.each([
    ["it holds the lock", "locks"],
    ["it writes a packfile", "packfiles"],
    ["it writes the state", "states"],
  ])("while %s", async (_when, folder) => {
    const before = new Set(await files(folder));
    // Ends with the connection, whatever it answers.
    const running = world.reply("backup.run", { label: folder }).catch(() => null);
    let ended: boolean = false;
    void running.then(() => {
      ended = true;
    });
    while (!ended && (await files(folder)).every((name) => before.has(name)));
    await world.thunderbird.kill();
    await running;

    await plakar.ok("at", store, "check");
    const listed = (await plakar.ok("at", store, "ls")).toString();
    expect(listed).toContain(first.snapshotId.slice(0, 8));
    await world.thunderbird.restart();
    const next = await world.run("backup.run", {});
    expect(next).toMatchObject({ items: SAMPLE.length, incomplete: [] });
    expect(await world.run("snapshots.check", { full: true })).toMatchObject({
      ok: true,
      errors: [],
    });
    await plakar.ok("at", store, "check");
    const out = plakar.path(`out-${folder}`);
    await plakar.ok("at", store, "restore", "-to", out, first.snapshotId);
    const restored = await readdir(out, { recursive: true });
    expect(restored.filter((name) => name.endsWith(".ics"))).toHaveLength(SAMPLE.length);
  });
});
