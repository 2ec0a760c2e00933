import { beforeEach, describe, expect, test } from "vitest";
import { isCopied } from "../../../../src/experiments/calendar/store/instance.ts";
import { MIGRATIONS } from "../../../../src/experiments/calendar/store/migrations.ts";
import { readOutbox, writeOutbox } from "../../../../src/experiments/calendar/store/salvage.ts";
import { DATABASE, DIRECTORY, event, put, StoreWorld, sides, stored } from "./store-world.ts";

const A = event("a", "first");
const MINE = event("a", "mine");
const NEW = event("n", "new");

let world: StoreWorld;
beforeEach(async () => {
  world = await new StoreWorld().open();
});

const unsentTexts = (): Set<string | undefined> =>
  new Set(world.unsentFiles().map((path) => world.disk.textOf(path)));

const filesLike = (pattern: RegExp): string[] =>
  [...world.disk.files.keys()].filter((path) => pattern.test(path));

describe("a restart", () => {
  test("finds everything again", async () => {
    await world.batch([put("a.ics", A)], { state: { token: "t" } });
    await world.edit("a.ics", MINE);
    const before = await world.pending();
    await world.restart();
    expect(await world.pending()).toEqual(before);
    expect(JSON.parse(await world.store.getState(world.calendarId))).toEqual({ token: "t" });
    expect(await world.store.takeEvents()).toEqual([]);
  });

  test("after a crash finds every edit that was confirmed", async () => {
    await world.batch([put("a.ics", A)]);
    await world.edit("a.ics", MINE);
    await world.create("n", NEW);
    await world.open();
    expect(await world.visible()).toEqual({ "a.ics": MINE, "n.ics": NEW });
  });

  test("goes on counting revisions", async () => {
    await world.batch([put("a.ics", A)]);
    const [before] = await world.rows();
    await world.restart();
    await world.batch([put("a.ics", MINE)]);
    expect((await world.rows())[0]?.revision).toBeGreaterThan(before?.revision ?? 0);
  });

  test("forgets replaced versions after a week, but never what is superseded", async () => {
    await world.batch([put("a.ics", A)]);
    const [row] = await world.rows();
    await world.batch([put("a.ics", MINE)]);
    const revision = row?.revision ?? 0;
    world.now += 6 * 24 * 60 * 60_000;
    await world.restart();
    expect(await world.store.bodyAtRevision(world.calendarId, revision)).toBe(A);
    world.now += 2 * 24 * 60 * 60_000;
    await world.restart();
    expect(await world.store.bodyAtRevision(world.calendarId, revision)).toBeNull();
    expect((await world.superseded()).map(({ text }) => text)).toEqual([A]);
  });

  test("forgets a superseded text 30 days after it was replaced, once a snapshot that holds it was seen", async () => {
    await world.batch([put("a.ics", A), put("n.ics", NEW)]);
    await world.batch([put("a.ics", MINE), { kind: "remove", name: "n.ics", reason: "gone" }]);
    const held = (await world.superseded()).find(({ text }) => text === A);
    await world.store.markSnapshotted("another calendar", [held?.id ?? 0], "snapshot");
    await world.store.markSnapshotted(world.calendarId, [held?.id ?? 0], "snapshot");
    const unsaved = await world.store.listSuperseded(world.calendarId, { unsaved: true });
    expect(JSON.parse(unsaved).map(({ text }: { text: string }) => text)).toEqual([NEW]);
    const newest = Math.max(...(await world.superseded()).map(({ id }) => id));
    const older = await world.store.listSuperseded(world.calendarId, { before: newest });
    expect(JSON.parse(older)).toHaveLength(1);
    world.now += 20 * 24 * 60 * 60_000;
    await world.store.forgetSnapshotted(["snapshot"]);
    expect(await world.superseded()).toHaveLength(2);
    world.now += 20 * 24 * 60 * 60_000;
    await world.restart();
    expect(await world.superseded()).toHaveLength(2);
    await world.store.forgetSnapshotted(["snapshot"]);
    expect((await world.superseded()).map(({ text }) => text)).toEqual([NEW]);
    expect(await world.visible()).toEqual({ "a.ics": MINE });
  });
});

