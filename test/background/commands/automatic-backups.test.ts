import { beforeEach, describe, expect, test } from "vitest";
import {
  AUTOMATIC_BACKUP_ALARM,
  AutomaticBackups,
} from "../../../src/background/commands/automatic-backups.ts";
import { BackupRuns } from "../../../src/background/commands/backup-runs.ts";
import { Operations } from "../../../src/background/commands/operations.ts";
import type { BackupService } from "../../../src/background/commands/ports.ts";
import {
  backupHistoryShape,
  backupSettingsShape,
  lastBackupShape,
} from "../../../src/background/settings/backup-settings.ts";
import { StoredValue } from "../../../src/background/settings/stored-value.ts";
import type { BackupReport } from "../../../src/shared/commands.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { MemoryArea } from "../../support/memory-area.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const report: BackupReport = {
  snapshotId: "s1",
  time: 0,
  calendars: 1,
  items: 1,
  added: 0,
  changed: 0,
  removed: 0,
  bytesRead: 0,
  bytesWritten: 0,
  durationMs: 0,
  incomplete: [],
};

let now: number;
let alarm: number | undefined;
let told: string[];
let attempts: number;
let pruned: number;
let suspended: boolean;
let prune: () => Promise<void>;
let attempt: () => Promise<BackupReport>;
let area: MemoryArea;
let automatic: AutomaticBackups;
let runs: BackupRuns;

