/**
 * The background's composition root: every listener is registered in the first turn (a suspended event page
 * is woken only for listeners it had then); what objects hold is read when first needed. No logic lives here.
 */
import browser from "webextension-polyfill";
import type { BackgroundEvent } from "../shared/commands.ts";
import { fromWire, toWire } from "../shared/errors.ts";
import { sentencesOf } from "../shared/sentences.ts";
import { AccountLogins } from "./accounts/account-logins.ts";
import { AccountScheduling } from "./accounts/account-scheduling.ts";
import { AccountServers } from "./accounts/account-servers.ts";
import { Accounts } from "./accounts/accounts.ts";
import { makeBuiltIn } from "./accounts/built-in-calendars.ts";
import { Certificates } from "./accounts/certificates.ts";
import { Credentials } from "./accounts/credentials.ts";
import { DialogDetection, FORGET_SEARCH_ALARM } from "./accounts/dialog-detection.ts";
import { makeOAuth } from "./accounts/oauth/make-oauth.ts";
import { ownedCalendar } from "./accounts/owned-calendar.ts";
import { serverDiscovery } from "./accounts/server-discovery.ts";
import { ServerNews } from "./accounts/server-news.ts";
import { SignIns } from "./accounts/sign-ins.ts";
import { explainTlsFailures } from "./accounts/tls-failures.ts";
import { BackupService } from "./backup/backup-service.ts";
import { Forgetting } from "./backup/forgetting.ts";
import { ItemStoreVersions } from "./backup/item-store-versions.ts";
import { KeptStore } from "./backup/kept-store.ts";
import { ThunderbirdCalendars } from "./backup/thunderbird-calendars.ts";
import { TimeMachine } from "./backup/time-machine.ts";
import { AUTOMATIC_BACKUP_ALARM, AutomaticBackups } from "./commands/automatic-backups.ts";
import { AUTOMATIC_CHECK_ALARM } from "./commands/automatic-checks.ts";
import { BackupButton } from "./commands/backup-button.ts";
import { BackupPlace } from "./commands/backup-place.ts";
import {
  BACKUP_REMINDER,
  BACKUP_REMINDER_ALARM,
  BackupReminder,
} from "./commands/backup-reminder.ts";
import { BackupRuns } from "./commands/backup-runs.ts";
import { CalendarSyncs } from "./commands/calendar-syncs.ts";
import { createDispatcher } from "./commands/dispatch.ts";
import { createHandlers } from "./commands/handlers.ts";
import { Leaving, pauseFor } from "./commands/leaving.ts";
import { NewCalendars } from "./commands/new-calendars.ts";
import { Operations } from "./commands/operations.ts";
import { OwnPages, openTabs, WELCOME_PAGE } from "./commands/own-pages.ts";
import { Pruning } from "./commands/pruning.ts";
import { RemoteCalendars } from "./commands/remote-calendars.ts";
import { openRestoreFolder } from "./commands/restore-folder.ts";
import { damageMemory, storeChecks } from "./commands/store-checks.ts";
import { tellStoreEvents } from "./commands/store-events.ts";
import { Takeover } from "./commands/takeover.ts";
import { ThunderbirdMenus } from "./commands/thunderbird-menus.ts";
import { composeStore } from "./compose-store.ts";
import { answerFreeBusy } from "./provider/free-busy.ts";
import { registerHooks } from "./provider/hooks.ts";
import { accountsShape } from "./settings/account-settings.ts";
import { reminderShape } from "./settings/backup-reminder.ts";
import {
  backupHistoryShape,
  backupSettingsShape,
  lastBackupShape,
} from "./settings/backup-settings.ts";
import { calendarChoicesShape, schedulingShape } from "./settings/calendar-choices.ts";
import { checksShape, damageShape } from "./settings/check-settings.ts";
import { firstRunShape } from "./settings/first-run.ts";
import { installationId, installationShape } from "./settings/installation.ts";
import { stopMemory } from "./settings/stop-memory.ts";
import { SET_ASIDE_PREFIX, StoredValue, type ValueShape } from "./settings/stored-value.ts";
import { syncStatusShape } from "./settings/sync-status.ts";
import { calendarTexts } from "./sync/texts.ts";
import { FetchTransport } from "./transport/fetch-transport.ts";
import { withHostQueue } from "./transport/host-queue.ts";

