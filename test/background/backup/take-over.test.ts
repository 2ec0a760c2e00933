/** Backups of calendars that did not change: their part of an earlier snapshot is taken over, and holds what it should. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BackupService } from "../../../src/background/backup/backup-service.ts";
import { FORGETFUL } from "../../../src/background/backup/known-damage.ts";
import { openStore } from "../../../src/background/kloset/kloset.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import { calendarOf, copyOf, eventText, serviceOver, work } from "../../support/backup-fixture.ts";
import { backupStoreIn } from "../../support/backup-store-fixture.ts";
import { MemoryCalendars } from "../../support/memory-calendars.ts";
import { MemoryFolder } from "../../support/memory-folder.ts";

const DAY = 24 * 60 * 60_000;

let storage: MemoryStorage;
let calendars: MemoryCalendars;
let version: string;
let service: BackupService;

beforeEach(() => {
  storage = new MemoryStorage();
  calendars = threeCalendars();
  version = "1.0";
  service = serviceOf(storage, calendars);
});

afterEach(() => {
  vi.useRealTimers();
});

function serviceOf(where: MemoryStorage, of: MemoryCalendars): BackupService {
  return new BackupService({
    store: backupStoreIn(() => where),
    openFolder: async () => new MemoryFolder(),
    environment: async () => ({ profileName: "test", hostname: "here", version }),
    calendars: of,
    maker: of,
  });
}

function threeCalendars(): MemoryCalendars {
  const made = new MemoryCalendars();
  for (const [calendarId, account] of [
    ["work", "me@here"],
    ["team", "me@here"],
    ["club", "you@there"],
  ] as const) {
    made.add({ calendarId, account, collection: calendarId, own: true });
    for (let n = 0; n < 120; n++)
      made.put(calendarId, `${n}.ics`, eventText(`${calendarId}-${n}`, `Event ${n}`));
  }
  return made;
}

/** Every path of a snapshot with its bytes and its time; manifests without what says how they came about. */
async function held(where: MemoryStorage, snapshotId: string): Promise<Map<string, string>> {
  const store = await openStore(where);
  const snapshot = await store.openSnapshot(snapshotId);
  const found = new Map<string, string>();
  for await (const entry of snapshot.walk("/")) {
    const text =
      entry.kind === "file" ? new TextDecoder().decode(await snapshot.readFile(entry)) : "";
    const told = entry.path.startsWith("/manifest/")
      ? text.replace(/,\s*"readWhole": \{[^}]*\}/, "")
      : text;
    found.set(entry.path, `${entry.kind} ${entry.modified.seconds} ${told}`);
    expect(await snapshot.stat(entry.path)).toMatchObject({ path: entry.path });
  }
  return found;
}

/** As a backup that reads everything makes it, beside what is in a store already: calendars keep their folders. */
async function readWhole(of: MemoryCalendars, where = new MemoryStorage()) {
  const elsewhere = copyOf(where);
  const before = version;
  version = "that reads";
  of.reads.length = 0;
  const { snapshotId } = await serviceOf(elsewhere, of).run({}, work());
  version = before;
  expect(of.reads).toHaveLength((await of.calendars()).length);
  return held(elsewhere, snapshotId);
}

async function run(calendarIds?: string[]) {
  calendars.reads.length = 0;
  const report = await service.run(calendarIds ? { calendarIds } : {}, work());
  return { ...report, read: [...calendars.reads] };
}

/** Whole by our own full check, and holding what Thunderbird has. */
async function expectWhole(snapshotId: string): Promise<void> {
  const store = await openStore(storage);
  expect((await store.check({ full: true })).errors).toEqual([]);
  expect(await held(storage, snapshotId)).toEqual(await readWhole(calendars, storage));
  const info = (await store.listSnapshots()).find(({ id }) => id === snapshotId);
  const files = [...(await held(storage, snapshotId)).values()].filter((one) =>
    one.startsWith("file"),
  );
  expect(info?.files).toBe(files.length);
}

