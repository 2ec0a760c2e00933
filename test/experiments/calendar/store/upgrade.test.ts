/** Calendars that were taken out by version 1 of the schema, which gave every text of theirs the same reason. */
import { beforeEach, describe, expect, test } from "vitest";
import { MIGRATIONS } from "../../../../src/experiments/calendar/store/migrations.ts";
import { LEFT_REASONS } from "../../../../src/shared/item-store.ts";
import { DATABASE, event, put, StoreWorld } from "./store-world.ts";

const DAY = 24 * 60 * 60_000;
const EDITED = event("b", "edited, never sent");
const MADE = event("a0", "made, never sent");
const MINE = event("d", "mine, of a conflict");
const THEIRS = event("d", "theirs, of a conflict");

let world: StoreWorld;
beforeEach(async () => {
  world = new StoreWorld();
  world.migrations = MIGRATIONS.slice(0, 1);
  await world.open();
});

async function fill(...uids: string[]): Promise<void> {
  await world.batch(uids.map((uid) => put(`${uid}.ics`, event(uid, "the server's"))));
}

/** What version 1 left when a calendar was removed: the same rows in the same order, all of one reason. */
async function removeAsBefore(): Promise<void> {
  await world.store.removeCalendar(world.calendarId, "unsubscribe");
  await world.store.close();
  const sql = await world.disk.open(DATABASE);
  await sql.execute(
    "UPDATE superseded SET reason = 'unsubscribe' WHERE reason IN ('unsent', 'undecided')",
  );
  await sql.close();
}

async function upgrade(): Promise<void> {
  world.migrations = undefined;
  await world.open();
}

const texts = async (options = {}): Promise<Set<string>> =>
  new Set((await world.superseded(options)).map(({ text }) => text));
const left = () => texts({ reasons: LEFT_REASONS });

/** A snapshot holds all of it, and the time is over for which replaced versions are kept. */
async function backUpAndWait(): Promise<void> {
  const ids = (await world.superseded()).map(({ id }) => id);
  await world.store.markSnapshotted(world.calendarId, ids, "snapshot");
  world.now += 40 * DAY;
  await world.restart();
  await world.store.forgetSnapshotted(["snapshot"]);
}

describe("left by version 1", () => {
  test("what was never sent or decided is listed and stays until it is given up", async () => {
    await fill("a", "b", "c", "d");
    await world.edit("b.ics", EDITED);
    await world.create("a0", MADE);
    await world.edit("d.ics", MINE);
    const conflict = { conflict: "both-changed", base: null, properties: [] } as const;
    await world.settle("d.ics", {
      kind: "yield",
      conflict: { ...conflict, mine: MINE, theirs: THEIRS },
    });
    await removeAsBefore();
    await upgrade();
    expect(await left()).toEqual(new Set([EDITED, MADE, MINE, THEIRS]));
    expect(JSON.parse(await world.store.listRemoved())).toMatchObject([{ left: 4 }]);
    await backUpAndWait();
    expect(await texts()).toEqual(new Set([EDITED, MADE, MINE, THEIRS]));
    const ids = (await world.superseded()).map(({ id }) => id);
    await world.store.dismissSuperseded(world.calendarId, ids);
    await world.store.forgetSnapshotted(["snapshot"]);
    expect(await texts()).toEqual(new Set());
  });

  test.each([["a0"], ["z"]])(
    "an event %s that was made and never sent is not deleted",
    async (uid) => {
      await fill("a", "b", "c");
      const made = event(uid, "made, never sent");
      await world.create(uid, made);
      await removeAsBefore();
      await upgrade();
      await backUpAndWait();
      expect(await texts()).toContain(made);
    },
  );

  test("an event that was made and never sent is listed where it is not the last by name", async () => {
    await fill("a", "b", "c");
    await world.create("a0", MADE);
    await removeAsBefore();
    await upgrade();
    expect(await left()).toEqual(new Set([MADE]));
  });

  test("a change is listed of a calendar that was there again later, and gone again", async () => {
    await fill("b");
    await world.edit("b.ics", EDITED);
    await world.store.removeCalendar(world.calendarId, "unsubscribe");
    await fill("a", "b");
    await removeAsBefore();
    await upgrade();
    expect(await left()).toEqual(new Set([EDITED]));
  });
});

test("a calendar whose left-overs are told apart already is left as it is", async () => {
  await fill("a", "b");
  await world.edit("b.ics", EDITED);
  await world.store.removeCalendar(world.calendarId, "unsubscribe");
  const before = await world.superseded();
  await world.store.close();
  await upgrade();
  expect(await world.superseded()).toEqual(before);
  await backUpAndWait();
  expect(await texts()).toEqual(new Set([EDITED]));
});
