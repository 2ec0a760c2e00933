/** Comparing snapshots and finding every version of an item, over a real Kloset store in memory. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { BackupService } from "../../../src/background/backup/backup-service.ts";
import { KeptStore } from "../../../src/background/backup/kept-store.ts";
import { TimeMachine } from "../../../src/background/backup/time-machine.ts";
import { BlobReader } from "../../../src/background/kloset/blob-reader.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import type { ItemVersions } from "../../../src/shared/commands.ts";
import { isAppError } from "../../../src/shared/errors.ts";
import { backupStoreIn } from "../../support/backup-store-fixture.ts";
import { eventText } from "../../support/event-text.ts";
import { MemoryCalendars } from "../../support/memory-calendars.ts";

const WORK = "/calendars/me@cal.example.org/work";
const HOME = "/calendars/local/Home";

const work = () => ({ signal: new AbortController().signal, onProgress: () => {} });
const event = (uid: string, summary: string) => eventText(uid, { SUMMARY: summary });

/** Counts what is read of packfiles. */
class CountingStorage extends MemoryStorage {
  reads = 0;

  override async readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
    this.reads++;
    return super.readRange(path, offset, length);
  }
}

let storage: CountingStorage;
let calendars: MemoryCalendars;
let service: BackupService;
let machine: TimeMachine;
/** How often the store was opened, and what lies in its place. */
let opened: number;
let identity: string;

beforeEach(() => {
  storage = new CountingStorage();
  calendars = new MemoryCalendars();
  service = new BackupService({
    store: backupStoreIn(() => storage),
    openFolder: () => Promise.reject(new Error("not used")),
    environment: async () => ({ profileName: "test", hostname: "here" }),
    calendars,
    maker: calendars,
  });
  opened = 0;
  identity = "here";
  const store = new KeptStore({
    open: ({ signal }) => {
      opened++;
      return service.open(signal);
    },
    identify: async () => identity,
  });
  machine = new TimeMachine({ store, calendars });
  const own = { account: "me@cal.example.org", collection: "work", own: true };
  calendars.add({ calendarId: "work", ...own });
  calendars.add({ calendarId: "home", account: "local", collection: "Home", own: false });
});

async function backUp(calendarIds?: string[]): Promise<string> {
  const report = await service.run(calendarIds ? { calendarIds } : {}, work());
  // Snapshots are ordered by their times, in milliseconds.
  await expect.poll(() => Date.now(), { interval: 1 }).toBeGreaterThan(report.time);
  return report.snapshotId;
}

/** Of what was written since; headers, behind everything else, stay whole. */
function damageListings(before: ReadonlySet<string>): void {
  for (const [path, bytes] of storage.files)
    if (path.startsWith("packfiles/") && !before.has(path)) bytes.fill(0xff, 16, 4_000);
}

