import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Outcome } from "../../../src/background/sync/outcome.ts";
import type { CollectionStatus } from "../../../src/background/sync/ports.ts";
import { SyncScheduler } from "../../../src/background/sync/scheduler.ts";
import type { CalendarSyncReport } from "../../../src/shared/commands.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { eventText } from "../../support/event-text.ts";
import type { Fate } from "../../support/memory-collection.ts";
import { event, makeWorld, numbered, type SyncWorld } from "./sync-world.ts";

interface Bench {
  readonly worlds: ReadonlyMap<string, SyncWorld>;
  readonly scheduler: SyncScheduler;
  readonly finished: { report: CalendarSyncReport; outcome: Outcome | null }[];
  statusRequests: number;
  now: number;
}

function makeBench(ids: readonly string[] = ["one"]): Bench {
  const worlds = new Map(ids.map((id) => [id, makeWorld()]));
  const finished: Bench["finished"] = [];
  const bench: Bench = {
    worlds,
    finished,
    statusRequests: 0,
    now: 1_000_000,
    scheduler: new SyncScheduler({
      find: async (id) => {
        const world = worlds.get(id);
        if (world === undefined) throw new AppError("calendar-unknown", "unknown");
        return { accountId: "account", engine: world.engine };
      },
      readStatuses: async (_accountId, signal) => {
        bench.statusRequests++;
        const statuses = new Map<string, CollectionStatus>();
        for (const [id, world] of worlds) statuses.set(id, await world.remote.status(signal));
        return statuses;
      },
      now: () => bench.now,
      random: () => 0,
      onFinished: (report, outcome) => finished.push({ report, outcome }),
      limits: { idleMs: 1000, wholeMs: 10_000, pushMs: 1000, graceMs: 100 },
    }),
  };
  return bench;
}

const worldOf = (bench: Bench, id = "one"): SyncWorld => {
  const world = bench.worlds.get(id);
  if (world === undefined) throw new Error(`no world ${id}`);
  return world;
};

/** A request that stays under way until it is let go. */
function holdCalls(world: SyncWorld, call: string) {
  let letGo = (): void => {};
  const gate = new Promise<Fate>((resolve) => {
    letGo = () => resolve("answered");
  });
  const reached = new Promise<void>((resolve) => {
    world.remote.intercept = (made) => {
      if (made !== call) return "answered";
      resolve();
      return gate;
    };
  });
  return { letGo, reached };
}

test("requests during a run make exactly one more run", async () => {
  const bench = makeBench();
  const world = worldOf(bench);
  await bench.scheduler.requestSync("one", "poll");
  const { letGo, reached } = holdCalls(world, "changesSince");
  world.remote.write("a.ics", event("a"));
  const first = bench.scheduler.requestSync("one", "poll");
  await reached;
  expect(bench.scheduler.running()).toEqual(new Set(["one"]));
  const more = [1, 2, 3].map(() => bench.scheduler.requestSync("one", "poll"));
  letGo();
  const reports = await Promise.all([first, ...more]);
  expect(bench.finished).toHaveLength(3);
  expect(reports[0]).toMatchObject({ added: 1 });
  expect(new Set(reports.slice(1)).size).toBe(1);
  expect(bench.scheduler.running().size).toBe(0);
});

test("a poll of all calendars of an account asks for their status once", async () => {
  const bench = makeBench(["one", "two", "three"]);
  const ids = [...bench.worlds.keys()];
  await Promise.all(ids.map((id) => bench.scheduler.requestSync(id, "poll")));
  expect(bench.statusRequests).toBe(1);
  await bench.scheduler.requestSync("one", "poll");
  expect(bench.statusRequests).toBe(2);
});

