import { describe, expect, test } from "vitest";
import { event, makeSyncedWorld, makeWorld, numbered } from "./sync-world.ts";

const kinds = [
  ["collection sync", {}],
  ["ctag and listing", { noSyncCollection: true }],
  ["listing alone", { noSyncCollection: true, noCtag: true }],
] as const;

describe.each(kinds)("over %s", (_kind, misbehaviours) => {
  test("the first sync brings everything, byte for byte", async () => {
    const world = makeWorld(misbehaviours);
    for (const name of numbered(120)) world.remote.write(`${name}.ics`, event(name));
    const { report } = await world.sync();
    expect(report).toMatchObject({ added: 120, updated: 0, removed: 0, quarantined: 0 });
    expect(report.error).toBeUndefined();
    expect(world.local.visible()).toEqual(world.remote.texts());
    expect(world.local.loads).toBe(1);
  });

  test("what another client changed, added and deleted arrives", async () => {
    const world = await makeSyncedWorld(numbered(20), misbehaviours);
    world.editOnServer("event-3.ics", "SUMMARY", "moved");
    world.remote.write("new.ics", event("new"));
    world.remote.delete("event-5.ics");
    const { report } = await world.sync();
    expect(report).toMatchObject({ added: 1, updated: 1, removed: 1 });
    expect(world.local.visible()).toEqual(world.remote.texts());
  });

  test("a sync broken off in the middle goes on without fetching again what arrived", async () => {
    const world = makeWorld(misbehaviours);
    for (const name of numbered(120)) world.remote.write(`${name}.ics`, event(name));
    let batches = 0;
    world.remote.intercept = (call) =>
      call === "fetchBodies" && ++batches === 2 ? "not-sent" : "answered";
    const broken = await world.sync();
    expect(broken.report).toMatchObject({ added: 50, error: { code: "network" } });
    expect(world.local.loads).toBe(1);
    expect(world.local.state()).toBeNull();
    world.restart();
    expect((await world.sync()).report).toMatchObject({ added: 70 });
    expect(world.local.visible()).toEqual(world.remote.texts());
  });

  test("the token is stored only in the batch that completes the run", async () => {
    const world = makeWorld(misbehaviours);
    for (const name of numbered(120)) world.remote.write(`${name}.ics`, event(name));
    let batches = 0;
    world.local.intercept = (call) => {
      if (call === "batch" && ++batches === 3) throw new Error("the power fails");
    };
    await world.sync();
    expect(world.local.state()).toBeNull();
  });
});

test("a calendar with nothing new costs one request and writes nothing", async () => {
  const world = await makeSyncedWorld(numbered(5));
  const { report } = await world.sync();
  expect(report.requests).toBe(1);
  expect(world.local.calls).not.toContain("batch");
});

test("with the account's status at hand a calendar with nothing new costs no request", async () => {
  const world = await makeSyncedWorld(numbered(5));
  const signal = new AbortController().signal;
  const status = await world.remote.status(signal);
  const { report } = await world.engine.run({ status, impatient: false, signal });
  expect(report.requests).toBe(0);
  expect(world.local.calls).toEqual(["getPending", "getState"]);
});

test("one change of many does not read the whole calendar", async () => {
  const world = await makeSyncedWorld(numbered(300));
  world.editOnServer("event-7.ics", "SUMMARY", "moved");
  const { report } = await world.sync();
  expect(report).toMatchObject({ updated: 1, requests: 2 });
  expect(world.local.calls).not.toContain("listResources");
});

test("a truncated answer (507) is continued, and an interruption resumes from the last page", async () => {
  const world = await makeSyncedWorld(["old"], { pageSize: 10 });
  for (const name of numbered(35)) world.remote.write(`${name}.ics`, event(name));
  let pages = 0;
  world.remote.intercept = (call) =>
    call === "changesSince" && ++pages === 3 ? "not-sent" : "answered";
  expect((await world.sync()).report).toMatchObject({ added: 20, error: { code: "network" } });
  world.remote.intercept = () => "answered";
  world.restart();
  world.remote.calls.length = 0;
  expect((await world.sync()).report).toMatchObject({ added: 15 });
  expect(world.remote.count("changesSince")).toBe(2);
  expect(world.local.visible()).toEqual(world.remote.texts());
});

