/**
 * The background's composition root: every listener is registered in the first turn (a suspended event page
 * is woken only for listeners it had then); what objects hold is read when first needed. No logic lives here.
 */
import browser from "webextension-polyfill";
import type { BackgroundEvent } from "../shared/commands.ts";
import { AccountServers } from "./accounts/account-servers.ts";
import { Accounts } from "./accounts/accounts.ts";
import { Credentials } from "./accounts/credentials.ts";
import { ownedCalendar } from "./accounts/owned-calendar.ts";
import { serverDiscovery } from "./accounts/server-discovery.ts";
import { explainTlsFailures } from "./accounts/tls-failures.ts";
import { BackupService } from "./backup/backup-service.ts";
import { ThunderbirdCalendars } from "./backup/thunderbird-calendars.ts";
import { AUTOMATIC_BACKUP_ALARM, AutomaticBackups } from "./commands/automatic-backups.ts";
import { BackupButton } from "./commands/backup-button.ts";
import { BackupPlace } from "./commands/backup-place.ts";
import { BackupRuns } from "./commands/backup-runs.ts";
import { CalendarSyncs } from "./commands/calendar-syncs.ts";
import { createDispatcher } from "./commands/dispatch.ts";
import { createHandlers } from "./commands/handlers.ts";
import { Operations } from "./commands/operations.ts";
import { openRestoreFolder } from "./commands/restore-folder.ts";
import { tellStoreEvents } from "./commands/store-events.ts";
import { registerHooks } from "./provider/hooks.ts";
import { accountsShape } from "./settings/account-settings.ts";
import {
  backupHistoryShape,
  backupSettingsShape,
  lastBackupShape,
} from "./settings/backup-settings.ts";
import { SET_ASIDE_PREFIX, StoredValue, type ValueShape } from "./settings/stored-value.ts";
import { syncStatusShape } from "./settings/sync-status.ts";
import { PlaceStorage } from "./storage/place-storage.ts";
import { calendarTexts } from "./sync/texts.ts";
import { FetchTransport } from "./transport/fetch-transport.ts";

const { platform } = messenger;
const { calendars, items, provider } = messenger.calendar;
const { runtime, storage, action, alarms, notifications, i18n } = browser;

const newId = (): string => crypto.randomUUID();
const text = (key: string, substitutions?: string[]): string => i18n.getMessage(key, substitutions);
const notify = (id: string, title: string, message: string): Promise<string> =>
  notifications.create(id, {
    type: "basic",
    iconUrl: runtime.getURL("images/keeper.svg"),
    title,
    message,
  });

/** Nobody listens while no page is open: then sending rejects, and that is fine. */
const broadcast = (event: BackgroundEvent): void => {
  runtime.sendMessage(event).catch(() => {});
};

/** Of an error only the kind: its text may hold anything. */
const reportBug = (where: string, error: unknown): void => {
  console.error(`CalDAV Keeper: ${where} failed`, error instanceof Error ? error.name : "");
};

const stored = <T>(shape: ValueShape<T>): StoredValue<T> =>
  new StoredValue(storage.local, shape, {
    onSetAside: () => {
      void notify(
        "settings-set-aside",
        text("settingsSetAsideTitle"),
        text("settingsSetAsideHint"),
      );
    },
  });
const storedAccounts = stored(accountsShape);
const storedBackup = stored(backupSettingsShape);
const storedLastBackup = stored(lastBackupShape);
const storedBackupHistory = stored(backupHistoryShape);
const storedSyncStatus = stored(syncStatusShape);

const transport = explainTlsFailures(new FetchTransport(), (url) => platform.probeCertificate(url));
const credentials = new Credentials(platform);
const operations = new Operations({ platform, broadcast, newId, now: Date.now });
const tellAccounts = (): void => broadcast({ event: "changed", what: "accounts" });

const syncs: CalendarSyncs = new CalendarSyncs({
  accounts: () => accounts,
  servers: new AccountServers(transport, credentials),
  calendars,
  itemStore: {
    getState: (cacheId) => provider.getState(cacheId),
    listResources: (cacheId) => provider.listResources(cacheId),
    getResources: (cacheId, options) => provider.getResources(cacheId, options),
    getPending: (cacheId, names) => provider.getPending(cacheId, names),
    settle: (cacheId, name, revision, settlement) =>
      provider.settle(cacheId, name, revision, settlement),
    batch: (cacheId, operations, options) => items.batch(cacheId, operations, options),
  },
  texts: calendarTexts,
  status: storedSyncStatus,
  showStatus: (calendarId, message) =>
    platform.setCalendarStatus(calendarId, message === null ? null : { message }),
  retryAt: (calendarId, when) => alarms.create(calendarId, { when }),
  snapshotBefore: (calendarId) => backupRuns.before(calendarId, text("beforeRemovals")),
  onChanged: tellAccounts,
  now: Date.now,
  random: Math.random,
});