test("one calendar's failure is its own, and is told with the time of the next try", async () => {
  const bench = makeBench(["one", "two"]);
  worldOf(bench, "two").remote.write("a.ics", event("a"));
  worldOf(bench).remote.write("a.ics", event("a"));
  worldOf(bench).remote.intercept = (call) => (call === "changesSince" ? "not-sent" : "answered");
  const [one, two] = await Promise.all([
    bench.scheduler.requestSync("one", "poll"),
    bench.scheduler.requestSync("two", "poll"),
  ]);
  expect(one).toMatchObject({ error: { code: "network" } });
  expect(two).toMatchObject({ added: 1 });
  expect(two?.error).toBeUndefined();
  expect(bench.finished[0]?.outcome?.retryAt).toBe(bench.now + 30_000);
});

test("after a failure automatic runs rest, the user's own does not, and rest ends by itself", async () => {
  const bench = makeBench();
  const world = worldOf(bench);
  world.remote.intercept = (call) => (call === "changesSince" ? "not-sent" : "answered");
  await bench.scheduler.requestSync("one", "poll");
  const tried = world.remote.calls.length;
  const resting = await bench.scheduler.requestSync("one", "poll");
  expect(resting.error?.code).toBe("network");
  expect(world.remote.calls.length).toBe(tried);
  await bench.scheduler.requestSync("one", "manual");
  expect(world.remote.calls.length).toBeGreaterThan(tried);
  world.remote.intercept = () => "answered";
  bench.now += 10 * 60_000;
  expect((await bench.scheduler.requestSync("one", "poll")).error).toBeUndefined();
});

test("a refused sign-in stops the account's calendars until the user signed in", async () => {
  const bench = makeBench(["one", "two"]);
  const world = worldOf(bench);
  world.remote.failure = "unauthorized";
  world.remote.intercept = (call) => (call === "changesSince" ? "not-sent" : "answered");
  await bench.scheduler.requestSync("one", "poll");
  const two = await bench.scheduler.requestSync("two", "poll");
  expect(two.error?.code).toBe("unauthorized");
  expect(worldOf(bench, "two").remote.count("changesSince")).toBe(0);
  bench.scheduler.credentialsChanged("account");
  expect((await bench.scheduler.requestSync("two", "poll")).error).toBeUndefined();
});

test("a calendar nobody knows is a report with an error, not a rejection", async () => {
  const report = await makeBench().scheduler.requestSync("nobody", "manual");
  expect(report).toMatchObject({ id: "nobody", error: { code: "calendar-unknown" } });
});

test("an edit is pushed at once; one that does not get through waits for the next sync", async () => {
  const bench = makeBench();
  const world = worldOf(bench);
  world.local.createLocally("a.ics", event("a"));
  world.remote.intercept = () => "not-sent";
  expect(await bench.scheduler.pushSoon("one", "a.ics")).toBeUndefined();
  expect(world.local.pendingNames()).toEqual(["a.ics"]);
  world.remote.intercept = () => "answered";
  expect(await bench.scheduler.pushSoon("one", "a.ics")).toEqual({ kind: "done", created: true });
  expect(world.remote.texts().size).toBe(1);
});

test("the delete half of a move goes as soon as the create is confirmed", async () => {
  const bench = makeBench(["from", "to"]);
  const [from, to] = [worldOf(bench, "from"), worldOf(bench, "to")];
  from.remote.write("a.ics", event("a"));
  await bench.scheduler.requestSync("from", "poll");
  to.local.createLocally("a.ics", event("a"));
  from.local.deleteLocally("a.ics");
  from.local.setWaiting("a.ics", true);
  await bench.scheduler.pushSoon("from", "a.ics");
  expect(from.remote.texts().size).toBe(1);
  from.local.intercept = (call) => {
    if (call === "getPending") from.local.setWaiting("a.ics", to.local.pendingNames().length > 0);
  };
  await bench.scheduler.pushSoon("to", "a.ics");
  await vi.waitFor(() => expect(from.remote.texts().size).toBe(0));
  expect(to.remote.texts().size).toBe(1);
});

