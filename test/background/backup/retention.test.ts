/** Which snapshots a policy keeps: examples, and what must hold for every policy. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  clockJumped,
  decideRetention,
  type SnapshotFacts,
  type WallClock,
} from "../../../src/background/backup/retention.ts";
import type { RetentionPolicy } from "../../../src/shared/commands.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Noon of a Wednesday. */
const NOW = Date.UTC(2026, 5, 17, 12);

const utc = (time: number): WallClock => {
  const date = new Date(time);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
  };
};

const snapshot = (id: string, time: number, facts: Partial<SnapshotFacts> = {}): SnapshotFacts => ({
  id,
  time,
  complete: true,
  pinned: false,
  holds: ["/calendars/local/Home"],
  ...facts,
});

const decide = (snapshots: readonly SnapshotFacts[], policy: RetentionPolicy) =>
  decideRetention(snapshots, policy, utc);
const kept = (snapshots: readonly SnapshotFacts[], policy: RetentionPolicy) =>
  decide(snapshots, policy).keep.map(({ id }) => id);

describe("a policy keeps", () => {
  const every = (step: number, count: number) =>
    Array.from({ length: count }, (_, n) => snapshot(`${n}`, NOW - n * step));

  test("the last ones", () => {
    expect(kept(every(HOUR, 10), { last: 3 })).toEqual(["0", "1", "2"]);
  });

  test("the newest of each hour, day, week, month and year", () => {
    expect(kept(every(HOUR / 2, 10), { hourly: 2 })).toEqual(["0", "1"]);
    // Noon, 11:30 …; the day before ends half an hour before midnight.
    expect(kept(every(HOUR / 2, 60), { daily: 2 })).toEqual(["0", "25"]);
    // The newest of the week before is Sunday's.
    expect(kept(every(DAY, 20), { weekly: 3 })).toEqual(["0", "3", "10"]);
    expect(kept(every(DAY, 60), { monthly: 3 })).toEqual(["0", "17", "48"]);
    expect(kept(every(DAY, 400), { yearly: 2 })).toEqual(["0", "168"]);
  });

  test("days that have a snapshot, not days that have passed", () => {
    const old = [snapshot("a", NOW - 400 * DAY), snapshot("b", NOW - 500 * DAY)];
    expect(kept([snapshot("new", NOW), ...old], { daily: 3 })).toEqual(["new", "a", "b"]);
  });

  test("what several rules ask for once, and says why", () => {
    expect(decide([snapshot("a", NOW)], { last: 1, daily: 1 }).keep).toEqual([
      { id: "a", reasons: ["newest", "last", "daily"] },
    ]);
  });

  test("pinned ones, and the last that holds a calendar", () => {
    const snapshots = [
      snapshot("new", NOW, { holds: ["/home"] }),
      snapshot("b", NOW - DAY, { holds: ["/home", "/work"] }),
      snapshot("c", NOW - 2 * DAY, { holds: ["/home", "/work"] }),
      snapshot("pinned", NOW - 3 * DAY, { pinned: true }),
      snapshot("d", NOW - 4 * DAY, { holds: ["/home"] }),
    ];
    const { keep, remove } = decide(snapshots, { last: 1 });
    expect(keep).toMatchObject([
      { id: "new" },
      { id: "b", reasons: ["only-copy"] },
      { id: "pinned", reasons: ["pinned"] },
    ]);
    expect(remove).toEqual(["c", "d"]);
  });

  test("incomplete ones for a month, without giving them a place", () => {
    const snapshots = [
      snapshot("partial", NOW, { complete: false }),
      snapshot("a", NOW - HOUR),
      snapshot("b", NOW - DAY),
      snapshot("old-partial", NOW - 40 * DAY, { complete: false }),
    ];
    expect(kept(snapshots, { last: 1 })).toEqual(["partial", "a"]);
  });

  test("everything while no snapshot is complete", () => {
    const snapshots = [1, 100].map((n) => snapshot(`${n}`, NOW - n * DAY, { complete: false }));
    expect(decide(snapshots, { last: 1 }).remove).toEqual([]);
  });

  test("what is too damaged to tell what it holds", () => {
    const damaged = snapshot("b", NOW - DAY, { holds: null });
    expect(kept([snapshot("a", NOW), damaged], { last: 1 })).toEqual(["a", "b"]);
  });
});

