import { beforeEach, expect, test } from "vitest";
import { BackupButton } from "../../../src/background/commands/backup-button.ts";
import { BackupRuns } from "../../../src/background/commands/backup-runs.ts";
import { Operations } from "../../../src/background/commands/operations.ts";
import type { BackupService } from "../../../src/background/commands/ports.ts";
import {
  backupHistoryShape,
  lastBackupShape,
  type StoredLastBackup,
} from "../../../src/background/settings/backup-settings.ts";
import { StoredValue } from "../../../src/background/settings/stored-value.ts";
import type { BackupReport } from "../../../src/shared/commands.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { MemoryArea } from "../../support/memory-area.ts";

const report: BackupReport = {
  snapshotId: "s1",
  time: 1000,
  calendars: 2,
  items: 1200,
  added: 3,
  changed: 2,
  removed: 1,
  bytesRead: 10,
  bytesWritten: 5,
  durationMs: 7,
  incomplete: [],
};

let badge = "";
let badges: string[] = [];
let title = "";
let notes: { title: string; message: string }[] = [];
let run: BackupService["run"] = async () => report;
let button: BackupButton;
let runs: BackupRuns;
let last: StoredValue<StoredLastBackup>;

beforeEach(() => {
  badge = title = "";
  badges = [];
  notes = [];
  run = async () => report;
  last = new StoredValue(new MemoryArea(), lastBackupShape);
  button = new BackupButton({
    action: {
      setBadgeText: ({ text }) => {
        badge = text;
        badges.push(text);
      },
      setBadgeBackgroundColor: () => {},
      setTitle: (details) => {
        title = details.title;
      },
    },
    notify: async (_, noteTitle, message) => {
      notes.push({ title: noteTitle, message });
    },
    text: (key, substitutions = []) => [key, ...substitutions].join(" "),
    formatTime: (time) => `<${time}>`,
    formatCount: String,
    runBackup: () => runs.run({}),
    readLast: () => last.read(),
  });
  let ids = 0;
  runs = new BackupRuns({
    operations: new Operations({
      platform: { holdAwake: async () => "lease", releaseAwake: async () => {} },
      broadcast: () => {},
      newId: () => String(++ids),
      now: () => 0,
    }),
    backup: {
      run: (...given: Parameters<BackupService["run"]>) => run(...given),
      runBefore: async () => "snapshot",
    } as unknown as BackupService,
    last,
    observer: button,
    history: new StoredValue(new MemoryArea(), backupHistoryShape),
    noteStore: async () => {},
    onCounted: () => {},
    now: () => 2000,
  });
});

test("a good backup shows its percent, then its time, and says what it saved", async () => {
  run = async (_, { onProgress }) => {
    for (const done of [0, 100, 101, 600, 1200]) onProgress({ done, total: 1200, note: "" });
    return report;
  };
  await button.clicked();
  expect(badges).toEqual(["…", "0%", "8%", "50%", "99%", ""]);
  expect(title).toContain("<1000>");
  expect(notes).toEqual([
    { title: "backupDoneTitle", message: "backupDoneCounts 1200 2\nbackupDifferences 3 2 1" },
  ]);
});

test("a failed one says what to do, and stays marked until the next good one", async () => {
  run = async () => {
    throw new AppError("place-full", "The disk is full.", { hint: "Make room." });
  };
  await button.clicked();
  expect(badge).toBe("!");
  expect(title).toContain("The disk is full.");
  expect(notes[0]).toEqual({
    title: "backupFailedTitle",
    message: "The disk is full.\nMake room.",
  });
  badge = "";
  await button.restore();
  expect(badge).toBe("!");
  run = async () => report;
  await button.clicked();
  expect(badge).toBe("");
});

test("an incomplete one is not called good, and names what is missing", async () => {
  run = async () => ({ ...report, incomplete: [{ calendar: "Work", reason: "locked" }] });
  await button.clicked();
  expect(badge).toBe("!");
  expect(notes[0]?.title).toBe("backupIncompleteTitle");
  expect(notes[0]?.message).toContain("incompleteCalendar Work locked");
});

test("a click while one is running starts nothing and tells so", async () => {
  let runs = 0;
  let finish: () => void = () => {};
  run = async () => {
    runs++;
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    return report;
  };
  const first = button.clicked();
  await button.clicked();
  expect(notes).toEqual([{ title: "backupBusyTitle", message: "backupBusyHint" }]);
  expect(badge).toBe("…");
  finish();
  await first;
  expect(runs).toBe(1);
  expect(badge).toBe("");
});

test("a click during a restore says that other work is running", async () => {
  run = async () => {
    throw new AppError("busy", "Other work is running.", {
      hint: "Wait.",
      details: { running: "snapshots.restore" },
    });
  };
  await button.clicked();
  expect(notes).toEqual([{ title: "backupFailedTitle", message: "Other work is running.\nWait." }]);
});

test("a snapshot of some calendars does not pass for a backup of all", async () => {
  expect(await runs.before("work", "Before many removals")).toBe(true);
  await runs.run({ calendarIds: ["work"] });
  expect(await last.read()).toMatchObject({ report: null });
  await runs.run({});
  expect(await last.read()).toMatchObject({ report: { calendars: report.calendars } });
});

test("a cancelled one leaves the button as it was before", async () => {
  await button.clicked();
  notes = [];
  run = async () => {
    throw new AppError("aborted", "Cancelled.");
  };
  await button.clicked();
  expect(badge).toBe("");
  expect(notes).toEqual([]);
});
