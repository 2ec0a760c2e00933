/** What docs/store-format.md says of the stores we write, seen in the bytes. */
import { expect, test } from "vitest";
import { decodeConfig } from "../../../src/background/kloset/config.ts";
import { parseEnvelope } from "../../../src/background/kloset/envelope.ts";
import { createStore } from "../../../src/background/kloset/kloset.ts";
import { decompressFrame } from "../../../src/background/kloset/lz4-frame.ts";
import { decodeMsgpack } from "../../../src/background/kloset/msgpack-reader.ts";
import { Resource } from "../../../src/background/kloset/resource.ts";
import { decodeState } from "../../../src/background/kloset/state.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import { calendarFiles, noise } from "../../support/calendar-files.ts";
import { addSnapshot, fixedSurroundings, START_MS } from "../../support/store-fixture.ts";

const MIB = 1024 * 1024;
const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const filesIn = (storage: MemoryStorage, folder: string) =>
  [...storage.files].filter(([path]) => path.startsWith(folder)).map(([, bytes]) => bytes);

/** Records of a packfile's index, as the format lays them out. */
function indexOf(file: Uint8Array) {
  const body = file.subarray(16, -32);
  const footerEnd = body.length - 4;
  const footerStart = footerEnd - view(body).getUint32(footerEnd, true);
  const footer = decompressFrame(body.subarray(footerStart, footerEnd), MIB, "The footer");
  expect(footer).toHaveLength(56);
  const blobs = Number(view(footer).getBigUint64(12, true));
  const index = decompressFrame(body.subarray(blobs, footerStart), 16 * MIB, "The index");
  expect(index.length).toBe(56 * view(footer).getUint32(8, true));
  return {
    blobs,
    nanoseconds: view(footer).getBigUint64(0, true),
    records: Array.from({ length: index.length / 56 }, (_, i) => ({
      type: view(index).getUint32(i * 56, true),
      version: view(index).getUint32(i * 56 + 4, true),
      offset: Number(view(index).getBigUint64(i * 56 + 40, true)),
      length: view(index).getUint32(i * 56 + 48, true),
      flags: view(index).getUint32(i * 56 + 52, true),
    })),
  };
}

test("CONFIG has what plakar create -plaintext chooses", async () => {
  const storage = new MemoryStorage();
  await createStore(storage, { surroundings: fixedSurroundings() });
  const file = storage.files.get("CONFIG") as Uint8Array;
  expect(parseEnvelope(file, Resource.config, "It").version).toBe(0x10000);
  expect(decodeConfig(file.subarray(16, -32))).toMatchObject({
    packfile: { minSize: 0, avgSize: 0, maxSize: 64 * MIB },
    chunking: {
      algorithm: "fastcdc-v1.0.0",
      minSize: MIB / 2,
      normalSize: MIB,
      maxSize: 8 * MIB,
    },
    hashing: { algorithm: "BLAKE3", bits: 256 },
    compression: { algorithm: "LZ4" },
  });
});

test("packfiles are closed at 8 MiB, end with 8192 bytes of padding, and states tell of each blob", async () => {
  const storage = new MemoryStorage();
  const store = await createStore(storage, { surroundings: fixedSurroundings() });
  const files = Array.from({ length: 20 }, (_, n) => ({
    path: `/large/${n}.bin`,
    bytes: noise(500_000, 2 * n + 1),
    modifiedMs: 0,
  }));
  await addSnapshot(store, [...files, ...calendarFiles(5)]);
  const packfiles = filesIn(storage, "packfiles/").sort((a, b) => b.length - a.length);
  expect(packfiles.length).toBe(2);
  const largest = Math.max(...packfiles.map(({ length }) => length));
  // Closed by the blob that reached it.
  expect(largest).toBeGreaterThan(8 * MIB);
  expect(largest).toBeLessThan(8 * MIB + 600_000);
  let blobs = 0;
  for (const file of packfiles) {
    expect(parseEnvelope(file, Resource.packfile, "It").version).toBe(0x10000);
    const { records, nanoseconds, blobs: end } = indexOf(file);
    expect(nanoseconds).toBe(BigInt(START_MS) * 1_000_000n);
    expect(records.at(-1)).toMatchObject({ type: 255, length: 8192 });
    expect(records.filter(({ type }) => type === 255)).toHaveLength(1);
    expect((records.at(-1)?.offset ?? 0) + 8192).toBe(end);
    for (const { version, flags } of records) expect([version, flags]).toEqual([0x10000, 0]);
    blobs += records.length;
  }
  const [state = new Uint8Array()] = filesIn(storage, "states/");
  const { version, body } = parseEnvelope(state, Resource.state, "It");
  expect(version).toBe(0x10100);
  const { records, parent, serial } = decodeState(
    decompressFrame(body, 16 * MIB, "It"),
    version,
    "It",
  );
  expect(parent).toBeUndefined();
  // The store's id in a first state.
  expect(Buffer.from(serial).toString("hex")).toBe(store.id);
  expect(records.filter(({ kind }) => kind === "location")).toHaveLength(blobs);
  expect(records.filter(({ kind }) => kind === "packfile")).toHaveLength(packfiles.length);
});

