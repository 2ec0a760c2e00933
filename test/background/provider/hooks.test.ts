import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type HookDependencies,
  type ProviderEvents,
  registerHooks,
} from "../../../src/background/provider/hooks.ts";
import type { SyncReason } from "../../../src/background/sync/queued-run.ts";
import { AppError } from "../../../src/shared/errors.ts";

class FakeEvent<Callback extends (...given: never[]) => Promise<void>> {
  readonly #callbacks: Callback[] = [];
  addListener(callback: Callback): void {
    this.#callbacks.push(callback);
  }
  async fire(...given: Parameters<Callback>): Promise<void> {
    if (this.#callbacks.length === 0) throw new Error("nobody listens");
    for (const callback of this.#callbacks) await callback(...given);
  }
}
type CallbackOf<Name extends keyof ProviderEvents> = Parameters<
  ProviderEvents[Name]["addListener"]
>[0];

function makeBench(over: Partial<HookDependencies> = {}) {
  const events = {
    onItemCreated: new FakeEvent<CallbackOf<"onItemCreated">>(),
    onItemUpdated: new FakeEvent<CallbackOf<"onItemUpdated">>(),
    onItemRemoved: new FakeEvent<CallbackOf<"onItemRemoved">>(),
    onSync: new FakeEvent<CallbackOf<"onSync">>(),
  };
  const pushed: string[] = [];
  const synced: [string, SyncReason][] = [];
  const leases = new Set<string>();
  const bugs: string[] = [];
  registerHooks({
    events,
    scheduler: () => ({
      pushSoon: async (calendarId, name) => {
        pushed.push(`${calendarId}/${name}`);
        return undefined;
      },
      requestSync: async (id, reason) => {
        synced.push([id, reason]);
        return {
          id,
          added: 0,
          updated: 0,
          removed: 0,
          pushed: 0,
          quarantined: 0,
          requests: 0,
          bytes: 0,
          durationMs: 0,
        };
      },
    }),
    awake: {
      hold: async (reason) => {
        const lease = `${reason}-${leases.size}`;
        leases.add(lease);
        return lease;
      },
      release: async (lease) => void leases.delete(lease),
    },
    reportBug: (where) => bugs.push(where),
    ...over,
  });
  return { events, pushed, synced, leases, bugs };
}

const calendar = { id: "one" };

test("the experiment's events fit what is listened to", () => {
  expectTypeOf<typeof messenger.calendar.provider>().toExtend<ProviderEvents>();
});

test.each(["onItemCreated", "onItemUpdated", "onItemRemoved"] as const)(
  "%s pushes that one resource, and lets the page sleep afterwards",
  async (name) => {
    const { events, pushed, leases } = makeBench();
    await events[name].fire(calendar, { resource: "a.ics" });
    expect(pushed).toEqual(["one/a.ics"]);
    expect(leases.size).toBe(0);
  },
);

test("an item without its row's name is found by a whole sync", async () => {
  const { events, synced } = makeBench();
  await events.onItemCreated.fire(calendar, {});
  expect(synced).toEqual([["one", "retry"]]);
});

test.each([
  ["manual", "manual"],
  ["auto", "poll"],
] as const)("onSync %s resolves when the run is done", async (type, reason) => {
  const { events, synced } = makeBench();
  await events.onSync.fire(calendar, { type });
  expect(synced).toEqual([["one", reason]]);
});

describe("a hook never rejects", () => {
  test("when the work fails", async () => {
    const { events, bugs, leases } = makeBench({
      scheduler: () => {
        throw new AppError("bug", "m");
      },
    });
    await events.onItemCreated.fire(calendar, { resource: "a.ics" });
    expect(bugs).toEqual(["push"]);
    expect(leases.size).toBe(0);
  });

  test("when the page cannot be kept awake: the edit is pushed all the same", async () => {
    const { events, pushed, bugs } = makeBench({
      awake: {
        hold: async () => {
          throw new Error("no");
        },
        release: async () => {},
      },
    });
    await events.onItemUpdated.fire(calendar, { resource: "a.ics" });
    expect(pushed).toEqual(["one/a.ics"]);
    expect(bugs).toEqual([]);
  });

  test("and ends by its deadline while the work goes on", async () => {
    const { events, leases } = makeBench({
      deadlines: { sync: 1 },
      scheduler: () => ({
        pushSoon: async () => undefined,
        requestSync: () => new Promise(() => {}),
      }),
    });
    await events.onSync.fire(calendar, { type: "auto" });
    expect(leases.size).toBe(1);
  });
});
