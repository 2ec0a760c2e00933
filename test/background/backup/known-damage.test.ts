/** One damaged blob: what is said of it, what still restores, and its repair after Thunderbird was started anew. */
import { beforeEach, describe, expect, test } from "vitest";
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
  eventText,
  serviceOver,
  storeOfSmallPackfiles,
  work,
} from "../../support/backup-fixture.ts";
import { backupStoreIn } from "../../support/backup-store-fixture.ts";
import { MemoryArea } from "../../support/memory-area.ts";
import type { MemoryCalendars } from "../../support/memory-calendars.ts";
import { MemoryFolder } from "../../support/memory-folder.ts";

let storage: MemoryStorage;
let stored: StoredValue<StoredDamage>;
let met: StoredValue<StoredDamage>;
let memory: DamageMemory;
let calendars: MemoryCalendars;
const folder = new MemoryFolder();

/** As after a start of Thunderbird: nothing is known but what is stored. */
const service = () => serviceOver(storage, calendars, folder, memory);

function forget(): void {
  const area = new MemoryArea();
  stored = new StoredValue(area, damageShape);
  met = new StoredValue(area, metDamageShape);
  memory = damageMemory(stored, met);
}

/** As the memory is, but whoever reads it goes on only once `readers` of them have. */
function readTogether(readers: number): DamageMemory {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  let waiting = 0;
  return {
    ...memory,
    read: async (storeId) => {
      const known = await memory.read(storeId);
      if (++waiting === readers) resolve();
      await promise;
      return known;
    },
  };
}

/** Changes a byte of the stored content of one file. */
async function damage(uid: string, summary = ""): Promise<void> {
  for (const [path, bytes] of storage.files) {
    if (!path.startsWith("packfiles/")) continue;
    const at = Buffer.from(bytes).indexOf(`UID:${uid}\r\nSUMMARY:${summary}`);
    if (at < 0) continue;
    bytes[at] = (bytes[at] as number) ^ 1;
    return;
  }
  throw new Error("the text is not stored as it is");
}

beforeEach(async () => {
  storage = new MemoryStorage();
  calendars = calendarOf(12);
  forget();
  await storeOfSmallPackfiles(storage);
  await service().run({}, work());
  await service().run({ label: "second" }, work());
  await damage("uid-7");
});

test.each([false, true])(
  "a check (full: %s) names the file in each snapshot, and counts what still restores",
  async (full) => {
    const report = await service().check({ full }, work());
    const path = "/calendars/me@here/work/7.ics";
    const files = report.errors.filter(({ snapshotId }) => snapshotId !== "");
    expect(files.map((error) => [error.path, error.code])).toEqual([
      [path, "store-corrupt"],
      [path, "store-corrupt"],
    ]);
    expect(files[0]?.message).toMatch(/chunk [0-9a-f]{12}/);
    expect(new Set(files.map(({ snapshotId }) => snapshotId)).size).toBe(2);
    expect(report.damaged).toEqual(
      files.map(({ snapshotId }) => ({ snapshotId, files: 13, restorable: 12 })),
    );
  },
);

test("what was found is known after a start anew, and the next backup repairs it for every snapshot", async () => {
  await service().check({}, work());
  const store = await openStore(storage);
  expect(await memory.read(store.id)).toHaveLength(1);
  expect(await service().run({}, work())).toMatchObject({ items: 12, incomplete: [] });
  expect(await memory.read(store.id)).toEqual([]);
  expect(await service().check({ full: false }, work())).toMatchObject({ ok: true, damaged: [] });
});

test("two checks at the same time remember what each of them found", async () => {
  calendars.put("work", "7.ics", eventText("uid-7", "Whole in the third snapshot"));
  calendars.put("work", "3.ics", eventText("uid-3", "Only in the third snapshot"));
  await service().run({ label: "third" }, work());
  await damage("uid-3", "Only in the third snapshot");
  const [third, , first] = await service().list({}, work());
  const together = readTogether(2);
  const check = (snapshotId = "") =>
    serviceOver(storage, calendars, folder, together).check({ snapshotId }, work());
  const reports = await Promise.all([check(first?.id), check(third?.id)]);
  const found = new Set(reports.flatMap(({ errors }) => errors.map(({ path }) => path)));
  expect(found.size).toBe(2);
  const { id } = await openStore(storage);
  expect(await memory.read(id)).toHaveLength(2);
});

test("without the memory the backup would not know: it reads nothing of what it has", async () => {
  forget();
  await service().run({}, work());
  expect(await service().check({}, work())).toMatchObject({ ok: false });
});

test("damage met by a restore is remembered as well, and the other files are restored", async () => {
  const [snapshot] = await service().list({}, work());
  const report = await service().restore(
    {
      snapshotId: snapshot?.id ?? "",
      selection: { all: true },
      target: { kind: "folder", directory: "/out" },
      mode: "missing",
    },
    work(),
  );
  expect(report.created).toBe(11);
  expect(report.failed).toMatchObject([
    { item: "/calendars/me@here/work/7.ics", code: "store-corrupt" },
  ]);
  await service().run({}, work());
  expect(await service().check({}, work())).toMatchObject({ ok: true });
});

