/**
 * Small stores that the real plakar 1.1.4 and 1.0.6 wrote, read where plakar is not at hand (test/fixtures/kloset/README.md): each
 * with two snapshots, cut into chunks as its CONFIG asks. The one compressed by ZSTD, which plakar 1.1.4 has not, is ours
 * with blobs that the zstd command compressed.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { type Kloset, openStore } from "../../../src/background/kloset/kloset.ts";
import { MemoryStorage } from "../../../src/background/storage/memory-storage.ts";
import { NodeStorage } from "../../support/node-storage.ts";
import { filesBelow, writeSnapshot } from "../../support/plakar-store.ts";

const fixtures = path.join(import.meta.dirname, "../../fixtures/kloset");
const text = (content: string) => new TextEncoder().encode(content);
const event =
  "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//EN\r\nBEGIN:VEVENT\r\nUID:1@example\r\nDTSTAMP:20260102T030405Z\r\n" +
  "DTSTART:20260103T090000Z\r\nSUMMARY:Grüße 🗓️\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
const lines = Array.from(
  { length: 1500 },
  (_, i) => `X-LINE-${i + 1}:the same again and again\r\n`,
);
const FIRST = new Map([
  ["/mnt/calendars/work/Grüße 🗓️.ics", text(event)],
  ["/mnt/calendars/work/empty.ics", text("")],
  ["/mnt/calendars/work/lines.ics", text(lines.join(""))],
]);
const SECOND = new Map([
  ...FIRST,
  ["/mnt/calendars/work/second.ics", text("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n")],
]);
const plakars = ["lz4", "none", "sha256", "gzip"].map((kind) => `plakar-1.1.4-${kind}`);
/** States without parents, other chunks, summaries within the entries; its snapshots have tags and no names. */
const OLDER = "plakar-1.0.6";

/** In memory, so that a test may write into it. */
async function load(name: string): Promise<MemoryStorage> {
  const directory = path.join(fixtures, name);
  const storage = new MemoryStorage();
  for (const file of await filesBelow(directory))
    storage.files.set(file.slice(1), new Uint8Array(await readFile(path.join(directory, file))));
  return storage;
}

async function expectContent(store: Kloset, id: string, files: ReadonlyMap<string, Uint8Array>) {
  const reader = await store.openSnapshot(id);
  const found = new Map<string, Uint8Array>();
  for await (const entry of reader.walk("/"))
    if (entry.kind === "file") found.set(entry.path, await reader.readFile(entry));
  expect(new Set(found.keys())).toEqual(new Set(files.keys()));
  for (const [name, bytes] of files)
    expect(Buffer.compare(found.get(name) ?? text("missing"), bytes), name).toBe(0);
}

test.each([...plakars, OLDER, "zstd"])(
  "%s is listed, checked and read byte for byte",
  async (name) => {
    const store = await openStore(new NodeStorage(path.join(fixtures, name)));
    const [second, first, ...others] = await store.listSnapshots();
    expect(others).toEqual([]);
    expect([first, second].map((info) => info?.label || info?.tags[0])).toEqual([
      "first",
      "second",
    ]);
    expect([first?.files, second?.files]).toEqual([3, 4]);
    expect(await store.check({ full: true })).toMatchObject({ ok: true, snapshots: 2 });
    await expectContent(store, first?.id ?? "", FIRST);
    await expectContent(store, second?.id ?? "", SECOND);
  },
);

test.each(plakars)("%s is joined by a snapshot that shares what plakar stored", async (name) => {
  const storage = await load(name);
  const before = new Set(storage.files.keys());
  const store = await openStore(storage);
  const files = [...SECOND].map(([path, bytes]) => ({ path, bytes, modifiedMs: 0 }));
  const { snapshotId, bytesWritten } = await writeSnapshot(store, files, "ours");
  // Its chunks are plakar's, the 50 KB in several of them too: only descriptions are new, and the padding.
  expect(bytesWritten).toBeLessThan(30_000);
  for (const file of before) expect(storage.files.has(file)).toBe(true);
  const again = await openStore(storage);
  expect(await again.check({ full: true })).toMatchObject({ ok: true, snapshots: 3 });
  await expectContent(again, snapshotId, SECOND);
});

test("a store of plakar 1.0 is joined by a snapshot, and its own ones stay whole", async () => {
  const storage = await load(OLDER);
  const files = [...SECOND].map(([path, bytes]) => ({ path, bytes, modifiedMs: 0 }));
  const { snapshotId } = await writeSnapshot(await openStore(storage), files, "ours");
  const again = await openStore(storage);
  expect(await again.check({ full: true })).toMatchObject({ ok: true, snapshots: 3 });
  await expectContent(again, snapshotId, SECOND);
});

test("a store compressed by ZSTD is read, and refused for backups before anything is written", async () => {
  const storage = await load("zstd");
  const before = new Map(storage.files);
  const store = await openStore(storage);
  await expect(writeSnapshot(store, [])).rejects.toMatchObject({
    code: "unsupported",
    hint: expect.stringContaining("choose another directory"),
  });
  expect(storage.files).toEqual(before);
});

test("no fixture tells anything of the computer it was made on", async () => {
  for (const name of [...plakars, OLDER, "zstd"]) {
    const store = await openStore(new NodeStorage(path.join(fixtures, name)));
    for (const info of await store.listSnapshots()) {
      expect(info.context.get("Hostname") ?? "desk").toBe("desk");
      expect(info.context.get("MachineID") ?? "0").toMatch(/^0+$/);
      expect(JSON.stringify([...info.context])).not.toMatch(/\/(?:home|root|work|tmp|Users)\b/);
    }
  }
});
