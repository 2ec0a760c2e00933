/** A decision is about what was shown, and about nothing that is held by the time it arrives. */
import { beforeEach, expect, test } from "vitest";
import { CalendarSync } from "../../../src/background/sync/engine.ts";
import type { MassChangeKind } from "../../../src/background/sync/ports.ts";
import { calendarTexts } from "../../../src/background/sync/texts.ts";
import { StoreWorld } from "../../experiments/calendar/store/store-world.ts";
import { eventText, withValue } from "../../support/event-text.ts";
import { MemoryCollection } from "../../support/memory-collection.ts";
import { StoredCalendar } from "../../support/stored-calendar.ts";
import { numbered } from "./sync-world.ts";

const { signal } = new AbortController();
const work = { signal, onProgress: () => {} };
const uids = numbered(40);
const names = uids.map((uid) => `${uid}.ics`);
const [FIRST = "", SECOND = ""] = names;
const LAST = names.at(-1) ?? "";

let world: StoreWorld;
let local: StoredCalendar;
let remote: MemoryCollection;
let engine: CalendarSync;
/** What happens while the snapshot is taken; false: there is none. */
let snapshot: () => Promise<boolean>;

beforeEach(async () => {
  world = await new StoreWorld().open();
  local = new StoredCalendar(world);
  remote = new MemoryCollection();
  snapshot = async () => true;
  engine = new CalendarSync({
    remote,
    local,
    texts: calendarTexts,
    now: () => world.now,
    random: () => 0,
    wait: async () => {},
    beforeMassRemoval: () => snapshot(),
  });
  for (const uid of uids) remote.write(`${uid}.ics`, versionOf(uid, "new", 6));
  await sync();
});

const versionOf = (uid: string, word: string, month: number): string =>
  eventText(uid, { SUMMARY: `${word} ${uid}`, "LAST-MODIFIED": `20260${month}01T100000Z` });

const sync = () => engine.run({ status: null, impatient: true, signal });

const shown = async (kind: MassChangeKind) => (await engine.held(kind))?.preview ?? "";

const decide = (kind: MassChangeKind, preview: string, withoutSnapshot = true) =>
  engine.decide(kind, "apply", { preview, withoutSnapshot }, work);

async function expectRefused(decided: Promise<unknown>): Promise<void> {
  const pending = await local.getPending();
  const visible = await local.visible();
  await expect(decided).rejects.toMatchObject({ code: "preview-outdated" });
  expect(await local.getPending()).toEqual(pending);
  expect(await local.visible()).toEqual(visible);
  expect((await local.getState())?.massChanges).toEqual([]);
}

test("deletions made since it was shown are not agreed to", async () => {
  for (const name of names.slice(0, 20)) await local.remove(name);
  await sync();
  const preview = await shown("deletions");
  for (const name of names.slice(20, 25)) await local.remove(name);
  await expectRefused(decide("deletions", preview));
  expect((await sync()).held).toBe(25);
  expect(remote.texts().size).toBe(40);
  expect((await decide("deletions", await shown("deletions"))).changed).toBe(25);
});

test("as many deletions of others are not the same", async () => {
  for (const name of names.slice(0, 20)) await local.remove(name);
  const preview = await shown("deletions");
  await engine.discard(FIRST);
  await local.remove(LAST);
  await expectRefused(decide("deletions", preview));
});

test("a deletion of what another client has changed since is another one", async () => {
  for (const name of names.slice(0, 20)) await local.remove(name);
  await sync();
  const preview = await shown("deletions");
  remote.write(FIRST, withValue(remote.texts().get(FIRST) ?? "", "SUMMARY", "theirs"));
  await sync();
  await expectRefused(decide("deletions", preview));
});

test("a deletion made while the snapshot is taken is not in it, and not agreed to", async () => {
  for (const name of names.slice(0, 20)) await local.remove(name);
  const preview = await shown("deletions");
  let pending = 20;
  snapshot = async () => {
    await local.remove(LAST);
    pending++;
    return true;
  };
  await expect(decide("deletions", preview, false)).rejects.toMatchObject({
    code: "preview-outdated",
  });
  expect((await sync()).held).toBe(pending);
  expect(remote.texts().size).toBe(40);
});

test("removals that became more, or whose items were edited here, are decided about anew", async () => {
  snapshot = async () => false;
  for (const name of names.slice(0, 20)) remote.delete(name);
  await sync();
  const preview = await shown("removals");
  remote.delete(LAST);
  await sync();
  await expectRefused(decide("removals", preview));
  const more = await shown("removals");
  await local.edit(SECOND, (text) => withValue(text, "SUMMARY", "mine"));
  await expectRefused(decide("removals", more));
  expect((await decide("removals", await shown("removals"))).changed).toBe(21);
});

test("older versions that were replaced by others are decided about anew", async () => {
  snapshot = async () => false;
  for (const uid of uids.slice(0, 20)) remote.write(`${uid}.ics`, versionOf(uid, "old", 1));
  await sync();
  const preview = await shown("reversals");
  remote.write(FIRST, versionOf("event-0", "older", 1));
  await sync();
  await expectRefused(decide("reversals", preview));
});

test("the same is the same, however often it is looked at", async () => {
  for (const name of names.slice(0, 20)) await local.remove(name);
  const preview = await shown("deletions");
  await sync();
  expect(await shown("deletions")).toBe(preview);
  expect(preview).not.toBe("");
});