test("what comes on one page of changes and goes on a later one of the same run is not left here", async () => {
  const world = await makeSyncedWorld(numbered(3), { pageSize: 250 });
  const arriving = Array.from({ length: 260 }, (_, index) => `new-${index}.ics`);
  for (const name of arriving) world.remote.write(name, event(name));
  let pages = 0;
  world.remote.intercept = (call) => {
    if (call === "changesSince" && ++pages === 2) world.remote.delete("new-7.ics");
    return "answered";
  };
  await world.sync();
  expect(pages).toBe(2);
  expect(world.local.visible()).toEqual(world.remote.texts());
});

test("those that arrive with many removals do not make the removals look few", async () => {
  const world = await makeSyncedWorld(numbered(40));
  for (const name of numbered(20)) world.remote.delete(`${name}.ics`);
  const arriving = Array.from({ length: 150 }, (_, index) => `new-${index}.ics`);
  for (const name of arriving) world.remote.write(name, event(name));
  await world.sync();
  expect(world.snapshots).toBe(1);
  expect(world.local.visible()).toEqual(world.remote.texts());
});

test("a truncated first listing is continued", async () => {
  const world = makeWorld({ pageSize: 10 });
  for (const name of numbered(35)) world.remote.write(`${name}.ics`, event(name));
  await world.sync();
  expect(world.local.visible()).toEqual(world.remote.texts());
});

test("an expired token leads to a full listing in the same run, fetching only what differs", async () => {
  const world = await makeSyncedWorld(numbered(20));
  world.editOnServer("event-3.ics", "SUMMARY", "moved");
  world.remote.delete("event-4.ics");
  world.remote.expireTokens();
  const { report } = await world.sync();
  expect(report).toMatchObject({ added: 0, updated: 1, removed: 1 });
  expect(report.error).toBeUndefined();
  expect(world.local.visible()).toEqual(world.remote.texts());
});

describe("removals", () => {
  test.each([
    ["of one", 1],
    ["of half the calendar", 20],
    ["of everything", 40],
  ])(
    "absence from a listing removes nothing while the server still has it (%s)",
    async (_, count) => {
      const hiddenNames = new Set(numbered(count).map((name) => `${name}.ics`));
      const misbehaviours = { noSyncCollection: true, hidden: (_name: string) => false };
      const world = await makeSyncedWorld(numbered(40), misbehaviours);
      misbehaviours.hidden = (name) => hiddenNames.has(name);
      world.editOnServer("event-39.ics", "SUMMARY", "a change, so that it is listed");
      const { report } = await world.sync();
      expect(report.removed).toBe(0);
      expect(world.local.visible().size).toBe(40);
      misbehaviours.hidden = () => false;
      world.editOnServer("event-39.ics", "SUMMARY", "again");
      await world.sync();
      expect(world.local.visible()).toEqual(world.remote.texts());
      expect(world.local.state()?.heldRemovals).toEqual([]);
    },
  );

  test("a listing that lost everything costs a few requests, not one for each event", async () => {
    const misbehaviours = { noSyncCollection: true, hidden: (_name: string) => false };
    const world = await makeSyncedWorld(numbered(200), misbehaviours);
    misbehaviours.hidden = () => true;
    world.editOnServer("event-0.ics", "SUMMARY", "changed");
    const { report, held } = await world.sync();
    expect(report.requests).toBeLessThan(20);
    expect(report.error?.details).toMatchObject({ heldRemovals: held });
    expect(world.local.visible().size).toBe(200);
  });

  test("many are applied only after each is confirmed and a snapshot was taken", async () => {
    const world = await makeSyncedWorld(numbered(40));
    for (const name of numbered(30)) world.remote.delete(`${name}.ics`);
    const { report } = await world.sync();
    expect(world.snapshots).toBe(1);
    expect(world.remote.count("fetchOne")).toBe(30);
    expect(report.removed).toBe(30);
    expect(world.local.superseded).toHaveLength(30);
    expect(world.local.visible()).toEqual(world.remote.texts());
  });

  test("many are held while no snapshot can be taken, and applied when one can", async () => {
    const world = await makeSyncedWorld(numbered(40));
    for (const name of numbered(30)) world.remote.delete(`${name}.ics`);
    world.snapshotSucceeds = false;
    const first = await world.sync();
    expect(first).toMatchObject({
      held: 30,
      report: { removed: 0, error: { code: "mass-change" } },
    });
    expect(world.local.visible().size).toBe(40);
    world.snapshotSucceeds = true;
    const second = await world.sync({ impatient: true });
    expect(second).toMatchObject({ held: 0, report: { removed: 30 } });
    expect(world.local.visible()).toEqual(world.remote.texts());
  });

  test("in small portions over a day count together", async () => {
    const world = await makeSyncedWorld(numbered(60));
    for (let portion = 0; portion < 3; portion++) {
      for (const name of numbered(60).slice(portion * 6, portion * 6 + 6))
        world.remote.delete(`${name}.ics`);
      await world.sync();
      world.now += 60 * 60_000;
    }
    expect(world.snapshots).toBeGreaterThan(0);
    expect(world.local.visible()).toEqual(world.remote.texts());
  });
});

