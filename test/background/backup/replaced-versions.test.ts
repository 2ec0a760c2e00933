/** Versions that were replaced or removed: saved with the next backup, and given free only when that was read back. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BackupService } from "../../../src/background/backup/backup-service.ts";
import { Forgetting } from "../../../src/background/backup/forgetting.ts";
import { ItemStoreVersions } from "../../../src/background/backup/item-store-versions.ts";
import { KeptStore } from "../../../src/background/backup/kept-store.ts";
import { TimeMachine } from "../../../src/background/backup/time-machine.ts";
import { damageMemory } from "../../../src/background/commands/store-checks.ts";
import { openStore } from "../../../src/background/kloset/kloset.ts";
import { SnapshotReader } from "../../../src/background/kloset/snapshot-reader.ts";
import {
  damageShape,
  metDamageShape,
  type StoredDamage,
} from "../../../src/background/settings/check-settings.ts";
import { StoredValue } from "../../../src/background/settings/stored-value.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import type { RemovedCalendarRow } from "../../../src/shared/item-store.ts";
import { calendarOf, eventText, work } from "../../support/backup-fixture.ts";
import { backupStoreIn } from "../../support/backup-store-fixture.ts";
import { FaultyStorage } from "../../support/faulty-storage.ts";
import { MemoryArea } from "../../support/memory-area.ts";
import type { MemoryCalendars } from "../../support/memory-calendars.ts";
import { MemoryFolder } from "../../support/memory-folder.ts";

interface Row {
  readonly id: number;
  readonly name: string;
  readonly text: string;
  readonly supersededAt: number;
  savedIn: string | null;
}

const REPLACED_AT = Date.UTC(2026, 1, 2);
const LATE = { supersededAt: REPLACED_AT, savedIn: null };

let storage: MemoryStorage;
let calendars: MemoryCalendars;
let rows: Row[];
let listed: number[];
let closed: boolean;
/** True once all were replaced more than 30 days ago: the item store lets go what a snapshot holds. */
let areOld: boolean;
let damaged: StoredValue<StoredDamage>;
/** Of a calendar that was taken off the list. */
let goneRows: Row[];
let removed: RemovedCalendarRow[];

const GONE = { id: "gone", name: "Old", url: "https://here.example/me/old/", account: "me@here" };

/** As the item store answers, newest first. */
const versions = () =>
  new ItemStoreVersions(
    {
      calendars: {
        get: async (id) => (id === GONE.id ? null : { id, cacheId: `cache-${id}` }) as never,
      },
      provider: {
        listRemoved: async () => JSON.stringify(removed),
        listSuperseded: async (cacheId, { limit = 1000, before = Infinity } = {}) => {
          const page = (cacheId === GONE.id ? goneRows : rows)
            .filter(({ id, savedIn }) => savedIn === null && id < before)
            .sort((a, b) => b.id - a.id)
            .slice(0, limit);
          listed.push(page.length);
          return JSON.stringify(page);
        },
        unmarkSnapshotted: async (ids) => {
          if (closed) throw new Error("the item store is closed");
          for (const row of rows)
            if (ids?.includes(row.savedIn ?? "") !== false) row.savedIn = null;
        },
        forgetSnapshotted: async (ids) => {
          for (const row of rows) if (!ids.includes(row.savedIn ?? "")) row.savedIn = null;
          if (areOld) rows = rows.filter(({ savedIn }) => savedIn === null);
        },
        markSnapshotted: async (cacheId, ids, snapshotId) => {
          for (const row of cacheId === GONE.id ? goneRows : rows)
            if (ids.includes(row.id)) row.savedIn = snapshotId;
        },
      },
    },
    async () => [GONE],
  );

const serviceOver = (disk: MemoryStorage | FaultyStorage, folder = new MemoryFolder()) =>
  new BackupService({
    store: backupStoreIn(() => disk),
    openFolder: async () => folder,
    environment: async () => ({ profileName: "test", hostname: "here" }),
    calendars,
    maker: calendars,
    replaced: versions(),
    damage: damageMemory(damaged, new StoredValue(new MemoryArea(), metDamageShape)),
  });