describe("the difference of two snapshots", () => {
  test("names items that were added, removed and changed, with what changed in words", async () => {
    calendars.put("work", "same.ics", event("same", "Same"));
    calendars.put("work", "changed.ics", event("changed", "Before"));
    calendars.put("work", "gone.ics", event("gone", "Gone"));
    calendars.put("home", "quiet.ics", event("quiet", "Quiet"));
    const from = await backUp();
    calendars.put("work", "changed.ics", event("changed", "After"));
    calendars.drop("work", "gone.ics");
    calendars.put("work", "new.ics", event("new", "New"));
    const difference = await machine.diff({ from, to: await backUp() }, work());
    expect(difference.calendars).toEqual([
      expect.objectContaining({ path: WORK, added: 1, removed: 1, changed: 1, unchanged: 1 }),
      expect.objectContaining({ path: HOME, added: 0, removed: 0, changed: 0, unchanged: 1 }),
    ]);
    expect(difference.items).toMatchObject([
      {
        change: "changed",
        path: `${WORK}/changed.ics`,
        uid: "changed",
        summary: "After",
        differences: [{ name: "SUMMARY", from: "Before", to: "After" }],
        words: ["Title changed from “Before” to “After”."],
      },
      { change: "removed", path: `${WORK}/gone.ics`, summary: "Gone", differences: [] },
      { change: "added", path: `${WORK}/new.ics`, summary: "New" },
    ]);
  });

  test("can be asked for one calendar and in parts", async () => {
    const from = await backUp();
    for (const n of [1, 2, 3]) calendars.put("work", `${n}.ics`, event(`${n}`, `Event ${n}`));
    calendars.put("home", "h.ics", event("h", "Home"));
    const to = await backUp();
    const part = await machine.diff({ from, to, calendar: WORK, offset: 1, limit: 1 }, work());
    expect(part.total).toBe(3);
    expect(part.calendars.map(({ path }) => path)).toEqual([WORK]);
    expect(part.items.map(({ summary }) => summary)).toEqual(["Event 2"]);
    await expect(machine.diff({ from, to, calendar: "/calendars/x/y" }, work())).rejects.toSatisfy(
      (error) => isAppError(error, "bad-argument"),
    );
  });

  test("follows an item that the server renamed", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    calendars.put("work", "b.ics", event("b", "B"));
    const from = await backUp();
    calendars.drop("work", "a.ics");
    calendars.put("work", "moved-a.ics", event("a", "A"));
    calendars.drop("work", "b.ics");
    calendars.put("work", "moved-b.ics", event("b", "B2"));
    const { calendars: counted, items } = await machine.diff({ from, to: await backUp() }, work());
    expect(counted[0]).toMatchObject({ added: 0, removed: 0, changed: 1, unchanged: 1 });
    expect(items).toMatchObject([
      { change: "changed", path: `${WORK}/moved-b.ics`, movedFrom: `${WORK}/b.ics` },
    ]);
  });

  test("says nothing of calendars that one of them was not meant to hold", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    calendars.put("home", "h.ics", event("h", "H"));
    const all = await backUp();
    calendars.put("home", "h.ics", event("h", "H2"));
    const some = await backUp(["home"]);
    for (const [from, to] of [
      [all, some],
      [some, all],
    ] as const) {
      const difference = await machine.diff({ from, to }, work());
      expect(difference.calendars).toMatchObject([{ path: HOME, changed: 1, state: "both" }]);
    }
    expect((await machine.diff({ from: some, to: "now" }, work())).calendars).toMatchObject([
      { path: HOME, unchanged: 1 },
    ]);
  });
});

describe("the difference of a snapshot and now", () => {
  test("is what the person changed since, unsent edits and deletions included", async () => {
    for (const uid of ["same", "edited", "unsent", "deleted", "gone"])
      calendars.put("work", `${uid}.ics`, event(uid, "Before"));
    const from = await backUp();
    calendars.put("work", "edited.ics", event("edited", "After"));
    calendars.editUnsent("unsent.ics", event("unsent", "Not sent"));
    calendars.deleteUnsent("deleted.ics");
    calendars.drop("work", "gone.ics");
    calendars.put("home", "new.ics", event("new", "New"));
    const { items, calendars: counted } = await machine.diff({ from, to: "now" }, work());
    expect(items.map(({ change, uid, summary }) => [change, uid, summary])).toEqual([
      ["removed", "deleted", "Before"],
      ["changed", "edited", "After"],
      ["removed", "gone", "Before"],
      ["changed", "unsent", "Not sent"],
      ["added", "new", "New"],
    ]);
    expect(counted[0]).toMatchObject({ unchanged: 1 });
  });

  test("is nothing right after a backup that held unsent edits", async () => {
    calendars.put("work", "a.ics", event("a", "Sent"));
    calendars.editUnsent("a.ics", event("a", "Not sent"));
    const from = await backUp();
    expect((await machine.diff({ from, to: "now" }, work())).items).toEqual([]);
  });

  test("knows a calendar that was subscribed to again, and one that is gone", async () => {
    calendars.put("work", "a.ics", event("a", "A"));
    calendars.put("home", "h.ics", event("h", "H"));
    const from = await backUp();
    calendars.forget("work");
    calendars.forget("home");
    const own = { account: "me@cal.example.org", collection: "work", own: true };
    calendars.add({ calendarId: "work-again", ...own });
    calendars.put("work-again", "a.ics", event("a", "A"));
    expect((await machine.diff({ from, to: "now" }, work())).calendars).toMatchObject([
      { path: WORK, state: "both", unchanged: 1, added: 0 },
      { path: HOME, state: "removed", removed: 1 },
    ]);
  });
});