describe("damage met by nothing but looking", () => {
  let undone: number;
  let backup: BackupService;
  let timeMachine: TimeMachine;

  beforeEach(() => {
    undone = 0;
    backup = new BackupService({
      store: backupStoreIn(() => storage),
      openFolder: async () => folder,
      environment: async () => ({ profileName: "test", hostname: "here" }),
      calendars,
      maker: calendars,
      damage: memory,
      replaced: {
        gone: async () => [],
        read: async () => {},
        markSaved: async () => {},
        settleSaved: async () => {},
        unmarkSaved: async () => {
          undone++;
        },
      },
    });
    timeMachine = new TimeMachine({
      store: new KeptStore({
        open: ({ signal }) => backup.open(signal),
        identify: async () => "the same",
        noting: (store, answer, sure) => backup.withDamage(store, answer, sure),
      }),
      calendars,
    });
  });

  const noted = async () => {
    const { id } = await openStore(storage);
    return { remembered: (await memory.read(id)).length, told: await damageMet(stored, met, id) };
  };
  const newest = async () => (await backup.list({}, work()))[0]?.id as string;
  const path = "/calendars/me@here/work/7.ics";

  test.each<[string, () => Promise<unknown>]>([
    [
      "a list of items",
      async () =>
        expect(
          (
            await backup.browse(
              { snapshotId: await newest(), calendar: "/calendars/me@here/work" },
              work(),
            )
          ).items.filter(({ uid }) => uid === null),
        ).toMatchObject([{ path }]),
    ],
    ["a search", () => timeMachine.search({ text: "7" }, work())],
    ["an item's versions", () => timeMachine.versions({ path, uid: "uid-7" }, work())],
    [
      "reading one item",
      async () => timeMachine.read({ snapshotId: await newest(), path }, work()).catch(() => {}),
    ],
    [
      "an export",
      async () =>
        backup.export(
          {
            snapshotId: await newest(),
            selection: { all: true },
            target: { kind: "folder", directory: "/out" },
            dryRun: true,
          },
          work(),
        ),
    ],
  ])("%s: it is remembered, told, and repaired by the next backup", async (_, look) => {
    expect(await noted()).toEqual({ remembered: 0, told: 0 });
    await look();
    expect(await noted()).toEqual({ remembered: 1, told: 1 });
    expect(undone).toBe(1);
    await backup.run({}, work());
    expect(await noted()).toEqual({ remembered: 0, told: 0 });
    expect(await backup.check({}, work())).toMatchObject({ ok: true });
  });

  test("what was looked at before it was damaged: looking again does not pass for its repair", async () => {
    await backup.restore(
      {
        snapshotId: await newest(),
        selection: { all: true },
        target: { kind: "folder", directory: "/out" },
        mode: "missing",
        dryRun: true,
      },
      work(),
    );
    await backup.run({}, work());
    const readAnItem = async () =>
      expect(
        (await timeMachine.read({ snapshotId: await newest(), path: other }, work())).text,
      ).toContain("uid-8");
    const other = path.replace("7.ics", "8.ics");
    await readAnItem();
    await damage("uid-8");
    expect(await backup.check({}, work())).toMatchObject({ ok: false });
    await timeMachine.read({ snapshotId: await newest(), path: other }, work()).catch(() => {});
    expect((await noted()).remembered).toBe(1);
    await backup.run({}, work());
    expect(await backup.check({}, work())).toMatchObject({ ok: true });
    await readAnItem();
  });

  test("what a backup has stored anew is found again by a search", async () => {
    const found = async () => (await timeMachine.search({ text: "Event 7" }, work())).total;
    expect([await found(), await found()]).toEqual([0, 0]);
    await backup.run({}, work());
    expect(await found()).toBe(1);
    const snapshotId = (await backup.list({}, work())).at(-1)?.id as string;
    expect((await timeMachine.search({ text: "Event 7", snapshotId }, work())).total).toBe(1);
  });

  test("an opened store that is kept does not take for damaged what a backup has stored anew", async () => {
    await timeMachine.versions({ path, uid: "uid-7" }, work());
    await backup.run({}, work());
    await timeMachine.search({ text: "3" }, work());
    expect(await noted()).toEqual({ remembered: 0, told: 0 });
  });

  test("a check of all snapshots has told it: the note goes, what is to be stored anew stays known", async () => {
    await timeMachine.versions({ path, uid: "uid-7" }, work());
    await backup.check({ snapshotId: await newest() }, work());
    expect(await noted()).toEqual({ remembered: 1, told: 1 });
    await backup.check({}, work());
    expect(await noted()).toEqual({ remembered: 1, told: 0 });
  });
});