const replacedIn = async (snapshotId: string) => {
  const reader = await (await openStore(storage)).openSnapshot(snapshotId);
  const texts = new Map<string, string>();
  if ((await reader.stat("/replaced")) === undefined) return texts;
  for await (const entry of reader.walk("/replaced"))
    if (entry.kind === "file")
      texts.set(entry.path, new TextDecoder().decode(await reader.readFile(entry)));
  return texts;
};

beforeEach(() => {
  storage = new MemoryStorage();
  calendars = calendarOf(3);
  listed = [];
  closed = false;
  areOld = false;
  damaged = new StoredValue(new MemoryArea(), damageShape);
  goneRows = [];
  removed = [];
  rows = Array.from({ length: 900 }, (_, n) => ({
    id: n + 1,
    name: "0.ics",
    text: eventText("uid-0", `Version ${n}`),
    supersededAt: REPLACED_AT,
    savedIn: null,
  }));
});

test("are in the next snapshot, in pages, and in no later one", async () => {
  const { snapshotId } = await serviceOver(storage).run({}, work());
  const saved = await replacedIn(snapshotId);
  expect(saved.size).toBe(900);
  expect(saved.get("/replaced/me@here/work/17-0.ics")).toBe(eventText("uid-0", "Version 16"));
  expect(listed).toEqual([400, 400, 100]);
  expect(new Set(rows.map(({ savedIn }) => savedIn))).toEqual(new Set([snapshotId]));

  rows.push({ id: 901, name: "1.ics", text: eventText("uid-1", "Late"), ...LATE });
  const second = await serviceOver(storage).run({}, work());
  expect([...(await replacedIn(second.snapshotId)).keys()]).toEqual([
    "/replaced/me@here/work/901-1.ics",
  ]);
  expect(second.items).toBe(3);
});

test("whose snapshot is removed are in the next one", async () => {
  rows = rows.slice(0, 3);
  const service = serviceOver(storage);
  const forgetting = new Forgetting({
    openStore: (signal) => service.open(signal),
    environment: () => service.environment(),
    unmarkSaved: (ids) => versions().unmarkSaved(ids),
    now: Date.now,
  });
  const { snapshotId } = await service.run({}, work());
  rows.push({ id: 901, name: "1.ics", text: eventText("uid-1", "Late"), ...LATE });
  const second = await service.run({}, work());
  await forgetting.remove({ snapshotIds: [snapshotId] }, work());
  const third = await service.run({}, work());
  expect(new Set((await replacedIn(third.snapshotId)).values())).toEqual(
    new Set([0, 1, 2].map((n) => eventText("uid-0", `Version ${n}`))),
  );
  expect(rows.at(-1)?.savedIn).toBe(second.snapshotId);
});

test("whose snapshot another program removed are in the next one", async () => {
  rows = rows.slice(0, 3);
  const service = serviceOver(storage);
  const { snapshotId } = await service.run({}, work());
  rows.push({ id: 901, name: "1.ics", text: eventText("uid-1", "Late"), ...LATE });
  const second = await service.run({}, work());
  // As `plakar rm` does: nothing in Thunderbird hears of it.
  await (await openStore(storage)).removeSnapshots([snapshotId]);
  const third = await service.run({}, work());
  expect(new Set((await replacedIn(third.snapshotId)).values())).toEqual(
    new Set([0, 1, 2].map((n) => eventText("uid-0", `Version ${n}`))),
  );
  expect(new Set(rows.map(({ savedIn }) => savedIn))).toEqual(
    new Set([second.snapshotId, third.snapshotId]),
  );
});

/** Changes a byte of the stored text. */
function damage(summary: string): void {
  for (const [path, bytes] of storage.files) {
    const at = path.startsWith("packfiles/") ? Buffer.from(bytes).indexOf(summary) : -1;
    if (at < 0) continue;
    bytes[at] = (bytes[at] as number) ^ 1;
    return;
  }
  throw new Error("the text is not stored as it is");
}

