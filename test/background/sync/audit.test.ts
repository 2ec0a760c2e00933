import { describe, expect, test } from "vitest";
import { event, makeSyncedWorld, numbered } from "./sync-world.ts";

const DAY = 24 * 60 * 60_000;
const { signal } = new AbortController();
const work = { signal, onProgress: () => {} };

/** A calendar whose store has lost touch with the server, which says nothing of it. */
async function drifted() {
  const world = await makeSyncedWorld(numbered(8));
  const { remote, local } = world;
  const rows = await local.getResources(["event-1.ics"]);
  const columns = {} as never;
  await local.batch(
    [
      { kind: "remove", name: "event-0.ics", reason: "test" },
      {
        kind: "put",
        name: "event-1.ics",
        text: event("event-1", "wrong"),
        metadata: { ...(rows[0]?.metadata as object), etag: '"wrong"' },
        columns,
      },
      {
        kind: "put",
        name: "ghost.ics",
        text: event("ghost"),
        metadata: { href: "/c/ghost.ics", etag: '"x"', scheduleTag: null },
        columns,
      },
    ],
    { notify: false },
  );
  remote.calls.length = 0;
  return world;
}

test("the audit names what differs, and changes nothing", async () => {
  const world = await drifted();
  const before = new Map(world.local.visible());
  expect(await world.engine.audit(work)).toEqual({
    checked: 9,
    findings: [
      { name: "event-0.ics", kind: "missing-here" },
      { name: "event-1.ics", kind: "differs" },
      { name: "ghost.ics", kind: "missing-there" },
    ],
  });
  expect(world.local.visible()).toEqual(before);
});

test("an ordinary synchronization does not see it, one that lists all repairs it", async () => {
  const world = await drifted();
  await world.sync();
  expect(world.local.visible()).not.toEqual(world.remote.texts());
  await world.engine.run({ status: null, impatient: true, listsAll: true, signal });
  expect(world.local.visible()).toEqual(world.remote.texts());
  expect((await world.engine.audit(work)).findings).toEqual([]);
});

test("a repair fetches what differs although only the strength of its tag does", async () => {
  const world = await makeSyncedWorld(numbered(3));
  const [row] = await world.local.getResources(["event-1.ics"]);
  const metadata = row?.metadata as { etag: string };
  const wrong = {
    kind: "put",
    name: "event-1.ics",
    text: event("event-1", "wrong"),
    metadata: { ...metadata, etag: `W/${metadata.etag}` },
    columns: {} as never,
  } as const;
  await world.local.batch([wrong], { notify: false });
  expect((await world.engine.audit(work)).findings).toEqual([
    { name: "event-1.ics", kind: "differs" },
  ]);
  await world.engine.run({ status: null, impatient: true, listsAll: true, signal });
  expect(world.local.visible()).toEqual(world.remote.texts());
  expect((await world.engine.audit(work)).findings).toEqual([]);
});

test("once a week it is repaired without being asked for", async () => {
  const world = await drifted();
  world.now += 6 * DAY;
  await world.sync();
  expect(world.local.visible()).not.toEqual(world.remote.texts());
  world.now += 2 * DAY;
  await world.sync();
  expect(world.local.visible()).toEqual(world.remote.texts());
  world.remote.calls.length = 0;
  await world.sync();
  expect(world.remote.count("list")).toBe(0);
});

describe("what is no difference", () => {
  test("an edit that waits to be sent", async () => {
    const world = await makeSyncedWorld(numbered(3));
    world.editLocally("event-0.ics", "SUMMARY", "mine");
    world.local.createLocally("new.ics", event("new"));
    expect((await world.engine.audit(work)).findings).toEqual([]);
  });

  test("another ETag for the same text", async () => {
    const world = await makeSyncedWorld(numbered(3));
    const metadata = { href: "/c/event-0.ics", etag: '"other"', scheduleTag: null };
    const change = { kind: "metadata", name: "event-0.ics", metadata } as const;
    await world.local.batch([change], { notify: false });
    expect(await world.engine.audit(work)).toEqual({ checked: 3, findings: [] });
  });
});