describe("a superseded text whose snapshot is gone", () => {
  test.each([
    ["is kept, of every calendar", ["one"], [A, NEW]],
    ["is kept while another snapshot's may go", ["two"], []],
    ["is kept with those of all snapshots", null, [A, NEW]],
  ] as const)("%s", async (_, gone, kept) => {
    const OTHER = "another calendar";
    await world.batch([put("a.ics", A)]);
    await world.batch([put("a.ics", MINE)]);
    await world.batch([put("n.ics", NEW)], {}, OTHER);
    await world.batch([put("n.ics", MINE)], {}, OTHER);
    for (const calendarId of [world.calendarId, OTHER]) {
      const ids = (await world.superseded({}, calendarId)).map(({ id }) => id);
      await world.store.markSnapshotted(calendarId, ids, "one");
    }
    await world.store.unmarkSnapshotted(gone);
    world.now += 40 * 24 * 60 * 60_000;
    await world.store.forgetSnapshotted(["one"]);
    const left = [...(await world.superseded()), ...(await world.superseded({}, OTHER))];
    expect(left.map(({ text }) => text)).toEqual(kept);
  });
});

test("a superseded text is kept where the snapshot it was marked with is not there any more", async () => {
  await world.batch([put("a.ics", A)]);
  await world.batch([put("a.ics", MINE)]);
  const ids = (await world.superseded()).map(({ id }) => id);
  await world.store.markSnapshotted(world.calendarId, ids, "removed elsewhere");
  world.now += 40 * 24 * 60 * 60_000;
  await world.restart();
  await world.store.forgetSnapshotted(["another"]);
  expect((await world.superseded()).map(({ text }) => text)).toEqual([A]);
  const unsaved = await world.store.listSuperseded(world.calendarId, { unsaved: true });
  expect(JSON.parse(unsaved)).toHaveLength(1);
});

describe("a database of another version", () => {
  const latest = MIGRATIONS.at(-1)?.version ?? 0;
  const addColumn = {
    version: latest + 1,
    apply: async (sql: { execute(sql: string): Promise<unknown> }) => {
      await sql.execute("ALTER TABLE items ADD COLUMN extra TEXT");
    },
  };

  test("is copied before it is brought up to date", async () => {
    await world.batch([put("a.ics", A)]);
    await world.store.close();
    const before = world.disk.bytesOf(DATABASE);
    world.migrations = [...MIGRATIONS, addColumn];
    await world.open();
    expect(await world.visible()).toEqual({ "a.ics": A });
    const [copy] = filesLike(new RegExp(`items\\.before-${latest}\\..*\\.sqlite$`));
    expect(world.disk.files.get(copy ?? "")).toEqual(before);
  });

  test("stays as it was where a step fails", async () => {
    await world.batch([put("a.ics", A)]);
    await world.store.close();
    const failing = { version: latest + 2, apply: () => Promise.reject(new Error("cannot")) };
    world.migrations = [...MIGRATIONS, addColumn, failing];
    await expect(world.open()).rejects.toMatchObject({ code: "item-store" });
    world.migrations = undefined;
    await world.open();
    expect(await world.visible()).toEqual({ "a.ics": A });
  });

  test("that is newer is refused and not touched", async () => {
    world.migrations = [...MIGRATIONS, addColumn];
    await world.restart();
    await world.create("n", NEW);
    await world.store.close();
    const before = world.disk.bytesOf(DATABASE);
    world.migrations = undefined;
    await expect(world.open()).rejects.toMatchObject({ code: "item-store-newer" });
    expect(world.disk.bytesOf(DATABASE)).toEqual(before);
    expect(filesLike(new RegExp(`damaged|before-${latest + 1}`))).toEqual([]);
    world.migrations = [...MIGRATIONS, addColumn];
    await world.open();
    expect(await world.visible()).toEqual({ "n.ics": NEW });
  });
});

