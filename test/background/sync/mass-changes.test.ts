/** The guard both ways, over the real item store: nothing of many changes is made without being undoable. */
import { beforeEach, describe, expect, test } from "vitest";
import { CalendarSync } from "../../../src/background/sync/engine.ts";
import type { MassDecision } from "../../../src/background/sync/mass-decisions.ts";
import type { MassChangeKind } from "../../../src/background/sync/ports.ts";
import { calendarTexts } from "../../../src/background/sync/texts.ts";
import { StoreWorld } from "../../experiments/calendar/store/store-world.ts";
import { eventText, propertyOf, withValue } from "../../support/event-text.ts";
import { MemoryCollection } from "../../support/memory-collection.ts";
import { StoredCalendar } from "../../support/stored-calendar.ts";
import { numbered } from "./sync-world.ts";

const { signal } = new AbortController();
const work = { signal, onProgress: () => {} };
const EVENTS = 40;
const newer = "20260601T100000Z";
const older = "20260101T100000Z";
const names = numbered(EVENTS).map((uid) => `${uid}.ics`);

let world: StoreWorld;
let local: StoredCalendar;
let remote: MemoryCollection;
let engine: CalendarSync;
let snapshotSucceeds: boolean;
let snapshots: number;
/** What the user does while the engine waits for more deletions. */
let meanwhile: () => Promise<void>;

beforeEach(async () => {
  world = await new StoreWorld().open();
  local = new StoredCalendar(world);
  remote = new MemoryCollection();
  snapshotSucceeds = true;
  snapshots = 0;
  meanwhile = async () => {};
  engine = makeEngine();
  for (const uid of numbered(EVENTS)) {
    const text = eventText(uid, { SUMMARY: `new ${uid}`, "LAST-MODIFIED": newer });
    remote.write(`${uid}.ics`, text);
  }
  await sync();
});

function makeEngine(): CalendarSync {
  return new CalendarSync({
    remote,
    local,
    texts: calendarTexts,
    now: () => world.now,
    random: () => 0,
    wait: () => meanwhile(),
    beforeMassRemoval: async () => {
      snapshots++;
      return snapshotSucceeds;
    },
  });
}

async function sync(options: { approvedDeletions?: readonly string[] } = {}) {
  const result = await engine.run({ status: null, impatient: true, signal, ...options });
  expect(result.failure).toBeUndefined();
  return result;
}

/** About what is held now. @returns how many items it concerned */
const decide = async (kind: MassChangeKind, decision: MassDecision, withoutSnapshot = false) => {
  const { preview = "" } = (await engine.held(kind)) ?? {};
  return (await engine.decide(kind, decision, { preview, withoutSnapshot }, work)).changed;
};

/** @returns how many came back */
const undo = async (kind: MassChangeKind, at = 0) => (await engine.undo(kind, at, work)).changed;

const titles = (texts: Iterable<string>) =>
  [...texts].map((text) => (propertyOf(text, "SUMMARY") ?? "").split(" ")[0]);
const count = (texts: Iterable<string>, word: string) =>
  titles(texts).filter((title) => title === word).length;

async function expectAgreement(): Promise<void> {
  expect(await local.getPending()).toEqual([]);
  expect(new Map(await local.visible())).toEqual(new Map(remote.texts()));
}

/** A server that was restored from its own backup of January. */
function goBackInTime(howMany: number): void {
  for (const name of names.slice(0, howMany)) {
    const uid = name.replace(".ics", "");
    remote.write(name, eventText(uid, { SUMMARY: `old ${uid}`, "LAST-MODIFIED": older }));
  }
}

