/** Undoing a mass change brings back what it took and nothing else: whatever came later stays. */
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
const EVENTS = 40;
const MANY = 20;
const uids = numbered(EVENTS);
const nameOf = (uid: string) => `${uid}.ics`;
/** Three that the mass change takes. */
const [FIRST = "", SECOND = "", THIRD = ""] = uids.map(nameOf);

let world: StoreWorld;
let local: StoredCalendar;
let remote: MemoryCollection;
let engine: CalendarSync;

beforeEach(async () => {
  world = await new StoreWorld().open();
  local = new StoredCalendar(world);
  remote = new MemoryCollection();
  engine = new CalendarSync({
    remote,
    local,
    texts: calendarTexts,
    now: () => world.now,
    random: () => 0,
    wait: async () => {},
    beforeMassRemoval: async () => true,
  });
  for (const uid of uids) remote.write(nameOf(uid), versionOf(uid, "new", 6));
  await sync();
});

function versionOf(uid: string, word: string, month: number): string {
  const stamp = `20260${month}01T100000Z`;
  return eventText(uid, { SUMMARY: `${word} ${uid}`, LOCATION: "Here", "LAST-MODIFIED": stamp });
}

async function sync(): Promise<void> {
  const { failure } = await engine.run({ status: null, impatient: true, signal });
  expect(failure).toBeUndefined();
}

async function undo(kind: MassChangeKind) {
  const change = (await local.getState())?.massChanges.find((each) => each.kind === kind);
  if (change === undefined) throw new Error("nothing to undo");
  const undone = await engine.undo(kind, change.at, work);
  await sync();
  return undone;
}

async function expectAgreement(): Promise<void> {
  expect(await local.getPending()).toEqual([]);
  expect(new Map(await local.visible())).toEqual(new Map(remote.texts()));
  const held = [...remote.texts().values()].map((text) => propertyOf(text, "UID"));
  expect(new Set(held).size).toBe(held.length);
}

const there = (name: string, property: string) => propertyOf(remote.texts().get(name), property);
const editThere = (name: string, property: string, value: string) =>
  remote.write(name, withValue(remote.texts().get(name) ?? "", property, value));
const editHere = (name: string, property: string, value: string) =>
  local.edit(name, (text) => withValue(text, property, value));
/** As servers do that choose names of their own. */
const renameThere = (name: string, newName: string) => {
  const text = remote.texts().get(name) ?? "";
  remote.delete(name);
  remote.write(newName, text);
};

describe("a server that went back in time", () => {
  beforeEach(async () => {
    for (const uid of uids.slice(0, MANY)) remote.write(nameOf(uid), versionOf(uid, "old", 1));
    await sync();
    expect(there(FIRST, "SUMMARY")).toBe("old event-0");
  });

  test("what another client changed since then stays changed, and the rest comes back", async () => {
    editThere(FIRST, "LOCATION", "There");
    await sync();
    const undone = await undo("reversals");
    expect(there(FIRST, "LOCATION")).toBe("There");
    expect(there(FIRST, "SUMMARY")).toBe("new event-0");
    expect(there(SECOND, "SUMMARY")).toBe("new event-1");
    expect(undone).toEqual({ changed: MANY, merged: 1, left: [] });
    await expectAgreement();
  });

  test("what both changed is left alone, and said", async () => {
    editThere(FIRST, "SUMMARY", "theirs");
    await sync();
    const undone = await undo("reversals");
    expect(there(FIRST, "SUMMARY")).toBe("theirs");
    expect(undone).toMatchObject({
      changed: MANY - 1,
      left: [{ name: FIRST, summary: "new event-0", why: "changed" }],
    });
    await expectAgreement();
  });

  test("edits made here that are not sent yet stay", async () => {
    await editHere(FIRST, "LOCATION", "Mine");
    await editHere(SECOND, "SUMMARY", "mine");
    const undone = await undo("reversals");
    expect(there(FIRST, "LOCATION")).toBe("Mine");
    expect(there(FIRST, "SUMMARY")).toBe("new event-0");
    expect(there(SECOND, "SUMMARY")).toBe("mine");
    expect(undone).toMatchObject({ merged: 1, left: [{ name: SECOND, why: "changed" }] });
    await expectAgreement();
  });

  test("what was deleted since then stays deleted", async () => {
    await local.remove(FIRST);
    remote.delete(SECOND);
    await sync();
    const undone = await undo("reversals");
    expect(remote.texts().has(FIRST)).toBe(false);
    expect(remote.texts().has(SECOND)).toBe(false);
    expect(undone).toMatchObject({
      changed: MANY - 2,
      left: [
        { name: FIRST, why: "deleted" },
        { name: SECOND, why: "deleted" },
      ],
    });
    await expectAgreement();
  });

  test("an item that the server calls by another name comes back under it", async () => {
    renameThere(FIRST, "renamed.ics");
    await sync();
    await undo("reversals");
    expect(there("renamed.ics", "SUMMARY")).toBe("new event-0");
    expect(remote.texts().has(FIRST)).toBe(false);
    await expectAgreement();
  });

  test("what is again as it was is left alone", async () => {
    remote.write(FIRST, versionOf("event-0", "new", 6));
    await sync();
    expect(await undo("reversals")).toMatchObject({ left: [{ name: FIRST, why: "there" }] });
    await expectAgreement();
  });
});

