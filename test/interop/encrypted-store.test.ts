/** Stores with a passphrase, made by us or by the real plakar, and used by both. */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createStore, type Kloset, openStore } from "../../src/background/kloset/kloset.ts";
import { type CalendarFile, calendarFiles, noise } from "../support/calendar-files.ts";
import { NodeStorage } from "../support/node-storage.ts";
import { passphraseKeys } from "../support/passphrase-keys.ts";
import { describePlakar, PlakarHome } from "../support/plakar.ts";
import { expectRestored, removeLocks, writeSnapshot } from "../support/plakar-store.ts";

const PASSPHRASE = "Grüne Wiese, correct horse & 家 🗓️ battery";
const WRONG = "Grüne Wiese, correct horse & 家 🗓️ Battery";
const PEER_PASSPHRASE = "a second store: Zwölf Boxkämpfer jagen Viktor";

const files: readonly CalendarFile[] = [
  ...calendarFiles(120),
  { path: "/manifest/local/empty.json", bytes: new Uint8Array(), modifiedMs: 0 },
  { path: "/big/slice-65536.bin", bytes: noise(65_536, 5), modifiedMs: 1e12 },
  { path: "/big/slice-65537.bin", bytes: noise(65_537, 6), modifiedMs: 1e12 },
  { path: "/big/noise.bin", bytes: noise(3 * 1024 * 1024, 7), modifiedMs: 1e12 },
];
const few = files.slice(0, 20);

