/** The decisions of the history page apart from its nodes. */
import { describe, expect, test } from "vitest";
import { chosenItems, fileName, pathIn } from "../../../src/options/history/chosen.ts";
import {
  DAY,
  firstWeekday,
  monthGrid,
  placeOccurrences,
} from "../../../src/options/history/month-grid.ts";
import { snapshotBefore } from "../../../src/options/history/snapshot-before.ts";
import { WorkQueue } from "../../../src/options/history/work-queue.ts";
import type { SnapshotOccurrence, SnapshotSummary } from "../../../src/shared/commands.ts";

describe("what was chosen", () => {
  test("is one selection for each snapshot", () => {
    expect(
      chosenItems([
        { snapshotId: "s1", path: "/a" },
        { snapshotId: "s2", path: "/b" },
        { snapshotId: "s1", path: "/c" },
      ]),
    ).toEqual([
      { snapshotId: "s1", selection: { items: ["/a", "/c"] } },
      { snapshotId: "s2", selection: { items: ["/b"] } },
    ]);
  });

  test.each([
    ["Dentist", "Dentist"],
    ['a/b\\c:d*?"<>|e', "a b c d e"],
    ["../../etc/passwd", "etc passwd"],
    ["...", "Calendar"],
    ["", "Calendar"],
    ["line\nbreak\u0000", "line break"],
    ["Ends with dots...", "Ends with dots"],
  ])("%j gives a file name that no system refuses", (title, name) => {
    const made = fileName(title, "Calendar");
    expect(made).toBe(name);
    expect(made).not.toMatch(/[\\/:*?"<>|\n]|^\.|[. ]$/);
  });

  test("a file lies in its folder as the system writes it", () => {
    expect(pathIn("/home/ada", "a.ics")).toBe("/home/ada/a.ics");
    expect(pathIn("/", "a.ics")).toBe("/a.ics");
    expect(pathIn("C:\\Users\\ada", "a.ics")).toBe("C:\\Users\\ada\\a.ics");
  });
});

describe("a month", () => {
  const november = Date.UTC(2026, 10, 1);
  const day = (date: number) => november + (date - 1) * DAY;

  test("is whole weeks from the first day of the week", () => {
    const fromMonday = monthGrid(november, 1);
    expect(new Date(fromMonday[0]?.[0] as number).toISOString().slice(0, 10)).toBe("2026-10-26");
    expect(fromMonday).toHaveLength(6);
    const fromSunday = monthGrid(november, 0);
    expect(fromSunday[0]?.[0]).toBe(november);
    expect(fromSunday).toHaveLength(5);
    expect(fromSunday.flat()).toContain(day(30));
  });

  test.each([
    ["de", 1],
    ["en-GB", 1],
    ["en-US", 0],
  ])("in %s begins its weeks on day %i", (language, first) => {
    expect(firstWeekday(language)).toBe(first);
  });

  test("an occurrence lies on each day it touches, not on the one it ends before", () => {
    const occurrence = (start: number, end: number) =>
      ({ start, end, summary: "", allDay: false }) as SnapshotOccurrence;
    const midnight = day(3);
    const shown = (one: SnapshotOccurrence) =>
      [...placeOccurrences([one], "UTC", monthGrid(november, 1).flat())]
        .filter(([, those]) => those.length > 0)
        .map(([at]) => (at - november) / DAY + 1);
    expect(shown(occurrence(day(2) + 3_600_000, midnight))).toEqual([2]);
    expect(shown(occurrence(day(2) + 3_600_000, midnight + 1))).toEqual([2, 3]);
    expect(shown(occurrence(midnight, midnight))).toEqual([3]);
    expect(shown(occurrence(-8e15, 8e15))).toHaveLength(42);
  });

  test("days are those of the user's zone", () => {
    const late = { start: Date.UTC(2026, 10, 2, 23, 30), end: Date.UTC(2026, 10, 2, 23, 45) };
    const placed = placeOccurrences(
      [late as SnapshotOccurrence],
      "Europe/Berlin",
      monthGrid(november, 1).flat(),
    );
    expect(placed.get(day(3))).toHaveLength(1);
  });
});

test("a snapshot is compared with the newest whole one before it", () => {
  const snapshots = [
    { id: "c" },
    { id: "b", partial: true },
    { id: "a" },
  ] as unknown as SnapshotSummary[];
  expect(snapshotBefore(snapshots, "c")?.id).toBe("a");
  expect(snapshotBefore(snapshots, "b")?.id).toBe("a");
  expect(snapshotBefore(snapshots, "a")).toBe(undefined);
  expect(snapshotBefore(snapshots, "unknown")).toBe(undefined);
});

test("questions go one at a time, those the user waits for first, and one that fails stops none", async () => {
  const queue = new WorkQueue();
  const order: string[] = [];
  let running = 0;
  const ask = (name: string) => async () => {
    running++;
    expect(running).toBe(1);
    await Promise.resolve();
    running--;
    order.push(name);
    if (name === "bad") throw new Error("bad");
    return name;
  };
  const answers = await Promise.allSettled([
    queue.run(ask("first")),
    queue.whenIdle(ask("idle")),
    queue.run(ask("bad")),
    queue.run(ask("second")),
  ]);
  expect(order).toEqual(["first", "bad", "second", "idle"]);
  expect(answers.map(({ status }) => status)).toEqual([
    "fulfilled",
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
  expect(await queue.run(ask("later"))).toBe("later");
});

test("what takes long goes beside the line: the user's question is answered meanwhile, what only fills in waits", async () => {
  const queue = new WorkQueue();
  const order: string[] = [];
  const note = (name: string) => async () => void order.push(name);
  let end = () => {};
  const long = queue.beside(
    () =>
      new Promise<void>((resolve) => {
        end = resolve;
      }),
  );
  const idle = queue.whenIdle(note("idle"));
  await queue.run(note("asked"));
  expect(order).toEqual(["asked"]);
  end();
  await Promise.all([long, idle]);
  expect(order).toEqual(["asked", "idle"]);
});

test("what only fills in and has begun keeps no question waiting, and goes on after it", async () => {
  const queue = new WorkQueue();
  const order: string[] = [];
  let end = () => {};
  const begun = new Promise<void>((started) => {
    void queue.whenIdle(() => {
      started();
      return new Promise<void>((resolve) => {
        end = resolve;
      });
    });
  });
  const next = queue.whenIdle(async () => void order.push("idle"));
  await begun;
  await queue.run(async () => void order.push("asked"));
  expect(order).toEqual(["asked"]);
  end();
  await next;
  expect(order).toEqual(["asked", "idle"]);
});

test("what takes long is done one at a time, whether or not the one before came to an end", async () => {
  const queue = new WorkQueue();
  const order: string[] = [];
  let fail = (_error: Error) => {};
  const first = queue.beside(
    () =>
      new Promise<void>((_, reject) => {
        fail = reject;
      }),
  );
  const second = queue.beside(async () => void order.push("second"));
  await queue.run(async () => void order.push("asked"));
  expect(order).toEqual(["asked"]);
  fail(new Error("no disk"));
  await expect(first).rejects.toThrow("no disk");
  await second;
  expect(order).toEqual(["asked", "second"]);
});
