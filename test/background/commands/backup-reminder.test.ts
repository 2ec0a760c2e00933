import { beforeEach, describe, expect, test } from "vitest";
import {
  BACKUP_REMINDER,
  BackupReminder,
} from "../../../src/background/commands/backup-reminder.ts";
import { reminderShape } from "../../../src/background/settings/backup-reminder.ts";
import {
  backupHistoryShape,
  backupSettingsShape,
  type StoredBackupSettings,
} from "../../../src/background/settings/backup-settings.ts";
import { StoredValue } from "../../../src/background/settings/stored-value.ts";
import { MemoryArea } from "../../support/memory-area.ts";

const DAY = 86_400_000;
const START = 100 * DAY;

let now: number;
let notes: { id: string; message: string }[];
let hasCalendars: boolean;
let area: MemoryArea;
let reminder: BackupReminder;

const history = () => new StoredValue(area, backupHistoryShape);
const backedUp = (time: number) => history().update((old) => ({ ...old, lastGood: time }));
const schedule = (value: StoredBackupSettings["schedule"]) =>
  new StoredValue(area, backupSettingsShape).update((old) => ({ ...old, schedule: value }));

beforeEach(() => {
  now = START;
  notes = [];
  hasCalendars = true;
  area = new MemoryArea();
  reminder = new BackupReminder({
    alarms: { get: async () => undefined, create: () => {} },
    stored: new StoredValue(area, reminderShape),
    settings: new StoredValue(area, backupSettingsShape),
    history: history(),
    hasCalendars: async () => hasCalendars,
    notify: async (id, _, message) => {
      notes.push({ id, message });
    },
    text: (key, substitutions = []) => [key, ...substitutions].join(" "),
    formatDay: (time) => `day ${time / DAY}`,
    now: () => now,
  });
});

describe("reminder of an old backup", () => {
  test("comes once for each backup that grows old", async () => {
    await backedUp(START);
    now = START + 13 * DAY;
    await reminder.look();
    expect(notes).toEqual([]);
    now = START + 15 * DAY;
    await reminder.look();
    await reminder.look();
    now = START + 40 * DAY;
    await reminder.look();
    expect(notes).toEqual([{ id: BACKUP_REMINDER, message: "reminderOld day 100\nreminderClick" }]);
    await backedUp(now);
    now += 15 * DAY;
    await reminder.look();
    expect(notes).toHaveLength(2);
  });

  test("comes sooner where backups are made by themselves", async () => {
    await backedUp(START);
    await schedule("daily");
    now = START + 5 * DAY;
    await reminder.look();
    expect(notes).toHaveLength(1);
  });

  test("without any backup counts from when there was something to back up", async () => {
    hasCalendars = false;
    await reminder.look();
    hasCalendars = true;
    now = START + 20 * DAY;
    await reminder.look();
    expect(notes).toEqual([]);
    now += 15 * DAY;
    await reminder.look();
    expect(notes).toEqual([{ id: BACKUP_REMINDER, message: "reminderNever\nreminderClick" }]);
  });
});