describe("many versions that go back in time", () => {
  test("are taken over only after a snapshot, and the undo sends the newer ones again", async () => {
    goBackInTime(20);
    const { report } = await sync();
    expect(snapshots).toBe(1);
    expect(report.error).toBeUndefined();
    expect(count((await local.visible()).values(), "old")).toBe(20);
    const [change] = (await local.getState())?.massChanges ?? [];
    expect(change).toMatchObject({ kind: "reversals" });
    expect(await undo("reversals", change?.at)).toBe(20);
    await sync();
    expect(count(remote.texts().values(), "new")).toBe(EVENTS);
    await expectAgreement();
  });

  test("are held while no snapshot can be taken; others arrive all the same", async () => {
    snapshotSucceeds = false;
    goBackInTime(20);
    remote.write("fresh.ics", eventText("fresh", { SUMMARY: "fresh" }));
    const { report, held } = await sync();
    expect(held).toBe(20);
    expect(report.error).toMatchObject({ code: "mass-change", details: { heldReversals: 20 } });
    const shown = await local.visible();
    expect(count(shown.values(), "new")).toBe(EVENTS);
    expect(shown.has("fresh.ics")).toBe(true);
    snapshotSucceeds = true;
    expect((await sync()).held).toBe(0);
    await expectAgreement();
  });

  test.each([
    ["apply", "old", 20],
    ["keep", "new", EVENTS],
  ] as const)("%s: the held ones are %s on both sides", async (decision, word, expected) => {
    snapshotSucceeds = false;
    goBackInTime(20);
    await sync();
    await decide("reversals", decision, true);
    await sync();
    expect(count(remote.texts().values(), word)).toBe(expected);
    await expectAgreement();
  });

  test("broken off in the middle are undone as a whole all the same", async () => {
    goBackInTime(20);
    let left = 12;
    remote.intercept = (call) => (call === "fetchOne" && left-- <= 0 ? "not-sent" : "answered");
    expect((await engine.run({ status: null, impatient: true, signal })).failure).toBeDefined();
    remote.intercept = () => "answered";
    await sync();
    expect(count((await local.visible()).values(), "old")).toBe(20);
    const [change] = (await local.getState())?.massChanges ?? [];
    expect(await undo("reversals", change?.at)).toBe(20);
    await sync();
    expect(count(remote.texts().values(), "new")).toBe(EVENTS);
    await expectAgreement();
  });

  test("broken off again and again are one change, with one snapshot", async () => {
    goBackInTime(EVENTS);
    for (const taken of [0, 12, 3]) {
      let left = taken;
      remote.intercept = (call) => (call === "fetchOne" && left-- <= 0 ? "not-sent" : "answered");
      expect((await engine.run({ status: null, impatient: true, signal })).failure).toBeDefined();
    }
    remote.intercept = () => "answered";
    await sync();
    expect(count((await local.visible()).values(), "old")).toBe(EVENTS);
    const changes = (await local.getState())?.massChanges ?? [];
    expect(changes.map(({ kind, names }) => [kind, names.length])).toEqual([["reversals", EVENTS]]);
    expect(snapshots).toBe(1);
    expect(await undo("reversals", changes[0]?.at)).toBe(EVENTS);
    await sync();
    expect(count(remote.texts().values(), "new")).toBe(EVENTS);
    await expectAgreement();
  });

  test("broken off, and more of them found since, are told apart", async () => {
    goBackInTime(20);
    let left = 12;
    remote.intercept = (call) => (call === "fetchOne" && left-- <= 0 ? "not-sent" : "answered");
    await engine.run({ status: null, impatient: true, signal });
    remote.intercept = () => "answered";
    for (const name of names.slice(20)) {
      const text = withValue(remote.texts().get(name) ?? "", "LAST-MODIFIED", older);
      remote.write(name, withValue(text, "SUMMARY", "old"));
    }
    await sync();
    const changes = (await local.getState())?.massChanges ?? [];
    expect(changes.map(({ names: of }) => of.length)).toEqual([20, EVENTS - 20]);
    expect(snapshots).toBe(2);
    expect(await undo("reversals", changes[0]?.at)).toBe(20);
    await sync();
    expect(count(remote.texts().values(), "old")).toBe(EVENTS - 20);
    await expectAgreement();
  });

  test("broken off before the first, and gone forward again since, are no change", async () => {
    const before = remote.texts();
    goBackInTime(20);
    remote.intercept = (call) => (call === "fetchOne" ? "not-sent" : "answered");
    await engine.run({ status: null, impatient: true, signal });
    remote.intercept = () => "answered";
    for (const [name, text] of before) remote.write(name, text);
    await sync();
    expect((await local.getState())?.massChanges).toEqual([]);
    await expectAgreement();
  });

  test("a few are no sign of anything", async () => {
    goBackInTime(5);
    await sync();
    expect(snapshots).toBe(0);
    await expectAgreement();
  });

  test("many that are newer are no sign of anything either", async () => {
    for (const name of names) {
      const text = withValue(remote.texts().get(name) ?? "", "LAST-MODIFIED", "20260602T100000Z");
      remote.write(name, withValue(text, "SUMMARY", "next"));
    }
    await sync();
    expect(snapshots).toBe(0);
    await expectAgreement();
  });
});

