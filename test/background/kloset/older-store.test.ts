/**
 * A store with the states (version 1.0.0, no parents) and the chunking of plakar 1.0, as the format's description tells
 * them. Built from a store of ours, so that it can be of any size; one of the real plakar 1.0.6 is among the fixtures.
 */
import { expect, test } from "vitest";
import { defaultConfig, encodeConfig } from "../../../src/background/kloset/config.ts";
import { wrap } from "../../../src/background/kloset/envelope.ts";
import { openStore } from "../../../src/background/kloset/kloset.ts";
import { compressFrame, decompressFrame } from "../../../src/background/kloset/lz4-frame.ts";
import { configHashing, keyedHashing, plaintextKey } from "../../../src/background/kloset/mac.ts";
import { Resource, VERSION_1_0_0 } from "../../../src/background/kloset/resource.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import { calendarFiles, noise } from "../../support/calendar-files.ts";
import { addSnapshot } from "../../support/store-fixture.ts";

const id = Uint8Array.from({ length: 16 }, (_, i) => i + 1);
const hashing = keyedHashing("BLAKE3", plaintextKey("BLAKE3", id));

/** What comes before the metadata stays; the parent goes, and the version within is the older one. */
function asOlderState(file: Uint8Array): Uint8Array {
  const body = decompressFrame(file.subarray(16, -32), 1 << 24, "It").slice(32);
  new DataView(body.buffer).setUint32(body.length - 28, VERSION_1_0_0, true);
  return wrap(Resource.state, VERSION_1_0_0, compressFrame(body), hashing);
}

test("its snapshots are listed, checked and read, and joined by new ones", async () => {
  const storage = new MemoryStorage();
  const config = defaultConfig(id, { seconds: 1_700_000_000, nanoseconds: 0 });
  const chunking = {
    algorithm: "FASTCDC",
    minSize: 65_536,
    normalSize: 1_048_576,
    maxSize: 4_194_304,
  };
  const bytes = wrap(
    Resource.config,
    VERSION_1_0_0,
    encodeConfig({ ...config, chunking }),
    configHashing,
  );
  storage.files.set("CONFIG", bytes);
  const large = { path: "/large.ics", bytes: noise(900_000, 5), modifiedMs: 0 };
  const files = [...calendarFiles(60), large];
  const { snapshotId } = await addSnapshot(await openStore(storage), files);
  for (const [path, file] of storage.files)
    if (path.startsWith("states/")) storage.files.set(path, asOlderState(file));

  const store = await openStore(storage);
  expect((await store.listSnapshots()).map((info) => info.id)).toEqual([snapshotId]);
  expect(await store.check({ full: true })).toMatchObject({ ok: true, checked: 61 });
  const reader = await store.openSnapshot(snapshotId);
  for (const file of files)
    expect(Buffer.compare(await reader.readFile(file.path), file.bytes), file.path).toBe(0);
  const second = await addSnapshot(store, files);
  expect(second.newBlobs).toBe(1);
  const again = await openStore(storage);
  expect(await again.check({ full: true })).toMatchObject({ ok: true, snapshots: 2 });
});