const accounts: Accounts = new Accounts({
  stored: storedAccounts,
  syncStatus: storedSyncStatus,
  credentials,
  discovery: serverDiscovery(transport),
  calendars,
  provider,
  calendarType: `ext-${runtime.id}`,
  running: () => syncs.running(),
  requestSync: (calendarIds) => {
    for (const calendarId of calendarIds) {
      operations.run("sync.run", (work) => syncs.run(calendarId, work)).catch(() => {});
    }
  },
  onChanged: tellAccounts,
  onSignedIn: (accountId) => syncs.scheduler.credentialsChanged(accountId),
  newId,
});

const automatic: AutomaticBackups = new AutomaticBackups({
  alarms,
  settings: storedBackup,
  history: storedBackupHistory,
  runBackup: () => backupRuns.run({ label: text("automaticBackup") }),
  tellIncomplete: (report) => button.tellIncomplete(report),
  tellFailed: (error) => button.tellFailed(error),
  onChanged: () => broadcast({ event: "changed", what: "settings" }),
  now: Date.now,
  random: Math.random,
});
const backupPlace = new BackupPlace({
  platform,
  settings: storedBackup,
  last: storedLastBackup,
  automatic,
});
const backup = new BackupService({
  openStorage: async () => PlaceStorage.open(platform, await backupPlace.directory()),
  expectsStore: () => backupPlace.expectsStore(),
  openFolder: (directory) => openRestoreFolder(platform, directory),
  environment: () => platform.getEnvironment(),
  calendars: new ThunderbirdCalendars(messenger.calendar, {
    find: (calendarId) => ownedCalendar(calendarId, accounts, calendars, provider),
    syncNow: (calendarId, signal) => syncs.syncNow(calendarId, signal),
  }),
});
const button: BackupButton = new BackupButton({
  action,
  notify,
  text,
  formatTime: (time) => new Date(time).toLocaleString(i18n.getUILanguage()),
  formatCount: (count) => count.toLocaleString(i18n.getUILanguage()),
  runBackup: () => backupRuns.run({}),
  readLast: () => storedLastBackup.read(),
});
const backupRuns: BackupRuns = new BackupRuns({
  operations,
  backup,
  last: storedLastBackup,
  history: storedBackupHistory,
  observer: button,
  noteStore: () => backupPlace.noteStore(),
  onCounted: () => {
    automatic.replan().catch((error) => reportBug("schedule", error));
  },
  now: Date.now,
});

const handlers = createHandlers({
  accounts,
  sync: syncs,
  backup,
  backupRuns,
  backupPlace,
  operations,
  waiting: { calendarIds: () => accounts.calendarIds(), calendars, provider },
  diagnostics: async () => ({
    addonVersion: runtime.getManifest().version,
    environment: await platform.getEnvironment(),
    accounts: await accounts.list(),
    lastBackup: await storedLastBackup.read(),
    operations: operations.list(),
    setAside: Object.keys(await storage.local.get(null)).filter((key) =>
      key.startsWith(SET_ASIDE_PREFIX),
    ),
  }),
  sending: provider,
  broadcast,
  pickerTitle: (purpose) => text(purpose === "backup" ? "pickBackupFolder" : "pickRestoreFolder"),
});

registerHooks({
  events: provider,
  scheduler: () => syncs.scheduler,
  awake: {
    hold: (reason) => platform.holdAwake(reason),
    release: (lease) => platform.releaseAwake(lease),
  },
  reportBug,
});
runtime.onMessage.addListener(
  createDispatcher(
    () => handlers,
    { id: runtime.id, baseUrl: runtime.getURL("") },
    reportBug,
  ) as Parameters<typeof runtime.onMessage.addListener>[0],
);
action.onClicked.addListener(() => button.clicked());
platform.onOnline.addListener(() => operations.brief("online", () => syncs.online()));
alarms.onAlarm.addListener(({ name }) =>
  name === AUTOMATIC_BACKUP_ALARM
    ? operations.brief(name, () => automatic.alarm())
    : operations.brief("retry", () => syncs.retry(name)),
);
calendars.onRemoved.addListener((id) => {
  syncs.forget(id);
  return accounts.calendarRemoved(id);
});
const started = async (): Promise<void> => {
  await automatic.arm().catch((error) => reportBug("schedule", error));
  await button.restore();
  await tellStoreEvents(provider, { notify, text }).catch((error) => reportBug("start", error));
};
runtime.onStartup.addListener(started);
runtime.onInstalled.addListener(started);
notifications.onClicked.addListener(() => runtime.openOptionsPage());
automatic.arm().catch((error) => reportBug("schedule", error));
