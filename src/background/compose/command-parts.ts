import { fromWire } from "../../shared/errors.ts";
import { makeBuiltIn } from "../accounts/built-in-calendars.ts";
import type { CommandHandlers } from "../commands/dispatch.ts";
import { createHandlers } from "../commands/handlers.ts";
import { Leaving, pauseFor } from "../commands/leaving.ts";
import { Takeover } from "../commands/takeover.ts";
import { goneOnAs } from "../settings/installation.ts";
import { SET_ASIDE_PREFIX } from "../settings/stored-value.ts";
import { openRestoreFolder } from "../storage/restore-folder.ts";
import { calendarTexts } from "../sync/texts.ts";
import type { AccountParts } from "./account-parts.ts";
import type { BackupParts } from "./backup-parts.ts";
import {
  broadcast,
  calendars,
  items,
  newId,
  platform,
  provider,
  remembered,
  runtime,
  storage,
  text,
} from "./surroundings.ts";

export function composeCommands(
  {
    transport,
    credentials,
    operations,
    syncs,
    accounts,
    signIns,
    remoteCalendars,
    agree,
    scheduling,
    certificates,
  }: AccountParts,
  {
    automatic,
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
    backupRuns,
  }: BackupParts,
): CommandHandlers {
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

  return createHandlers({
    appearance: () => platform.getAppearance(),
    accounts,
    signIns,
    certificates,
    remoteCalendars,
    calendars: thunderbirdCalendars,
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
    leftOvers: {
      provider,
      items,
      calendars: thunderbirdCalendars,
      gone: () => remembered.gone.read(),
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
      lastBackup: await remembered.lastBackup.read(),
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
        await remembered.installation.update((old) => goneOnAs(old, newId(), Date.now()));
        await provider.resumeSending();
        await automatic.replan();
      },
    },
    moving: { firstRun: remembered.firstRun, takeover, leaving },
    broadcast,
    pickerTitle: text,
  });
}
