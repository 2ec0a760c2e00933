/** A store that is kept opened while its directory is put back from an older copy. */
import { beforeEach, expect, test } from "vitest";
import { BackupService } from "../../../src/background/backup/backup-service.ts";
import { KeptStore } from "../../../src/background/backup/kept-store.ts";
import type { DamageMemory } from "../../../src/background/backup/known-damage.ts";
import { TimeMachine } from "../../../src/background/backup/time-machine.ts";
import { damageMemory, damageMet } from "../../../src/background/commands/store-checks.ts";
import { openStore } from "../../../src/background/kloset/kloset.ts";
import {
  damageShape,
  metDamageShape,
  type StoredDamage,
} from "../../../src/background/settings/check-settings.ts";
import { StoredValue } from "../../../src/background/settings/stored-value.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import {
  calendarOf,
  copyOf,
  eventText,
  storeOfSmallPackfiles,
  work,
} from "../../support/backup-fixture.ts";
import { backupStoreIn } from "../../support/backup-store-fixture.ts";
import { MemoryArea } from "../../support/memory-area.ts";
import type { MemoryCalendars } from "../../support/memory-calendars.ts";
import { MemoryFolder } from "../../support/memory-folder.ts";

let storage: MemoryStorage;
let calendars: MemoryCalendars;
let memory: DamageMemory;
let stored: StoredValue<StoredDamage>;
let met: StoredValue<StoredDamage>;
let backup: BackupService;
let timeMachine: TimeMachine;
let opened: number;

const PATH = "/calendars/me@here/work/7.ics";

beforeEach(async () => {
  storage = new MemoryStorage();
  calendars = calendarOf(12);
  opened = 0;
  const area = new MemoryArea();
  stored = new StoredValue(area, damageShape);
  met = new StoredValue(area, metDamageShape);
  memory = damageMemory(stored, met);
  const kept = new KeptStore({
    open: ({ signal }) => {
      opened += 1;
      return backup.open(signal);
    },
    identify: async () => "the same",
    noting: (store, answer, sure) => backup.withDamage(store, answer, sure),
  });
  backup = new BackupService({
    store: backupStoreIn(() => storage),
    kept,
    openFolder: async () => new MemoryFolder(),
    environment: async () => ({ profileName: "test", hostname: "here" }),
    calendars,
    maker: calendars,
    damage: memory,
  });
  timeMachine = new TimeMachine({ store: kept, calendars });
  await storeOfSmallPackfiles(storage);
  await backup.run({ label: "one" }, work());
});

function putBack(older: MemoryStorage): void {
  storage.files.clear();
  for (const [path, bytes] of older.files) storage.files.set(path, bytes);
}

const labels = async () => (await backup.list({}, work())).map(({ label }) => label);
const idOf = async (label: string) =>
  (await backup.list({}, work())).find((one) => one.label === label)?.id as string;

test("snapshots that an older copy does not have are listed no more, and hold nothing", async () => {
  const older = copyOf(storage);
  await backup.run({ label: "two" }, work());
  expect(await labels()).toEqual(["two", "one"]);
  const one = await idOf("one");
  expect(await timeMachine.onlyIn([one], work())).toMatchObject({ total: 0 });
  putBack(older);
  expect(await timeMachine.onlyIn([one], work())).toMatchObject({ total: 12 });
  expect(await labels()).toEqual(["one"]);
});

test("an item of a snapshot that is gone is not in the store, and nothing passes for damaged", async () => {
  const older = copyOf(storage);
  calendars.put("work", "7.ics", eventText("uid-7", "Changed"));
  await backup.run({ label: "two" }, work());
  const two = await idOf("two");
  putBack(older);
  await expect(timeMachine.read({ snapshotId: two, path: PATH }, work())).rejects.toMatchObject({
    code: "snapshot-unknown",
  });
  const { id } = await openStore(storage);
  expect(await memory.read(id)).toEqual([]);
  expect(await damageMet(stored, met, id)).toBe(0);
});

test.each([
  ["read", (snapshotId: string) => timeMachine.read({ snapshotId, path: PATH }, work())],
  ["searched", () => timeMachine.search({ text: "Event 7" }, work())],
])(
  "an older copy that is put back while the store is %s: nothing passes for damaged",
  async (_, ask) => {
    const older = copyOf(storage);
    calendars.put("work", "7.ics", eventText("uid-7", "Changed"));
    await backup.run({ label: "two" }, work());
    const two = await idOf("two");
    const { id } = await openStore(storage);
    const listBelow = storage.listBelow.bind(storage);
    storage.listBelow = async (directory, ...shards) => {
      const listed = await listBelow(directory, ...shards);
      if (directory === "states") {
        storage.listBelow = listBelow;
        putBack(older);
      }
      return listed;
    };
    await ask(two).then(
      () => {},
      () => {},
    );
    expect(storage.files.size).toBe(older.files.size);
    expect(await memory.read(id)).toEqual([]);
    expect(await damageMet(stored, met, id)).toBe(0);
  },
);

test("while nothing is gone and nothing damaged the store stays open", async () => {
  await labels();
  await backup.run({ label: "two" }, work());
  await timeMachine.search({ text: "Event 7" }, work());
  expect(await labels()).toEqual(["two", "one"]);
  expect(opened).toBe(1);
});
