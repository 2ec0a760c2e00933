/** Removing, pruning and pinning snapshots, over a real Kloset store in memory. */
import { beforeEach, describe, expect, test } from "vitest";
import { BackupService } from "../../../src/background/backup/backup-service.ts";
import { Forgetting } from "../../../src/background/backup/forgetting.ts";
import { PINS_FILE } from "../../../src/background/backup/pins.ts";
import type { Kloset } from "../../../src/background/kloset/kloset.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import { AppError, isAppError } from "../../../src/shared/errors.ts";
import { backupStoreIn } from "../../support/backup-store-fixture.ts";
import { eventText } from "../../support/event-text.ts";
import { MemoryCalendars } from "../../support/memory-calendars.ts";

const WORK = "/calendars/me@cal.example.org/work";

const work = () => ({ signal: new AbortController().signal, onProgress: () => {} });
const signal = new AbortController().signal;

let storage: MemoryStorage;
let calendars: MemoryCalendars;
let service: BackupService;
let forgetting: Forgetting;
let profileName: string;
let instance: string | undefined;
let former: { readonly id: string; readonly until: number }[];
let clock: number | undefined;
let unmarked: string[];
/** Left out of the list, as one whose header cannot be read. */
let unreadable: string | null;
let whileReading: (() => Promise<unknown>) | null;
let unmarking: Error | null;

beforeEach(() => {
  storage = new MemoryStorage();
  calendars = new MemoryCalendars();
  profileName = "test";
  instance = undefined;
  former = [];
  clock = undefined;
  unmarked = [];
  unreadable = null;
  whileReading = null;
  unmarking = null;
  service = new BackupService({
    store: backupStoreIn(() => storage),
    openFolder: () => Promise.reject(new Error("not used")),
    environment: async () => ({
      profileName,
      hostname: "here",
      ...(instance !== undefined && { instance }),
      former,
    }),
    calendars,
    maker: calendars,
  });
  forgetting = new Forgetting({
    openStore: openWatched,
    environment: () => service.environment(),
    unmarkSaved: async (ids) => {
      if (unmarking) throw unmarking;
      unmarked.push(...ids);
    },
    now: () => clock ?? Date.now(),
  });
  const own = { account: "me@cal.example.org", collection: "work", own: true };
  calendars.add({ calendarId: "work", ...own });
  calendars.add({ calendarId: "home", account: "local", collection: "Home", own: false });
  calendars.put("work", "a.ics", eventText("a", {}));
  calendars.put("home", "h.ics", eventText("h", {}));
});

async function openWatched(signal: AbortSignal): Promise<Kloset> {
  const store = await service.open(signal);
  const { listSnapshots, openSnapshot } = store;
  store.openSnapshot = async (...args) => {
    await whileReading?.();
    return openSnapshot.apply(store, args);
  };
  store.listSnapshots = async () =>
    (await listSnapshots.call(store)).filter(({ id }) => id !== unreadable);
  return store;
}

async function backUp(calendarIds?: string[]): Promise<string> {
  const report = await service.run(calendarIds ? { calendarIds } : {}, work());
  // Snapshots are ordered by their times, in milliseconds.
  await expect.poll(() => Date.now(), { interval: 1 }).toBeGreaterThan(report.time);
  return report.snapshotId;
}

const listed = async () => (await service.list({}, work())).map(({ id }) => id);
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "none",
    (error: unknown) => (isAppError(error) ? error.code : "no AppError"),
  );

