/** Stores that we write, used by the real plakar. */
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createStore, type Kloset, openStore } from "../../src/background/kloset/kloset.ts";
import { type CalendarFile, calendarFiles, noise } from "../support/calendar-files.ts";
import { NodeStorage } from "../support/node-storage.ts";
import { describePlakar, PlakarHome } from "../support/plakar.ts";
import { expectRestored, filesBelow, removeLocks, writeSnapshot } from "../support/plakar-store.ts";

/** Names of the folders in a directory that hold anything. */
async function nonEmpty(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  const counts = await Promise.all(names.map((name) => readdir(path.join(directory, name))));
  return names.filter((_, i) => counts[i]?.length);
}

describePlakar("a store that we made, in plakar 1.1.4", () => {
  let plakar: PlakarHome;
  let location: string;
  let store: Kloset;

  beforeEach(async () => {
    plakar = await PlakarHome.make();
    location = plakar.path("store");
    store = await createStore(new NodeStorage(location));
  });

  afterEach(() => plakar.remove());

  const files = [
    ...calendarFiles(120),
    { path: "/manifest/local/empty.json", bytes: new Uint8Array(), modifiedMs: 0 },
    { path: "/big/noise.bin", bytes: noise(20 * 1024 * 1024, 7), modifiedMs: 1e12 },
  ];

  test("is listed, with every path", async () => {
    const { snapshotId } = await writeSnapshot(store, files, "before the trip");
    const list = (await plakar.ok("at", location, "ls")).toString();
    expect(list.trim().split("\n")).toHaveLength(1);
    expect(list).toContain(snapshotId.slice(0, 8));
    const named = await plakar.ok("at", location, "ls", "-name", "before the trip");
    expect(named.toString()).toContain(snapshotId.slice(0, 8));
    const paths = (await plakar.ok("at", location, "ls", "-recursive", snapshotId)).toString();
    const listed = paths
      .trimEnd()
      .split("\n")
      .map((line) => line.slice(line.indexOf(" /") + 1));
    const directories = new Set<string>();
    for (const { path: file } of files)
      for (let at = path.dirname(file); at !== "/"; at = path.dirname(at)) directories.add(at);
    expect(new Set(listed.filter((line) => line !== "/"))).toEqual(
      new Set([...files.map((file) => file.path), ...directories]),
    );
  });

  test("passes check, fast and thorough", async () => {
    await writeSnapshot(store, files);
    await writeSnapshot(store, [...files, ...calendarFiles(140).slice(120)]);
    await plakar.ok("at", location, "check", "-fast");
    await plakar.ok("at", location, "check");
  });

  test("gives back each file byte for byte by cat", async () => {
    const { snapshotId } = await writeSnapshot(store, files);
    for (const file of [files[0], files[2], files[120], files[121]] as CalendarFile[]) {
      const bytes = await plakar.ok("at", location, "cat", `${snapshotId}:${file.path}`);
      expect(Buffer.compare(bytes, file.bytes), file.path).toBe(0);
    }
  });

  test("is restored byte for byte, with modification times", async () => {
    const { snapshotId } = await writeSnapshot(store, files);
    await plakar.ok("at", location, "restore", "-to", plakar.path("out"), snapshotId);
    await expectRestored(plakar.path("out"), files);
    const [first] = files as [CalendarFile];
    expect((await stat(plakar.path("out", first.path))).mtimeMs).toBe(first.modifiedMs);
    const calendar = path.posix.dirname(first.path);
    await plakar.ok(
      "at",
      location,
      "restore",
      "-to",
      plakar.path("one"),
      `${snapshotId}:${calendar}`,
    );
    expect(await filesBelow(plakar.path("one"))).toHaveLength(40);
  });

  test("with an empty directory is listed, checked and restored with it", async () => {
    const writer = await store.startSnapshot({ type: "caldav", origin: "x", directory: "/" });
    await writer.addDirectory("/calendars/local/empty");
    const { snapshotId } = await writer.commit();
    await plakar.ok("at", location, "check");
    const listed = await plakar.ok("at", location, "ls", "-recursive", snapshotId);
    expect(listed.toString()).toContain("/calendars/local/empty");
    await plakar.ok("at", location, "restore", "-to", plakar.path("out"), snapshotId);
    expect(await readdir(plakar.path("out", "calendars", "local", "empty"))).toEqual([]);
  });

  test("is copied by sync into a store that plakar made", async () => {
    await writeSnapshot(store, files, "one");
    await writeSnapshot(store, files.slice(10), "two");
    const copy = plakar.path("copy");
    await plakar.ok("at", copy, "create", "-plaintext");
    await plakar.ok("at", location, "sync", "to", copy);
    await plakar.ok("at", copy, "check");
    const copied = await openStore(new NodeStorage(copy));
    const snapshots = await copied.listSnapshots();
    expect(new Set(snapshots.map(({ label }) => label))).toEqual(new Set(["one", "two"]));
    const one = snapshots.find(({ label }) => label === "one");
    const reader = await copied.openSnapshot(one?.id ?? "");
    for (const file of files)
      expect(Buffer.compare(await reader.readFile(file.path), file.bytes), file.path).toBe(0);
  });

  test("survives maintenance, and takes further snapshots of both programs", async () => {
    await writeSnapshot(store, files);
    const { code, stderr } = await plakar.run("at", location, "maintenance");
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).not.toMatch(/error|warn|fail/i);
    await removeLocks(location);
    await plakar.ok("at", location, "restore", "-to", plakar.path("out"));
    await plakar.ok("at", location, "backup", plakar.path("out"));
    const second = await writeSnapshot(await openStore(new NodeStorage(location)), files);
    await plakar.ok("at", location, "check");
    const again = await openStore(new NodeStorage(location));
    const snapshots = await again.listSnapshots();
    expect(snapshots).toHaveLength(3);
    expect(await again.check({ full: true })).toMatchObject({ ok: true, snapshots: 3 });
    const theirs = snapshots.find((snapshot) => snapshot.type === "fs");
    const reader = await again.openSnapshot(theirs?.id ?? "");
    for (const file of files) {
      const restored = path.join(plakar.path("out"), file.path);
      expect(Buffer.compare(await reader.readFile(restored), file.bytes), file.path).toBe(0);
    }
    expect(second.newBlobs).toBe(1);
  });

  test("a snapshot removed by plakar is gone for us too, the other stays whole", async () => {
    const one = await writeSnapshot(store, files, "one");
    const two = await writeSnapshot(store, files.slice(0, 60), "two");
    await plakar.ok("at", location, "rm", "-apply", one.snapshotId.slice(0, 12));
    const again = await openStore(new NodeStorage(location));
    expect((await again.listSnapshots()).map(({ id }) => id)).toEqual([two.snapshotId]);
    await expect(again.openSnapshot(one.snapshotId)).rejects.toMatchObject({
      code: "snapshot-unknown",
    });
    expect(await again.check({ full: true })).toMatchObject({ ok: true, snapshots: 1 });
  });

  test("what was damaged and stored anew by our next snapshot is whole for plakar too", async () => {
    const small = calendarFiles(20);
    await writeSnapshot(store, small);
    const [shard = ""] = await nonEmpty(path.join(location, "packfiles"));
    const [name = ""] = await readdir(path.join(location, "packfiles", shard));
    const packfile = path.join(location, "packfiles", shard, name);
    const bytes = await readFile(packfile);
    // Inside the first blob, the first file's only chunk.
    bytes.writeUInt8(bytes.readUInt8(56) ^ 1, 56);
    await writeFile(packfile, bytes);
    expect((await plakar.run("at", location, "check")).code).not.toBe(0);
    const again = await openStore(new NodeStorage(location));
    expect(await again.check()).toMatchObject({ ok: false, errors: [{ path: small[0]?.path }] });
    await writeSnapshot(again, small);
    const elsewhere = await PlakarHome.make();
    try {
      await elsewhere.ok("at", location, "check");
      await plakar.ok("at", location, "check");
    } finally {
      await elsewhere.remove();
    }
    expect(await (await openStore(new NodeStorage(location))).check()).toMatchObject({ ok: true });
  });

  test("fifty checks, each with its own random over-reads, find nothing", async () => {
    await writeSnapshot(store, [
      ...calendarFiles(40),
      { path: "/big/noise.bin", bytes: noise(3 * 1024 * 1024, 3), modifiedMs: 0 },
    ]);
    const failures: string[] = [];
    for (let i = 0; i < 50; i++) {
      const { code, stderr } = await plakar.run("-silent", "at", location, "check");
      if (code !== 0) failures.push(stderr);
    }
    expect(failures).toEqual([]);
  });
});
