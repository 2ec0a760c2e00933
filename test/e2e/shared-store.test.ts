/**
 * Stores in odd places, in the real Thunderbird: one that two Thunderbirds write at the same time, one with links in it, one
 * on a disk that became read-only.
 */
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleCalendar } from "../../scripts/sample-calendar.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { describePlakar, PlakarHome } from "../support/plakar.ts";
import { removeLocks } from "../support/plakar-store.ts";

let folder: string;
let store: string;
let one: World;
let other: World;

const world = (name: string, seed: number) =>
  startWorld({
    calendars: { [name]: sampleCalendar({ items: 60, seed }) },
    launch: { prefs: { "extensions.caldav-keeper.places": JSON.stringify([folder]) } },
  });

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "keeper-shared-"));
  store = path.join(folder, "store");
  one = await world("one", 21);
  other = await world("other", 22);
  for (const each of [one, other]) {
    await each.run("sync.run", {});
    await each.run("backup.configure", { directory: store, passphrase: null });
  }
});
afterAll(async () => {
  await other?.stop();
  await one?.stop();
  await rm(folder, { recursive: true, force: true });
});

const calendarsIn = async (in_: World, snapshotId: string) => {
  const { calendars } = await in_.run("snapshots.browse", { snapshotId });
  return calendars.map(({ displayName }) => displayName);
};

describe("two Thunderbirds on one store", () => {
  test("back up together: each finds the other's snapshot, and neither loses its own", async () => {
    const [mine, theirs] = await Promise.all([
      one.run("backup.run", { label: "One" }),
      other.run("backup.run", { label: "Other" }),
    ]);
    for (const each of [one, other]) {
      const ids = (await each.run("snapshots.list", {})).map(({ id }) => id);
      expect(new Set(ids)).toEqual(new Set([mine.snapshotId, theirs.snapshotId]));
      expect(await calendarsIn(each, mine.snapshotId)).toContain("one");
      expect(await calendarsIn(each, theirs.snapshotId)).toContain("other");
      expect(await each.run("snapshots.check", { full: true })).toMatchObject({ ok: true });
    }
  });

  test("back up again and again at the same time, and nothing is lost", async () => {
    for (let round = 0; round < 4; round++) {
      const reports = await Promise.all(
        [one, other].map((each) => each.run("backup.run", { label: `Round ${round}` })),
      );
      for (const report of reports) expect(report.incomplete).toEqual([]);
    }
    expect(await one.run("snapshots.list", {})).toHaveLength(10);
    expect(await other.run("snapshots.check", { full: true })).toMatchObject({ ok: true });
    expect(await readdir(path.join(store, "locks"))).toEqual([]);
  });

  test("one removes a snapshot while the other backs up", async () => {
    const [oldest] = (await one.run("snapshots.list", {})).slice(-3);
    const [, report] = await Promise.all([
      one.run("snapshots.remove", { snapshotIds: [oldest?.id ?? ""] }),
      other.run("backup.run", {}),
    ]);
    const ids = (await one.run("snapshots.list", {})).map(({ id }) => id);
    expect(ids).not.toContain(oldest?.id);
    expect(ids).toContain(report.snapshotId);
    expect(await one.run("snapshots.check", { full: true })).toMatchObject({ ok: true });
  });
});

describePlakar("what two Thunderbirds wrote", () => {
  test("is whole for plakar", async () => {
    const plakar = await PlakarHome.make();
    try {
      await plakar.ok("at", store, "check");
      const listed = (await plakar.ok("at", store, "ls")).toString().trim().split("\n");
      expect(listed).toHaveLength((await one.run("snapshots.list", {})).length);
      await removeLocks(store);
    } finally {
      await plakar.remove();
    }
  });
});

describe("a store in which something was replaced by a link", () => {
  test("is refused, and nothing behind the link is read or written", async () => {
    const outside = path.join(folder, "outside");
    await mkdir(outside);
    await writeFile(path.join(outside, "mine.txt"), "private");
    const locks = path.join(store, "locks");
    await rename(locks, path.join(folder, "locks"));
    await symlink(outside, locks);
    const refused = { ok: false, error: { code: "place-not-allowed" } };
    expect(await one.reply("backup.run", {})).toMatchObject(refused);
    expect(await readdir(outside)).toEqual(["mine.txt"]);
    await rm(locks);
    await rename(path.join(folder, "locks"), locks);
    expect(await one.run("backup.run", {})).toMatchObject({ incomplete: [] });
  });
});

describe("a store on a disk that became read-only", () => {
  const point = path.join(tmpdir(), `keeper-read-only-${process.pid}`);
  const mount = (...args: string[]) => spawnSync("mount", args).status === 0;
  let mounted = false;
  beforeAll(async () => {
    mounted =
      mount("--bind", store, store) &&
      (mount("-o", "remount,bind,ro", store) || unmount() === null);
  });
  afterAll(async () => {
    unmount();
    await rm(point, { recursive: true, force: true });
  });
  const unmount = () => {
    spawnSync("umount", [store]);
    return null;
  };

  test("says so, can still be looked at and restored from, and works again afterwards", async (context) => {
    if (!mounted) context.skip("needs the right to mount");
    const before = await one.run("snapshots.list", {});
    expect(await one.reply("backup.run", {})).toMatchObject({
      ok: false,
      error: { code: "place-denied", hint: expect.stringContaining("write-protected") },
    });
    expect(await one.run("snapshots.list", {})).toEqual(before);
    expect(await one.run("snapshots.check", { full: true })).toMatchObject({ ok: true });
    unmount();
    expect(await one.run("backup.run", {})).toMatchObject({ incomplete: [] });
  });
});

test("neither Thunderbird's console has an error of ours", async () => {
  expect(await one.thunderbird.consoleErrors()).toEqual([]);
  expect(await other.thunderbird.consoleErrors()).toEqual([]);
});
