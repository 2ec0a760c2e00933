import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Outcome } from "../../../src/background/sync/outcome.ts";
import type { CollectionStatus } from "../../../src/background/sync/ports.ts";
import { SyncScheduler } from "../../../src/background/sync/scheduler.ts";
import type { CalendarSyncReport } from "../../../src/shared/commands.ts";
import { AppError } from "../../../src/shared/errors.ts";
import type { Fate } from "../../support/memory-collection.ts";
import { event, makeWorld, type SyncWorld } from "./sync-world.ts";

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