describe.each(["removals", "deletions"] as const)("many %s", (kind) => {
  beforeEach(async () => {
    if (kind === "removals") for (const uid of uids.slice(0, MANY)) remote.delete(nameOf(uid));
    else {
      for (const uid of uids.slice(0, MANY)) await local.remove(nameOf(uid));
      await sync();
      await decide();
    }
    await sync();
    expect(remote.texts().size).toBe(EVENTS - MANY);
  });

  async function decide(): Promise<void> {
    const { preview = "" } = (await engine.held("deletions")) ?? {};
    await engine.decide("deletions", "apply", { preview, withoutSnapshot: true }, work);
  }

  test("come back as they were, byte for byte", async () => {
    expect(await undo(kind)).toEqual({ changed: MANY, merged: 0, left: [] });
    expect(remote.texts().get(FIRST)).toBe(versionOf("event-0", "new", 6));
    await expectAgreement();
  });

  test("what is there again, changed or not, is left as it is", async () => {
    remote.write(FIRST, versionOf("event-0", "theirs", 7));
    await sync();
    expect(await undo(kind)).toMatchObject({
      changed: MANY - 1,
      left: [{ name: FIRST, why: "there" }],
    });
    expect(there(FIRST, "SUMMARY")).toBe("theirs event-0");
    await expectAgreement();
  });

  test("what is there again under another name is not doubled", async () => {
    remote.write("renamed.ics", versionOf("event-0", "new", 6));
    await sync();
    expect(await undo(kind)).toMatchObject({ left: [{ name: FIRST, why: "there" }] });
    expect(remote.texts().has(FIRST)).toBe(false);
    expect(remote.texts().size).toBe(EVENTS);
    await expectAgreement();
  });

  test("what came back and was deleted once more stays deleted", async () => {
    for (const name of [FIRST, SECOND, THIRD])
      remote.write(name, versionOf(name.replace(".ics", ""), "again", 7));
    await sync();
    remote.delete(FIRST);
    await sync();
    await local.remove(SECOND);
    await sync();
    await local.remove(THIRD);
    const undone = await undo(kind);
    expect(undone.left.map(({ name, why }) => [name, why])).toEqual(
      [FIRST, SECOND, THIRD].map((name) => [name, "deleted"]),
    );
    expect(remote.texts().size).toBe(EVENTS - 3);
    await expectAgreement();
  });

  test("another item that has the name by now keeps it", async () => {
    remote.write(FIRST, versionOf("stranger", "new", 6));
    await sync();
    expect(await undo(kind)).toMatchObject({ changed: MANY, left: [] });
    expect(there(FIRST, "UID")).toBe("stranger");
    expect(remote.texts().size).toBe(EVENTS + 1);
    await expectAgreement();
  });
});

