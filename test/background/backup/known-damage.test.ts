/** One damaged blob: what is said of it, what still restores, and its repair after Thunderbird was started anew. */
import { beforeEach, expect, test } from "vitest";
import { openStore } from "../../../src/background/kloset/kloset.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import {
  calendarOf,
  serviceOver,
  storeOfSmallPackfiles,
  work,
} from "../../support/backup-fixture.ts";
import { MemoryFolder } from "../../support/memory-folder.ts";

let storage: MemoryStorage;
let memory: Map<string, readonly string[]>;
const calendars = calendarOf(12);
const folder = new MemoryFolder();

/** As after a start of Thunderbird: nothing is known but what is stored. */
const service = () =>
  serviceOver(storage, calendars, folder, {
    read: async (id) => memory.get(id) ?? [],
    write: async (id, blobs) => void memory.set(id, blobs),
  });

/** Changes a byte of the stored content of one file. */
async function damage(uid: string): Promise<void> {
  for (const [path, bytes] of storage.files) {
    if (!path.startsWith("packfiles/")) continue;
    const at = Buffer.from(bytes).indexOf(`UID:${uid}\r\n`);
    if (at < 0) continue;
    bytes[at] = (bytes[at] as number) ^ 1;
    return;
  }
  throw new Error("the text is not stored as it is");
}

beforeEach(async () => {
  storage = new MemoryStorage();
  memory = new Map();
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
  expect(memory.get(store.id)).toHaveLength(1);
  expect(await service().run({}, work())).toMatchObject({ items: 12, incomplete: [] });
  expect(memory.get(store.id)).toEqual([]);
  expect(await service().check({ full: false }, work())).toMatchObject({ ok: true, damaged: [] });
});

test("without the memory the backup would not know: it reads nothing of what it has", async () => {
  memory = new Map();
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
