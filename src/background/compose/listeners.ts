/** Registers every listener: a suspended event page is woken only for those it had in its first turn. */
import browser from "webextension-polyfill";
import { toWire } from "../../shared/errors.ts";
import { FORGET_SEARCH_ALARM } from "../accounts/dialog-detection.ts";
import { AUTOMATIC_BACKUP_ALARM } from "../commands/automatic-backups.ts";
import { AUTOMATIC_CHECK_ALARM } from "../commands/automatic-checks.ts";
import { BACKUP_REMINDER, BACKUP_REMINDER_ALARM } from "../commands/backup-reminder.ts";
import { type CommandHandlers, createDispatcher } from "../commands/dispatch.ts";
import { tellLeftOvers } from "../commands/left-overs.ts";
import { OwnPages, openTabs, placeOf, WELCOME_PAGE } from "../commands/own-pages.ts";
import { tellStoreEvents } from "../commands/store-events.ts";
import { ThunderbirdMenus } from "../commands/thunderbird-menus.ts";
import { answerFreeBusy } from "../provider/free-busy.ts";
import { registerHooks } from "../provider/hooks.ts";
import type { AccountParts } from "./account-parts.ts";
import type { BackupParts } from "./backup-parts.ts";
import {
  action,
  alarms,
  broadcast,
  calendars,
  formatCount,
  formatTime,
  items,
  notifications,
  notify,
  platform,
  provider,
  remembered,
  reportBug,
  runtime,
  text,
  translate,
} from "./surroundings.ts";

export function listen(
  { operations, syncs, accounts, scheduling, detection }: AccountParts,
  { automatic, checks, button, reminder, noteChange }: BackupParts,
  handlers: CommandHandlers,
): void {
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
    if (name === AUTOMATIC_CHECK_ALARM)
      return operations.brief(name, () => checks.automatic.alarm());
    return operations.brief("retry", () => syncs.retry(name));
  });
  items.onCreated.addListener(noteChange);
  items.onUpdated.addListener(noteChange);
  items.onRemoved.addListener(noteChange);
  calendars.onRemoved.addListener((id) =>
    operations.brief("calendar removed", async () => {
      syncs.forget(id);
      scheduling.forget(id).catch((error) => reportBug("settings of a calendar", error));
      if (!(await accounts.calendarRemoved(id))) return;
      const gone = { provider, gone: () => remembered.gone.read() };
      await tellLeftOvers(gone, id, (name) =>
        notify(`left-over-${id}`, text("leftOverTitle", [name]), text("leftOverHint")),
      );
    }),
  );
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
    return pages.openSection(...placeOf(id));
  });
  platform.onMenuChosen.addListener((choice) =>
    operations.brief("menu", () => menus.chosen(choice)).catch((error) => reportBug("menu", error)),
  );
  platform.onDescribeCalendar.addListener((calendarId) => menus.describe(calendarId));
  provider.onDetectCalendars.addListener((username, password, location, savePassword) =>
    operations.brief("detection", () => {
      alarms.create(FORGET_SEARCH_ALARM, { delayInMinutes: 60 });
      return detection.detect(username, password, location, savePassword);
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
}
