/** Reminds, once for each backup, that the last complete one is old. Looked at after each start and twice a day. */
import { isTooOld } from "../backup/backup-age.ts";
import type { StoredReminder } from "../settings/backup-reminder.ts";
import type { StoredBackupHistory, StoredBackupSettings } from "../settings/backup-settings.ts";
import type { StoredValue } from "../settings/stored-value.ts";

/** Never the id of a calendar: those are UUIDs. */
export const BACKUP_REMINDER_ALARM = "backup-reminder";
/** Of the notification; a click on it backs up. */
export const BACKUP_REMINDER = "backup-reminder";

const FIRST_LOOK_MINUTES = 3;
const LOOK_EVERY_MINUTES = 12 * 60;

export interface BackupReminderDependencies {
  readonly alarms: {
    get(name: string): Promise<object | undefined>;
    create(name: string, info: { delayInMinutes: number; periodInMinutes: number }): unknown;
  };
  readonly stored: StoredValue<StoredReminder>;
  readonly settings: StoredValue<StoredBackupSettings>;
  readonly history: StoredValue<StoredBackupHistory>;
  /** Whether there is any calendar to back up. */
  readonly hasCalendars: () => Promise<boolean>;
  readonly notify: (id: string, title: string, message: string) => Promise<unknown>;
  /** `i18n.getMessage`. */
  readonly text: (key: string, substitutions?: string[]) => string;
  readonly formatDay: (time: number) => string;
  readonly now: () => number;
}

export class BackupReminder {
  readonly #deps: BackupReminderDependencies;

  constructor(dependencies: BackupReminderDependencies) {
    this.#deps = dependencies;
  }

  /** Sets the alarm where there is none. */
  async arm(): Promise<void> {
    const { alarms } = this.#deps;
    if (await alarms.get(BACKUP_REMINDER_ALARM)) return;
    alarms.create(BACKUP_REMINDER_ALARM, {
      delayInMinutes: FIRST_LOOK_MINUTES,
      periodInMinutes: LOOK_EVERY_MINUTES,
    });
  }

  /** The alarm. */
  async look(): Promise<void> {
    const { stored, settings, history, hasCalendars, now } = this.#deps;
    const [{ schedule }, { lastGood }] = await Promise.all([settings.read(), history.read()]);
    if (lastGood === null && !(await hasCalendars())) return;
    const { since } = await stored.update((old) => ({ ...old, since: old.since ?? now() }));
    const from = lastGood ?? since ?? now();
    if (!isTooOld({ schedule, lastGood, since: since ?? now(), now: now() })) return;
    // Remembered before it is shown: rather no reminder than one at every start.
    const { told } = await stored.read();
    if (told === from) return;
    await stored.update((old) => ({ ...old, told: from }));
    await this.#tell(lastGood);
  }

  async #tell(lastGood: number | null): Promise<void> {
    const { notify, text, formatDay } = this.#deps;
    const fact =
      lastGood === null ? text("reminderNever") : text("reminderOld", [formatDay(lastGood)]);
    await notify(BACKUP_REMINDER, text("reminderTitle"), `${fact}\n${text("reminderClick")}`);
  }
}