describe("removing a snapshot", () => {
  test("takes it off the list; the others and a new one are whole", async () => {
    const [one, two] = [await backUp(), await backUp()];
    const report = await forgetting.remove({ snapshotIds: [one] }, work());
    expect(report).toMatchObject({ removed: [{ id: one }], lastOf: [] });
    expect(await listed()).toEqual([two]);
    const three = await backUp();
    expect(await listed()).toEqual([three, two]);
    expect(await service.check({ full: true }, work())).toMatchObject({ ok: true });
    expect(await codeOf(service.browse({ snapshotId: one }, work()))).toBe("snapshot-unknown");
  });

  test("counts the versions it holds as unsaved; while it cannot, the snapshot stays", async () => {
    const [one, two] = [await backUp(), await backUp()];
    unmarking = new Error("the item store is closed");
    await expect(forgetting.remove({ snapshotIds: [one] }, work())).rejects.toThrow("closed");
    expect(await listed()).toEqual([two, one]);
    unmarking = null;
    await forgetting.prune({ last: 1 }, true, work());
    expect(unmarked).toEqual([]);
    await forgetting.prune({ last: 1 }, false, work());
    expect(unmarked).toEqual([one]);
  });

  test("can be tried first", async () => {
    const one = await backUp();
    const report = await forgetting.remove({ snapshotIds: [one], dryRun: true }, work());
    expect(report.lastOf).toEqual(["/calendars/local/Home", WORK]);
    expect(await listed()).toEqual([one]);
  });

  test("that alone holds a calendar takes a second word", async () => {
    const one = await backUp();
    await backUp(["home"]);
    expect(await codeOf(forgetting.remove({ snapshotIds: [one] }, work()))).toBe("last-snapshot");
    expect(await listed()).toContain(one);
    await forgetting.remove({ snapshotIds: [one], evenLast: true }, work());
    expect(await listed()).not.toContain(one);
  });

  test("that is too damaged to tell what it holds takes a second word", async () => {
    await backUp();
    const before = new Set(storage.files.keys());
    calendars.put("work", "b.ics", eventText("b", {}));
    const two = await backUp();
    // Its header, behind everything else, stays whole.
    for (const [path, bytes] of storage.files)
      if (path.startsWith("packfiles/") && !before.has(path)) bytes.fill(0xff, 16, 4_000);
    const report = await forgetting.remove({ snapshotIds: [two], dryRun: true }, work());
    expect(report).toMatchObject({ lastOf: [], unreadable: [two] });
    expect(await codeOf(forgetting.remove({ snapshotIds: [two] }, work()))).toBe("last-snapshot");
    expect(await listed()).toContain(two);
    await forgetting.remove({ snapshotIds: [two], evenLast: true }, work());
    expect(await listed()).not.toContain(two);
  });

  test("that is not there, or gone already, removes none of the others", async () => {
    const [one, two] = [await backUp(), await backUp()];
    await forgetting.remove({ snapshotIds: [one] }, work());
    expect(await codeOf(forgetting.remove({ snapshotIds: [two, one] }, work()))).toBe(
      "snapshot-unknown",
    );
    expect(await listed()).toEqual([two]);
  });
});

describe("a pinned snapshot", () => {
  test("is shown as such, and neither removed nor pruned until the pin is taken off", async () => {
    const [one, two, three] = [await backUp(), await backUp(), await backUp()];
    expect(await forgetting.pin({ snapshotId: one, pinned: true }, work())).toEqual({
      pinned: [one],
    });
    expect((await service.list({}, work())).map(({ pinned }) => pinned)).toEqual([
      false,
      false,
      true,
    ]);
    expect(await codeOf(forgetting.remove({ snapshotIds: [one, two] }, work()))).toBe(
      "snapshot-pinned",
    );
    await forgetting.prune({ last: 1 }, false, work());
    expect(await listed()).toEqual([three, one]);
    await forgetting.pin({ snapshotId: one, pinned: false }, work());
    await forgetting.prune({ last: 1 }, false, work());
    expect(await listed()).toEqual([three]);
  });

  test("is one of several pinned at once", async () => {
    const ids = [await backUp(), await backUp(), await backUp()];
    await Promise.all(
      ids.map((snapshotId) => forgetting.pin({ snapshotId, pinned: true }, work())),
    );
    expect((await service.list({}, work())).every(({ pinned }) => pinned)).toBe(true);
  });

  test("stays one that was pinned while the snapshots were read", async () => {
    const [one, two, three] = [await backUp(), await backUp(), await backUp()];
    whileReading = () => forgetting.pin({ snapshotId: one, pinned: true }, work());
    const { kept } = await forgetting.prune({ last: 1 }, false, work());
    expect(kept.map(({ id, reasons }) => [id, reasons.includes("pinned")])).toEqual([
      [three, false],
      [one, true],
    ]);
    expect(await listed()).toEqual([three, one]);
    expect(unmarked).toEqual([two]);

    whileReading = () => forgetting.pin({ snapshotId: three, pinned: true }, work());
    expect(await codeOf(forgetting.remove({ snapshotIds: [three] }, work()))).toBe(
      "snapshot-pinned",
    );
    expect(await listed()).toEqual([three, one]);
  });

  test("stays one when others are pinned while its header cannot be read", async () => {
    const [one, two] = [await backUp(), await backUp()];
    await forgetting.pin({ snapshotId: one, pinned: true }, work());
    unreadable = one;
    const pin = (pinned: boolean) => forgetting.pin({ snapshotId: two, pinned }, work());
    expect(await pin(true)).toEqual({ pinned: [two] });
    expect(await pin(false)).toEqual({ pinned: [] });
    unreadable = null;
    expect((await service.list({}, work())).map(({ pinned }) => pinned)).toEqual([false, true]);
  });

  test("stays one while the list of pins cannot be read: nothing is removed", async () => {
    const [one, two] = [await backUp(), await backUp()];
    await forgetting.pin({ snapshotId: one, pinned: true }, work());
    await storage.write([{ path: PINS_FILE, bytes: new TextEncoder().encode("{") }]);
    expect(await codeOf(forgetting.prune({ last: 1 }, false, work()))).toBe("store-corrupt");
    expect(await codeOf(forgetting.remove({ snapshotIds: [two] }, work()))).toBe("store-corrupt");
    expect(await listed()).toEqual([two, one]);
  });
});