describe("a damaged database", () => {
  beforeEach(async () => {
    await world.batch([put("a.ics", A), put("b.ics", event("b", "b"))], { state: { token: "t" } });
    await world.edit("a.ics", MINE);
    await world.create("n", NEW);
    await world.remove("b.ics");
  });

  /** Bytes in the middle of the closed file. */
  function damage(from: number, to: number): void {
    const bytes = Uint8Array.from(world.disk.bytesOf(DATABASE) ?? []);
    bytes.fill(0xa5, Math.floor(bytes.length * from), Math.floor(bytes.length * to));
    world.disk.overwrite(DATABASE, bytes);
  }

  test("of garbage is set aside, and unsent texts come back from their files", async () => {
    world.disk.overwrite(DATABASE, new TextEncoder().encode("no database ".repeat(1000)));
    await world.open();
    expect(await world.store.takeEvents()).toMatchObject([
      { kind: "salvaged", changes: 2, fromFiles: 2, complete: false },
    ]);
    expect(await world.store.takeEvents()).toEqual([]);
    expect(await world.visible()).toEqual({ "a.ics": MINE, "n.ics": NEW });
    expect((await world.change("a.ics")).kind).toBe("update");
    expect((await world.change("n.ics")).kind).toBe("create");
    expect(await world.store.getState(world.calendarId)).toBe("null");
    expect(filesLike(/items\.damaged\..*\.sqlite$/)).toHaveLength(1);
  });

  test.each([0.3, 0.6, 0.9])("cut off at %d of its length loses no unsent text", async (part) => {
    const bytes = world.disk.bytesOf(DATABASE) ?? new Uint8Array();
    world.disk.overwrite(DATABASE, bytes.slice(0, Math.floor(bytes.length * part)));
    await world.open();
    expect(await world.visible()).toEqual({ "a.ics": MINE, "n.ics": NEW });
    expect(await world.store.takeEvents()).toMatchObject([{ kind: "salvaged" }]);
  });

  test.each([
    [0.1, 0.2],
    [0.4, 0.5],
    [0.6, 0.8],
    [0.85, 1],
  ])("between %d and %d of its length loses no unsent text", async (from, to) => {
    damage(from, to);
    await world.open();
    const visible = await world.visible();
    expect(visible).toMatchObject({ "a.ics": MINE, "n.ics": NEW });
  });

  test("whose outbox can be read keeps deletes, bases and server sides, too", async () => {
    // Damage to an index alone: every table can be read.
    const connection = await world.disk.open(DATABASE);
    const root = (
      await connection.execute(
        "SELECT rootpage FROM sqlite_schema WHERE name = 'superseded_by_uid'",
      )
    )[0]?.[0] as number;
    const size = (await connection.execute("PRAGMA page_size"))[0]?.[0] as number;
    await connection.close();
    const bytes = Uint8Array.from(world.disk.bytesOf(DATABASE) ?? []);
    bytes.fill(0xa5, (root - 1) * size, root * size);
    world.disk.overwrite(DATABASE, bytes);
    const before = await world.pending();
    await world.open();
    expect(await world.store.takeEvents()).toMatchObject([
      { kind: "salvaged", changes: 3, fromFiles: 0, complete: true },
    ]);
    expect(await world.pending()).toEqual(before);
    expect(await world.store.getState(world.calendarId)).toBe("null");
  });

  test("that lost the create of a move does not delete the item where it came from", async () => {
    await world.store.insertEdit({ calendarId: "calendar-2", uid: "c", ...sides(event("c", "c")) });
    await world.batch([put("c.ics", event("c", "c"))]);
    await world.remove("c.ics");
    await world.store.close();
    const damaged = await world.disk.open(DATABASE);
    const salvage = await readOutbox(damaged);
    await damaged.close();
    const changes = salvage.changes.filter(({ calendarId }) => calendarId !== "calendar-2");

    const fresh = await new StoreWorld().open();
    await fresh.store.close();
    const sql = await fresh.disk.open(DATABASE);
    const left = { ...salvage, changes, complete: false };
    await sql.transaction((executor) => writeOutbox(executor, left), { durable: true });
    await sql.close();
    await fresh.open();
    const names = (await fresh.pending()).map(({ name }) => name);
    expect(names.sort()).toEqual(["a.ics", "b.ics", "n.ics"]);
  });

  test("that is gone altogether gives the unsent texts back", async () => {
    world.disk.overwrite(DATABASE, new Uint8Array());
    await world.open();
    expect(await world.store.takeEvents()).toMatchObject([
      { kind: "unsent-recovered", changes: 2 },
    ]);
    expect(await world.visible()).toEqual({ "a.ics": MINE, "n.ics": NEW });
  });

  test("a second time is set aside beside the first", async () => {
    for (let i = 0; i < 2; i++) {
      world.disk.overwrite(DATABASE, new TextEncoder().encode("no database ".repeat(1000)));
      world.now = Date.UTC(2026, 5, 2);
      await world.open();
    }
    expect(filesLike(/items\.damaged\./)).toHaveLength(2);
    expect(await world.visible()).toEqual({ "a.ics": MINE, "n.ics": NEW });
  });
});