describePlakar("a store with a passphrase, shared with plakar 1.1.4", () => {
  let plakar: PlakarHome;
  let location: string;
  const keys = passphraseKeys(PASSPHRASE);
  const open = (at = location) => openStore(new NodeStorage(at), { keys });
  const create = (options: object = {}) =>
    createStore(new NodeStorage(location), { keys, ...options });

  beforeEach(async () => {
    plakar = await PlakarHome.make(PASSPHRASE);
    location = plakar.path("store");
  });

  afterEach(() => plakar.remove());

  async function writeSource(): Promise<string> {
    const source = plakar.path("source");
    for (const file of files) {
      await mkdir(path.dirname(path.join(source, file.path)), { recursive: true });
      await writeFile(path.join(source, file.path), file.bytes);
    }
    return source;
  }

  async function expectWhole(store: Kloset, snapshotId: string, root = "/"): Promise<void> {
    const reader = await store.openSnapshot(snapshotId);
    for (const file of files) {
      const read = await reader.readFile(path.posix.join(root, file.path));
      expect(Buffer.compare(read, file.bytes), file.path).toBe(0);
    }
  }

  test("made by us is listed, checked, read, compared and restored by plakar", async () => {
    const store = await create();
    const one = await writeSnapshot(store, files, "before the trip");
    const two = await writeSnapshot(store, files.slice(1));
    const list = (await plakar.ok("at", location, "ls")).toString();
    for (const { snapshotId } of [one, two]) expect(list).toContain(snapshotId.slice(0, 8));
    const paths = (await plakar.ok("at", location, "ls", "-recursive", one.snapshotId)).toString();
    for (const file of files) expect(paths).toContain(path.basename(file.path));
    await plakar.ok("at", location, "check", "-fast");
    await plakar.ok("at", location, "check");
    const bytes = await plakar.ok("at", location, "cat", `${one.snapshotId}:/big/noise.bin`);
    expect(Buffer.compare(bytes, noise(3 * 1024 * 1024, 7))).toBe(0);
    const difference = await plakar.ok(
      "at",
      location,
      "diff",
      "-recursive",
      one.snapshotId,
      two.snapshotId,
    );
    expect(difference.toString()).toContain(path.basename(files[0]?.path ?? ""));
    await plakar.ok("at", location, "restore", "-to", plakar.path("out"), one.snapshotId);
    await expectRestored(plakar.path("out"), files);
  });

  test.each([
    ["SHA-256", { hashing: "SHA256" }],
    ["GZIP", { compression: "GZIP" }],
    ["no compression", { compression: "none" }],
  ])("made by us with %s is checked and restored by plakar", async (_name, options) => {
    await writeSnapshot(await create(options), files);
    await plakar.ok("at", location, "check");
    await plakar.ok("at", location, "restore", "-to", plakar.path("out"));
    await expectRestored(plakar.path("out"), files);
  });

  test.each([
    ["by default", []],
    ["without compression", ["-no-compression"]],
    ["with SHA-256", ["-hashing", "sha256"]],
  ])("made by plakar %s is read by us, and both write into it", async (_name, flags) => {
    const source = await writeSource();
    await plakar.ok("at", location, "create", ...flags);
    await plakar.ok("at", location, "backup", "-name", "theirs", source);
    const store = await open();
    const [theirs] = await store.listSnapshots();
    expect(theirs).toMatchObject({ type: "fs", label: "theirs", files: files.length });
    await expectWhole(store, theirs?.id ?? "", source);
    expect(await store.check({ full: true })).toMatchObject({ ok: true, checked: files.length });

    const known = files.filter((file) => file.bytes.length < 512 * 1024);
    const small = await writeSnapshot(store, known);
    const [chunk = new Uint8Array()] = known
      .map((file) => file.bytes)
      .sort((a, b) => b.length - a.length);
    // Every chunk was there already: new are the smaller entries and trees.
    expect(small.bytesWritten).toBeLessThan(4 * chunk.length);
    const ours = await writeSnapshot(store, files);
    await plakar.ok("at", location, "check");
    await plakar.ok("at", location, "backup", source);
    const again = await open();
    expect(await again.listSnapshots()).toHaveLength(4);
    expect(await again.check({ full: true })).toMatchObject({ ok: true, snapshots: 4 });
    await expectWhole(again, ours.snapshotId);
  });

  test("loses what plakar removes, survives maintenance, and takes our next backup", async () => {
    const store = await create();
    const one = await writeSnapshot(store, few, "one");
    const two = await writeSnapshot(store, files, "two");
    await plakar.ok("at", location, "rm", "-apply", one.snapshotId.slice(0, 12));
    const { code, stderr } = await plakar.run("at", location, "maintenance");
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).not.toMatch(/error|warn|fail/i);
    await removeLocks(location);
    const again = await open();
    expect((await again.listSnapshots()).map(({ id }) => id)).toEqual([two.snapshotId]);
    expect(await writeSnapshot(again, files, "three")).toMatchObject({ newBlobs: 1 });
    await plakar.ok("at", location, "check");
    expect(await (await open()).check({ full: true })).toMatchObject({ ok: true, snapshots: 2 });
  });

  test("a lock of ours keeps its maintenance away, until it is released", async () => {
    const store = await create();
    const writer = await store.startSnapshot({ type: "caldav", origin: "us", directory: "/" });
    const refused = await plakar.run("at", location, "maintenance");
    expect(refused.code).not.toBe(0);
    await writer.abort();
    await plakar.ok("at", location, "maintenance");
  });

  /** A store of plakar's under the name `@peer`, so that its own passphrase can be told. */
  async function makePeer(passphrase: string | undefined): Promise<string> {
    const peer = plakar.path("peer");
    const { passphrase: usual } = plakar;
    plakar.passphrase = passphrase;
    await plakar.ok("at", peer, "create", ...(passphrase === undefined ? ["-plaintext"] : []));
    plakar.passphrase = usual;
    const option = passphrase === undefined ? [] : [`passphrase=${passphrase}`];
    await plakar.ok("store", "add", "peer", peer, ...option);
    return peer;
  }

  test.each([
    ["another passphrase", PEER_PASSPHRASE],
    ["no passphrase", undefined],
  ])("is copied by sync to a store with %s, and back into a new one", async (_name, passphrase) => {
    const store = await create();
    const { snapshotId } = await writeSnapshot(store, files, "one");
    const peer = await makePeer(passphrase);
    await plakar.ok("at", location, "sync", "to", "@peer");
    const copy = await openStore(new NodeStorage(peer), {
      ...(passphrase !== undefined && { keys: passphraseKeys(passphrase) }),
    });
    expect(await copy.listSnapshots()).toMatchObject([{ id: snapshotId, label: "one" }]);
    await expectWhole(copy, snapshotId);
    expect(await copy.check({ full: true })).toMatchObject({ ok: true });

    const later = await writeSnapshot(copy, few, "later");
    await plakar.ok("at", location, "sync", "from", "@peer");
    const back = await open();
    expect(new Set((await back.listSnapshots()).map(({ id }) => id))).toEqual(
      new Set([snapshotId, later.snapshotId]),
    );
    expect(await back.check({ full: true })).toMatchObject({ ok: true, snapshots: 2 });
  });

  test("is closed to a wrong passphrase, on both sides, and stays as it was", async () => {
    await writeSnapshot(await create(), few);
    const names = await readdir(location, { recursive: true });
    const config = await readFile(path.join(location, "CONFIG"));
    await expect(
      openStore(new NodeStorage(location), { keys: passphraseKeys(WRONG) }),
    ).rejects.toMatchObject({ code: "wrong-passphrase" });
    await expect(openStore(new NodeStorage(location))).rejects.toMatchObject({
      code: "store-encrypted",
    });
    plakar.passphrase = WRONG;
    for (const command of ["ls", "check"]) {
      const { code } = await plakar.run("at", location, command);
      expect(code).not.toBe(0);
    }
    expect(await readdir(location, { recursive: true })).toEqual(names);
    expect(await readFile(path.join(location, "CONFIG"))).toEqual(config);
    plakar.passphrase = PASSPHRASE;
    await plakar.ok("at", location, "check");

    await rm(location, { recursive: true });
    await plakar.ok("at", location, "create");
    await expect(
      openStore(new NodeStorage(location), { keys: passphraseKeys(WRONG) }),
    ).rejects.toMatchObject({ code: "wrong-passphrase" });
    expect(await (await open()).listSnapshots()).toEqual([]);
  });
});
