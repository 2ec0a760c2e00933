/** States as plakar writes them: parents, deletions, colours, the older version. */
import { describe, expect, test } from "vitest";
import { BlobIndex } from "../../../src/background/kloset/blob-index.ts";
import { ByteWriter } from "../../../src/background/kloset/byte-writer.ts";
import { decodeConfig } from "../../../src/background/kloset/config.ts";
import { parseEnvelope, wrap } from "../../../src/background/kloset/envelope.ts";
import { compressFrame, decompressFrame } from "../../../src/background/kloset/lz4-frame.ts";
import { keyedHashing, plaintextKey } from "../../../src/background/kloset/mac.ts";
import {
  Resource,
  STATE_VERSION_1_1_0,
  VERSION_1_0_0,
} from "../../../src/background/kloset/resource.ts";
import { decodeState, StateWriter } from "../../../src/background/kloset/state.ts";
import type { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import { fromHex } from "../../../src/shared/bytes.ts";
import { calendarFiles } from "../../support/calendar-files.ts";
import { addSnapshot, memoryStore, START_MS } from "../../support/store-fixture.ts";

const id = (byte: number) => new Uint8Array(32).fill(byte);
const serial = id(7).subarray(0, 16);
const NOW = BigInt(START_MS) * 1_000_000n;

function body(fill: (out: ByteWriter) => void, parent?: Uint8Array): Uint8Array {
  const out = new ByteWriter();
  if (parent) out.bytes(parent);
  fill(out);
  out
    .u8(1)
    .u32(parent ? STATE_VERSION_1_1_0 : VERSION_1_0_0)
    .u64(NOW)
    .bytes(serial);
  return out.finish();
}

const colour = (type: number, mac: Uint8Array) => (out: ByteWriter) =>
  void out.u8(3).u32(41).u8(type).bytes(mac).u64(NOW);

/** Adds a state to a store as another program would. */
function putState(storage: MemoryStorage, name: number, version: number, bytes: Uint8Array): void {
  const config = parseEnvelope(
    storage.files.get("CONFIG") as Uint8Array,
    Resource.config,
    "CONFIG",
  );
  const key = plaintextKey("BLAKE3", decodeConfig(config.body).repositoryId);
  const file = wrap(Resource.state, version, compressFrame(bytes), keyedHashing("BLAKE3", key));
  const hex = name.toString(16).padStart(2, "0");
  storage.files.set(`states/${hex}/${hex.repeat(32)}`, file);
}

describe("a state", () => {
  test("comes back as written", () => {
    const writer = new StateWriter(id(1), NOW);
    writer.deleteLocation(Resource.chunk, id(2), id(3));
    writer.location(Resource.chunk, id(2), id(4), 2 ** 33, 77);
    writer.packfile(id(4), id(5));
    expect(decodeState(writer.finish(serial), STATE_VERSION_1_1_0, "The test")).toEqual({
      parent: id(1),
      timestamp: NOW,
      serial,
      records: [
        { kind: "deletion", of: "location", type: 9, mac: id(2), packfile: id(3) },
        { kind: "location", type: 9, mac: id(2), packfile: id(4), offset: 2 ** 33, length: 77 },
        { kind: "packfile", packfile: id(4) },
      ],
    });
  });

  test("of the older version has no parent, and unknown records are passed over", () => {
    const bytes = body((out) => {
      out
        .u8(5)
        .u32(3)
        .bytes(Uint8Array.of(1, 2, 3));
      colour(5, id(9))(out);
    });
    expect(decodeState(bytes, VERSION_1_0_0, "The test")).toEqual({
      parent: undefined,
      timestamp: NOW,
      serial,
      records: [{ kind: "coloured", type: 5, mac: id(9) }],
    });
  });

  test("is damaged at whatever length it is cut, and when a record has another length", () => {
    const writer = new StateWriter(undefined, NOW);
    writer.location(Resource.chunk, id(2), id(4), 1, 2);
    const bytes = writer.finish(serial);
    const damaged = expect.objectContaining({ code: "store-corrupt" });
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeState(bytes.subarray(0, length), STATE_VERSION_1_1_0, "x")).toThrow(
        damaged,
      );
    const odd = body((out) => void out.u8(4).u32(71).bytes(new Uint8Array(71)), id(0));
    expect(() => decodeState(odd, STATE_VERSION_1_1_0, "x")).toThrow(damaged);
  });
});

