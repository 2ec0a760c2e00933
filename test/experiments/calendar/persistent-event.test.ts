import { expect, test, vi } from "vitest";
import {
  EventSource,
  persistentEvent,
} from "../../../src/experiments/calendar/persistent-event.ts";

function extension() {
  const leases: Promise<unknown>[] = [];
  return {
    leases,
    emit: (event: string, lease: { promise: Promise<unknown> }) => {
      expect(event).toBe("background-script-idle-waituntil");
      leases.push(lease.promise);
      return undefined;
    },
  };
}

test("a suspended page is woken before it is asked, and its answer comes back", async () => {
  const source = new EventSource<readonly [string]>();
  const host = extension();
  const order: string[] = [];
  const primed = persistentEvent(host as never, "onSync", source, ([word], [option]) => [
    word,
    option,
  ])(
    {
      fire: {
        wakeup: async () => void order.push("wake"),
        async: async (...args) => {
          order.push(`ask ${args.join(" ")}`);
          return "answer";
        },
        sync: vi.fn(),
      },
    },
    ["ical"],
  );
  expect(await source.emit("hello")).toEqual([{ status: "fulfilled", value: "answer" }]);
  expect(order).toEqual(["wake", "ask hello ical"]);

  primed.convert({ async: async () => "awake", sync: vi.fn() });
  expect(await source.emit("again")).toEqual([{ status: "fulfilled", value: "awake" }]);
  expect(host.leases.length, "each job keeps the page awake").toBe(2);

  primed.unregister();
  expect(await source.emit("nobody")).toEqual([]);
});

test("a failing listener fails alone, and its lease ends", async () => {
  const source = new EventSource<readonly []>();
  const host = extension();
  const register = persistentEvent(host as never, "onSync", source, () => []);
  register({ fire: { async: () => Promise.reject(new Error("gone")), sync: vi.fn() } }, []);
  register({ fire: { async: async () => "well", sync: vi.fn() } }, []);
  const results = await source.emit();
  expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  await expect(Promise.all(host.leases)).resolves.toBeDefined();
});