describe("the versions of an item", () => {
  test("are listed once each, with the snapshots that hold them and what changed", async () => {
    calendars.put("work", "a.ics", event("a", "One"));
    const [first, second] = [await backUp(), await backUp()];
    calendars.put("work", "a.ics", event("a", "Two"));
    const third = await backUp();
    calendars.drop("work", "a.ics");
    const fourth = await backUp();
    const found = await machine.versions({ path: `${WORK}/a.ics` }, work());
    expect(found.versions).toMatchObject([
      {
        summary: "Two",
        snapshotIds: [third],
        words: ["Title changed from “One” to “Two”."],
      },
      { summary: "One", words: [] },
    ]);
    expect(new Set(found.versions[1]?.snapshotIds)).toEqual(new Set([first, second]));
    expect(found.absentFrom).toEqual([fourth]);
    expect(found.unreadable).toEqual([]);
  });

  test("are found by calendar and UID, also under other names than the UID's", async () => {
    calendars.put("work", "20260101-x.ics", event("a", "One"));
    await backUp();
    calendars.drop("work", "20260101-x.ics");
    calendars.put("work", "renamed.ics", event("a", "Two"));
    await backUp();
    const found = await machine.versions({ calendarId: "work", uid: "a" }, work());
    expect(found.calendar).toBe(WORK);
    expect(found.versions.map(({ summary, path }) => [summary, path])).toEqual([
      ["Two", `${WORK}/renamed.ics`],
      ["One", `${WORK}/20260101-x.ics`],
    ]);
    const byPath = await machine.versions({ path: `${WORK}/renamed.ics` }, work());
    expect(byPath.versions.map(({ summary }) => summary)).toEqual(["Two", "One"]);
  });

  test("do not mix with another item that had the same name once", async () => {
    calendars.put("work", "a.ics", event("other", "Other"));
    const other = await backUp();
    calendars.put("work", "a.ics", event("a", "Mine"));
    await backUp();
    const found = await machine.versions({ path: `${WORK}/a.ics`, uid: "a" }, work());
    expect(found.versions.map(({ summary }) => summary)).toEqual(["Mine"]);
    expect(found.absentFrom).toEqual([other]);
  });

  test("include one that cannot be read as an item", async () => {
    calendars.put("work", "a.ics", event("a", "Fine"));
    await backUp();
    calendars.put("work", "a.ics", "BEGIN:VCALENDAR\r\nnonsense");
    await backUp();
    const found = await machine.versions({ path: `${WORK}/a.ics`, uid: "a" }, work());
    expect(found.versions).toMatchObject([
      { uid: null, words: ["The text is another one, and cannot be read as an item."] },
      { uid: "a", summary: "Fine" },
    ]);
  });

  test("are told apart from a calendar that no snapshot holds, and from unusable arguments", async () => {
    await backUp();
    const code = async (args: Parameters<TimeMachine["versions"]>[0]) =>
      machine.versions(args, work()).then(
        () => "none",
        (error) => (isAppError(error) ? error.code : "no AppError"),
      );
    expect(await code({ path: "/calendars/local/Nowhere", uid: "a" })).toBe("not-found");
    expect(await code({ calendarId: "nowhere", uid: "a" })).toBe("not-found");
    expect(await code({ uid: "a" })).toBe("bad-argument");
    expect(await code({ calendarId: "work", path: WORK, uid: "a" })).toBe("bad-argument");
    expect(await code({ calendarId: "work" })).toBe("bad-argument");
    expect(await code({ path: "/elsewhere", uid: "a" })).toBe("bad-argument");
  });

  test("of a large calendar take reads by the number of snapshots, not of items", async () => {
    const items = 600;
    for (let n = 0; n < items; n++) calendars.put("work", `${n}.ics`, event(`${n}`, `Event ${n}`));
    const snapshots = 8;
    for (let n = 0; n < snapshots; n++) {
      calendars.put("work", `${n}.ics`, event(`${n}`, `Changed ${n}`));
      if (n === 4) calendars.drop("work", "500.ics");
      await backUp();
    }
    await machine.versions({ path: `${WORK}/1.ics`, uid: "1" }, work());
    storage.reads = 0;
    const found = await machine.versions({ path: `${WORK}/500.ics`, uid: "500" }, work());
    expect(found.versions).toHaveLength(1);
    expect(found.versions[0]?.snapshotIds).toHaveLength(4);
    expect(found.absentFrom).toHaveLength(4);
    expect(storage.reads).toBeLessThan(items / 4);
  });
});