describe("deadlines", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("a server that never answers ends the run, and the calendar can be synchronized again", async () => {
    const bench = makeBench();
    const world = worldOf(bench);
    world.remote.intercept = () => new Promise(() => {});
    const run = bench.scheduler.requestSync("one", "manual");
    await vi.advanceTimersByTimeAsync(1200);
    expect((await run).error?.code).toBe("timeout");
    expect(bench.scheduler.running().size).toBe(0);
    world.remote.intercept = () => "answered";
    expect((await bench.scheduler.requestSync("one", "manual")).error).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a run that is given up says what it had stored and sent by then", async () => {
    const bench = makeBench();
    const world = worldOf(bench);
    for (const uid of numbered(200)) world.remote.write(`${uid}.ics`, event(uid));
    world.local.createLocally("mine.ics", event("mine"));
    let fetches = 0;
    world.remote.intercept = (call) =>
      call === "fetchBodies" && ++fetches > 1 ? new Promise(() => {}) : "answered";
    const run = bench.scheduler.requestSync("one", "manual");
    await vi.advanceTimersByTimeAsync(1200);
    const report = await run;
    const arrived = world.local.visible().size - 1;
    expect(arrived).toBeGreaterThan(0);
    expect(report).toMatchObject({ error: { code: "timeout" }, added: arrived, pushed: 1 });
    expect(bench.finished.map((told) => told.report)).toEqual([report]);
  });

  test("a push that never ends does not hold its hook for ever", async () => {
    const bench = makeBench();
    const world = worldOf(bench);
    world.local.createLocally("a.ics", event("a"));
    world.remote.intercept = () => new Promise(() => {});
    const push = bench.scheduler.pushSoon("one", "a.ics");
    await vi.advanceTimersByTimeAsync(1200);
    expect(await push).toBeUndefined();
    expect(world.local.pendingNames()).toEqual(["a.ics"]);
  });

  test("the user can stop a run; what arrived is kept and nothing is told as a failure to repeat", async () => {
    const bench = makeBench();
    const world = worldOf(bench);
    world.remote.intercept = () => new Promise(() => {});
    const controller = new AbortController();
    const run = bench.scheduler.requestSync("one", "manual", { signal: controller.signal });
    await vi.advanceTimersByTimeAsync(10);
    controller.abort();
    await vi.advanceTimersByTimeAsync(200);
    expect((await run).error?.code).toBe("aborted");
    world.remote.intercept = () => "answered";
    expect((await bench.scheduler.requestSync("one", "poll")).error).toBeUndefined();
  });
});