describe("what did not change is not read again", () => {
  test("nothing changed: no calendar is read, and the snapshot is the same", async () => {
    const first = await run();
    expect(first.read).toEqual(["work", "team", "club"]);
    const again = await run();
    expect(again).toMatchObject({
      read: [],
      calendars: 3,
      items: 360,
      added: 0,
      changed: 0,
      removed: 0,
      bytesRead: 0,
      incomplete: [],
    });
    expect(again.bytesWritten).toBeLessThan(12_000);
    await expectWhole(again.snapshotId);
    const third = await run();
    expect(third.read).toEqual([]);
    await expectWhole(third.snapshotId);
  });

  test("what is written does not grow with the number of items", async () => {
    const written = async (items: number) => {
      const where = new MemoryStorage();
      const of = serviceOf(where, calendarOf(items));
      await of.run({}, work());
      return (await of.run({}, work())).bytesWritten;
    };
    expect(Math.abs((await written(2000)) - (await written(20)))).toBeLessThan(300);
  });

  test.each(["work", "team", "club"])(
    "one item of %s changed: only that one is read",
    async (id) => {
      await run();
      calendars.put(id, "7.ics", eventText(`${id}-7`, "Another title"));
      calendars.drop(id, "8.ics");
      calendars.put(id, "new.ics", eventText(`${id}-new`, "New"));
      const again = await run();
      expect(again).toMatchObject({ read: [id], items: 360, added: 1, changed: 1, removed: 1 });
      await expectWhole(again.snapshotId);
    },
  );

  test("a new name or place in the list is in the snapshot, without the items being read", async () => {
    await run();
    calendars.rename("team", "The team");
    const again = await run();
    expect(again.read).toEqual([]);
    await expectWhole(again.snapshotId);
  });

  test("unsent versions and what conflicts left over are taken over with the items", async () => {
    calendars.editUnsent("3.ics", eventText("work-3", "Not sent yet"));
    calendars.leaveOver("4.ics", eventText("work-4", "The loser"));
    await run();
    const again = await run();
    expect(again.read).toEqual([]);
    await expectWhole(again.snapshotId);
    expect([...(await held(storage, again.snapshotId)).keys()]).toContain(
      "/pending/me@here/work/3.ics",
    );
  });

  test("calendars that are not ours are always read", async () => {
    calendars.add({ calendarId: "home", account: "local", collection: "Home", own: false });
    calendars.put("home", "h.ics", eventText("h", "At home"));
    await run();
    const again = await run();
    expect(again.read).toEqual(["home"]);
    await expectWhole(again.snapshotId);
  });

  test("calendars come and go", async () => {
    await run();
    calendars.forget("team");
    calendars.add({ calendarId: "dogs", account: "me@here", collection: "dogs", own: true });
    calendars.put("dogs", "d.ics", eventText("d", "Walk"));
    const again = await run();
    expect(again.read).toEqual(["dogs"]);
    await expectWhole(again.snapshotId);
  });

  test("from a snapshot of some calendars only what is in it", async () => {
    await run();
    calendars.put("work", "7.ics", eventText("work-7", "Changed"));
    expect((await run(["work"])).read).toEqual(["work"]);
    // Two of three are in the whole one.
    const again = await run();
    expect(again.read).toEqual(["work"]);
    await expectWhole(again.snapshotId);
    const some = await run(["club", "team"]);
    expect(some).toMatchObject({ read: [], calendars: 2, items: 240 });
    expect([...(await held(storage, some.snapshotId)).keys()].join()).not.toContain("work");
  });
});

