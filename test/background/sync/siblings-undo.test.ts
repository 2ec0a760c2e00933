/** Undoing a mass change where two resources share one UID: a series, and an occurrence in a resource of its own. */
import { beforeEach, describe, expect, test } from "vitest";
import { CalendarSync } from "../../../src/background/sync/engine.ts";
import type { MassChangeKind } from "../../../src/background/sync/ports.ts";
import { calendarTexts } from "../../../src/background/sync/texts.ts";
import { StoreWorld } from "../../experiments/calendar/store/store-world.ts";
import { eventText, propertyOf, withValue } from "../../support/event-text.ts";
import { MemoryCollection } from "../../support/memory-collection.ts";
import { StoredCalendar } from "../../support/stored-calendar.ts";
import { numbered } from "./sync-world.ts";

const { signal } = new AbortController();
const work = { signal, onProgress: () => {} };
const others = numbered(20).map((uid) => `${uid}.ics`);
const SERIES = "series.ics";
const OCCURRENCE = "occurrence.ics";
const stamps = { "LAST-MODIFIED": "20260601T100000Z" };
const series = eventText("shared", { SUMMARY: "Series", RRULE: "FREQ=DAILY;COUNT=5", ...stamps });
const occurrence = eventText("shared", {
  SUMMARY: "Moved",
  "RECURRENCE-ID": "20260302T100000Z",
  ...stamps,
});

let local: StoredCalendar;
let remote: MemoryCollection;
let engine: CalendarSync;

beforeEach(async () => {
  const world = await new StoreWorld().open();
  local = new StoredCalendar(world);
  remote = new MemoryCollection({ sharesUids: true });
  engine = new CalendarSync({
    remote,
    local,
    texts: calendarTexts,
    now: () => world.now,
    random: () => 0,
    wait: async () => {},
    beforeMassRemoval: async () => snapshotSucceeds,
  });
  snapshotSucceeds = true;
  for (const name of others) {
    const uid = name.replace(".ics", "");
    remote.write(name, eventText(uid, { SUMMARY: uid, ...stamps }));
  }
  remote.write(SERIES, series);
  remote.write(OCCURRENCE, occurrence);
  await sync();
});
let snapshotSucceeds = true;

async function sync(): Promise<void> {
  await engine.run({ status: null, impatient: true, signal });
}

async function decide(kind: MassChangeKind, decision: "apply" | "keep") {
  const { preview = "" } = (await engine.held(kind)) ?? {};
  const decided = await engine.decide(kind, decision, { preview, withoutSnapshot: true }, work);
  await sync();
  return decided;
}

async function undo(kind: MassChangeKind) {
  const change = (await local.getState())?.massChanges.find((each) => each.kind === kind);
  if (change === undefined) throw new Error("nothing to undo");
  const undone = await engine.undo(kind, change.at, work);
  await sync();
  return undone;
}

async function expectEverywhere(name: string, text: string): Promise<void> {
  expect((await local.visible()).get(name)).toBe(text);
  expect(remote.texts().get(name)).toBe(text);
}

describe.each([
  ["both", [SERIES, OCCURRENCE]],
  ["the series", [SERIES]],
  ["the occurrence", [OCCURRENCE]],
])("%s", (_what, names) => {
  const lost = [...others, ...names];

  test("removed on the server, come back", async () => {
    for (const name of lost) remote.delete(name);
    await sync();
    expect(await undo("removals")).toEqual({ changed: lost.length, merged: 0, left: [] });
    await expectEverywhere(SERIES, series);
    await expectEverywhere(OCCURRENCE, occurrence);
  });

  test("removed on the server and held, stay when the user keeps them", async () => {
    snapshotSucceeds = false;
    for (const name of lost) remote.delete(name);
    await sync();
    expect(await decide("removals", "keep")).toMatchObject({ changed: lost.length, left: [] });
    await expectEverywhere(SERIES, series);
    await expectEverywhere(OCCURRENCE, occurrence);
  });

  test("deleted here, come back", async () => {
    for (const name of lost) await local.remove(name);
    await sync();
    await decide("deletions", "apply");
    expect(remote.texts().size).toBe(2 - names.length);
    expect(await undo("deletions")).toEqual({ changed: lost.length, merged: 0, left: [] });
    await expectEverywhere(SERIES, series);
    await expectEverywhere(OCCURRENCE, occurrence);
  });
});

test("a duplicate of the series that went with it comes back, too", async () => {
  remote.write("twin.ics", withValue(series, "SUMMARY", "Twin"));
  await sync();
  for (const name of [...others, SERIES, "twin.ics"]) remote.delete(name);
  await sync();
  expect(await undo("removals")).toMatchObject({ changed: others.length + 2, left: [] });
  await expectEverywhere(SERIES, series);
  expect(propertyOf(remote.texts().get("twin.ics"), "SUMMARY")).toBe("Twin");
});

test("an occurrence's deletion afterwards does not keep the series away", async () => {
  for (const name of [...others, SERIES]) remote.delete(name);
  await sync();
  await local.remove(OCCURRENCE);
  await sync();
  expect(await undo("removals")).toMatchObject({ changed: others.length + 1, left: [] });
  await expectEverywhere(SERIES, series);
  expect(remote.texts().has(OCCURRENCE)).toBe(false);
});

test("a reversal is not undone onto the other resource", async () => {
  const old = (text: string) => withValue(text, "LAST-MODIFIED", "20260101T100000Z");
  for (const name of [...others, SERIES]) {
    const text = remote.texts().get(name) ?? "";
    remote.write(name, withValue(old(text), "SUMMARY", "old"));
  }
  await sync();
  remote.delete(SERIES);
  await sync();
  expect(await undo("reversals")).toMatchObject({ left: [{ name: SERIES, why: "deleted" }] });
  await expectEverywhere(OCCURRENCE, occurrence);
});