describe("work that keeps synchronizations out", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const EVENTS = 40;
  /** Every request takes a while. Resolves with the first: what comes before it takes no time of these clocks. */
  const slowDown = (world: SyncWorld): Promise<void> =>
    new Promise((reached) => {
      world.remote.intercept = () => {
        reached();
        return new Promise((resolve) => setTimeout(() => resolve("answered"), 400));
      };
    });
  /** A snapshot that takes for ever, and is done all the same. */
  const endlessSnapshot = (world: SyncWorld): Promise<() => void> =>
    new Promise((reached) => {
      world.snapshot = () => new Promise((resolve) => reached(() => resolve(true)));
    });
  const stamped = (uid: string, month: number) =>
    eventText(uid, { SUMMARY: `${month}`, "LAST-MODIFIED": `20260${month}01T100000Z` });

  /** A calendar for which the guard holds that the server went back in time. */
  async function heldReversals() {
    const bench = makeBench();
    const world = worldOf(bench);
    const write = (month: number): void => {
      for (const uid of numbered(EVENTS)) world.remote.write(`${uid}.ics`, stamped(uid, month));
    };
    write(6);
    await bench.scheduler.requestSync("one", "manual");
    world.snapshotSucceeds = false;
    write(1);
    await bench.scheduler.requestSync("one", "manual");
    const held = await world.engine.held("reversals");
    expect(held?.names).toHaveLength(EVENTS);
    const preview = held?.preview ?? "";
    const count = (month: number) =>
      [...world.local.visible().values()].filter((text) => text.includes(`SUMMARY:${month}`))
        .length;
    return { bench, world, preview, count };
  }

  test("may take longer than its limit as long as it gets on, and tells how far it is", async () => {
    const { bench, world, preview, count } = await heldReversals();
    const reached = slowDown(world);
    const told: number[] = [];
    const decided = bench.scheduler.exclusively(
      "one",
      (engine, work) =>
        engine.decide("reversals", "apply", { preview, withoutSnapshot: true }, work),
      { onProgress: ({ done }) => told.push(done) },
    );
    await reached;
    await vi.advanceTimersByTimeAsync(9_000);
    expect(await decided).toMatchObject({ changed: EVENTS });
    expect(count(1)).toBe(EVENTS);
    expect(told.at(-1)).toBe(EVENTS);
  });

  test("a comparison of many items does so, too", async () => {
    const { bench, world } = await heldReversals();
    void slowDown(world);
    const compared = bench.scheduler.exclusively("one", (engine, work) => engine.audit(work));
    await vi.advanceTimersByTimeAsync(9_000);
    expect((await compared).findings).toHaveLength(EVENTS);
  });

  /** A calendar for which the guard holds that the server is empty: what is left to do needs no server. */
  async function heldRemovals() {
    const bench = makeBench();
    const world = worldOf(bench);
    for (const uid of numbered(EVENTS)) world.remote.write(`${uid}.ics`, event(uid));
    await bench.scheduler.requestSync("one", "manual");
    world.snapshotSucceeds = false;
    for (const uid of numbered(EVENTS)) world.remote.delete(`${uid}.ics`);
    await bench.scheduler.requestSync("one", "manual");
    const { preview = "" } = (await world.engine.held("removals")) ?? {};
    return { bench, world, preview };
  }

  test("writes nothing any more once a snapshot has outlasted it", async () => {
    const { bench, world, preview } = await heldRemovals();
    const reached = endlessSnapshot(world);
    const decided = bench.scheduler.exclusively("one", (engine, work) =>
      engine.decide("removals", "apply", { preview, withoutSnapshot: false }, work),
    );
    const failed = expect(decided).rejects.toMatchObject({ code: "timeout" });
    const taken = await reached;
    await vi.advanceTimersByTimeAsync(1_200);
    await failed;
    taken();
    await vi.advanceTimersByTimeAsync(1_000);
    // What it looks at once more takes time of its own.
    for (let turn = 0; turn < 5; turn++)
      expect((await world.engine.held("removals"))?.preview).toBe(preview);
    expect(world.local.visible().size).toBe(EVENTS);
  });

  test("a synchronization whose snapshot outlasts it writes nothing any more either", async () => {
    const { bench, world } = await heldRemovals();
    const reached = endlessSnapshot(world);
    const run = bench.scheduler.requestSync("one", "manual");
    const taken = await reached;
    await vi.advanceTimersByTimeAsync(1_200);
    expect((await run).error?.code).toBe("timeout");
    taken();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(world.local.visible().size).toBe(EVENTS);
    expect((await world.engine.held("removals"))?.names).toHaveLength(EVENTS);
  });

  test("ends when whoever asked for it cancels, and what is left is held on", async () => {
    const { bench, world, preview, count } = await heldReversals();
    const reached = slowDown(world);
    const controller = new AbortController();
    const decided = bench.scheduler.exclusively(
      "one",
      (engine, work) =>
        engine.decide("reversals", "apply", { preview, withoutSnapshot: true }, work),
      { signal: controller.signal },
    );
    const failed = expect(decided).rejects.toMatchObject({ code: "aborted", message: "Enough." });
    await reached;
    await vi.advanceTimersByTimeAsync(500);
    controller.abort(new AppError("aborted", "Enough."));
    await vi.advanceTimersByTimeAsync(3_000);
    await failed;
    expect(count(6)).toBe(EVENTS);
    expect((await world.engine.held("reversals"))?.names).toHaveLength(EVENTS);
    world.remote.intercept = () => "answered";
    const { error } = await bench.scheduler.requestSync("one", "manual");
    expect(error?.code).toBe("mass-change");
  });
});
