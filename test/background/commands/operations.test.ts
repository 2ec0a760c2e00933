import { expect, test, vi } from "vitest";
import { Operations } from "../../../src/background/commands/operations.ts";
import type { BackgroundEvent } from "../../../src/shared/commands.ts";

function setUp(holdAwake = vi.fn(async () => "lease")) {
  const events: BackgroundEvent[] = [];
  const releaseAwake = vi.fn(async () => {});
  let ids = 0;
  const clock = { time: 0 };
  const operations = new Operations({
    platform: { holdAwake, releaseAwake },
    broadcast: (event) => events.push(event),
    newId: () => `op${++ids}`,
    now: () => clock.time,
  });
  return { operations, events, holdAwake, releaseAwake, clock };
}

/** Work that lasts until it is let go. */
function gate() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

test("work keeps the page awake until it ends, also by an error", async () => {
  const { operations, holdAwake, releaseAwake } = setUp();
  await expect(
    operations.run("backup.run", async () => {
      expect(holdAwake).toHaveBeenCalledOnce();
      expect(releaseAwake).not.toHaveBeenCalled();
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  expect(releaseAwake).toHaveBeenCalledExactlyOnceWith("lease");
  expect(operations.list()).toEqual([]);
});

test("work is done even when no lease can be had", async () => {
  const { operations } = setUp(
    vi.fn(async () => {
      throw new Error("no lease");
    }),
  );
  expect(await operations.run("sync.run", async () => 7)).toBe(7);
});

test("pages hear of the start, of progress a few times a second, and of the end", async () => {
  const { operations, events, clock } = setUp();
  await operations.run("backup.run", async ({ onProgress }) => {
    for (let done = 1; done <= 1000; done++) {
      clock.time += 1;
      onProgress({ done, total: 1000, note: "Work" });
    }
    expect(operations.list()).toEqual([
      { id: "op1", operation: "backup.run", done: 1000, total: 1000, note: "Work" },
    ]);
  });
  const kinds = events.map(({ event }) => event);
  expect(kinds[0]).toBe("progress");
  expect(kinds.at(-1)).toBe("finished");
  expect(events.length).toBeGreaterThan(3);
  expect(events.length).toBeLessThan(10);
  expect(events.at(-1)).toEqual({
    event: "finished",
    operation: "backup.run",
    id: "op1",
    ok: true,
  });
});

test("cancelled work ends as cancelled, whatever it throws then", async () => {
  const { operations } = setUp();
  const { opened: started, open: start } = gate();
  const result = operations.run(
    "backup.run",
    ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(new DOMException("x", "AbortError")));
        start();
      }),
  );
  await started;
  expect(operations.cancel("op1")).toBe(true);
  await expect(result).rejects.toMatchObject({ code: "aborted" });
  expect(operations.cancel("op1")).toBe(false);
});

test("work cancelled before it began does not begin", async () => {
  const { operations } = setUp();
  const work = vi.fn(async () => {});
  const result = operations.run("backup.run", work);
  operations.cancel("op1");
  await expect(result).rejects.toMatchObject({ code: "aborted" });
  expect(work).not.toHaveBeenCalled();
});

test("a second exclusive one is refused and told which is running", async () => {
  const { operations } = setUp();
  const { opened, open } = gate();
  const first = operations.run("backup.run", () => opened, { exclusive: "store" });
  await expect(
    operations.run("snapshots.restore", async () => {}, { exclusive: "store" }),
  ).rejects.toMatchObject({ code: "busy", details: { running: "backup.run", id: "op1" } });
  open();
  await first;
  await operations.run("snapshots.restore", async () => {}, { exclusive: "store" });
});
