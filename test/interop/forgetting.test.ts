/** Snapshots that we remove and prune, as the real plakar sees them. */
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BackupService } from "../../src/background/backup/backup-service.ts";
import { Forgetting } from "../../src/background/backup/forgetting.ts";
import { PINS_FILE } from "../../src/background/backup/pins.ts";
import { backupStoreIn } from "../support/backup-store-fixture.ts";
import { eventText } from "../support/event-text.ts";
import { MemoryCalendars } from "../support/memory-calendars.ts";
import { NodeStorage } from "../support/node-storage.ts";
import { describePlakar, PlakarHome } from "../support/plakar.ts";

const work = () => ({ signal: new AbortController().signal, onProgress: () => {} });

describePlakar("what we remove from a store, in plakar 1.1.4", () => {
  let plakar: PlakarHome;
  let location: string;
  let calendars: MemoryCalendars;
  let service: BackupService;
  let forgetting: Forgetting;

  beforeEach(async () => {
    plakar = await PlakarHome.make();
    location = plakar.path("store");
    calendars = new MemoryCalendars();
    service = new BackupService({
      store: backupStoreIn(() => new NodeStorage(location)),
      openFolder: () => Promise.reject(new Error("not used")),
      environment: async () => ({ profileName: "test", hostname: "here" }),
      calendars,
      maker: calendars,
    });
    forgetting = new Forgetting({
      openStore: (signal) => service.open(signal),
      environment: () => service.environment(),
      unmarkSaved: async () => {},
      now: Date.now,
    });
    calendars.add({ calendarId: "home", account: "local", collection: "Home", own: false });
  });

  afterEach(() => plakar.remove());

  /**
   * A snapshot with one item that no other has. Names of different lengths, since even a directory's summary
   * would else be shared, and with it the packfile.
   */
  async function backUp(uid: string): Promise<string> {
    calendars.put("home", `${uid}.ics`, eventText(uid, { DESCRIPTION: uid.repeat(200) }));
    const { snapshotId } = await service.run({}, work());
    calendars.drop("home", `${uid}.ics`);
    return snapshotId;
  }

  const listed = async () => {
    const lines = (await plakar.ok("at", location, "ls")).toString().trim().split("\n");
    return lines.map((line) => /[0-9a-f]{8}/.exec(line.slice(20))?.[0] ?? line);
  };

  /** plakar 1.1.4 often ends before it has removed its own lock; it would count for ten minutes. */
  async function removeLocks(): Promise<void> {
    for (const name of await readdir(path.join(location, "locks")))
      await rm(path.join(location, "locks", name));
  }

  async function maintain(): Promise<void> {
    await removeLocks();
    await plakar.ok("at", location, "maintenance");
    await removeLocks();
  }

  const short = (...ids: string[]) => new Set(ids.map((id) => id.slice(0, 8)));
  const packfiles = async () =>
    (
      await readdir(path.join(location, "packfiles"), { recursive: true, withFileTypes: true })
    ).filter((entry) => entry.isFile()).length;

  test("is no longer listed, what stays passes its check, and maintenance frees the space", async () => {
    calendars.put("home", "stays.ics", eventText("stays", {}));
    const first = await backUp("the first");
    const one = await backUp("one");
    const two = await backUp("number two");
    // plakar knows them all before one goes: its cache must follow.
    expect(await listed()).toHaveLength(3);
    await forgetting.remove({ snapshotIds: [one] }, work());
    expect(new Set(await listed())).toEqual(short(first, two));
    await plakar.ok("at", location, "check");
    await plakar.ok("at", location, "cat", `${two}:/calendars/local/Home/number two.ics`);

    const before = await packfiles();
    // The first run marks what nothing needs, the second removes what was marked for longer than this.
    plakar.environment = { PLAKAR_GRACEPERIOD: "1ms" };
    await maintain();
    await maintain();
    expect(await packfiles()).toBeLessThan(before);
    await plakar.ok("at", location, "check");
    expect(await service.check({ full: true }, work())).toMatchObject({ ok: true });
    const three = await backUp("three");
    expect(await listed()).toContain(three.slice(0, 8));
    await plakar.ok("at", location, "check");
  });

  test("by a policy leaves the pinned and the newest; the pins do not disturb plakar", async () => {
    const ids: string[] = [];
    for (const uid of ["a", "b", "c", "d"]) ids.push(await backUp(uid));
    const [pinned = "", , , newest = ""] = ids;
    await forgetting.pin({ snapshotId: pinned, pinned: true }, work());
    expect(await readdir(location)).toContain(PINS_FILE);
    await forgetting.prune({ last: 1 }, false, work());
    expect(new Set(await listed())).toEqual(short(pinned, newest));
    await plakar.ok("at", location, "check");
    await maintain();
    await plakar.ok("at", location, "rm", "-apply", newest.slice(0, 12));
    expect((await service.list({}, work())).map(({ id }) => id)).toEqual([pinned]);
  });

  test("in a store that plakar made and wrote to last", async () => {
    await plakar.ok("at", location, "create", "-plaintext");
    const one = await backUp("one");
    const two = await backUp("two");
    await plakar.ok("at", location, "backup", import.meta.dirname);
    await forgetting.remove({ snapshotIds: [one] }, work());
    const left = await listed();
    expect(left).toHaveLength(2);
    expect(left).toContain(two.slice(0, 8));
    await plakar.ok("at", location, "check");
  });
});