describe("pruning", () => {
  test("removes what the policy lets go, and tells before what it would", async () => {
    const ids = [await backUp(), await backUp(), await backUp()];
    const preview = await forgetting.prune({ last: 2 }, true, work());
    expect(preview.removed.map(({ id }) => id)).toEqual([ids[0]]);
    expect(await listed()).toHaveLength(3);
    expect(await forgetting.prune({ last: 2 }, false, work())).toEqual(preview);
    expect(await listed()).toEqual([ids[2], ids[1]]);
  });

  test("keeps the last snapshot that holds an item of a calendar that is empty or gone now", async () => {
    await backUp();
    const full = await backUp();
    calendars.drop("work", "a.ics");
    // Newly empty: it does not count as complete, and is not old enough to go.
    const emptied = await backUp();
    calendars.forget("work");
    const newest = await backUp();
    await forgetting.prune({ last: 1 }, false, work());
    expect(await listed()).toEqual([newest, emptied, full]);
  });

  test("leaves alone what another computer wrote whose profile has the same name", async () => {
    const ours = [];
    const theirs = [];
    for (let n = 0; n < 2; n++) {
      instance = "here";
      ours.push(await backUp());
      instance = "there";
      theirs.push(await backUp());
    }
    instance = "here";
    const { kept } = await forgetting.prune({ last: 1 }, false, work());
    expect(kept.map(({ id }) => id)).toEqual([ours[1]]);
    expect(await listed()).toEqual([theirs[1], ours[1], theirs[0]]);
  });

  describe("after the profile was moved or copied", () => {
    let older: string[];

    beforeEach(async () => {
      instance = "before";
      older = [await backUp(), await backUp()];
      former = [{ id: "before", until: Date.now() }];
      instance = "here";
    });

    test("counts what it wrote before", async () => {
      const newest = await backUp();
      await forgetting.prune({ last: 1 }, false, work());
      expect(await listed()).toEqual([newest]);
    });

    test("leaves alone what the other one wrote, once that goes on", async () => {
      await expect.poll(() => Date.now(), { interval: 1 }).toBeGreaterThan(former[0]?.until ?? 0);
      instance = "before";
      const theirs = await backUp();
      instance = "here";
      await backUp();
      const newest = await backUp();
      await forgetting.prune({ last: 1 }, false, work());
      expect(await listed()).toEqual([newest, theirs, ...older.reverse()]);
    });

    test("carries forward what it saved before", async () => {
      calendars.failReading("home", new AppError("network", "It does not answer."));
      const report = await service.run({}, work());
      expect(report.items).toBe(2);
    });
  });

  test("still counts what was written before profiles of one name were told apart", async () => {
    await backUp();
    instance = "here";
    const newest = await backUp();
    await forgetting.prune({ last: 1 }, false, work());
    expect(await listed()).toEqual([newest]);
  });

  test("leaves alone what other profiles and programs wrote", async () => {
    profileName = "other";
    const other = await backUp();
    profileName = "test";
    const store = await service.open(signal);
    const writer = await store.startSnapshot({ type: "fs", origin: "host", directory: "/" });
    await writer.addFile({ path: "/x", bytes: new Uint8Array(1), modifiedMs: 0 });
    const foreign = (await writer.commit()).snapshotId;
    await backUp();
    const newest = await backUp();
    await forgetting.prune({ last: 1 }, false, work());
    expect(new Set(await listed())).toEqual(new Set([other, foreign, newest]));
  });

  test("stops when a snapshot is from the future", async () => {
    await backUp();
    await backUp();
    clock = Date.now() - 86_400_000;
    expect(await codeOf(forgetting.prune({ last: 1 }, false, work()))).toBe("clock-jumped");
    expect(await listed()).toHaveLength(2);
  });

  test("refuses a policy that keeps nothing", async () => {
    await backUp();
    expect(await codeOf(forgetting.prune({ last: 0, daily: 0 }, false, work()))).toBe(
      "bad-argument",
    );
    expect(await codeOf(forgetting.prune({}, true, work()))).toBe("bad-argument");
  });
});