describe("it is read again", () => {
  test("when that was 30 days ago, or the clock says that it will be", async () => {
    const now = Date.UTC(2026, 5, 1);
    vi.useFakeTimers({ toFake: ["Date"], now });
    await run();
    vi.setSystemTime(now + 29 * DAY);
    expect((await run()).read).toEqual([]);
    vi.setSystemTime(now + 30 * DAY);
    expect((await run()).read).toHaveLength(3);
    vi.setSystemTime(now + 59 * DAY);
    expect((await run()).read).toEqual([]);
    vi.setSystemTime(now + 2 * DAY);
    expect((await run()).read).toHaveLength(3);
  });

  test("by another version of the program", async () => {
    await run();
    version = "1.1";
    expect((await run()).read).toHaveLength(3);
    expect((await run()).read).toEqual([]);
  });

  test("before something dangerous", async () => {
    await run();
    calendars.reads.length = 0;
    const id = await service.runBefore(["work", "club"], "Before many removals", work());
    expect(calendars.reads).toEqual(["work", "club"]);
    expect([...(await held(storage, id)).keys()]).toContain("/calendars/me@here/work/7.ics");
  });

  test("when something of it could not be fetched, then or now", async () => {
    calendars.withhold("gone.ics");
    await run();
    expect((await run()).read).toHaveLength(3);
  });

  test("when it was carried forward, once it can be read", async () => {
    await run();
    const of = threeCalendars();
    of.read = async () => {
      throw new Error("no answer");
    };
    of.contentName = async () => {
      throw new Error("no answer");
    };
    expect((await serviceOf(storage, of).run({}, work())).incomplete).toHaveLength(3);
    expect((await run()).read).toEqual(["work", "team", "club"]);
  });

  test("when the database is another one", async () => {
    await run();
    calendars = threeCalendars();
    service = serviceOf(storage, calendars);
    expect((await run()).read).toHaveLength(3);
  });

  test("when the snapshot is gone, and no other holds the same", async () => {
    const { snapshotId } = await run();
    await (await openStore(storage)).removeSnapshots([snapshotId]);
    const again = await run();
    expect(again.read).toHaveLength(3);
    await expectWhole(again.snapshotId);
  });

  test("not when the snapshot it was taken over from is removed: what took it over stands by itself", async () => {
    const first = await run();
    const second = await run();
    await (await openStore(storage)).removeSnapshots([first.snapshotId]);
    const third = await run();
    expect(third.read).toEqual([]);
    await expectWhole(second.snapshotId);
    await expectWhole(third.snapshotId);
  });

  test("when the calendar changed while it was read", async () => {
    calendars.onRead(() =>
      calendars.put("work", `${calendars.reads.length}-late.ics`, eventText("late", "Late")),
    );
    await run();
    calendars.onRead(() => {});
    const again = await run();
    expect(again.read).toContain("work");
    await expectWhole(again.snapshotId);
  });
});

