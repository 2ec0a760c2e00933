/** States that one opened store has decoded and the next one takes over: it sees what a store opened without them sees. */
import { beforeEach, expect, test } from "vitest";
import { createStore, type Kloset, openStore } from "../../../src/background/kloset/kloset.ts";
import { StateMemory } from "../../../src/background/kloset/state-memory.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import { calendarFiles } from "../../support/calendar-files.ts";
import { addSnapshot } from "../../support/store-fixture.ts";

const files = calendarFiles(20);

let storage: MemoryStorage;
let memory: StateMemory;
let first: Kloset;
let firstId: string;

beforeEach(async () => {
  storage = new MemoryStorage();
  memory = new StateMemory();
  first = await createStore(storage, { memory });
  firstId = (await addSnapshot(first, files.slice(0, 10))).snapshotId;
});

const ids = async (store: Kloset) => new Set((await store.listSnapshots()).map(({ id }) => id));
const states = () => [...storage.files.keys()].filter((path) => path.startsWith("states/"));

test("the next one goes on with them, and its snapshot is whole", async () => {
  first.remember();
  const read = memory.take(first.id);
  expect([...(read?.states.keys() ?? [])]).toEqual(states().map((path) => path.slice(10)));
  if (read) memory.keep(first.id, read);
  const next = await openStore(storage, { memory });
  // One at a time has it.
  expect(memory.take(first.id)).toBeUndefined();
  const { snapshotId, newBlobs } = await addSnapshot(next, files);
  expect(newBlobs).toBeGreaterThan(20);
  expect(read?.states.has(snapshotId)).toBe(true);
  const fresh = await openStore(storage);
  expect((await fresh.check({ full: true })).errors).toEqual([]);
  expect(await ids(fresh)).toEqual(new Set([firstId, snapshotId]));
});

test("a snapshot that another program wrote meanwhile is seen, and one whose state went is not", async () => {
  first.remember();
  const other = await openStore(storage);
  const { snapshotId } = await addSnapshot(other, files);
  const next = await openStore(storage, { memory });
  expect(await ids(next)).toEqual(new Set([firstId, snapshotId]));
  next.remember();
  storage.files.delete(`states/${snapshotId.slice(0, 2)}/${snapshotId}`);
  const last = await openStore(storage, { memory });
  expect(await ids(last)).toEqual(new Set([firstId]));
  const { snapshotId: lastId } = await addSnapshot(last, files);
  expect((await last.check({ full: true, snapshotId: lastId })).errors).toEqual([]);
});

test("a state that was damaged meanwhile is refused", async () => {
  first.remember();
  const [path = ""] = states();
  const bytes = storage.files.get(path) as Uint8Array;
  bytes[40] = (bytes[40] as number) ^ 1;
  await expect(openStore(storage, { memory })).rejects.toMatchObject({ code: "store-corrupt" });
});

test("it is not taken for another store", async () => {
  first.remember();
  const other = await createStore(new MemoryStorage(), { memory });
  expect(await ids(other)).toEqual(new Set());
});

test("damage that one of them knew of is forgotten, and what the next one is told before it reads is not", async () => {
  first.distrust([`1:${"ab".repeat(32)}`]);
  first.remember();
  const next = await openStore(storage, { memory, unread: true });
  const told = `2:${"cd".repeat(32)}`;
  next.distrust([told]);
  await next.refresh();
  expect(next.damaged()).toEqual([told]);
});