describe("the index", () => {
  const location = (mac: number, packfile: number) =>
    ({
      kind: "location",
      type: Resource.chunk,
      mac: id(mac),
      packfile: id(packfile),
      offset: 0,
      length: 1,
    }) as const;
  const packfile = (name: number) => ({ kind: "packfile", packfile: id(name) }) as const;
  const listed = (...names: number[]) =>
    new Set(names.map((name) => name.toString(16).padStart(2, "0").repeat(32)));

  test("relies on a blob only where its packfile is known, there and not to be removed", () => {
    const index = new BlobIndex();
    index.apply([location(1, 10), location(2, 11), location(3, 12), packfile(10), packfile(12)]);
    index.setListed(listed(10, 11));
    expect(index.usable(Resource.chunk, id(1))).toBe(true);
    expect(index.usable(Resource.object, id(1))).toBe(false);
    expect(index.usable(Resource.chunk, id(2))).toBe(false);
    expect(index.usable(Resource.chunk, id(3))).toBe(false);
    index.apply([{ kind: "coloured", type: Resource.packfile, mac: id(10) }]);
    expect(index.usable(Resource.chunk, id(1))).toBe(false);
    expect(index.locations(Resource.chunk, id(1))).toHaveLength(1);
  });

  test("knows every copy of a blob, those to be removed last", () => {
    const index = new BlobIndex();
    index.apply([location(1, 10), location(1, 11), location(1, 10), packfile(10), packfile(11)]);
    index.apply([{ kind: "coloured", type: Resource.packfile, mac: id(10) }]);
    const names = index.locations(Resource.chunk, id(1)).map((place) => fromHex(place.packfile));
    expect(names).toEqual([id(11), id(10)]);
  });

  test("forgets what a deletion names, a packfile's blobs with it", () => {
    const index = new BlobIndex();
    index.apply([location(1, 10), location(1, 11), location(2, 10), packfile(10), packfile(11)]);
    index.setListed(listed(10, 11));
    const none = id(0);
    index.apply([
      { kind: "deletion", of: "location", type: Resource.chunk, mac: id(1), packfile: id(11) },
    ]);
    expect(index.locations(Resource.chunk, id(1))).toHaveLength(1);
    index.apply([
      { kind: "deletion", of: "packfile", type: Resource.packfile, mac: none, packfile: id(10) },
      packfile(10),
    ]);
    index.setListed(listed(10, 11));
    expect(index.locations(Resource.chunk, id(1))).toEqual([]);
    expect(index.usable(Resource.chunk, id(2))).toBe(false);
  });

  test("holds a hundred thousand blobs and finds each", () => {
    const index = new BlobIndex();
    const mac = (i: number) => {
      const bytes = id(1);
      new DataView(bytes.buffer).setUint32(0, i);
      return bytes;
    };
    index.apply([packfile(10)]);
    for (let i = 0; i < 100_000; i++)
      index.apply([{ ...location(1, 10), mac: mac(i), offset: i * 1000 }]);
    for (const i of [0, 1023, 1024, 99_999])
      expect(index.locations(Resource.chunk, mac(i))).toMatchObject([{ offset: i * 1000 }]);
  });
});

describe("states of another program", () => {
  test("that delete a snapshot take it out of the list, and its files still count as stored", async () => {
    const { store, storage, reopen } = await memoryStore();
    const one = await addSnapshot(store, calendarFiles(2), "one");
    await addSnapshot(store, calendarFiles(3), "two");
    const deleted = fromHex(one.snapshotId) as Uint8Array;
    putState(storage, 0xaa, VERSION_1_0_0, body(colour(Resource.snapshot, deleted)));
    const again = await reopen();
    expect((await again.listSnapshots()).map(({ label }) => label)).toEqual(["two"]);
    expect(await again.check({ full: true })).toMatchObject({ ok: true, snapshots: 1 });
    expect(await addSnapshot(again, calendarFiles(3))).toMatchObject({ newBlobs: 1 });
  });

  test("apply after their parents, in whatever order their names are listed", async () => {
    const { store, storage, reopen } = await memoryStore();
    const { snapshotId } = await addSnapshot(store, calendarFiles(1));
    const snapshot = fromHex(snapshotId) as Uint8Array;
    // 0x02 colours the snapshot, its child 0x01 takes the colour back.
    putState(storage, 0x02, STATE_VERSION_1_1_0, body(colour(Resource.snapshot, snapshot), id(0)));
    const undo = (out: ByteWriter) =>
      void out.u8(6).u32(66).u8(3).u8(Resource.snapshot).bytes(snapshot).bytes(id(0));
    putState(storage, 0x01, STATE_VERSION_1_1_0, body(undo, id(2)));
    expect(await (await reopen()).listSnapshots()).toHaveLength(1);
    storage.files.delete(`states/01/${"01".repeat(32)}`);
    expect(await (await reopen()).listSnapshots()).toHaveLength(0);
  });

  test("are continued: a new state names the newest as its parent", async () => {
    const { store, storage, surroundings } = await memoryStore();
    await addSnapshot(store, calendarFiles(1));
    surroundings.time += 1000;
    const { snapshotId } = await addSnapshot(store, calendarFiles(2));
    surroundings.time += 1000;
    const before = new Set(storage.files.keys());
    await addSnapshot(store, calendarFiles(3));
    const [path = ""] = [...storage.files.keys()].filter(
      (name) => name.startsWith("states/") && !before.has(name),
    );
    const { body: encoded } = parseEnvelope(
      storage.files.get(path) as Uint8Array,
      Resource.state,
      "The state",
    );

    const state = decodeState(decompressFrame(encoded, 1e6, "x"), STATE_VERSION_1_1_0, "x");
    expect(state.parent).toEqual(fromHex(snapshotId));
  });
});