const { platform } = messenger;
const { calendars, items, provider } = messenger.calendar;
const { runtime, storage, action, alarms, notifications, i18n } = browser;

const newId = (): string => crypto.randomUUID();
const formatTime = (time: number): string => new Date(time).toLocaleString(i18n.getUILanguage());
const formatCount = (count: number): string => count.toLocaleString(i18n.getUILanguage());
const sentences = sentencesOf(i18n.getUILanguage());
const translate = (sentence: string): string => sentences.translate(sentence);
/** What is filled in may be what an error says. */
const text = (key: string, substitutions: string[] = []): string =>
  i18n.getMessage(key, substitutions.map(translate));
const notify = (id: string, title: string, message: string): Promise<string> =>
  notifications.create(id, {
    type: "basic",
    iconUrl: runtime.getURL("images/keeper.svg"),
    title,
    message: message.split("\n").map(translate).join("\n"),
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
const storedInstallation = stored(installationShape);
const storedFirstRun = stored(firstRunShape);
const storedSyncStatus = stored(syncStatusShape);

const transport = explainTlsFailures(withHostQueue(new FetchTransport()), (url) =>
  platform.probeCertificate(url),
);
const credentials = new Credentials(platform);
const operations = new Operations({ platform, broadcast, newId, now: Date.now });
const tellAccounts = (): void => broadcast({ event: "changed", what: "accounts" });

const oauth = makeOAuth({ platform, transport, credentials, newId, now: Date.now });
const logins = new AccountLogins(credentials, oauth);
const accountServers = new AccountServers(transport, logins);
const syncs: CalendarSyncs = new CalendarSyncs({
  accounts: () => accounts,
  servers: accountServers,
  readStatuses: (accountId, signal) => news.read(accountId, signal),
  calendars,
  itemStore: {
    getState: (cacheId) => provider.getState(cacheId),
    listResources: (cacheId) => provider.listResources(cacheId),
    getResources: (cacheId, options) => provider.getResources(cacheId, options),
    getPending: (cacheId, names) => provider.getPending(cacheId, names),
    settle: (cacheId, name, revision, settlement) =>
      provider.settle(cacheId, name, revision, settlement),
    batch: (cacheId, operations, options) => items.batch(cacheId, operations, options),
    stage: (cacheId, operations, reason) => provider.stage(cacheId, operations, reason),
    listSuperseded: (cacheId, options) => provider.listSuperseded(cacheId, options),
    countDeletions: (cacheId, since, except) => provider.countDeletions(cacheId, since, except),
  },
  texts: calendarTexts,
  status: storedSyncStatus,
  showStatus: (calendarId, message) =>
    platform.setCalendarStatus(
      calendarId,
      message === null ? null : { message: translate(message) },
    ),
  retryAt: (calendarId, when) => alarms.create(calendarId, { when }),
  tellSignIn: ({ id, username, location }) => {
    void notify(`sign-in-${id}`, text("signInTitle", [username, location]), text("signInHint"));
  },
  stops: stopMemory(storage.session),
  snapshotBefore: (calendarId) => backupRuns.before(calendarId, text("beforeRemovals")),
  onChanged: tellAccounts,
  onItemsChanged: () => noteChange(),
  now: Date.now,
  random: Math.random,
});

const requestSync = (calendarIds: readonly string[]): void => {
  for (const calendarId of calendarIds) {
    operations.run("sync.run", (work) => syncs.run(calendarId, work)).catch(() => {});
  }
};
const discovery = serverDiscovery(transport, (name) => platform.lookUpService(name));
const onSignedIn = (accountId: string): void => syncs.scheduler.credentialsChanged(accountId);
const accounts: Accounts = new Accounts({
  stored: storedAccounts,
  syncStatus: storedSyncStatus,
  credentials,
  logins,
  oauth,
  discovery,
  calendars,
  provider,
  calendarType: `ext-${runtime.id}`,
  running: () => syncs.running(),
  requestSync,
  onChanged: tellAccounts,
  snapshotBefore: (calendarIds) =>
    backupRuns.mustRunBefore(calendarIds, text("beforeAccountRemoval")),
  onSignedIn,
  newId,
});
const signIns = new SignIns({
  account: (accountId) => accounts.get(accountId),
  credentials,
  oauth,
  discovery,
  onSignedIn,
  requestSync,
  onChanged: tellAccounts,
});

const news = new ServerNews({
  accounts,
  servers: accountServers,
  calendars,
  traceRedirects: (url) => platform.traceRedirects(url),
  onRerouted: (calendarId) => syncs.renew(calendarId),
  onSeen: (account, seen, signal) => scheduling.follow(account, seen, signal),
  onOffered: (accountId, names) => {
    broadcast({ event: "offered", accountId, names });
    void notify(`offered-${accountId}`, text("offeredTitle"), names.join(", "));
  },
});
const remoteCalendars = new RemoteCalendars({
  accounts,
  servers: accountServers,
  calendars,
  scheduler: () => syncs.scheduler,
  snapshotBefore: (calendarId) => backupRuns.mustRunBefore([calendarId], text("beforeDeletion")),
  newId,
});
/** Its host is one more that the account's requests may go to. */
const agree = async (accountId: string, host: string): Promise<string[]> => {
  const agreed = await accounts.agree(accountId, host);
  const ids = (await accounts.get(accountId)).calendars.map(({ id }) => id);
  for (const id of ids) syncs.renew(id);
  requestSync(ids);
  return agreed;
};

const scheduling: AccountScheduling = new AccountScheduling({
  accounts: storedAccounts,
  stored: stored(schedulingShape),
  choices: stored(calendarChoicesShape),
  calendars,
  serverOf: (account) => accountServers.scheduling(account),
  onChanged: tellAccounts,
  now: Date.now,
});

const automatic: AutomaticBackups = new AutomaticBackups({
  alarms,
  settings: storedBackup,
  history: storedBackupHistory,
  runBackup: () => backupRuns.run({ label: text("automaticBackup") }),
  prune: () => pruning.afterBackup(),
  tellIncomplete: (report) => button.tellIncomplete(report),
  tellFailed: (error) => button.tellFailed(error),
  tellNotPruned: (error) => button.tellNotPruned(error),
  waitsForUnlock: async () =>
    (await storedLastBackup.read()).failure?.error.code === "credentials-locked",
  onChanged: () => broadcast({ event: "changed", what: "settings" }),
  now: Date.now,
  random: Math.random,
});
const replacedVersions = new ItemStoreVersions(messenger.calendar);
const { backupStore, recoverySheets, knownStores } = composeStore({
  platform,
  settings: storedBackup,
  place: () => backupPlace,
  unmarkSaved: () => replacedVersions.unmarkSaved(),
  replan: () => checks.automatic.replan(),
  startKeyThread: () => new Worker(runtime.getURL("key-worker.js")),
  text,
  language: i18n.getUILanguage(),
});
const backupPlace: BackupPlace = new BackupPlace({
  platform,
  settings: storedBackup,
  last: storedLastBackup,
  automatic,
  store: backupStore,
  unmarkSaved: () => replacedVersions.unmarkSaved(),
  checks: {
    last: () => checks.runs.last(),
    next: () => checks.automatic.next(),
    replan: () => checks.automatic.replan(),
  },
});
const thunderbirdCalendars = new ThunderbirdCalendars(messenger.calendar, {
  find: (calendarId) => ownedCalendar(calendarId, accounts, calendars, provider),
  syncNow: (calendarId, deletions, signal) => syncs.syncNow(calendarId, deletions, signal),
});
const backup = new BackupService({
  store: backupStore,
  openFolder: (directory) => openRestoreFolder(platform, directory),
  environment: async () => ({
    ...(await platform.getEnvironment()),
    instance: await installationId(storedInstallation, newId),
  }),
  calendars: thunderbirdCalendars,
  replaced: replacedVersions,
  maker: new NewCalendars({
    calendars,
    accounts,
    servers: accountServers,
    known: thunderbirdCalendars,
  }),
  damage: damageMemory(stored(damageShape)),
});
const checks = storeChecks({
  alarms,
  operations,
  backup,
  settings: storedBackup,
  checks: stored(checksShape),
  place: backupPlace,
  tellDamage: (report) => button.tellDamage(report),
  tellFailed: (error) => button.tellCheckFailed(error),
  reportBug,
  now: Date.now,
});
const timeMachine = new TimeMachine({
  store: new KeptStore({
    open: (signal) => backup.open(signal),
    identify: async () => `${await backupPlace.directory()} ${(await backupStore.inspect()).id}`,
  }),
  calendars: thunderbirdCalendars,
});
const forgetting = new Forgetting({
  openStore: (signal) => backup.open(signal),
  environment: () => backup.environment(),
  unmarkSaved: (snapshotIds) => replacedVersions.unmarkSaved(snapshotIds),
  now: Date.now,
});
const pruning = new Pruning({ operations, forgetting, settings: storedBackup, broadcast });
const button: BackupButton = new BackupButton({
  action,
  notify,
  text,
  formatTime,
  formatCount,
  runBackup: (calendarIds) => backupRuns.run(calendarIds ? { calendarIds } : {}),
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

const pages = new OwnPages({
  tabs: browser.tabs,
  openTabs: () => openTabs(runtime),
  getUrl: (path) => runtime.getURL(path),
});
const menus = new ThunderbirdMenus({
  backUp: (calendarId) => button.clicked([calendarId]),
  pages,
  listAccounts: () => accounts.list(),
  text,
  translate,
  formatTime,
  formatCount,
});
const detection = new DialogDetection({
  accounts,
  memory: platform,
  calendarType: `ext-${runtime.id}`,
});
const reminder = new BackupReminder({
  alarms,
  stored: stored(reminderShape),
  settings: storedBackup,
  history: storedBackupHistory,
  hasCalendars: async () => (await calendars.query({})).length > 0,
  notify,
  text,
  formatDay: (time) =>
    new Date(time).toLocaleDateString(i18n.getUILanguage(), { dateStyle: "long" }),
  now: Date.now,
});
const takeover = new Takeover({
  accounts,
  source: thunderbirdCalendars,
  sync: syncs,
  backup,
  calendars,
  label: () => text("beforeTakeover"),
});
const leaving = new Leaving({
  accounts,
  source: thunderbirdCalendars,
  sync: syncs,
  calendars,
  makeBuiltIn: async ({ id }, calendar, signal) =>
    makeBuiltIn({ transport, credentials, platform }, await accounts.get(id), calendar, signal),
  arrivals: async (calendarId) => {
    const answer = await platform.watchBuiltInCalendar(calendarId);
    if ("error" in answer) throw fromWire(answer.error);
    return answer;
  },
  backupDirectory: () => backupPlace.directory(),
  pause: (signal) => pauseFor(1000, signal),
  now: Date.now,
});

const handlers = createHandlers({
  accounts,
  signIns,
  certificates: new Certificates({ platform, stored: storedAccounts, requestSync }),
  remoteCalendars,
  agree,
  sync: syncs,
  backup,
  timeMachine,
  forgetting,
  pruning,
  backupRuns,
  backupPlace,
  backupStore,
  recoverySheets,
  checkRuns: checks.runs,
  operations,
  waiting: { calendarIds: () => accounts.calendarIds(), calendars, provider },
  scheduling,
  pending: {
    calendarIds: () => accounts.calendarIds(),
    calendars,
    provider,
    scheduler: () => syncs.scheduler,
  },
  guard: {
    calendarIds: () => accounts.calendarIds(),
    calendars,
    provider,
    scheduler: () => syncs.scheduler,
    now: Date.now,
  },
  decisions: {
    calendars,
    provider,
    texts: calendarTexts,
    push: (calendarId, name) => syncs.scheduler.pushSoon(calendarId, name),
    newId,
  },
  waysBack: {
    calendars,
    provider,
    texts: calendarTexts,
    push: (calendarId, name) => syncs.scheduler.pushSoon(calendarId, name),
    newId,
  },
  savedTexts: {
    openFolder: (directory) => openRestoreFolder(platform, directory),
    now: Date.now,
  },
  knownStores,
  diagnostics: async () => ({
    addonVersion: runtime.getManifest().version,
    environment: await platform.getEnvironment(),
    accounts: await accounts.list(),
    lastBackup: await storedLastBackup.read(),
    lastCheck: await checks.runs.last(),
    operations: operations.list(),
    setAside: Object.keys(await storage.local.get(null)).filter((key) =>
      key.startsWith(SET_ASIDE_PREFIX),
    ),
  }),
  sending: {
    isSendingPaused: () => provider.isSendingPaused(),
    resumeSending: async () => {
      // A copied profile: what the other one backs up into the same store is not this one's to forget.
      await storedInstallation.update(() => ({ id: newId() }));
      await provider.resumeSending();
    },
  },
  moving: { firstRun: storedFirstRun, takeover, leaving },
  broadcast,
  pickerTitle: text,
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
answerFreeBusy({
  event: provider.onFreeBusy,
  ask: (attendee, start, end, signal) => scheduling.freeBusy(attendee, start, end, signal),
  awake: (work) => operations.brief("free-busy", work),
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
platform.onPasswordsUnlocked.addListener(() =>
  operations.brief("unlocked", async () => {
    broadcast({ event: "changed", what: "settings" });
    await automatic.unlocked();
    await syncs.unlocked();
  }),
);
alarms.onAlarm.addListener(({ name }) => {
  if (name === AUTOMATIC_BACKUP_ALARM) return operations.brief(name, () => automatic.alarm());
  if (name === FORGET_SEARCH_ALARM) return detection.forget();
  if (name === BACKUP_REMINDER_ALARM) return operations.brief(name, () => reminder.look());
  if (name === AUTOMATIC_CHECK_ALARM) return operations.brief(name, () => checks.automatic.alarm());
  return operations.brief("retry", () => syncs.retry(name));
});
const noteChange = (): void => {
  automatic.changed().catch((error) => reportBug("schedule", error));
};
items.onCreated.addListener(noteChange);
items.onUpdated.addListener(noteChange);
items.onRemoved.addListener(noteChange);
calendars.onRemoved.addListener((id) => {
  syncs.forget(id);
  scheduling.forget(id).catch((error) => reportBug("settings of a calendar", error));
  return accounts.calendarRemoved(id);
});
const armSchedules = async (): Promise<void> => {
  await automatic.arm().catch((error) => reportBug("schedule", error));
  await checks.automatic.arm().catch((error) => reportBug("check schedule", error));
  await reminder.arm().catch((error) => reportBug("reminder", error));
};
const started = async (): Promise<void> => {
  await armSchedules();
  await button.restore();
  await tellStoreEvents(provider, { notify, text }).catch((error) => reportBug("start", error));
};
runtime.onStartup.addListener(started);
runtime.onInstalled.addListener(async ({ reason }) => {
  await started();
  if (reason === "install" && (await platform.mayWelcome())) await pages.open(WELCOME_PAGE);
});
notifications.onClicked.addListener((id) => {
  if (id === BACKUP_REMINDER) return button.clicked();
  return pages.openSection(id.startsWith("backup") ? "backups" : "accounts");
});
platform.onMenuChosen.addListener((choice) =>
  operations.brief("menu", () => menus.chosen(choice)).catch((error) => reportBug("menu", error)),
);
platform.onDescribeCalendar.addListener((calendarId) => menus.describe(calendarId));
provider.onDetectCalendars.addListener((username, password, location) =>
  operations.brief("detection", () => {
    alarms.create(FORGET_SEARCH_ALARM, { delayInMinutes: 60 });
    return detection.detect(username, password, location);
  }),
);
calendars.onCreated.addListener((calendar) =>
  operations.brief("subscription", async () => {
    try {
      await detection.adopt(calendar);
    } catch (error) {
      const { message, hint } = toWire(error);
      const said = [message, hint].filter(Boolean).map(translate);
      const lines = [...said, text("subscriptionFailedHint")];
      await notify("subscription-failed", text("subscriptionFailedTitle"), lines.join("\n"));
    }
  }),
);
void armSchedules();
void button.restore().catch((error) => reportBug("button", error));