describe("that nobody has found damaged yet", () => {
  const DAY = 86_400_000;
  const START = Date.UTC(2026, 2, 1);
  const TEXT = eventText("u-9", "Replaced");
  const PATH = "/replaced/me@here/work/9-9.ics";

  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: START }));
  afterEach(() => void vi.useRealTimers());

  async function backUpOn(day: number): Promise<string> {
    vi.setSystemTime(START + day * DAY);
    return (await serviceOver(storage).run({}, work())).snapshotId;
  }

  test("are read before they are let go, kept and saved anew", async () => {
    rows = [{ ...LATE, id: 7, name: "7.ics", text: eventText("u-7", "Whole") }];
    const first = await backUpOn(0);
    rows.unshift({ ...LATE, id: 9, name: "9.ics", text: TEXT });
    const second = await backUpOn(1);
    expect(rows.map(({ savedIn }) => savedIn)).toEqual([second, first]);
    damage("UID:u-9");
    for (const day of [2, 12, 30]) await backUpOn(day);
    areOld = true;
    const third = await backUpOn(31.5);
    expect(rows.map(({ id, savedIn }) => [id, savedIn])).toEqual([[9, third]]);
    expect(await replacedIn(third)).toEqual(new Map([[PATH, TEXT]]));
    // What the older snapshot said it held, it holds again.
    expect((await replacedIn(second)).get(PATH)).toBe(TEXT);
    await backUpOn(32);
    expect(rows).toEqual([]);
  });

  test("are looked at when their time comes, and whole ones not before or after", async () => {
    await backUpOn(-1);
    rows = [{ ...LATE, id: 9, name: "9.ics", text: TEXT }];
    await backUpOn(0);
    const readsOn = async (day: number) => {
      const read = vi.spyOn(SnapshotReader.prototype, "readFile");
      await backUpOn(day);
      const paths = read.mock.calls.map(([file]) => (typeof file === "string" ? file : file.path));
      read.mockRestore();
      return paths.filter((path) => path === PATH).length;
    };
    const read: number[] = [];
    for (const day of [1, 29, 31, 32, 40]) read.push(await readsOn(day));
    expect(read).toEqual([0, 0, 1, 0, 0]);
  });
});

describe("found damaged in the store", () => {
  beforeEach(async () => {
    rows = rows.slice(0, 3);
    await serviceOver(storage).run({}, work());
    damage("Version 1");
  });

  test("by a check are in the next snapshot", async () => {
    expect(await serviceOver(storage).check({}, work())).toMatchObject({ ok: false });
    const { snapshotId } = await serviceOver(storage).run({}, work());
    expect((await replacedIn(snapshotId)).get("/replaced/me@here/work/2-0.ics")).toBe(
      eventText("uid-0", "Version 1"),
    );
    expect(await serviceOver(storage).check({}, work())).toMatchObject({ ok: true });
  });

  test("by a restore are in the next snapshot, also where the list of them could not be had then", async () => {
    const [first] = await serviceOver(storage).list({}, work());
    const restore = () =>
      serviceOver(storage).restore(
        {
          snapshotId: first?.id ?? "",
          selection: { all: true },
          target: { kind: "folder", directory: "/out" },
          mode: "missing",
        },
        work(),
      );
    closed = true;
    expect((await restore()).failed).toHaveLength(1);
    closed = false;
    expect((await restore()).failed).toHaveLength(1);
    const { snapshotId } = await serviceOver(storage).run({}, work());
    expect((await replacedIn(snapshotId)).get("/replaced/me@here/work/2-0.ics")).toBe(
      eventText("uid-0", "Version 1"),
    );
  });

  test("and known since are not asked for again and again", async () => {
    await serviceOver(storage).check({}, work());
    const [first] = await serviceOver(storage).list({}, work());
    // What is damaged is needed no more.
    rows = rows.filter(({ id }) => id !== 2);
    const second = await serviceOver(storage).run({}, work());
    await serviceOver(storage).check({ snapshotId: first?.id ?? "" }, work());
    expect(rows.map(({ savedIn }) => savedIn)).toEqual([second.snapshotId, second.snapshotId]);
  });
});

test("of a store no longer in use are all in the next snapshot", async () => {
  await serviceOver(storage).run({}, work());
  await versions().unmarkSaved();
  storage = new MemoryStorage();
  const { snapshotId } = await serviceOver(storage).run({}, work());
  expect((await replacedIn(snapshotId)).size).toBe(900);
});