describe("many removals", () => {
  const empty = (howMany: number) => {
    for (const name of names.slice(0, howMany)) remote.delete(name);
  };

  test("that were made are undone: the events are here and on the server again", async () => {
    empty(30);
    await sync();
    expect((await local.visible()).size).toBe(10);
    const [change] = (await local.getState())?.massChanges ?? [];
    expect(change).toMatchObject({ kind: "removals" });
    expect(await undo("removals", change?.at)).toBe(30);
    await sync();
    expect(count(remote.texts().values(), "new")).toBe(EVENTS);
    await expectAgreement();
    await expect(undo("removals", change?.at)).rejects.toMatchObject({
      code: "item-unknown",
    });
  });

  test("of which only a part was stored before the power failed are undone all the same", async () => {
    empty(30);
    const { batch } = local;
    // A large batch crosses in parts, and the state goes with the last.
    local.batch = async (operations, options) => {
      if (operations.length === 0) return batch.call(local, operations, options);
      await batch.call(local, operations.slice(0, 12), { notify: false });
      throw new Error("the power fails");
    };
    await engine.run({ status: null, impatient: true, signal });
    local.batch = batch;
    await sync();
    expect((await local.visible()).size).toBe(10);
    const changes = (await local.getState())?.massChanges ?? [];
    expect(changes.map(({ names: of }) => of.length)).toEqual([30]);
    expect(snapshots).toBe(1);
    expect(await undo("removals", changes[0]?.at)).toBe(30);
    await sync();
    expect(count(remote.texts().values(), "new")).toBe(EVENTS);
    await expectAgreement();
  });

  test.each([
    ["apply", 10],
    ["keep", EVENTS],
  ] as const)("held, %s: %i events are left on both sides", async (decision, left) => {
    snapshotSucceeds = false;
    empty(30);
    expect((await sync()).held).toBe(30);
    await decide("removals", decision, true);
    await sync();
    expect(remote.texts().size).toBe(left);
    await expectAgreement();
  });

  test("held, and really there: agreeing to their removal does not lose them", async () => {
    snapshotSucceeds = false;
    empty(30);
    await sync();
    const [name = ""] = names;
    remote.write(name, eventText("event-0", { SUMMARY: "back" }));
    await decide("removals", "apply", true);
    await sync();
    expect((await local.visible()).has(name)).toBe(true);
    await expectAgreement();
  });
});

