/** What a move between two calendars takes along never leads a write back to the calendar it came from. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { CalendarSync } from "../../../src/background/sync/engine.ts";
import { calendarTexts } from "../../../src/background/sync/texts.ts";
import { StoreWorld, sides } from "../../experiments/calendar/store/store-world.ts";
import {
  type CaldavTestServer,
  startCaldavTestServer,
} from "../../support/caldav-test-server/server.ts";
import { propertyOf, withValue } from "../../support/event-text.ts";
import { openCollection } from "../../support/remote-calendar.ts";
import { StoredCalendar } from "../../support/stored-calendar.ts";
import { event, numbered } from "./sync-world.ts";

const FROM = "calendar-1";
const TO = "calendar-2";
let server: CaldavTestServer;

beforeAll(async () => {
  server = await startCaldavTestServer();
  server.misbehave({ scheduleTags: "stable" });
});
afterAll(() => server.stop());

/** One store with two calendars; the first has the event "a". */
async function twoCalendars() {
  const world = await new StoreWorld(FROM).open();
  const open = async (id: string) => {
    const url = await server.createCalendar(id);
    const local = new StoredCalendar(world, id);
    const engine = new CalendarSync({
      remote: openCollection(server, url),
      local,
      texts: calendarTexts,
      now: () => world.now,
      random: () => 0,
      wait: async () => {},
      beforeMassRemoval: async () => true,
    });
    const sync = () =>
      engine.run({ status: null, impatient: true, signal: AbortSignal.timeout(30_000) });
    const keepDeletions = async () => {
      const { preview = "" } = (await engine.held("deletions")) ?? {};
      const work = { signal: AbortSignal.timeout(30_000), onProgress: () => {} };
      await engine.decide("deletions", "keep", { preview, withoutSnapshot: true }, work);
    };
    return { url, local, engine, sync, keepDeletions };
  };
  const [from, to] = [await open(FROM), await open(TO)];
  await server.put(`${from.url}a.ics`, event("a"));
  await from.sync();
  await to.sync();
  /** As `items.move` does it between calendars of ours: the provider's facts go along. */
  const move = async (source: typeof from, target: typeof from, moved = "a") => {
    const row = (await source.local.listResources()).find(({ uid }) => uid === moved);
    if (!row) throw new Error("the event is not there");
    const text = (await source.local.visible()).get(row.name) ?? "";
    const metadata = row.metadata as Record<string, string | null>;
    const { calendarId } = target.local;
    await world.store.insertEdit({ calendarId, uid: moved, ...sides(text), metadata });
    await source.local.remove(row.name);
  };
  return { world, from, to, move };
}

test("a move that is taken back leaves the event where it was", async () => {
  const { from, to, move } = await twoCalendars();
  const before = (await from.local.visible()).get("a.ics") ?? "";
  await move(from, to);
  await from.local.create("a", before);
  const [name = ""] = (await to.local.visible()).keys();
  await to.local.remove(name);
  server.forgetRequests();
  await to.sync();
  await from.sync();
  expect(server.count("DELETE") + server.count("PUT")).toBe(0);
  expect(await server.list(from.url)).toEqual(["a.ics"]);
  expect(await server.list(to.url)).toEqual([]);
  expect(await from.local.visible()).toEqual(new Map([["a.ics", before]]));
});

test("an event that was moved there and back again is changed where it is", async () => {
  const { from, to, move } = await twoCalendars();
  await move(from, to);
  await to.sync();
  await move(to, from);
  const [name = ""] = (await from.local.visible()).keys();
  await from.local.edit(name, (text) => withValue(text, "SUMMARY", "mine"));
  for (let round = 0; round < 2; round++) {
    await from.sync();
    await to.sync();
  }
  expect(await server.list(to.url)).toEqual([]);
  const [left = ""] = await server.list(from.url);
  expect(propertyOf((await server.get(from.url + left)) ?? "", "SUMMARY")).toBe("mine");
  expect(await from.local.getPending()).toEqual([]);
});

test("events deleted in the place they were moved to, before they were sent there, are many deletions", async () => {
  const { from, to, move } = await twoCalendars();
  const uids = numbered(20);
  for (const uid of uids) await server.put(`${from.url}${uid}.ics`, event(uid));
  await from.sync();
  for (const uid of uids) await move(from, to, uid);
  for (const name of (await to.local.visible()).keys()) await to.local.remove(name);
  server.forgetRequests();
  const { held } = await from.sync();
  expect(server.count("DELETE")).toBe(0);
  expect(held).toBe(20);
  expect(await server.list(from.url)).toHaveLength(21);
});

test.each([
  ["by the user's own undo", "undo"],
  ["from what waits to be sent", "discard"],
  ["from among many deletions", "keep"],
] as const)(
  "deletions taken back in the new place %s are no deletions in the old one",
  async (_how, way) => {
    const { from, to, move } = await twoCalendars();
    const uids = numbered(20);
    for (const uid of uids) await server.put(`${from.url}${uid}.ics`, event(uid));
    await from.sync();
    for (const uid of uids) await move(from, to, uid);
    const moved = await to.local.visible();
    for (const name of moved.keys()) await to.local.remove(name);
    expect((await from.sync()).held).toBe(20);
    if (way === "undo") for (const uid of uids) await to.local.create(uid, event(uid));
    if (way === "discard") for (const name of moved.keys()) await to.engine.discard(name);
    if (way === "keep") await to.keepDeletions();
    // The old place has them until the new one is known to.
    expect((await from.sync()).held).toBe(0);
    expect(await server.list(from.url)).toHaveLength(21);
    await to.sync();
    await from.sync();
    expect(await server.list(to.url)).toHaveLength(20);
    expect(await server.list(from.url)).toEqual(["a.ics"]);
  },
);

test("deletions taken back in the old place stay there, and the new place has none", async () => {
  const { from, to, move } = await twoCalendars();
  const uids = numbered(20);
  for (const uid of uids) await server.put(`${from.url}${uid}.ics`, event(uid));
  await from.sync();
  for (const uid of uids) await move(from, to, uid);
  for (const name of (await to.local.visible()).keys()) await to.local.remove(name);
  expect((await from.sync()).held).toBe(20);
  await from.keepDeletions();
  await to.sync();
  await from.sync();
  expect(await server.list(from.url)).toHaveLength(21);
  expect(await server.list(to.url)).toEqual([]);
  expect((await from.local.visible()).size).toBe(21);
});
