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
  const leaving = new Leaving({
    accounts: {
      list: async () =>
        [{ id: "a1", username: "ada", calendars: [{ id: "ours", name: "Work" }] }] as never,
      remove: async () => ({ superseded: 0, snapshotId: null }),
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
    calendars: { remove: async () => {}, synchronize: async () => {} } as never,
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
  return { handBack, reads, progress, clock, controller };
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
