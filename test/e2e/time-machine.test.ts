/** Looking back, bringing back and forgetting in the real Thunderbird, by command; plakar has the last word on the store. */
import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleCalendar } from "../../scripts/sample-calendar.ts";
import { eventText, withValue } from "../support/event-text.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { describePlakar, PlakarHome } from "../support/plakar.ts";

const SAMPLE = sampleCalendar({ items: 25, seed: 11 });
const at = (url: string, name: string) => new URL(encodeURIComponent(name), url).href;
const TEAM = eventText("team", {
  SUMMARY: "Team",
  DTEND: "20260301T110000Z",
  RRULE: "FREQ=WEEKLY;COUNT=5",
});

describePlakar("the time machine", () => {
  let world: World;
  let plakar: PlakarHome;
  let store: string;
  let work: { id: string; url: string };
  let home: string;
  /** Snapshots in the order they were made. */
  const ids: string[] = [];
  let calendar: string;

  async function backUp(): Promise<string> {
    const { snapshotId, incomplete } = await world.run("backup.run", {});
    expect(incomplete).toEqual([]);
    ids.push(snapshotId);
    return snapshotId;
  }

  const onServer = async () => {
    const texts = new Map<string, string | null>();
    for (const name of await world.server.list(work.url))
      texts.set(name, await world.server.get(at(work.url, name)));
    return texts;
  };

  beforeAll(async () => {
    world = await startWorld({
      calendars: { work: [...SAMPLE, { name: "team.ics", text: TEAM }] },
    });
    plakar = await PlakarHome.make();
    store = path.join(world.folder, "store");
    work = world.calendars.work as { id: string; url: string };
    await world.run("sync.run", {});
    home = await world.user.home();
    await world.run("backup.configure", { directory: store, passphrase: null });
    const first = await backUp();
    const browsed = await world.run("snapshots.browse", { snapshotId: first });
    calendar = browsed.calendars.find(({ displayName }) => displayName === "work")?.path as string;
  });
  afterAll(async () => {
    await plakar.remove();
    await world.stop();
  });

  test("nothing differs right after a backup", async () => {
    const { items } = await world.run("snapshots.diff", { from: ids[0] as string, to: "now" });
    expect(items).toEqual([]);
  });

  test("what changed since is told in words", async () => {
    await world.server.put(
      at(work.url, "team.ics"),
      withValue(withValue(TEAM, "SUMMARY", "New team"), "EXDATE", "20260308T100000Z"),
    );
    const [victim] = (await world.server.list(work.url)).filter((name) => name !== "team.ics");
    await world.server.delete(at(work.url, victim as string));
    await world.run("sync.run", {});
    const { items } = await world.run("snapshots.diff", {
      from: ids[0] as string,
      to: "now",
      calendar,
    });
    expect(items.find(({ uid }) => uid === "team")).toMatchObject({
      change: "changed",
      words: [
        "Title changed from “Team” to “New team”.",
        "The occurrence of 2026-03-08 10:00 UTC was left out of the series.",
      ],
    });
    expect(items.filter(({ change }) => change === "removed")).toHaveLength(1);
    expect(items).toHaveLength(2);
    const to = await backUp();
    const between = await world.run("snapshots.diff", { from: ids[0] as string, to });
    expect(between.items).toEqual(items);
  });

  test("every version of an item is found with the snapshots that hold it", async () => {
    const { versions } = await world.run("snapshots.versions", {
      calendarId: work.id,
      uid: "team",
    });
    expect(versions.map(({ summary, snapshotIds }) => [summary, snapshotIds])).toEqual([
      ["New team", [ids[1]]],
      ["Team", [ids[0]]],
    ]);
  });

  test("an old version of one item comes back to the server", async () => {
    const { versions } = await world.run("snapshots.versions", {
      path: `${calendar}/team.ics`,
    });
    const old = versions.at(-1);
    const request = {
      snapshotId: old?.snapshotIds[0] as string,
      selection: { items: [old?.path as string] },
      target: { kind: "original" },
      mode: "older",
    } as const;
    const preview = await world.run("snapshots.restore", { ...request, dryRun: true });
    expect(preview).toMatchObject({ created: 0, updated: 1, removed: 0, failed: [] });
    const report = await world.run("snapshots.restore", {
      ...request,
      preview: preview.preview as string,
    });
    expect(report).toMatchObject({ updated: 1, failed: [] });
    expect(await world.server.get(at(work.url, "team.ics"))).toContain("SUMMARY:Team\r\n");
    expect((await world.user.item(work.id, "team"))?.title).toBe("Team");
    // The preview was of what is done now.
    expect(
      await world.reply("snapshots.restore", { ...request, preview: preview.preview as string }),
    ).toMatchObject({ ok: false, error: { code: "preview-outdated" } });
  });

  test("a whole calendar comes back as a new one on the server, and running it again makes nothing twice", async () => {
    const request = {
      snapshotId: ids[0] as string,
      selection: { calendars: [calendar] },
      target: { kind: "new", name: "Work, restored", accountId: world.accountId },
      mode: "missing",
    } as const;
    const report = await world.run("snapshots.restore", request);
    expect(report).toMatchObject({ created: SAMPLE.length + 1, failed: [] });
    const account = (await world.run("accounts.list", {})).find(({ id }) => id === world.accountId);
    const made = account?.calendars.find(({ id }) => id === report.calendarIds[0]);
    expect(made).toMatchObject({ name: "Work, restored", pendingChanges: 0 });
    const url = made?.url as string;
    expect(await world.server.list(url)).toHaveLength(SAMPLE.length + 1);
    for (const [name, text] of await onServer())
      expect(await world.server.get(at(url, name)), name).toBe(text);
    expect(await world.run("snapshots.restore", request)).toMatchObject({
      created: 0,
      unchanged: SAMPLE.length + 1,
      calendarIds: report.calendarIds,
    });
  });

  test("a calendar comes back into the local one, and as a new local one", async () => {
    const request = {
      snapshotId: ids[0] as string,
      selection: { items: [`${calendar}/team.ics`] },
      mode: "missing",
    } as const;
    const target = { kind: "calendar", calendarId: home } as const;
    expect(await world.run("snapshots.restore", { ...request, target })).toMatchObject({
      created: 1,
      failed: [],
    });
    expect((await world.user.item(home, "team"))?.title).toBe("Team");
    const fresh = await world.run("snapshots.restore", {
      ...request,
      selection: { calendars: [calendar] },
      target: { kind: "new", name: "Here" },
    });
    expect(fresh.failed).toEqual([]);
    expect(fresh.created).toBe(SAMPLE.length + 1);
    expect((await world.user.item(fresh.calendarIds[0] as string, "team"))?.title).toBe("Team");
  });

  test("a calendar goes into one .ics file, and all of them into an archive", async () => {
    const directory = path.join(world.folder, "out");
    await mkdir(directory);
    const report = await world.run("snapshots.restore", {
      snapshotId: ids[0] as string,
      selection: { calendars: [calendar] },
      target: { kind: "file", path: path.join(world.folder, "work.ics") },
      mode: "missing",
    });
    expect(report).toMatchObject({ created: SAMPLE.length + 1, failed: [] });
    const text = await readFile(path.join(world.folder, "work.ics"), "utf8");
    expect(text.match(/^BEGIN:VCALENDAR/gm)).toHaveLength(1);
    expect(text).toContain("UID:team\r\n");
    await world.run("snapshots.export", {
      snapshotId: ids[0] as string,
      selection: { all: true },
      target: { kind: "file", path: path.join(world.folder, "all.zip") },
    });
    const archive = await readFile(path.join(world.folder, "all.zip"));
    expect(archive.subarray(0, 2).toString()).toBe("PK");
    expect(archive.includes("work.ics")).toBe(true);
    expect(await readdir(directory)).toEqual([]);
  });

  test("old snapshots go by a policy, pinned ones stay, and plakar finds the store whole", async () => {
    await world.run("snapshots.pin", { snapshotId: ids[0] as string, pinned: true });
    expect(
      await world.reply("snapshots.remove", { snapshotIds: [ids[0] as string] }),
    ).toMatchObject({ ok: false, error: { code: "snapshot-pinned" } });
    await backUp();
    await backUp();
    const preview = await world.run("snapshots.prune", { policy: { last: 1 }, dryRun: true });
    expect(preview.removed.map(({ id }) => id)).toContain(ids[1]);
    await world.run("backup.configure", { retention: { last: 1 } });
    expect(await world.run("snapshots.prune", {})).toEqual(preview);
    const left = (await world.run("snapshots.list", {})).map(({ id }) => id);
    expect(left).toEqual(preview.kept.map(({ id }) => id));
    expect(left).toContain(ids[0]);
    expect(left).toContain(ids.at(-1));
    expect(left).not.toContain(ids[1]);
    const listed = (await plakar.ok("at", store, "ls")).toString();
    for (const id of ids) expect(listed.includes(id.slice(0, 8)), id).toBe(left.includes(id));
    await plakar.ok("at", store, "check");
    expect(await world.run("snapshots.check", { full: true })).toMatchObject({ ok: true });
  });

  test("Thunderbird's console has no error of ours", async () => {
    expect(await world.thunderbird.consoleErrors()).toEqual([]);
  });
});