describe("the versions of an item whose file is not named by its UID", () => {
  const ITEMS = 300;
  const SNAPSHOTS = 6;
  /** As a server names what other programs made. */
  const name = (n: number) => `${(n * 7919) % ITEMS}-x.ics`;
  const uid = (n: number) => `item-${n}@elsewhere`;

  /** Of a store that was opened before and asked about another item. */
  async function blobsRead(ask: () => Promise<unknown>): Promise<number> {
    await machine.versions({ path: `${WORK}/${name(1)}`, uid: uid(1) }, work());
    const read = vi.spyOn(BlobReader.prototype, "read");
    try {
      await ask();
      return read.mock.calls.length;
    } finally {
      read.mockRestore();
    }
  }

  /** @param run tells apart the contents of two tests: what one has read the other need not read */
  async function fill(run: string, before: (snapshot: number) => void): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < ITEMS; n++) calendars.put("work", name(n), event(uid(n), `${run} ${n}`));
    for (let snapshot = 0; snapshot < SNAPSHOTS; snapshot++) {
      calendars.put("work", name(20 + snapshot), event(uid(20 + snapshot), `${run} changed`));
      before(snapshot);
      ids.unshift(await backUp());
    }
    return ids;
  }

  test("are found by the name that the calendar knows, without reading the other items", async () => {
    const ids = await fill("known", (snapshot) => {
      if (snapshot >= 2) calendars.put("work", name(7), event(uid(7), `Version ${snapshot}`));
    });
    let found: ItemVersions | undefined;
    const read = await blobsRead(async () => {
      found = await machine.versions({ calendarId: "work", uid: uid(7) }, work());
    });
    expect(found?.versions.map(({ snapshotIds }) => snapshotIds)).toEqual([
      ...ids.slice(0, 4).map((id) => [id]),
      ids.slice(4),
    ]);
    expect(found).toMatchObject({ absentFrom: [], unreadable: [] });
    expect(read).toBeLessThan(ITEMS / 4);
  });

  test("are complete where it was made late, renamed on the server, deleted and made again", async () => {
    const ids = await fill("changing", (snapshot) => {
      if (snapshot === 0) calendars.drop("work", name(7));
      if (snapshot === 1) calendars.put("work", "first.ics", event(uid(7), "First name"));
      if (snapshot === 2) {
        calendars.drop("work", "first.ics");
        calendars.put("work", "second.ics", event(uid(7), "Second name"));
      }
      if (snapshot === 4) calendars.drop("work", "second.ics");
      if (snapshot === 5) calendars.put("work", "third.ics", event(uid(7), "Made again"));
    });
    let found: ItemVersions | undefined;
    const read = await blobsRead(async () => {
      found = await machine.versions({ calendarId: "work", uid: uid(7) }, work());
    });
    expect(found?.versions).toMatchObject([
      { path: `${WORK}/third.ics`, summary: "Made again", snapshotIds: [ids[0]] },
      { path: `${WORK}/second.ics`, summary: "Second name", snapshotIds: [ids[2], ids[3]] },
      { path: `${WORK}/first.ics`, summary: "First name", snapshotIds: [ids[4]] },
    ]);
    expect(found?.absentFrom).toEqual([ids[1], ids[5]]);
    expect(read).toBeLessThan(ITEMS / 2);
  });

  test("are found by their contents where the item is in another calendar now", async () => {
    const ids = await fill("moved", (snapshot) => {
      if (snapshot !== 4) return;
      calendars.drop("work", name(7));
      calendars.put("home", "elsewhere.ics", event(uid(7), "Elsewhere"));
    });
    const found = await machine.versions({ calendarId: "work", uid: uid(7) }, work());
    expect(found.versions).toMatchObject([
      { path: `${WORK}/${name(7)}`, snapshotIds: ids.slice(2) },
    ]);
    expect(found.absentFrom).toEqual(ids.slice(0, 2));
    const there = await machine.versions({ calendarId: "home", uid: uid(7) }, work());
    expect(there.versions).toMatchObject([
      { path: `${HOME}/elsewhere.ics`, snapshotIds: ids.slice(0, 2) },
    ]);
  });

  test("need no reading of what the search over all snapshots has read before", async () => {
    const ids = await fill("searched", (snapshot) => {
      if (snapshot === 5) calendars.drop("work", name(7));
    });
    await machine.search({}, work());
    let found: ItemVersions | undefined;
    const read = await blobsRead(async () => {
      found = await machine.versions({ calendarId: "work", uid: uid(7) }, work());
    });
    expect(found?.versions).toMatchObject([{ snapshotIds: ids.slice(1) }]);
    expect(read).toBeLessThan(ITEMS / 4);
  });
});