describe("a copied profile", () => {
  test("sends nothing until the user says so", async () => {
    await world.create("n", NEW);
    await world.store.close();
    world.machine.where = "other-host /profile";
    world.machine.mark = null;
    await world.open();
    expect(await world.store.takeEvents()).toMatchObject([{ kind: "copied-profile", pending: 1 }]);
    expect(await world.store.isSendingPaused()).toBe(true);
    expect((await world.change("n.ics")).waiting).toBe(true);
    await world.restart();
    expect(await world.store.takeEvents()).toEqual([]);
    expect(await world.store.isSendingPaused()).toBe(true);
    await world.store.resumeSending();
    expect((await world.change("n.ics")).waiting).toBe(false);
    await world.restart();
    expect(await world.store.isSendingPaused()).toBe(false);
  });

  test("is told from a cleared cache, a new host name and a moved home", () => {
    const stored = { id: "id", place: "host /profile" };
    expect(isCopied(stored, "id", "host /profile")).toBe(false);
    expect(isCopied(stored, null, "host /profile")).toBe(false);
    expect(isCopied(stored, "id", "renamed /profile")).toBe(false);
    expect(isCopied(stored, null, "host /copy")).toBe(true);
    expect(isCopied(stored, "other", "other /profile")).toBe(true);
  });
});

describe("the folder unsent/", () => {
  test("has a plain file of each unsent text, from before the edit is confirmed until it is settled", async () => {
    await world.batch([put("a.ics", A)]);
    expect(world.unsentFiles()).toEqual([]);
    await world.edit("a.ics", event("a", "earlier"));
    await world.edit("a.ics", MINE);
    await world.create("n", NEW);
    expect(unsentTexts()).toEqual(new Set([MINE, NEW]));
    expect(world.unsentFiles().every((path) => path.endsWith(".ics"))).toBe(true);
    await world.settle("a.ics", stored(MINE));
    await world.remove("n.ics");
    expect(world.unsentFiles()).toEqual([]);
  });

  test("follows a merge", async () => {
    await world.batch([put("a.ics", A)]);
    await world.edit("a.ics", MINE);
    const merged = event("a", "merged");
    await world.settle("a.ics", { kind: "merged", ...sides(merged) });
    expect(world.unsentFiles().map((path) => world.disk.textOf(path))).toEqual([merged]);
  });

  test("takes any name, and reads it back", async () => {
    const names = [
      "a/b.ics",
      "..",
      "CON.ics",
      "ü 😀.ics",
      "~x",
      "%41",
      ".hidden",
      "x".repeat(150),
      "*?<>|",
    ];
    for (const [i, name] of names.entries()) {
      await world.batch([put(name, event(`u${i}`, "1"))]);
      await world.edit(name, event(`u${i}`, "mine"));
    }
    const expected = await world.visible();
    const parts = world.unsentFiles().map((path) => path.slice(DIRECTORY.length + 1).split("/"));
    expect(
      parts.every(([, calendar, file, ...more]) => calendar && file && more.length === 0),
    ).toBe(true);
    for (const [, , file] of parts)
      expect(file).toMatch(/^[A-Za-z0-9_%-][A-Za-z0-9._%-]*~update-\d+\.ics$/);
    world.disk.overwrite(DATABASE, new Uint8Array());
    await world.open();
    expect(await world.visible()).toEqual(expected);
  });

  test("is brought up to date at start", async () => {
    await world.create("n", NEW);
    await world.create("m", event("m", "m"));
    await world.store.close();
    const [missing] = world.unsentFiles();
    world.disk.files.delete(missing ?? "");
    // A settlement that was stored, while its file could not be removed.
    const stale = `${DIRECTORY}/unsent/${world.calendarId}/n.ics~create-999.ics`;
    world.disk.files.set(stale, new TextEncoder().encode(NEW));
    await world.open();
    expect(unsentTexts()).toEqual(new Set([NEW, event("m", "m")]));
    expect(world.disk.files.has(stale)).toBe(false);
    expect(await world.store.takeEvents()).toEqual([]);
  });

  test("leaves alone what is not a whole text or not ours", async () => {
    const foreign = [
      `${DIRECTORY}/unsent/notes.txt`,
      `${DIRECTORY}/unsent/${world.calendarId}/x.txt`,
      `${DIRECTORY}/unsent/${world.calendarId}/cut~create-5.ics`,
    ];
    for (const path of foreign) world.disk.files.set(path, new TextEncoder().encode("BEGIN:VCAL"));
    await world.restart();
    expect(world.unsentFiles()).toEqual(foreign);
    expect(await world.pending()).toEqual([]);
  });

  test("that cannot be written is no failure of the edit", async () => {
    world.disk.writeFailure = new Error("the disk is full");
    await world.create("n", NEW);
    expect(await world.visible()).toEqual({ "n.ics": NEW });
    world.disk.writeFailure = null;
    await world.restart();
    expect(world.unsentFiles().map((path) => world.disk.textOf(path))).toEqual([NEW]);
  });
});
