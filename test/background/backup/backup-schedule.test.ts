import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type BackupHistory,
  type BackupSchedule,
  dueTime,
  wakeTime,
} from "../../../src/background/backup/backup-schedule.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 5, 15, 12);
const never: BackupHistory = {
  lastGood: null,
  lastFailed: null,
  failures: 0,
  firstChange: null,
  lastChange: null,
};

describe("a backup is due", () => {
  const cases: [string, BackupSchedule, Partial<BackupHistory>, number | null][] = [
    ["never while the schedule is off", "off", { lastGood: NOW - 90 * DAY }, null],
    ["at once when there is none yet", "daily", {}, NOW],
    ["an hour after the last one", "hourly", { lastGood: NOW - MINUTE }, NOW + HOUR - MINUTE],
    ["a day after the last one", "daily", { lastGood: NOW - HOUR }, NOW + DAY - HOUR],
    ["a week after the last one", "weekly", { lastGood: NOW - DAY }, NOW + 6 * DAY],
    ["in the past when it was missed", "daily", { lastGood: NOW - 3 * DAY }, NOW - 2 * DAY],
    ["5 minutes after a failure", "daily", { lastFailed: NOW, failures: 1 }, NOW + 5 * MINUTE],
    ["later after the third", "daily", { lastFailed: NOW, failures: 3 }, NOW + 20 * MINUTE],
    ["an interval after many", "hourly", { lastFailed: NOW, failures: 5000 }, NOW + HOUR],
    ["at once when the last one lies in the future", "daily", { lastGood: NOW + 900 * DAY }, NOW],
    ["at once when the failure does", "daily", { lastFailed: NOW + DAY, failures: 4 }, NOW],
    ["at once when there is none yet, changed or not", "change", {}, NOW],
    ["a week after the last one without a change", "change", { lastGood: NOW }, NOW + 7 * DAY],
    [
      "10 minutes after a change",
      "change",
      { lastGood: NOW - DAY, firstChange: NOW - 3, lastChange: NOW - 3 },
      NOW - 3 + 10 * MINUTE,
    ],
    [
      "an hour after the first of many changes",
      "change",
      { lastGood: NOW - DAY, firstChange: NOW - 55 * MINUTE, lastChange: NOW },
      NOW + 5 * MINUTE,
    ],
    [
      "soon after a change of the future",
      "change",
      { lastGood: NOW - DAY, firstChange: NOW + DAY, lastChange: NOW + DAY },
      NOW + 10 * MINUTE,
    ],
    [
      "an hour after many failures to save a change",
      "change",
      { lastGood: NOW - DAY, firstChange: NOW, lastChange: NOW, lastFailed: NOW, failures: 99 },
      NOW + HOUR,
    ],
    [
      "a day after the last one, whatever changed",
      "daily",
      { lastGood: NOW, firstChange: NOW, lastChange: NOW },
      NOW + DAY,
    ],
    [
      "as ever after a small correction of the clock",
      "hourly",
      { lastGood: NOW + 1 },
      NOW + HOUR + 1,
    ],
  ];
  test.each(cases)("%s", (_, schedule, history, due) => {
    expect(dueTime(schedule, { ...never, ...history }, NOW)).toBe(due);
  });

  test.each(["2026-03-29T00:30:00Z", "2026-10-25T00:30:00Z"])(
    "24 hours after the last one across the change of the clocks at %s",
    (time) => {
      const lastGood = Date.parse(time);
      expect(dueTime("daily", { ...never, lastGood }, lastGood + HOUR)).toBe(lastGood + DAY);
    },
  );
});

test("whatever is remembered and wherever the clock jumps, a wake-up is at least 20 seconds ahead", () => {
  const time = fc.option(fc.integer({ min: 0, max: 8.64e15 }));
  fc.assert(
    fc.property(
      fc.constantFrom<BackupSchedule>("change", "hourly", "daily", "weekly"),
      fc.record({
        lastGood: time,
        lastFailed: time,
        failures: fc.nat(),
        firstChange: time,
        lastChange: time,
      }),
      fc.integer({ min: 0, max: 8.64e15 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (schedule, history, now, random) => {
        const wake = wakeTime(dueTime(schedule, history, now) ?? Number.NaN, now, random);
        expect(wake).toBeGreaterThanOrEqual(now + 20_000);
        expect(wake).toBeLessThanOrEqual(now + 8 * DAY);
      },
    ),
  );
});
