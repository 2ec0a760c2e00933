import { expect, test } from "vitest";
import type { KnownCalendar, KnownResource } from "../../../src/background/backup/ports.ts";
import { type Arrivals, Leaving } from "../../../src/background/commands/leaving.ts";
import { eventText } from "../../support/event-text.ts";

const URL_OF_WORK = "https://dav.example.org/ada/work/";
const HOUR = 3_600_000;

const known = (calendarId: string, own: boolean): KnownCalendar => ({
  calendarId,
  account: "ada@dav.example.org",
  collection: "work",
  displayName: "Work",
  color: null,
  url: URL_OF_WORK,
  type: own ? "ext-keeper" : "caldav",
  readOnly: false,
  components: ["VEVENT"],
  lastGoodSync: null,
  own,
});

/**
 * @param brings how many of ours Thunderbird's own calendar has by each look at it; the last stays
 * @param ends whether it has ended loading by then
 */
function setUp(count: number, brings: readonly { has: number; ends?: boolean }[]) {
  const uids = Array.from({ length: count }, (_, index) => `e${index}`);
  const clock = { time: 0 };
  const reads: string[] = [];
  const progress: [number, number][] = [];
  let made = false;
  let look = -1;
  const at = () => brings[Math.max(0, Math.min(look, brings.length - 1))] as (typeof brings)[0];
  const controller = new AbortController();
  /** What is only here, of the account's one calendar. */
  const waiting = { pendingChanges: 0, conflicts: 0 };
  const left: string[] = [];
  const leaving = new Leaving({
    accounts: {
      list: async () =>
        [
          { id: "a1", username: "ada", calendars: [{ id: "ours", name: "Work", ...waiting }] },
        ] as never,
      remove: async ({ accountId }) => {
        left.push(accountId);
        return { superseded: 0, snapshotId: null };
      },
    },
    source: {
      calendars: async () => [known("ours", true), ...(made ? [known("theirs", false)] : [])],
      read: async ({ calendarId }, onPage) => {
        reads.push(calendarId);
        const held = calendarId === "ours" ? uids : uids.slice(0, at().has);
        await onPage(
          held.map(
            (uid) => ({ uid, name: `${uid}.ics`, text: eventText(uid, {}) }) as KnownResource,
          ),
        );
        return undefined as never;
      },
    },
    sync: { run: async () => [] },
    calendars: {
      remove: async (id: string) => void left.push(id),
      synchronize: async () => {},
    } as never,
    makeBuiltIn: async () => {
      made = true;
      return "theirs";
    },
    arrivals: async (): Promise<Arrivals> => ({
      arrived: look < 0 ? 0 : at().has,
      loads: brings.slice(0, look + 1).filter(({ ends }) => ends).length,
    }),
    backupDirectory: async () => "",
    pause: async (signal) => {
      signal.throwIfAborted();
      look += 1;
      clock.time += 1000;
      if (look > 10_000) throw new Error("it never ends");
    },
    now: () => clock.time,
  });
  const handBack = () =>
    leaving.handBack(
      {},
      {
        signal: controller.signal,
        onProgress: ({ done, total }) => progress.push([done, total]),
      },
    );
  const finish = () =>
    leaving.finish({ calendarIds: ["ours"] }, { signal: controller.signal, onProgress: () => {} });
  return { handBack, finish, waiting, left, reads, progress, clock, controller };
}

test("while Thunderbird's own calendar loads, nothing is read: only when it has ended", async () => {
  const loading = Array.from({ length: 90 }, (_, index) => ({ has: index }));
  const { handBack, reads, progress } = setUp(90, [
    ...loading,
    { has: 90 },
    { has: 90, ends: true },
  ]);
  expect(await handBack()).toEqual({
    calendars: [{ id: "ours", newCalendarId: "theirs", missing: 0, error: null }],
  });
  expect(reads.filter((id) => id === "ours")).toHaveLength(2);
  expect(progress).toContainEqual([45, 90]);
  expect(progress.at(-1)).toEqual([90, 90]);
});

test("what it cannot get is counted, after it was asked again", async () => {
  const { handBack, clock } = setUp(3, [{ has: 2 }, ...Array(6).fill({ has: 2, ends: true })]);
  expect((await handBack()).calendars).toMatchObject([{ missing: 1, error: null }]);
  expect(clock.time).toBeLessThan(HOUR);
});

test("a calendar that never ends loading is given up, and what is missing is said", async () => {
  const { handBack, clock } = setUp(3, [{ has: 1 }]);
  expect((await handBack()).calendars).toMatchObject([{ missing: 2, error: null }]);
  expect(clock.time).toBeLessThan(HOUR);
});

test("one that loads slowly is waited for", async () => {
  const slow = Array.from({ length: 40 }, (_, index) => Array(100).fill({ has: index })).flat();
  const { handBack } = setUp(40, [...slow, { has: 40 }, { has: 40, ends: true }]);
  expect((await handBack()).calendars).toMatchObject([{ missing: 0 }]);
});

test("cancelled it ends, and tells of nothing as done", async () => {
  const { handBack, controller, progress } = setUp(3, [{ has: 1 }]);
  const result = handBack();
  controller.abort(new Error("cancelled"));
  await expect(result).rejects.toThrow("cancelled");
  expect(progress.length).toBeLessThan(3);
});

test("a calendar that was handed back whole is taken out here, and its account with it", async () => {
  const { handBack, finish, left } = setUp(2, [{ has: 2 }, { has: 2, ends: true }]);
  await handBack();
  expect(await finish()).toEqual({ removed: 1 });
  expect(left).toEqual(["ours", "a1"]);
});

test.each([
  ["a change waits to be sent", { pendingChanges: 1, conflicts: 0 }],
  ["a conflict is undecided", { pendingChanges: 0, conflicts: 1 }],
])("while %s, nothing is taken out, also of what was handed back whole", async (_, waits) => {
  const { handBack, finish, waiting, left } = setUp(2, [{ has: 2 }, { has: 2, ends: true }]);
  await handBack();
  Object.assign(waiting, waits);
  const { pendingChanges: pending, conflicts } = waits;
  await expect(finish()).rejects.toMatchObject({
    code: "pending-changes",
    details: { pending, conflicts },
  });
  expect(left).toEqual([]);
  Object.assign(waiting, { pendingChanges: 0, conflicts: 0 });
  expect(await finish()).toEqual({ removed: 1 });
});

test("an edit made while the calendars are compared keeps its calendar here", async () => {
  const { handBack, finish, waiting, left, reads } = setUp(2, [{ has: 2 }, { has: 2, ends: true }]);
  await handBack();
  const before = reads.length;
  const push = reads.push.bind(reads);
  reads.push = (...ids) => {
    waiting.pendingChanges = 1;
    return push(...ids);
  };
  await expect(finish()).rejects.toMatchObject({ code: "pending-changes" });
  expect(reads.length).toBeGreaterThan(before);
  expect(left).toEqual([]);
});
