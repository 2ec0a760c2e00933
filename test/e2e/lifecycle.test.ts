/** What an add-on goes through: temporary and permanent installation, restart, disabling, upgrade, removal. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleCalendar } from "../../scripts/sample-calendar.ts";
import { startWorld, type World, XPI } from "../support/keeper-world.ts";

const SAMPLE = sampleCalendar({ items: 25, seed: 11 });

/** The built add-on under a later version number. */
async function newerXpi(folder: string): Promise<string> {
  const files = unzipSync(new Uint8Array(await readFile(XPI)));
  const manifest = JSON.parse(strFromU8(files["manifest.json"] as Uint8Array));
  files["manifest.json"] = strToU8(JSON.stringify({ ...manifest, version: "99.0" }));
  const file = path.join(folder, "newer.xpi");
  await writeFile(file, zipSync(files));
  return file;
}

describe.each([
  ["permanently installed", false],
  ["temporarily installed", true],
])("the add-on, %s", (_name, temporary) => {
  let world: World;
  let folder: string;
  let calendarId: string;

  /** Restart and upgrade are nothing a temporary installation lives to see. */
  const permanent = (name: string, run: () => Promise<void>) => {
    if (!temporary) test(name, run);
  };

  const shown = async () => (await world.user.items(calendarId)).length;
  const ours = async () => (await world.user.calendars()).find(({ id }) => id === calendarId);

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "keeper-lifecycle-"));
    world = await startWorld({ calendars: { work: SAMPLE }, launch: { temporary } });
    calendarId = (world.calendars.work as { id: string }).id;
    await world.run("sync.run", {});
  });
  afterAll(async () => {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test("shows its calendar", async () => {
    expect(await shown()).toBe(SAMPLE.length);
  });

  permanent("shows it again after a restart of Thunderbird, before any sync", async () => {
    await world.thunderbird.restart();
    await world.thunderbird.waitFor(async () => !(await ours())?.disabled, "the calendar");
    expect(await shown()).toBe(SAMPLE.length);
  });

  test("disabled, its calendar stays in the list as unavailable; enabled, it is back", async () => {
    await world.thunderbird.disable();
    expect(await ours()).toMatchObject({ disabled: true });
    await world.thunderbird.enable();
    await world.thunderbird.waitFor(async () => (await ours())?.disabled === false, "the calendar");
    expect(await shown()).toBe(SAMPLE.length);
  });

  permanent("upgraded, everything is still there and a sync works", async () => {
    await world.thunderbird.upgrade(await newerXpi(folder));
    await world.thunderbird.waitFor(async () => (await ours())?.disabled === false, "the calendar");
    expect(await shown()).toBe(SAMPLE.length);
    const { calendars } = await world.run("sync.run", {});
    expect(calendars.map(({ error }) => error)).toEqual([undefined]);
  });

  test("removed, its calendar says that its provider is gone, and nothing throws", async () => {
    await world.thunderbird.uninstall();
    expect(await ours()).toMatchObject({ disabled: true });
    expect(await world.user.occurrences(calendarId, "20260601", "20260701")).toEqual([]);
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