test("an item edited here while the server lost it is made there again with the edit", async () => {
  const other = remote.texts();
  for (const uid of uids.slice(0, MANY)) remote.delete(nameOf(uid));
  await editHere(FIRST, "LOCATION", "Mine");
  remote.misbehaviours.forbidden = (name) => name === FIRST;
  await sync();
  remote.misbehaviours.forbidden = () => false;
  expect(await undo("removals")).toMatchObject({ left: [] });
  expect(there(FIRST, "LOCATION")).toBe("Mine");
  expect(remote.texts().size).toBe(other.size);
  expect(await local.getPending()).toEqual([]);
});

test("events made here, deleted unsent and agreed to be deleted come back", async () => {
  const made = numbered(30).map((uid) => `mine-${uid}`);
  for (const uid of made) await local.create(uid, versionOf(uid, "unsent", 6));
  for (const uid of made) await local.remove(nameOf(uid));
  await sync();
  const { preview = "" } = (await engine.held("deletions")) ?? {};
  await engine.decide("deletions", "apply", { preview, withoutSnapshot: true }, work);
  await sync();
  expect(await local.getPending()).toEqual([]);
  expect(await undo("deletions")).toMatchObject({ changed: 30, left: [] });
  expect(there("mine-event-7.ics", "SUMMARY")).toBe("unsent mine-event-7");
  await expectAgreement();
});

describe("events deleted with an edit of theirs unsent", () => {
  beforeEach(async () => {
    await editHere(FIRST, "LOCATION", "Mine");
    for (const uid of uids.slice(0, MANY)) await local.remove(nameOf(uid));
    await sync();
    expect(remote.texts().size).toBe(EVENTS);
  });

  async function decide(decision: "apply" | "keep"): Promise<void> {
    const { preview = "" } = (await engine.held("deletions")) ?? {};
    await engine.decide("deletions", decision, { preview, withoutSnapshot: true }, work);
  }

  test("come back as the user saw them last", async () => {
    await decide("apply");
    await sync();
    expect(remote.texts().size).toBe(EVENTS - MANY);
    expect(await undo("deletions")).toEqual({ changed: MANY, merged: 0, left: [] });
    expect(there(FIRST, "LOCATION")).toBe("Mine");
    expect(there(SECOND, "LOCATION")).toBe("Here");
    await expectAgreement();
  });

  test("come back so before they are sent, too", async () => {
    await decide("apply");
    expect(await undo("deletions")).toMatchObject({ changed: MANY, left: [] });
    expect(there(FIRST, "LOCATION")).toBe("Mine");
    await expectAgreement();
  });

  test("are kept as the user saw them last", async () => {
    await decide("keep");
    await sync();
    expect(there(FIRST, "LOCATION")).toBe("Mine");
    await expectAgreement();
  });

  test("one by one, come back with the edit", async () => {
    expect(await engine.discard(FIRST)).toBe(true);
    expect(propertyOf((await local.visible()).get(FIRST), "LOCATION")).toBe("Mine");
  });

  test("bring another client's changes along", async () => {
    editThere(FIRST, "SUMMARY", "theirs");
    await sync();
    await decide("keep");
    await sync();
    expect(there(FIRST, "SUMMARY")).toBe("theirs");
    expect(there(FIRST, "LOCATION")).toBe("Mine");
    await expectAgreement();
  });

  test("stay deleted when they came back and were deleted once more", async () => {
    await decide("apply");
    await sync();
    remote.write(FIRST, versionOf("event-0", "again", 7));
    await sync();
    await local.remove(FIRST);
    await sync();
    expect(await undo("deletions")).toMatchObject({
      changed: MANY - 1,
      left: [{ name: FIRST, why: "deleted" }],
    });
    expect(remote.texts().has(FIRST)).toBe(false);
  });
});

test("an edit made while the undo is under way is not overwritten", async () => {
  for (const uid of uids.slice(0, MANY)) remote.write(nameOf(uid), versionOf(uid, "old", 1));
  await sync();
  const { stage } = local;
  local.stage = async (...args) => {
    local.stage = stage;
    await editHere(FIRST, "LOCATION", "Mine");
    return stage.apply(local, args);
  };
  await undo("reversals");
  expect(there(FIRST, "LOCATION")).toBe("Mine");
  expect(there(FIRST, "SUMMARY")).toBe("new event-0");
  await expectAgreement();
});
