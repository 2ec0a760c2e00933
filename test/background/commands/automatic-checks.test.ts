/** The monthly check: when it comes, what it remembers, and what is told. */
import { beforeEach, expect, test } from "vitest";
import {
  AUTOMATIC_CHECK_ALARM,
  AutomaticChecks,
} from "../../../src/background/commands/automatic-checks.ts";
import { CheckRuns } from "../../../src/background/commands/check-runs.ts";
import { Operations } from "../../../src/background/commands/operations.ts";
import { backupSettingsShape } from "../../../src/background/settings/backup-settings.ts";
import { checksShape } from "../../../src/background/settings/check-settings.ts";
import { StoredValue } from "../../../src/background/settings/stored-value.ts";
import type { CheckReport } from "../../../src/shared/commands.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { MemoryArea } from "../../support/memory-area.ts";

const DAY = 24 * 3_600_000;
const whole: CheckReport = {
  ok: true,
  checked: { snapshots: 2, files: 50 },
  errors: [],
  damaged: [],
};
const error = { snapshotId: "s1", path: "/a.ics", code: "store-corrupt", message: "Damaged." };
const broken: CheckReport = {
  ...whole,
  ok: false,
  errors: [error],
  damaged: [{ snapshotId: "s1", files: 25, restorable: 24 }],
};

let now: number;
let alarm: number | undefined;
let directory: string | null;
let checked: boolean[];
let told: string[];
let outcome: () => CheckReport;
let area: MemoryArea;
let automatic: AutomaticChecks;
let runs: CheckRuns;

/** The background page as it starts, with what is stored. */
function startPage(): void {
  const checks = new StoredValue(area, checksShape);
  runs = new CheckRuns({
    operations: new Operations({
      platform: { holdAwake: async () => "lease", releaseAwake: async () => {} },
      broadcast: () => {},
      newId: () => "id",
      now: () => now,
    }),
    backup: {
      check: async ({ full }) => {
        checked.push(full ?? false);
        return outcome();
      },
    },
    checks,
    directory: async () => directory ?? "/profile/store",
    onChecked: () => void automatic.replan(),
    now: () => now,
  });
  automatic = new AutomaticChecks({
    alarms: {
      get: async () => (alarm === undefined ? undefined : { scheduledTime: alarm }),
      create: async (name, { when }) => {
        expect(name).toBe(AUTOMATIC_CHECK_ALARM);
        alarm = when;
      },
      clear: async () => {
        alarm = undefined;
      },
    },
    settings: new StoredValue(area, backupSettingsShape),
    checks,
    storeDirectory: async () => directory,
    runCheck: () => runs.run({ full: true }),
    tellDamage: async ({ damaged }) => void told.push(`damage in ${damaged[0]?.snapshotId}`),
    tellFailed: async () => void told.push("failed"),
    now: () => now,
  });
}

/** Time passes until the alarm goes off. */
async function nextAlarm(): Promise<void> {
  now = alarm ?? Number.NaN;
  alarm = undefined;
  await automatic.alarm();
}

beforeEach(async () => {
  now = Date.UTC(2026, 0, 1);
  alarm = undefined;
  directory = "/mnt/backup";
  checked = [];
  told = [];
  outcome = () => whole;
  area = new MemoryArea();
  startPage();
  await new StoredValue(area, backupSettingsShape).update((old) => ({ ...old, schedule: "daily" }));
});

test("everything is read a month after the store was met, and every month from then", async () => {
  const start = now;
  await automatic.arm();
  expect(alarm).toBe(start + 30 * DAY);
  await nextAlarm();
  expect(checked).toEqual([true]);
  expect(await runs.last()).toEqual({
    time: start + 30 * DAY,
    full: true,
    ok: true,
    snapshots: 2,
    files: 50,
    errors: 0,
  });
  expect(alarm).toBe(start + 60 * DAY);
  expect(told).toEqual([]);
});

test("a check missed while Thunderbird was closed comes soon after the start, not at once", async () => {
  await automatic.arm();
  alarm = undefined;
  now += 50 * DAY;
  startPage();
  await automatic.arm();
  expect(alarm).toBe(now + 600_000);
});

test("a full check by hand begins the month anew, a quick one or one of a single snapshot does not", async () => {
  await automatic.arm();
  const due = alarm;
  now += 5 * DAY;
  await runs.run({});
  await runs.run({ full: true, snapshotId: "s1" });
  await automatic.replan();
  expect(alarm).toBe(due);
  expect(await runs.last()).toMatchObject({ time: now, full: false });
  await runs.run({ full: true });
  await automatic.replan();
  expect(alarm).toBe(now + 30 * DAY);
});

test("damage is told once, and again after a check that found none", async () => {
  outcome = () => broken;
  await automatic.arm();
  await nextAlarm();
  await nextAlarm();
  expect(told).toEqual(["damage in s1"]);
  expect(await runs.last()).toMatchObject({ ok: false, errors: 1 });
  outcome = () => whole;
  await nextAlarm();
  outcome = () => broken;
  await nextAlarm();
  expect(told).toEqual(["damage in s1", "damage in s1"]);
});

test("one that cannot be made is tried again a day later; a disk that is away is no news", async () => {
  outcome = () => {
    throw new AppError("place-gone", "Gone.");
  };
  await automatic.arm();
  await nextAlarm();
  expect(alarm).toBe(now + DAY);
  outcome = () => {
    throw new AppError("place-denied", "Denied.");
  };
  await nextAlarm();
  await nextAlarm();
  expect(told).toEqual(["failed"]);
  expect(await runs.last()).toBe(null);
});

test("without automatic backups or without a store there is no alarm", async () => {
  directory = null;
  await automatic.arm();
  expect(await automatic.next()).toBe(null);
  directory = "/mnt/backup";
  await automatic.replan();
  expect(await automatic.next()).not.toBe(null);
  await new StoredValue(area, backupSettingsShape).update((old) => ({ ...old, schedule: "off" }));
  await automatic.replan();
  expect(await automatic.next()).toBe(null);
});

test("another store begins its own month, and was never checked", async () => {
  await automatic.arm();
  await nextAlarm();
  directory = "/mnt/other";
  await automatic.replan();
  expect(await runs.last()).toBe(null);
  expect(alarm).toBe(now + 30 * DAY);
});
