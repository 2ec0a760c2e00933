import { ownedCalendar } from "../accounts/owned-calendar.ts";
import { BackupService } from "../backup/backup-service.ts";
import { Forgetting } from "../backup/forgetting.ts";
import { ItemStoreVersions } from "../backup/item-store-versions.ts";
import { KeptStore } from "../backup/kept-store.ts";
import { ThunderbirdCalendars } from "../backup/thunderbird-calendars.ts";
import { TimeMachine } from "../backup/time-machine.ts";
import { AutomaticBackups } from "../commands/automatic-backups.ts";
import { BackupButton } from "../commands/backup-button.ts";
import { BackupPlace } from "../commands/backup-place.ts";
import { BackupReminder } from "../commands/backup-reminder.ts";
import { BackupRuns } from "../commands/backup-runs.ts";
import { NewCalendars } from "../commands/new-calendars.ts";
import { shortPatience } from "../commands/patience.ts";
import { Pruning } from "../commands/pruning.ts";
import { damageMemory, damageMet, storeChecks } from "../commands/store-checks.ts";
import { reminderShape } from "../settings/backup-reminder.ts";
import { checksShape, damageShape, metDamageShape } from "../settings/check-settings.ts";
import { installationId } from "../settings/installation.ts";
import { madeCalendarsShape } from "../settings/made-calendars.ts";
import { openRestoreFolder } from "../storage/restore-folder.ts";
import type { AccountParts } from "./account-parts.ts";
import { composeStore } from "./store.ts";
import {
  action,
  alarms,
  broadcast,
  calendars,
  formatCount,
  formatTime,
  i18n,
  newId,
  notify,
  platform,
  provider,
  remembered,
  reportBug,
  runtime,
  stored,
  text,
} from "./surroundings.ts";

export function composeBackups({ operations, accounts, accountServers, syncs }: AccountParts) {
  const automatic: AutomaticBackups = new AutomaticBackups({
    alarms,
    settings: remembered.backup,
    history: remembered.backupHistory,
    runBackup: () => backupRuns.run({ label: text("automaticBackup") }),
    prune: () => pruning.afterBackup(),
    tellIncomplete: (report) => button.tellIncomplete(report),
    tellFailed: (error) => button.tellFailed(error),
    tellNotPruned: (error) => button.tellNotPruned(error),
    waitsForUnlock: async () =>
      (await remembered.lastBackup.read()).failure?.error.code === "credentials-locked",
    suspended: () => provider.isSendingPaused(),
    onChanged: () => broadcast({ event: "changed", what: "settings" }),
    now: Date.now,
    random: Math.random,
  });
  const replacedVersions = new ItemStoreVersions(messenger.calendar, () => remembered.gone.read());
  const { backupStore, recoverySheets, knownStores } = composeStore({
    platform,
    settings: remembered.backup,
    place: () => backupPlace,
    unmarkSaved: () => replacedVersions.unmarkSaved(),
    replan: () => checks.automatic.replan(),
    placeAnswered: () => broadcast({ event: "changed", what: "settings" }),
    startKeyThread: () => new Worker(runtime.getURL("key-worker.js")),
    text,
    language: i18n.getUILanguage(),
  });
  const damage = [stored(damageShape), stored(metDamageShape)] as const;
  const backupPlace: BackupPlace = new BackupPlace({
    platform,
    settings: remembered.backup,
    last: remembered.lastBackup,
    automatic,
    store: backupStore,
    patience: shortPatience,
    unmarkSaved: () => replacedVersions.unmarkSaved(),
    checks: {
      last: () => checks.runs.last(),
      // Of a store that is not there yet, or cannot be asked, nothing was met.
      damageMet: () =>
        backupStore
          .inspect()
          .then(({ id }) => damageMet(...damage, id))
          .catch(() => 0),
      next: () => checks.automatic.next(),
      replan: () => checks.automatic.replan(),
    },
  });
  const thunderbirdCalendars = new ThunderbirdCalendars(messenger.calendar, {
    find: (calendarId) => ownedCalendar(calendarId, accounts, calendars, provider),
    syncNow: (calendarId, deletions, signal) => syncs.syncNow(calendarId, deletions, signal),
  });
  const keptStore = new KeptStore({
    open: (work) => backupStore.openToKeep(work),
    noting: (store, work, sure) => backup.withDamage(store, work, sure),
    identify: async () => `${await backupPlace.directory()} ${(await backupStore.inspect()).id}`,
  });
  const backup: BackupService = new BackupService({
    store: backupStore,
    kept: keptStore,
    openFolder: (directory, work) => openRestoreFolder(platform, directory, work),
    environment: async () => ({
      ...(await platform.getEnvironment()),
      instance: await installationId(remembered.installation, newId),
      former: (await remembered.installation.read()).former,
      version: runtime.getManifest().version,
    }),
    calendars: thunderbirdCalendars,
    replaced: replacedVersions,
    maker: new NewCalendars({
      calendars,
      accounts,
      servers: accountServers,
      known: thunderbirdCalendars,
      made: stored(madeCalendarsShape),
    }),
    damage: damageMemory(...damage, () => broadcast({ event: "changed", what: "settings" })),
  });
  const checks = storeChecks({
    alarms,
    operations,
    backup,
    settings: remembered.backup,
    checks: stored(checksShape),
    place: backupPlace,
    tellDamage: (report) => button.tellDamage(report),
    tellFailed: (error) => button.tellCheckFailed(error),
    reportBug,
    now: Date.now,
  });
  const timeMachine = new TimeMachine({
    store: keptStore,
    calendars: thunderbirdCalendars,
  });
  const forgetting = new Forgetting({
    openStore: (signal) => backup.open(signal),
    environment: () => backup.environment(),
    unmarkSaved: (snapshotIds) => replacedVersions.unmarkSaved(snapshotIds),
    now: Date.now,
  });
  const pruning = new Pruning({
    operations,
    forgetting,
    settings: remembered.backup,
    suspended: () => provider.isSendingPaused(),
    broadcast,
  });
  const button: BackupButton = new BackupButton({
    action,
    notify,
    text,
    formatTime,
    formatCount,
    runBackup: (calendarIds) => backupRuns.run(calendarIds ? { calendarIds } : {}),
    readLast: () => remembered.lastBackup.read(),
  });
  const backupRuns: BackupRuns = new BackupRuns({
    operations,
    backup,
    last: remembered.lastBackup,
    history: remembered.backupHistory,
    observer: button,
    noteStore: () => backupPlace.noteStore(),
    onCounted: () => {
      automatic.replan().catch((error) => reportBug("schedule", error));
    },
    now: Date.now,
  });
  const reminder = new BackupReminder({
    alarms,
    stored: stored(reminderShape),
    settings: remembered.backup,
    history: remembered.backupHistory,
    hasCalendars: async () => (await calendars.query({})).length > 0,
    notify,
    text,
    formatDay: (time) =>
      new Date(time).toLocaleDateString(i18n.getUILanguage(), { dateStyle: "long" }),
    now: Date.now,
  });
  const noteChange = (): void => {
    automatic.changed().catch((error) => reportBug("schedule", error));
  };
  return {
    automatic,
    replacedVersions,
    backupStore,
    recoverySheets,
    knownStores,
    backupPlace,
    thunderbirdCalendars,
    backup,
    checks,
    timeMachine,
    forgetting,
    pruning,
    button,
    backupRuns,
    reminder,
    noteChange,
  };
}

export type BackupParts = ReturnType<typeof composeBackups>;
