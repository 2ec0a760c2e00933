/** Two snapshots of a large calendar are told apart by the parts of their listings that differ: what comes out is the same. */
import { beforeEach, describe, expect, test } from "vitest";
import type { BackupService } from "../../../src/background/backup/backup-service.ts";
import { KeptStore } from "../../../src/background/backup/kept-store.ts";
import { TimeMachine } from "../../../src/background/backup/time-machine.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import { calendarOf, eventText, serviceOver, work } from "../../support/backup-fixture.ts";
import type { MemoryCalendars } from "../../support/memory-calendars.ts";

const ITEMS = 400;
let calendars: MemoryCalendars;
let service: BackupService;
let machine: TimeMachine;
let opened: number;

beforeEach(() => {
  opened = 0;
  calendars = calendarOf(ITEMS);
  service = serviceOver(new MemoryStorage(), calendars);
  const store = new KeptStore({
    open: ({ signal }) => {
      opened += 1;
      return service.open(signal);
    },
    identify: async () => "here",
  });
  machine = new TimeMachine({ store, calendars });
});

async function backUp(): Promise<string> {
  const { snapshotId, time } = await service.run({}, work());
  await expect.poll(() => Date.now(), { interval: 1 }).toBeGreaterThan(time);
  return snapshotId;
}

describe("the difference of two snapshots of hundreds of items", () => {
  test("counts what did not change, wherever it lies", async () => {
    const from = await backUp();
    calendars.put("work", "7.ics", eventText("uid-7", "Changed"));
    calendars.drop("work", "390.ics");
    calendars.put("work", "new.ics", eventText("new", "New"));
    const { calendars: counted, items } = await machine.diff({ from, to: await backUp() }, work());
    expect(counted).toMatchObject([{ added: 1, removed: 1, changed: 1, unchanged: ITEMS - 2 }]);
    expect(
      items.map(({ change, uid }) => `${change} ${uid}`).sort((a, b) => (a < b ? -1 : 1)),
    ).toEqual(["added new", "changed uid-7", "removed uid-390"]);
  });

  test("shows an unsent version of an item whose text on the server is the same in both", async () => {
    const from = await backUp();
    calendars.editUnsent("120.ics", eventText("uid-120", "Not sent yet"));
    const to = await backUp();
    const later = await machine.diff({ from, to }, work());
    expect(later.calendars).toMatchObject([{ changed: 1, unchanged: ITEMS - 1 }]);
    expect(later.items).toMatchObject([
      { change: "changed", uid: "uid-120", differences: [{ to: "Not sent yet" }] },
    ]);
    const [same] = (await machine.diff({ from: to, to: await backUp() }, work())).calendars;
    expect(same).toMatchObject({ changed: 0, added: 0, removed: 0, unchanged: ITEMS });
  });
});

test("questions at the same time open the store once, and each is answered", async () => {
  const from = await backUp();
  calendars.put("work", "7.ics", eventText("uid-7", "Changed"));
  const to = await backUp();
  const [difference, found, versions] = await Promise.all([
    machine.diff({ from, to }, work()),
    machine.search({ text: "changed" }, work()),
    machine.versions({ calendarId: "work", uid: "uid-7" }, work()),
  ]);
  expect([difference.total, found.total, versions.versions.length]).toEqual([1, 1, 2]);
  expect(opened).toBe(1);
});

test("a question given up while the store is opened leaves the others their answers", async () => {
  await backUp();
  const controller = new AbortController();
  const given = machine.search({}, { ...work(), signal: controller.signal });
  const asked = machine.search({ text: "Event 39" }, work());
  controller.abort();
  await expect(given).rejects.toThrow();
  expect((await asked).total).toBe(14);
});
