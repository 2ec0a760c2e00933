/** Thunderbird as the parts of the background meet it: its interfaces, texts, notifications, and what is remembered. */
import browser from "webextension-polyfill";
import type { BackgroundEvent } from "../../shared/commands.ts";
import { sentencesOf } from "../../shared/sentences.ts";
import { accountsShape } from "../settings/account-settings.ts";
import {
  backupHistoryShape,
  backupSettingsShape,
  lastBackupShape,
} from "../settings/backup-settings.ts";
import { firstRunShape } from "../settings/first-run.ts";
import { goneCalendarsShape } from "../settings/gone-calendars.ts";
import { installationShape } from "../settings/installation.ts";
import { StoredValue, type ValueShape } from "../settings/stored-value.ts";
import { syncStatusShape } from "../settings/sync-status.ts";

export const { platform } = messenger;
export const { calendars, items, provider } = messenger.calendar;
export const { runtime, storage, action, alarms, notifications, i18n } = browser;
export const calendarType = `ext-${runtime.id}`;

export const newId = (): string => crypto.randomUUID();
export const formatTime = (time: number): string =>
  new Date(time).toLocaleString(i18n.getUILanguage());
export const formatCount = (count: number): string => count.toLocaleString(i18n.getUILanguage());
export const sentences = sentencesOf(i18n.getUILanguage());
export const translate = (sentence: string): string => sentences.translate(sentence);
/** What is filled in may be what an error says. */
export const text = (key: string, substitutions: string[] = []): string =>
  i18n.getMessage(key, substitutions.map(translate));
export const notify = (id: string, title: string, message: string): Promise<string> =>
  notifications.create(id, {
    type: "basic",
    iconUrl: runtime.getURL("images/keeper.svg"),
    title,
    message: message.split("\n").map(translate).join("\n"),
  });

/** Nobody listens while no page is open: then sending rejects, and that is fine. */
export const broadcast = (event: BackgroundEvent): void => {
  runtime.sendMessage(event).catch(() => {});
};

/** Of an error only the kind: its text may hold anything. */
export const reportBug = (where: string, error: unknown): void => {
  console.error(`CalDAV Keeper: ${where} failed`, error instanceof Error ? error.name : "");
};

export const stored = <T>(shape: ValueShape<T>): StoredValue<T> =>
  new StoredValue(storage.local, shape, {
    onSetAside: () => {
      void notify(
        "settings-set-aside",
        text("settingsSetAsideTitle"),
        text("settingsSetAsideHint"),
      );
    },
  });
export const remembered = {
  accounts: stored(accountsShape),
  backup: stored(backupSettingsShape),
  lastBackup: stored(lastBackupShape),
  backupHistory: stored(backupHistoryShape),
  gone: stored(goneCalendarsShape),
  installation: stored(installationShape),
  firstRun: stored(firstRunShape),
  syncStatus: stored(syncStatusShape),
};