describe("many deletions made here", () => {
  const removeHere = async (howMany: number) => {
    for (const name of names.slice(0, howMany)) await local.remove(name);
  };

  test("wait for the user's word, and nothing else waits with them", async () => {
    await removeHere(20);
    await local.create("fresh", eventText("fresh", { SUMMARY: "fresh" }));
    const { held, report } = await sync();
    expect(held).toBe(20);
    expect(report.error).toMatchObject({ code: "mass-change", details: { heldDeletions: 20 } });
    expect(remote.texts().size).toBe(EVENTS + 1);
    expect((await local.visible()).size).toBe(EVENTS - 20 + 1);
  });

  const removeOneByOne = async (from: number, to: number) => {
    for (const name of names.slice(from, to)) {
      await local.remove(name);
      await engine.push(name, false, signal);
    }
  };

  test("one by one are counted together", async () => {
    await removeOneByOne(0, 8);
    expect(remote.texts().size).toBe(EVENTS - 8);
    await removeOneByOne(8, 16);
    expect(remote.texts().size).toBeGreaterThan(EVENTS - 16);
    expect((await sync()).held).toBeGreaterThan(0);
  });

  test("of different days are not counted together", async () => {
    await removeOneByOne(0, 5);
    world.now += 25 * 60 * 60_000;
    await removeOneByOne(5, 10);
    expect(remote.texts().size).toBe(EVENTS - 10);
    expect((await sync()).held).toBe(0);
  });

  test("are sent once the user says so, after a snapshot, and can be undone", async () => {
    await removeHere(20);
    await sync();
    snapshotSucceeds = false;
    await expect(decide("deletions", "apply")).rejects.toMatchObject({ code: "backup-incomplete" });
    await sync();
    expect(remote.texts().size).toBe(EVENTS);
    snapshotSucceeds = true;
    expect(await decide("deletions", "apply")).toBe(20);
    engine = makeEngine();
    expect((await sync()).held).toBe(0);
    expect(remote.texts().size).toBe(EVENTS - 20);
    // The word counts for those, not for the next ones, and those are not counted against the next.
    await local.remove("event-39.ics");
    await sync();
    expect(remote.texts().size).toBe(EVENTS - 21);
    const change = (await local.getState())?.massChanges.find(({ kind }) => kind === "deletions");
    expect(await undo("deletions", change?.at)).toBe(20);
    await sync();
    expect(count(remote.texts().values(), "new")).toBe(EVENTS - 1);
    await expectAgreement();
  });

  test("come back here when the user takes them back", async () => {
    await removeHere(20);
    await sync();
    expect(await decide("deletions", "keep")).toBe(20);
    expect((await sync()).held).toBe(0);
    expect(remote.texts().size).toBe(EVENTS);
    await expectAgreement();
  });

  const createAndRemoveHere = async (howMany: number) => {
    const made: string[] = [];
    for (const uid of numbered(howMany).map((each) => `unsent-${each}`)) {
      made.push(await local.create(uid, eventText(uid, { SUMMARY: `unsent ${uid}` })));
    }
    for (const name of made) await local.remove(name);
    return made;
  };

  test("come back when the user takes them back, also those the server never had", async () => {
    await createAndRemoveHere(50);
    expect((await sync()).held).toBe(50);
    expect(await decide("deletions", "keep")).toBe(50);
    expect(count((await local.visible()).values(), "unsent")).toBe(50);
    await sync();
    expect(count(remote.texts().values(), "unsent")).toBe(50);
    await expectAgreement();
  });

  test("come back one by one, also those the server never had", async () => {
    const [name = ""] = await createAndRemoveHere(50);
    await sync();
    expect(await engine.discard(name)).toBe(true);
    expect((await local.visible()).has(name)).toBe(true);
    await sync();
    expect(remote.texts().has(name)).toBe(true);
  });

  test("agreed to and sent without an answer come back by the undo", async () => {
    await removeHere(20);
    await sync();
    await decide("deletions", "apply");
    remote.intercept = (call) => (call === "remove" ? "answer-lost" : "not-sent");
    await engine.run({ status: null, impatient: true, signal });
    remote.intercept = () => "answered";
    expect(remote.texts().size).toBeLessThan(EVENTS);
    const change = (await local.getState())?.massChanges.find(({ kind }) => kind === "deletions");
    expect(await undo("deletions", change?.at)).toBe(20);
    await sync();
    await sync();
    expect(count(remote.texts().values(), "new")).toBe(EVENTS);
    await expectAgreement();
  });

  test("of a restore, confirmed by its preview, do not wait", async () => {
    const removed = names.slice(0, 30);
    const operations = removed.map((name) => ({ kind: "delete", name }) as const);
    await local.stage(operations, "restore");
    expect((await sync({ approvedDeletions: removed })).held).toBe(0);
    expect(remote.texts().size).toBe(EVENTS - 30);
    await expectAgreement();
  });

  test("that wait go on waiting when a restore deletes others", async () => {
    await removeHere(20);
    await sync();
    await local.stage([{ kind: "delete", name: "event-39.ics" }], "restore");
    expect((await sync({ approvedDeletions: ["event-39.ics"] })).held).toBe(20);
    expect(remote.texts().size).toBe(EVENTS - 1);
  });

  test("come one after the other, and the first ones wait until they are counted", async () => {
    const selected = names.slice(0, 20);
    const deleteNext = async () => {
      const next = selected.shift();
      if (next !== undefined) await local.remove(next);
    };
    await deleteNext();
    meanwhile = deleteNext;
    expect(await engine.push(names[0] ?? "", false, signal)).toMatchObject({ kind: "held" });
    expect(remote.texts().size).toBe(EVENTS);
    expect((await sync()).held).toBe(20);
    expect(remote.texts().size).toBe(EVENTS);
  });

  test("wait with one that has waited before them", async () => {
    const [first = "", ...selected] = names.slice(0, 20);
    await local.remove(first);
    world.now += 60_000;
    const deleteNext = async () => {
      const next = selected.shift();
      if (next !== undefined) await local.remove(next);
    };
    await deleteNext();
    meanwhile = deleteNext;
    expect(await engine.push(first, false, signal)).toMatchObject({ kind: "held" });
    expect(remote.texts().size).toBe(EVENTS);
  });

  test("in the middle of which a synchronization begins wait as well, and other edits do not", async () => {
    const selected = names.slice(0, 20);
    const deleteNext = async () => {
      const next = selected.shift();
      if (next !== undefined) await local.remove(next);
    };
    await deleteNext();
    await local.create("fresh", eventText("fresh", { SUMMARY: "fresh" }));
    const seen: number[] = [];
    meanwhile = async () => {
      seen.push(remote.texts().size);
      await deleteNext();
    };
    expect((await sync()).held).toBe(20);
    expect(seen[0]).toBe(EVENTS + 1);
    expect(remote.texts().size).toBe(EVENTS + 1);
  });

  test("agreed to and undone before they are sent stay on both sides", async () => {
    await removeHere(20);
    await sync();
    await decide("deletions", "apply");
    const change = (await local.getState())?.massChanges.find(({ kind }) => kind === "deletions");
    expect(await undo("deletions", change?.at)).toBe(20);
    await sync();
    expect(remote.texts().size).toBe(EVENTS);
    await expectAgreement();
    // The word is taken back as well.
    await removeHere(20);
    expect((await sync()).held).toBe(20);
    expect(remote.texts().size).toBe(EVENTS);
  });

  test("sent and undone leave no agreement behind to others", async () => {
    await removeHere(20);
    await sync();
    await decide("deletions", "apply");
    await sync();
    const change = (await local.getState())?.massChanges.find(({ kind }) => kind === "deletions");
    expect(await undo("deletions", change?.at)).toBe(20);
    await sync();
    expect(remote.texts().size).toBe(EVENTS);
    for (const name of names.slice(20)) await local.remove(name);
    expect((await sync()).held).toBe(20);
    expect(remote.texts().size).toBe(EVENTS);
  });

  test("agreed to and not sent yet are sent although others are kept, and leave them no agreement", async () => {
    await removeHere(20);
    await sync();
    await decide("deletions", "apply");
    const others = names.slice(20, 35);
    for (const name of others) await local.remove(name);
    expect(await decide("deletions", "keep")).toBe(15);
    expect((await sync()).held).toBe(0);
    expect(remote.texts().size).toBe(EVENTS - 20);
    await expectAgreement();
    for (const name of others) await local.remove(name);
    expect((await sync()).held).toBe(15);
    expect(remote.texts().size).toBe(EVENTS - 20);
  });

  test("agreed to and given up one by one leave no room for others", async () => {
    await removeHere(20);
    await sync();
    await decide("deletions", "apply");
    for (const name of names.slice(0, 20)) await engine.discard(name);
    for (const name of names.slice(20, 35)) {
      await local.remove(name);
      await engine.push(name, false, signal);
    }
    expect(remote.texts().size).toBeGreaterThan(EVENTS - 10);
    expect((await sync()).held).toBeGreaterThan(0);
  });

  test("of which half were sent before the undo come back whole", async () => {
    await removeHere(20);
    await sync();
    await decide("deletions", "apply");
    let left = 10;
    remote.intercept = (call) => (call === "remove" && left-- <= 0 ? "not-sent" : "answered");
    await engine.run({ status: null, impatient: true, signal });
    remote.intercept = () => "answered";
    expect(remote.texts().size).toBeLessThan(EVENTS);
    const change = (await local.getState())?.massChanges.find(({ kind }) => kind === "deletions");
    expect(await undo("deletions", change?.at)).toBe(20);
    await sync();
    expect(count(remote.texts().values(), "new")).toBe(EVENTS);
    await expectAgreement();
  });
});