test("entries, header and chunks are written as the table says", async () => {
  const storage = new MemoryStorage();
  const store = await createStore(storage, {
    surroundings: fixedSurroundings(),
    compression: "none",
  });
  const large = { path: "/a/large.bin", bytes: noise(3 * MIB, 9), modifiedMs: 0 };
  const empty = { path: "/a/empty.ics", bytes: new Uint8Array(), modifiedMs: 5000 };
  await addSnapshot(store, [large, empty], "Mine");
  const [file = new Uint8Array()] = filesIn(storage, "packfiles/");
  const body = file.subarray(16, -32);
  const footerEnd = body.length - 4;
  const footer = body.subarray(footerEnd - view(body).getUint32(footerEnd, true), footerEnd);
  const start = Number(view(footer).getBigUint64(12, true));
  const found = (type: number) => {
    const blobs: Map<string, unknown>[] = [];
    for (let at = start; at < footerEnd - footer.length; at += 56) {
      if (view(body).getUint32(at, true) !== type) continue;
      const offset = Number(view(body).getBigUint64(at + 40, true));
      const bytes = body.subarray(offset, offset + view(body).getUint32(at + 48, true));
      if (type === Resource.chunk) blobs.push(new Map([["length", bytes.length]]));
      else blobs.push(decodeMsgpack(bytes, "It") as Map<string, unknown>);
    }
    return blobs;
  };
  const info = (blob: Map<string, unknown>) =>
    new Map([...(blob.get("file_info") as Map<string, unknown>)]);
  const infos = found(Resource.vfsEntry).map(info);
  const modes = new Map(infos.map((one) => [one.get("name"), Number(one.get("mode"))]));
  expect(modes).toEqual(
    new Map([
      ["large.bin", 0o644],
      ["empty.ics", 0o644],
      ["a", 0x800001ed],
      ["/", 0x800001ed],
    ]),
  );
  for (const one of infos)
    expect([one.get("uid"), one.get("gid"), one.get("nlink")].map(Number)).toEqual([0, 0, 1]);
  const [header] = found(Resource.snapshot);
  expect(header?.get("name")).toBe("Mine");
  const sources = header?.get("sources") as Map<string, unknown>[];
  expect(sources).toHaveLength(1);
  const [only = new Map<string, unknown>()] = sources;
  const indexes = (only.get("indexes") as Map<string, unknown>[]).map((one) => one.get("name"));
  expect(new Set(indexes)).toEqual(new Set(["content-type", "dirpack", "summary"]));
  // Of the file of 3 MiB: cut between the smallest and the largest size, and nothing of it lost.
  const lengths = found(Resource.chunk).map((one) => Number(one.get("length")));
  const ofLarge = lengths.filter((length) => length >= MIB / 2);
  expect(ofLarge.length).toBeGreaterThan(1);
  for (const length of ofLarge) expect(length).toBeLessThanOrEqual(8 * MIB);
  // No chunk for the empty file.
  expect(lengths).not.toContain(0);
});