describe("quarantine", () => {
  test("a member that cannot be fetched does not stop the others, and arrives when it can be", async () => {
    const broken = new Set(["event-3.ics"]);
    const world = makeWorld({ broken: (name) => broken.has(name) });
    for (const name of numbered(10)) world.remote.write(`${name}.ics`, event(name));
    expect((await world.sync()).report).toMatchObject({ added: 9, quarantined: 1 });
    expect(world.local.state()?.unfetched).toMatchObject([{ name: "event-3.ics", attempts: 1 }]);
    world.remote.calls.length = 0;
    await world.sync();
    expect(world.remote.calls).not.toContain("fetchBodies");
    broken.clear();
    world.now += 6 * 60_000;
    expect((await world.sync()).report).toMatchObject({ added: 1, quarantined: 0 });
    expect(world.local.visible()).toEqual(world.remote.texts());
  });

  test("the user's own sync tries it at once", async () => {
    const broken = new Set(["event-3.ics"]);
    const world = makeWorld({ broken: (name) => broken.has(name) });
    for (const name of numbered(5)) world.remote.write(`${name}.ics`, event(name));
    await world.sync();
    broken.clear();
    expect((await world.sync({ impatient: true })).report).toMatchObject({ quarantined: 0 });
  });

  test("one member that breaks the report is found by asking for each alone", async () => {
    const isBad = (name: string): boolean => name === "event-3.ics";
    const world = makeWorld({ broken: isBad, breaksReport: isBad });
    for (const name of numbered(10)) world.remote.write(`${name}.ics`, event(name));
    expect((await world.sync()).report).toMatchObject({ added: 9, quarantined: 1 });
  });

  test("404 within a report is not believed before a direct request says the same", async () => {
    const world = await makeSyncedWorld(numbered(5), { lostInReport: () => true });
    world.editOnServer("event-1.ics", "SUMMARY", "moved");
    expect((await world.sync()).report).toMatchObject({ updated: 1, removed: 0 });
    expect(world.shows("event-1.ics", "SUMMARY")).toBe("moved");
  });

  test("a damaged text is stored as it is and reported", async () => {
    const world = makeWorld();
    world.remote.write("good.ics", event("good"));
    world.remote.write("bad.ics", "BEGIN:VEVENT\r\nSUMMARY:cut o");
    expect((await world.sync()).report).toMatchObject({ added: 2, quarantined: 1 });
    expect(world.local.visible()).toEqual(world.remote.texts());
    world.remote.write("bad.ics", event("bad"));
    expect((await world.sync()).report).toMatchObject({ updated: 1, quarantined: 0 });
  });
});