/** The background page as it starts, with what is stored. */
function startPage(): void {
  const history = new StoredValue(area, backupHistoryShape);
  let ids = 0;
  runs = new BackupRuns({
    operations: new Operations({
      platform: { holdAwake: async () => "lease", releaseAwake: async () => {} },
      broadcast: () => {},
      newId: () => String(++ids),
      now: () => now,
    }),
    backup: {
      run: async () => {
        attempts++;
        return attempt();
      },
    } as unknown as BackupService,
    last: new StoredValue(area, lastBackupShape),
    history,
    observer: { started: () => {}, progressed: () => {}, finished: async () => {} },
    noteStore: async () => {},
    onCounted: () => void automatic.replan(),
    now: () => now,
  });
  automatic = new AutomaticBackups({
    alarms: {
      get: async () => (alarm === undefined ? undefined : { scheduledTime: alarm }),
      create: async (name, { when }) => {
        expect(name).toBe(AUTOMATIC_BACKUP_ALARM);
        alarm = when;
      },
      clear: async () => {
        alarm = undefined;
      },
    },
    waitsForUnlock: async () =>
      (await new StoredValue(area, lastBackupShape).read()).failure?.error.code ===
      "credentials-locked",
    settings: new StoredValue(area, backupSettingsShape),
    history,
    runBackup: () => runs.run({ label: "Automatic" }),
    tellIncomplete: async () => void told.push("incomplete"),
    tellFailed: async () => void told.push("failed"),
    prune: async () => {
      pruned++;
      await prune();
    },
    tellNotPruned: async () => void told.push("not pruned"),
    suspended: async () => suspended,
    onChanged: () => {},
    now: () => now,
    random: () => 0,
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
  told = [];
  attempts = 0;
  pruned = 0;
  suspended = false;
  prune = async () => {};
  attempt = async () => report;
  area = new MemoryArea();
  startPage();
  await new StoredValue(area, backupSettingsShape).update((old) => ({ ...old, schedule: "daily" }));
});

test("a copy of the profile backs up nothing until the user goes on with it", async () => {
  suspended = true;
  await automatic.replan();
  await nextAlarm();
  await nextAlarm();
  expect([attempts, pruned]).toEqual([0, 0]);
  expect(alarm).toBeGreaterThan(now);
  suspended = false;
  await automatic.replan();
  await nextAlarm();
  expect([attempts, pruned]).toEqual([1, 1]);
});

test("without a schedule there is no alarm", async () => {
  await new StoredValue(area, backupSettingsShape).update((old) => ({ ...old, schedule: "off" }));
  await automatic.replan();
  expect(await automatic.next()).toBe(null);
});

test("the alarm that ended with Thunderbird is set anew, and the missed backup made soon", async () => {
  await runs.run({});
  alarm = undefined;
  now += 5 * DAY;
  startPage();
  await automatic.arm();
  expect(alarm).toBe(now + 20_000);
  await nextAlarm();
  expect(attempts).toBe(2);
  expect(alarm).toBe(now + DAY);
  expect(told).toEqual([]);
});

test("a page that starts again and again does not put the alarm off", async () => {
  await automatic.arm();
  const first = alarm;
  for (let i = 0; i < 10; i++) {
    now += 5000;
    startPage();
    await automatic.arm();
  }
  expect(alarm).toBe(first);
});

test("a backup by hand counts; one of a single calendar does not", async () => {
  await automatic.arm();
  await runs.run({ calendarIds: ["one"] });
  expect(alarm).toBe(now + 20_000);
  await runs.run({});
  await automatic.replan();
  expect(alarm).toBe(now + DAY);
});

test("a failure is told once, tried ever later, and told again after a good one", async () => {
  attempt = async () => {
    throw new AppError("place-gone", "Gone.");
  };
  await automatic.arm();
  const waits: number[] = [];
  for (let i = 0; i < 4; i++) {
    await nextAlarm();
    waits.push(((alarm ?? 0) - now) / 60_000);
  }
  expect(waits).toEqual([5, 10, 20, 40]);
  expect(told).toEqual(["failed"]);
  attempt = async () => report;
  await nextAlarm();
  attempt = async () => ({ ...report, incomplete: [{ calendar: "Work", reason: "locked" }] });
  await nextAlarm();
  await nextAlarm();
  expect(told).toEqual(["failed", "incomplete"]);
});

test("it waits while other work with the store is running, without a word", async () => {
  let finish: () => void = () => {};
  attempt = () =>
    new Promise((resolve) => {
      finish = () => resolve(report);
    });
  const byHand = runs.run({ calendarIds: ["one"] });
  await automatic.arm();
  await nextAlarm();
  expect(attempts).toBe(1);
  expect(alarm).toBe(now + 20_000);
  finish();
  await byHand;
  attempt = async () => report;
  await nextAlarm();
  expect(attempts).toBe(2);
  expect(told).toEqual([]);
});

test("old snapshots are removed after a complete backup only", async () => {
  await automatic.arm();
  await nextAlarm();
  expect(pruned).toBe(1);
  attempt = async () => ({ ...report, incomplete: [{ calendar: "Work", reason: "offline" }] });
  await nextAlarm();
  attempt = async () => {
    throw new AppError("place-gone", "The disk is not there.");
  };
  await nextAlarm();
  expect(pruned).toBe(1);
});

test("snapshots that could not be removed are told once, and the backup counts", async () => {
  prune = async () => {
    throw new AppError("clock-jumped", "A snapshot is dated in the future.");
  };
  await automatic.arm();
  await nextAlarm();
  await nextAlarm();
  expect(told).toEqual(["not pruned"]);
  expect((await new StoredValue(area, backupHistoryShape).read()).lastGood).toBe(now);
});

test("what waits for the primary password is told once, and made as soon as that is entered", async () => {
  attempt = async () => {
    throw new AppError("credentials-locked", "Locked.");
  };
  await automatic.arm();
  for (let i = 0; i < 3; i++) await nextAlarm();
  expect(told).toEqual(["failed"]);
  attempt = async () => report;
  startPage();
  await automatic.unlocked();
  expect(attempts).toBe(4);
  expect(alarm).toBe(now + DAY);
  await automatic.unlocked();
  expect(attempts).toBe(4);
});

test("entering the primary password makes no backup that failed for another reason", async () => {
  attempt = async () => {
    throw new AppError("place-gone", "Gone.");
  };
  await automatic.arm();
  await nextAlarm();
  await automatic.unlocked();
  expect(attempts).toBe(1);
});

describe("after changes", () => {
  const MINUTE = 60_000;
  const schedule = (value: "change" | "daily") =>
    new StoredValue(area, backupSettingsShape).update((old) => ({ ...old, schedule: value }));

  beforeEach(async () => {
    await schedule("change");
    await automatic.replan();
    await nextAlarm();
    attempts = 0;
  });

  test("one backup is made when it has gone quiet, however many there were", async () => {
    const weekLater = alarm;
    expect(weekLater).toBe(now + 7 * DAY);
    for (let n = 0; n < 20; n++) {
      await Promise.all([automatic.changed(), automatic.changed()]);
      now += 30_000;
    }
    const last = now - 30_000;
    expect(alarm ?? 0).toBeGreaterThan(last + 8 * MINUTE);
    expect(alarm ?? 0).toBeLessThanOrEqual(last + 10 * MINUTE);
    await nextAlarm();
    expect(attempts).toBe(1);
    expect(alarm).toBe(now + 7 * DAY);
  });

  test("that go on and on are saved after an hour", async () => {
    const first = now;
    while (attempts === 0) {
      await automatic.changed();
      now += 2 * MINUTE;
      if (now >= (alarm ?? 0)) await nextAlarm();
      expect(now).toBeLessThan(first + 2 * HOUR);
    }
    expect(now).toBeLessThanOrEqual(first + HOUR + 2 * MINUTE);
  });

  test("one made while the backup ran is saved by the next", async () => {
    await automatic.changed();
    attempt = async () => {
      now += MINUTE;
      await automatic.changed();
      return report;
    };
    await nextAlarm();
    const changed = now;
    attempt = async () => report;
    expect(alarm).toBe(changed + 10 * MINUTE);
    await nextAlarm();
    expect(attempts).toBe(2);
  });

  test("one that was missed is made up after the next start", async () => {
    await automatic.changed();
    now += DAY;
    alarm = undefined;
    startPage();
    await automatic.arm();
    expect(alarm ?? 0).toBeLessThanOrEqual(now + 40_000);
    await nextAlarm();
    expect(attempts).toBe(1);
  });

  test("nothing is noted while backups go by the clock", async () => {
    await schedule("daily");
    await automatic.replan();
    const set = alarm;
    await automatic.changed();
    expect(alarm).toBe(set);
    await schedule("change");
    await automatic.replan();
    expect(alarm).toBe(now + 7 * DAY);
  });

  test("what was changed while backups went by the clock is saved soon after they no longer do", async () => {
    await schedule("daily");
    await automatic.changed();
    now += HOUR;
    await schedule("change");
    await automatic.startCounting();
    await automatic.replan();
    expect(alarm).toBe(now + 9 * MINUTE);
    await nextAlarm();
    expect(attempts).toBe(1);
    expect(alarm).toBe(now + 7 * DAY);
  });

  test("a backup by hand right after changes began to count is enough, and the next change is noted", async () => {
    await automatic.startCounting();
    await runs.run({});
    await automatic.replan();
    expect(alarm).toBe(now + 7 * DAY);
    await automatic.startCounting();
    await automatic.changed();
    expect(alarm).toBe(now + 10 * MINUTE);
  });
});