test("one of them comes back by its path", async () => {
  const service = serviceOver(storage);
  const { snapshotId } = await service.run({}, work());
  const report = await service.restore(
    {
      snapshotId,
      selection: { items: ["/replaced/me@here/work/5-0.ics"] },
      target: { kind: "original" },
      mode: "older",
    },
    work(),
  );
  expect(report).toMatchObject({ updated: 1, failed: [] });
  expect(calendars.texts("work").get("0.ics")).toBe(eventText("uid-0", "Version 4"));
});

test("stay unmarked where the snapshot cannot be read back, or was never published", async () => {
  rows = rows.slice(0, 3);
  const probe = new FaultyStorage(new MemoryStorage());
  await serviceOver(probe).run({}, work());
  const operations = probe.operations;
  for (const row of rows) row.savedIn = null;
  let unread = 0;
  for (let at = 0; at < operations; at++) {
    storage = new MemoryStorage();
    const disk = new FaultyStorage(storage, "stops before", at);
    const published = await serviceOver(disk)
      .run({}, work())
      .then(
        ({ snapshotId }) => snapshotId,
        () => null,
      );
    const marked = rows.filter(({ savedIn }) => savedIn !== null);
    if (published !== null && marked.length === 0) unread++;
    for (const { id, text, savedIn } of marked)
      expect((await replacedIn(savedIn ?? "")).get(`/replaced/me@here/work/${id}-0.ics`)).toBe(
        text,
      );
    for (const row of rows) row.savedIn = null;
  }
  // The disk also stopped between publishing and reading back.
  expect(unread).toBeGreaterThan(0);
}, 60_000);

test("a list that cannot be had costs the backup nothing", async () => {
  const service = new BackupService({
    store: backupStoreIn(() => storage),
    openFolder: async () => new MemoryFolder(),
    environment: async () => ({ profileName: "test", hostname: "here" }),
    calendars,
    maker: calendars,
    replaced: {
      gone: async () => {
        throw new Error("the item store is closed");
      },
      read: async () => {
        throw new Error("the item store is closed");
      },
      markSaved: async () => {},
      unmarkSaved: async () => {},
      settleSaved: async () => {
        throw new Error("the item store is closed");
      },
    },
  });
  expect(await service.run({}, work())).toMatchObject({ items: 3, incomplete: [] });
});