test("one backup made while the clock was ahead makes no other snapshot old", () => {
  const snapshots = [
    snapshot("ahead", NOW + 5000 * DAY),
    snapshot("a", NOW),
    snapshot("safety", NOW - DAY, { complete: false }),
    ...[1, 2, 3].map((n) => snapshot(`b${n}`, NOW - n * DAY)),
  ];
  expect(kept(snapshots, { daily: 5 })).toHaveLength(6);
  expect(clockJumped(snapshots, NOW)).toBe(true);
  expect(clockJumped(snapshots.slice(1), NOW - HOUR / 2)).toBe(false);
});

describe("whatever the policy and the snapshots", () => {
  const calendars = ["/a", "/b", "/c"];
  const facts = fc
    .array(
      fc.record({
        time: fc.integer({ min: NOW - 800 * DAY, max: NOW }),
        complete: fc.boolean(),
        pinned: fc.boolean(),
        holds: fc.option(fc.subarray(calendars)),
      }),
      { maxLength: 40 },
    )
    .map((list) => list.map((one, index): SnapshotFacts => ({ ...one, id: `${index}` })));
  const count = fc.integer({ min: 0, max: 5 });
  const policies = fc.record(
    { last: count, hourly: count, daily: count, weekly: count, monthly: count, yearly: count },
    { requiredKeys: [] },
  );
  const always = (check: (snapshots: SnapshotFacts[], policy: RetentionPolicy) => void) =>
    fc.assert(fc.property(facts, policies, check));
  const calendarsOf = (snapshots: readonly SnapshotFacts[]) =>
    new Set(snapshots.flatMap(({ holds }) => holds ?? []));
  const left = (snapshots: readonly SnapshotFacts[], policy: RetentionPolicy) => {
    const ids = new Set(kept(snapshots, policy));
    return snapshots.filter(({ id }) => ids.has(id));
  };

  test("each snapshot is kept or removed, never both", () => {
    always((snapshots, policy) => {
      const { keep, remove } = decide(snapshots, policy);
      const all = [...keep.map(({ id }) => id), ...remove];
      expect(all).toHaveLength(snapshots.length);
      expect(new Set(all)).toEqual(new Set(snapshots.map(({ id }) => id)));
    });
  });

  test("no calendar loses its last snapshot", () => {
    always((snapshots, policy) => {
      expect(calendarsOf(left(snapshots, policy))).toEqual(calendarsOf(snapshots));
    });
  });

  test("pinned and unreadable snapshots stay, and so does the newest complete one", () => {
    always((snapshots, policy) => {
      const ids = new Set(kept(snapshots, policy));
      for (const { id, pinned, holds } of snapshots)
        if (pinned || holds === null) expect(ids).toContain(id);
      const [newest] = snapshots
        .filter(({ complete }) => complete)
        .sort((a, b) => b.time - a.time || (a.id < b.id ? -1 : 1));
      if (newest) expect(ids).toContain(newest.id);
    });
  });

  test("doing it again removes nothing more", () => {
    always((snapshots, policy) => {
      expect(decide(left(snapshots, policy), policy).remove).toEqual([]);
    });
  });

  test("a more generous policy keeps no complete snapshot less", () => {
    fc.assert(
      fc.property(
        facts,
        policies,
        fc.constantFrom("last", "daily", "yearly"),
        (all, policy, rule) => {
          const complete = all.filter((one) => one.complete);
          const more = { ...policy, [rule]: (policy[rule] ?? 0) + 1 };
          const ids = new Set(kept(complete, more));
          for (const { id, reasons } of decide(complete, policy).keep)
            if (reasons.some((reason) => reason !== "only-copy")) expect(ids).toContain(id);
        },
      ),
    );
  });
});
