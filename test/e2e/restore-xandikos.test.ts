/** Restores to Xandikos, which writes what it is sent in its own words: the report is judged by what the items say. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleCalendar } from "../../scripts/sample-calendar.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { describeWithProgram } from "../support/required-program.ts";
import { startXandikos, XANDIKOS_HOW_TO_GET } from "../support/xandikos.ts";

const SAMPLE = sampleCalendar({ items: 25, seed: 31 });

describeWithProgram("xandikos", XANDIKOS_HOW_TO_GET, () => {
  let world: World;
  let work: { id: string; url: string };
  let snapshotId: string;
  let path: string;

  const texts = async (url: string) => {
    const names = (await world.server.list(url)).filter((name) => name.endsWith(".ics"));
    const bodies = await Promise.all(
      names.map((name) => world.server.get(new URL(encodeURIComponent(name), url).href)),
    );
    return new Map(names.map((name, index) => [name, bodies[index]]));
  };

  beforeAll(async () => {
    world = await startWorld({ calendars: { work: SAMPLE }, server: startXandikos });
    work = world.calendars.work as { id: string; url: string };
    await world.run("sync.run", {});
    await world.run("backup.configure", { directory: `${world.folder}/store`, passphrase: null });
    ({ snapshotId } = await world.run("backup.run", {}));
    const { calendars } = await world.run("snapshots.browse", { snapshotId });
    path = calendars.find(({ displayName }) => displayName === "work")?.path as string;
  });
  afterAll(() => world.stop());

  test("brings back to the server what was deleted and changed there", async () => {
    const before = await texts(work.url);
    const [gone = "", changed = "", ...others] = before.keys();
    await world.server.delete(new URL(encodeURIComponent(gone), work.url).href);
    await world.server.put(
      new URL(encodeURIComponent(changed), work.url).href,
      (before.get(changed) ?? "").replace(/^SUMMARY:.*$/m, "SUMMARY:Spoilt"),
    );
    await world.run("sync.run", {});
    const request = {
      snapshotId,
      selection: { all: true },
      target: { kind: "original" },
      mode: "older",
    } as const;
    const preview = await world.run("snapshots.restore", { ...request, dryRun: true });
    expect(preview).toMatchObject({ created: 1, updated: 1, failed: [] });
    const report = await world.run("snapshots.restore", request);
    expect(report).toMatchObject({ created: 1, updated: 1, failed: [] });
    const after = await texts(work.url);
    expect(after.size).toBe(before.size);
    expect(after.get(changed)).not.toContain("SUMMARY:Spoilt");
    for (const name of others) expect(after.get(name), name).toBe(before.get(name));
    expect(new Set([...after.values()].map(uid))).toEqual(new Set([...before.values()].map(uid)));
    // What it brought is what it finds: there is nothing left to do.
    expect(await world.run("snapshots.restore", { ...request, mode: "missing" })).toMatchObject({
      created: 0,
      updated: 0,
      failed: [],
    });
  });

  test("makes a new calendar there, and running it again makes nothing twice", async () => {
    const request = {
      snapshotId,
      selection: { calendars: [path] },
      target: { kind: "new", name: "Restored", accountId: world.accountId },
      mode: "missing",
    } as const;
    const report = await world.run("snapshots.restore", request);
    expect(report).toMatchObject({ created: SAMPLE.length, failed: [] });
    const account = (await world.run("accounts.list", {})).find(({ id }) => id === world.accountId);
    const made = account?.calendars.find(({ id }) => id === report.calendarIds[0]);
    const there = await texts(made?.url as string);
    expect(there.size).toBe(SAMPLE.length);
    expect(new Set([...there.values()].map(uid))).toEqual(
      new Set(SAMPLE.map(({ text }) => uid(text))),
    );
    expect(await world.run("snapshots.restore", request)).toMatchObject({
      created: 0,
      unchanged: SAMPLE.length,
    });
  });

  test("Thunderbird's console has no error of ours", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});

function uid(text: string | null | undefined): string {
  const unfolded = (text ?? "").replace(/\r?\n[ \t]/g, "");
  return /^UID:(.*?)\r?$/m.exec(unfolded)?.[1] ?? "";
}