describe("of calendars that are gone", () => {
  beforeEach(() => {
    rows = [];
    goneRows = [
      { id: 7, name: "a.ics", text: eventText("a", "Never sent"), savedIn: null, supersededAt: 5 },
      {
        id: 8,
        name: "b.ics",
        text: eventText("b", "On the server"),
        savedIn: null,
        supersededAt: 5,
      },
    ];
    removed = [{ calendarId: GONE.id, removedAt: 1, unsaved: 2, left: 1 }];
  });

  test("are in the next snapshot of all calendars, in a folder of their own, and marked", async () => {
    const { snapshotId } = await serviceOver(storage).run({}, work());
    expect(await replacedIn(snapshotId)).toEqual(
      new Map([
        ["/replaced/me@here/old/7-a.ics", eventText("a", "Never sent")],
        ["/replaced/me@here/old/8-b.ics", eventText("b", "On the server")],
      ]),
    );
    expect(goneRows.map(({ savedIn }) => savedIn)).toEqual([snapshotId, snapshotId]);
  });

  test("that is in the list all the same are written once", async () => {
    rows = [{ id: 1, name: "0.ics", text: eventText("uid-0", "Before"), ...LATE }];
    removed.push({ calendarId: "work", removedAt: 1, unsaved: 1, left: 0 });
    const { snapshotId } = await serviceOver(storage).run({}, work());
    expect([...(await replacedIn(snapshotId)).keys()]).toEqual([
      "/replaced/me@here/old/7-a.ics",
      "/replaced/me@here/old/8-b.ics",
      "/replaced/me@here/work/1-0.ics",
    ]);
    expect(rows.map(({ savedIn }) => savedIn)).toEqual([snapshotId]);
  });

  describe("and that no snapshot has as a calendar", () => {
    const SENT = "/replaced/me@here/old/8-b.ics";
    let snapshotId: string;
    let machine: TimeMachine;
    const service = () => serviceOver(storage);

    beforeEach(async () => {
      ({ snapshotId } = await service().run({}, work()));
      machine = new TimeMachine({
        store: new KeptStore({
          open: ({ signal }) => service().open(signal),
          identify: async () => "here",
        }),
        calendars,
      });
    });

    test("are found, under the calendar's name", async () => {
      const { items, calendars: named } = await machine.search({ text: "server" }, work());
      expect(items).toMatchObject([{ path: SENT, snapshotId, gone: true }]);
      expect(named).toContainEqual(
        expect.objectContaining({ path: "/calendars/me@here/old", displayName: GONE.name }),
      );
      const { versions: found } = await machine.versions({ path: SENT, uid: "b" }, work());
      expect(found).toMatchObject([{ path: SENT, readable: true }]);
    });

    test("come back one by one, and with everything else as files", async () => {
      const back = await service().restore(
        {
          snapshotId,
          selection: { items: [SENT] },
          target: { kind: "calendar", calendarId: "work" },
          mode: "exact",
        },
        work(),
      );
      expect(back).toMatchObject({ created: 1, removed: 0, failed: [] });
      const folder = new MemoryFolder();
      const files = await serviceOver(storage, folder).restore(
        {
          snapshotId,
          selection: { all: true },
          target: { kind: "folder", directory: "/out" },
          mode: "missing",
        },
        work(),
      );
      expect(files).toMatchObject({ created: 5, failed: [] });
      expect(folder.text("replaced/me@here/old/8-b.ics")).toBe(eventText("b", "On the server"));
    });

    test("are no calendar of the snapshot", async () => {
      const { calendars: browsed } = await service().browse({ snapshotId }, work());
      expect(browsed.map(({ path }) => path)).toEqual(["/calendars/me@here/work"]);
      const difference = await machine.diff({ from: snapshotId, to: "now" }, work());
      expect(difference.calendars.map(({ path }) => path)).toEqual(["/calendars/me@here/work"]);
      const restored = await service().restore(
        { snapshotId, selection: { all: true }, target: { kind: "original" }, mode: "exact" },
        work(),
      );
      expect(restored).toMatchObject({ removed: 0, unchanged: 3, failed: [] });
    });

    test("bring nothing in one's place that is here again", async () => {
      calendars.add({
        calendarId: "again",
        account: "me@here",
        collection: "old",
        own: true,
        url: GONE.url,
      });
      calendars.put("again", "new.ics", eventText("new", "New"));
      for (const selection of [{ all: true } as const, { items: [SENT] }])
        await service().restore(
          { snapshotId, selection, target: { kind: "original" }, mode: "exact" },
          work(),
        );
      expect(new Set(calendars.texts("again").keys())).toEqual(new Set(["b.ics", "new.ics"]));
    });

    test("are named before the snapshot is removed", async () => {
      await service().run({}, work());
      const { items } = await machine.onlyIn([snapshotId], work());
      expect(new Set(items.map(({ path }) => path))).toEqual(
        new Set(["/replaced/me@here/old/7-a.ics", SENT]),
      );
      const forgetting = new Forgetting({
        openStore: (signal) => service().open(signal),
        environment: () => service().environment(),
        unmarkSaved: async () => {},
        now: Date.now,
      });
      const { lastOf } = await forgetting.remove(
        { snapshotIds: [snapshotId], dryRun: true },
        work(),
      );
      expect(lastOf).toEqual(["/replaced/me@here/old"]);
    });

    test("keep their folder, also with no other calendar left", async () => {
      calendars.forget("work");
      goneRows.push({ id: 9, name: "b.ics", text: eventText("b", "Later"), ...LATE });
      const last = await service().run({}, work());
      expect([...(await replacedIn(last.snapshotId)).keys()]).toEqual([
        "/replaced/me@here/old/9-b.ics",
      ]);
      await service().run({}, work());
      const { items } = await machine.search({ text: "later" }, work());
      expect(items).toMatchObject([{ path: "/replaced/me@here/old/9-b.ics" }]);
    });
  });
});
