/** Stores whose checksums are right and whose numbers are absurd: said in words, without filling the memory. */
import { expect, test } from "vitest";
import type { Header } from "../../../src/background/kloset/header.ts";
import { keyedHashing, knownHashing, plaintextKey } from "../../../src/background/kloset/mac.ts";
import { encodeObject } from "../../../src/background/kloset/object.ts";
import type { SnapshotInfo } from "../../../src/background/kloset/snapshot-info.ts";
import { SnapshotReader } from "../../../src/background/kloset/snapshot-reader.ts";
import type { Store } from "../../../src/background/kloset/store.ts";
import { calendarFiles } from "../../support/calendar-files.ts";
import { addSnapshot, memoryStore, source } from "../../support/store-fixture.ts";

test("a file that names one chunk again and again is refused before it is read", async () => {
  const mac = new Uint8Array(32).fill(7);
  const reads: Uint8Array[] = [];
  const object = encodeObject({
    contentMac: mac,
    chunks: Array.from({ length: 1_000 }, () => ({ mac, length: 8 * 1024 * 1024 })),
    contentType: "",
  });
  const store = {
    hashing: keyedHashing(knownHashing("BLAKE3"), plaintextKey("BLAKE3", new Uint8Array(16))),
    blobs: {
      read: async () => {
        reads.push(object);
        return object;
      },
    },
  } as unknown as Store;
  const reader = new SnapshotReader(store, {} as SnapshotInfo, {} as Header);
  await expect(reader.content.readObject(mac)).rejects.toMatchObject({ code: "too-large" });
  expect(reads).toHaveLength(1);
});

test("a snapshot of an impossible time does not break the list of the others", async () => {
  const { store, surroundings, reopen } = await memoryStore();
  const { snapshotId } = await addSnapshot(store, calendarFiles(1));
  surroundings.time = 9e15;
  await addSnapshot(store, calendarFiles(2));
  const again = await reopen();
  expect((await again.listSnapshots()).map(({ id }) => id)).toEqual([snapshotId]);
  expect(await again.check()).toMatchObject({ ok: false, errors: [{ code: "store-corrupt" }] });
});

test("a directory that lists an entry of another one is damaged, not followed out of", async () => {
  const { store } = await memoryStore();
  const bytes = new TextEncoder().encode("text");
  const first = await addSnapshot(store, [{ path: "/elsewhere.ics", bytes, modifiedMs: 0 }]);
  const entry = await (await store.openSnapshot(first.snapshotId)).stat("/elsewhere.ics");
  if (!entry) throw new Error("no entry");
  const writer = await store.startSnapshot(source);
  expect(await writer.carryFile({ ...entry, path: "/here/a.ics", name: "a.ics" })).toBe(true);
  const { snapshotId } = await writer.commit();
  const reader = await store.openSnapshot(snapshotId);
  await expect(reader.list("/here")).rejects.toMatchObject({ code: "store-corrupt" });
  expect((await store.check({ snapshotId })).ok).toBe(false);
});