describe("what would be gone with a snapshot", () => {
  test("is the versions that no other one holds, by the item's title", async () => {
    calendars.put("work", "same.ics", event("same", "Same"));
    calendars.put("work", "moved.ics", event("moved", "As it was"));
    calendars.put("work", "lost.ics", event("lost", "Lost"));
    const first = await backUp();
    calendars.put("work", "moved.ics", event("moved", "As it is"));
    calendars.drop("work", "lost.ics");
    const second = await backUp();
    const titles = async (...ids: string[]) => {
      const { items, total } = await machine.onlyIn(ids, work());
      expect(total).toBe(items.length);
      return items.map(({ summary }) => summary).sort();
    };
    expect(await titles(first)).toEqual(["As it was", "Lost"]);
    expect(await titles(second)).toEqual(["As it is"]);
    expect(await titles(first, second)).toEqual(["As it is", "Lost", "Same"]);
  });

  test("is nothing where another snapshot holds the same", async () => {
    calendars.put("work", "same.ics", event("same", "Same"));
    const first = await backUp();
    await backUp();
    expect(await machine.onlyIn([first], work())).toEqual({
      items: [],
      total: 0,
      unreadable: [],
    });
  });

  test("is also what a conflict left over", async () => {
    calendars.put("work", "a.ics", event("a", "Theirs"));
    const first = await backUp();
    calendars.leaveOver("a.ics", event("a", "Mine"));
    const second = await backUp();
    const titles = async (id: string) =>
      (await machine.onlyIn([id], work())).items.map(({ summary }) => summary);
    expect(await titles(second)).toEqual(["Mine"]);
    expect(await titles(first)).toEqual([]);
  });

  test("cannot be told of one whose listings are damaged, and no other is taken for it", async () => {
    calendars.put("work", "same.ics", event("same", "Same"));
    const first = await backUp();
    const before = new Set(storage.files.keys());
    calendars.put("work", "lost.ics", event("lost", "Lost"));
    const second = await backUp();
    damageListings(before);
    expect(await machine.onlyIn([second], work())).toEqual({
      items: [],
      total: 0,
      unreadable: [second],
    });
    // The damaged one holds the same event, and that cannot be known any more.
    const { items, unreadable } = await machine.onlyIn([first], work());
    expect(items.map(({ summary }) => summary)).toEqual(["Same"]);
    expect(unreadable).toEqual([]);
  });
});

describe("the opened store", () => {
  const versions = async () => {
    const found = await machine.versions({ path: `${WORK}/a.ics`, uid: "a" }, work());
    return found.versions.map(({ summary }) => summary);
  };

  beforeEach(async () => {
    calendars.put("work", "a.ics", event("a", "One"));
    await backUp();
    await versions();
  });

  test("is kept for the next question, which sees what was written meanwhile", async () => {
    calendars.put("work", "a.ics", event("a", "Two"));
    const id = await backUp();
    expect(await versions()).toEqual(["Two", "One"]);
    await (await service.open(work().signal)).removeSnapshots([id]);
    expect(await versions()).toEqual(["One"]);
    expect(opened).toBe(1);
  });

  test("is another one where another store lies in its place", async () => {
    storage.files.clear();
    identity = "there";
    calendars.put("work", "a.ics", event("a", "Elsewhere"));
    await backUp();
    expect(await versions()).toEqual(["Elsewhere"]);
    expect(opened).toBe(2);
  });
});
