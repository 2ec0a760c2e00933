/**
 * A disk that goes wrong at each operation of a backup in turn: the store opens, every earlier snapshot is whole
 * and the next backup works, whatever the disk does.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { openStore } from "../../../src/background/kloset/kloset.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import { isAppError } from "../../../src/shared/errors.ts";
import {
  calendarOf,
  copyOf,
  eventText,
  serviceOver,
  storeOfSmallPackfiles,
  work,
} from "../../support/backup-fixture.ts";
import { type Fault, FaultyStorage, faults } from "../../support/faulty-storage.ts";
import type { MemoryCalendars } from "../../support/memory-calendars.ts";

/** Every file of every snapshot, by snapshot and path. */
async function contents(storage: MemoryStorage): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const store = await openStore(storage);
  expect(await store.check({ full: true })).toMatchObject({ ok: true, errors: [] });
  for (const { id } of await store.listSnapshots()) {
    const snapshot = await store.openSnapshot(id);
    for await (const entry of snapshot.walk("/")) {
      if (entry.kind !== "file") continue;
      const text = new TextDecoder().decode(await snapshot.readFile(entry));
      found.set(`${id}${entry.path}`, text);
    }
  }
  return found;
}

/** @returns whether the disk failed before the backup was over */
async function backUpWith(
  storage: MemoryStorage,
  fault: Fault,
  at: number,
  calendars: MemoryCalendars,
): Promise<FaultyStorage> {
  const disk = new FaultyStorage(storage, fault, at);
  try {
    await serviceOver(disk, calendars).run({}, work());
  } catch (error) {
    if (!isAppError(error, "place-io", "place-full", "place-denied", "place-gone")) throw error;
  }
  return disk;
}

describe.each(faults)("a disk that %s", (fault) => {
  let before: MemoryStorage;
  let earlier: Map<string, string>;
  let calendars: MemoryCalendars;

  beforeAll(async () => {
    before = new MemoryStorage();
    await storeOfSmallPackfiles(before);
    calendars = calendarOf(20);
    await serviceOver(before, calendars).run({}, work());
    earlier = await contents(before);
    for (let n = 10; n < 30; n++) {
      calendars.put("work", `${n}.ics`, eventText(`uid-${n}`, `Changed ${n}`));
    }
  });

  test("at any operation of a backup leaves earlier snapshots whole, and the next backup works", async () => {
    let at = 0;
    for (let struck = true; struck; at++) {
      const storage = copyOf(before);
      const disk = await backUpWith(storage, fault, at, calendars);
      struck = disk.struck;
      if (at % 2 === 0) await disk.settle();
      const left = await contents(storage);
      for (const [path, text] of earlier) expect(left.get(path), path).toBe(text);
      const report = await serviceOver(storage, calendars).run({}, work());
      expect(report, `operation ${at}`).toMatchObject({ items: 30, incomplete: [] });
      await disk.settle();
      const after = await contents(storage);
      for (const [path, text] of earlier) expect(after.get(path), path).toBe(text);
      for (const [name, text] of calendars.texts("work")) {
        expect(after.get(`${report.snapshotId}/calendars/me@here/work/${name}`)).toBe(text);
      }
    }
    expect(at).toBeGreaterThan(15);
  }, 120_000);

  test("at any operation of the first backup leaves nothing that the next one stumbles over", async () => {
    for (let at = 0, struck = true; struck; at += at < 40 ? 1 : 61) {
      const storage = new MemoryStorage();
      const disk = await backUpWith(storage, fault, at, calendars);
      struck = disk.struck;
      await disk.settle();
      const report = await serviceOver(storage, calendars).run({}, work());
      expect(report, `operation ${at}`).toMatchObject({ items: 30, incomplete: [] });
      await contents(storage);
    }
  }, 120_000);
});

test("two computers that back up into one store at the same time both get a whole snapshot", async () => {
  const storage = new MemoryStorage();
  await storeOfSmallPackfiles(storage);
  const [one, two] = [calendarOf(20), calendarOf(25)];
  const reports = await Promise.all([
    serviceOver(storage, one).run({}, work()),
    serviceOver(storage, two).run({}, work()),
  ]);
  expect(reports.map(({ items }) => items)).toEqual([20, 25]);
  const found = await contents(storage);
  for (const [name, text] of two.texts("work")) {
    expect(found.get(`${reports[1].snapshotId}/calendars/me@here/work/${name}`)).toBe(text);
  }
  expect([...storage.files.keys()].filter((path) => path.startsWith("locks/"))).toEqual([]);
});