describe("a store that is no longer what it was", () => {
  const packfiles = () => [...storage.files.keys()].filter((path) => path.startsWith("packfiles/"));
  const states = () => [...storage.files.keys()].filter((path) => path.startsWith("states/"));
  const largest = () =>
    packfiles().sort(
      (a, b) => (storage.files.get(b)?.length ?? 0) - (storage.files.get(a)?.length ?? 0),
    )[0] as string;

  test("a packfile is missing: everything is read, and what was in it is stored anew", async () => {
    await run();
    storage.files.delete(largest());
    const again = await run();
    expect(again.read).toHaveLength(3);
    expect(await held(storage, again.snapshotId)).toEqual(await readWhole(calendars));
    expect((await run()).read).toEqual([]);
  });

  test("a packfile went while the backup ran: nothing is published", async () => {
    await run();
    const before = copyOf(storage);
    calendars.put("work", "7.ics", eventText("work-7", "Changed"));
    const victim = largest();
    calendars.onRead(() => storage.files.delete(victim));
    await expect(run()).rejects.toMatchObject({ code: "store-locked" });
    expect((await openStore(before)).id).toBe((await openStore(storage)).id);
    calendars.onRead(() => {});
    const again = await run();
    expect(again.read).toHaveLength(3);
    expect(await held(storage, again.snapshotId)).toEqual(await readWhole(calendars));
  });

  test("a state is missing that told of what the snapshot relies on: everything is stored anew", async () => {
    await run();
    const [oldest] = states() as [string];
    calendars.put("work", "7.ics", eventText("work-7", "Changed"));
    await run();
    storage.files.delete(oldest);
    const again = await run();
    expect(again.read).toHaveLength(3);
    expect(await held(storage, again.snapshotId)).toEqual(await readWhole(calendars));
  });

  /** Damage that was found is known to the next backup. */
  function remembering(): BackupService {
    const kept: string[] = [];
    return serviceOver(storage, calendars, undefined, {
      ...FORGETFUL,
      read: async () => [...kept],
      update: async (_, change) => void kept.splice(0, kept.length, ...change([...kept])),
    });
  }

  test("a check finds damage: everything is read once, repaired, and taken over later", async () => {
    await run();
    service = remembering();
    const path = largest();
    (storage.files.get(path) as Uint8Array).fill(0xff, 200, 260);
    const found = await service.check({}, work());
    expect(found.ok).toBe(false);
    expect((await run()).read).toHaveLength(3);
    await run();
    const later = await run();
    expect(later.read).toEqual([]);
    expect(await held(storage, later.snapshotId)).toEqual(await readWhole(calendars));
  });

  test("damage that is met in taking over never ends a backup, and one check lets the next backup repair it", async () => {
    await run();
    const sound = copyOf(storage);
    const path = largest();
    const { length } = sound.files.get(path) as Uint8Array;
    calendars.put("team", "7.ics", eventText("team-7", "Changed"));
    const wanted = await readWhole(calendars);
    for (let round = 1; round < 8; round++) {
      storage.files.clear();
      for (const [name, bytes] of sound.files) storage.files.set(name, bytes.slice());
      const at = Math.floor((round / 8) * length);
      (storage.files.get(path) as Uint8Array).fill(0xff, at, at + 60);
      service = remembering();
      let { snapshotId } = await run();
      if (!(await service.check({ full: true, snapshotId }, work())).ok) {
        ({ snapshotId } = await run());
        const { errors } = await service.check({ full: true, snapshotId }, work());
        expect(errors, `damaged at ${at} of ${length}`).toEqual([]);
      }
      expect(await held(storage, snapshotId), `damaged at ${at} of ${length}`).toEqual(wanted);
    }
  });
});

test("after whatever was done: what is taken over holds byte for byte what reading everything gives", async () => {
  const id = fc.constantFrom("work", "team", "club");
  const file = fc.integer({ min: 0, max: 130 }).map((n) => `${n}.ics`);
  const step = fc.oneof(
    fc.record({ kind: fc.constant("put" as const), id, file, words: fc.string() }),
    fc.record({ kind: fc.constant("drop" as const), id, file }),
    fc.record({ kind: fc.constant("unsent" as const), file, words: fc.string() }),
    fc.record({ kind: fc.constant("conflict" as const), file, words: fc.string() }),
    fc.record({ kind: fc.constant("rename" as const), id, words: fc.string() }),
    fc.record({ kind: fc.constant("local" as const), file, words: fc.string() }),
    fc.record({ kind: fc.constant("some" as const), id }),
    fc.record({ kind: fc.constant("back up" as const) }),
  );
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      storage = new MemoryStorage();
      calendars = threeCalendars();
      calendars.add({ calendarId: "home", account: "local", collection: "Home", own: false });
      service = serviceOf(storage, calendars);
      await run();
      for (const one of steps) {
        if (one.kind === "put") calendars.put(one.id, one.file, eventText(one.file, one.words));
        else if (one.kind === "drop") calendars.drop(one.id, one.file);
        else if (one.kind === "unsent") calendars.editUnsent(one.file, eventText("u", one.words));
        else if (one.kind === "conflict") calendars.leaveOver(one.file, eventText("c", one.words));
        else if (one.kind === "rename") calendars.rename(one.id, `${one.words} `);
        else if (one.kind === "local") calendars.put("home", one.file, eventText("h", one.words));
        else if (one.kind === "some") await run([one.id]);
        else await run();
      }
      const last = await run();
      taken += 4 - last.read.length;
      expect(await held(storage, last.snapshotId)).toEqual(await readWhole(calendars, storage));
      expect((await (await openStore(storage)).check({ full: true })).errors).toEqual([]);
    }),
    { numRuns: 15 },
  );
  expect(taken).toBeGreaterThan(10);
}, 60_000);
