import { AccountLogins } from "../accounts/account-logins.ts";
import { AccountScheduling } from "../accounts/account-scheduling.ts";
import { AccountServers } from "../accounts/account-servers.ts";
import { Accounts } from "../accounts/accounts.ts";
import { Certificates } from "../accounts/certificates.ts";
import { Credentials } from "../accounts/credentials.ts";
import { DialogDetection } from "../accounts/dialog-detection.ts";
import { MovedHomes } from "../accounts/moved-homes.ts";
import { makeOAuth } from "../accounts/oauth/make-oauth.ts";
import { serverDiscovery } from "../accounts/server-discovery.ts";
import { ServerNews } from "../accounts/server-news.ts";
import { SignIns } from "../accounts/sign-ins.ts";
import { explainTlsFailures } from "../accounts/tls-failures.ts";
import type { BackupRuns } from "../commands/backup-runs.ts";
import { CalendarSyncs } from "../commands/calendar-syncs.ts";
import { Operations } from "../commands/operations.ts";
import { RemoteCalendars } from "../commands/remote-calendars.ts";
import { calendarChoicesShape, schedulingShape } from "../settings/calendar-choices.ts";
import { stopMemory } from "../settings/stop-memory.ts";
import { calendarTexts } from "../sync/texts.ts";
import { FetchTransport } from "../transport/fetch-transport.ts";
import { withHostQueue } from "../transport/host-queue.ts";
import {
  alarms,
  broadcast,
  calendars,
  calendarType,
  items,
  newId,
  notify,
  platform,
  provider,
  remembered,
  reportBug,
  storage,
  stored,
  text,
  translate,
} from "./surroundings.ts";

export interface LaterParts {
  /** Asked when needed: snapshots are taken of calendars, and before calendars change. */
  readonly backupRuns: () => BackupRuns;
  readonly noteChange: () => void;
}

export function composeAccounts(later: LaterParts) {
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
    status: remembered.syncStatus,
    showStatus: (calendarId, message) =>
      platform.setCalendarStatus(
        calendarId,
        message === null ? null : { message: translate(message) },
      ),
    retryAt: (calendarId, when) => alarms.create(calendarId, { when }),
    tellSignIn: ({ id, username, location }) => {
      void notify(`sign-in-${id}`, text("signInTitle", [username, location]), text("signInHint"));
    },
    tellHeld: (calendarId) => {
      calendars
        .get(calendarId)
        .then((calendar) =>
          notify(
            `held-${calendarId}`,
            text("heldTitle", [calendar?.name ?? ""]),
            text("heldNotice"),
          ),
        )
        .catch((error) => reportBug("notification", error));
    },
    stops: stopMemory(storage.session),
    snapshotBefore: (calendarId, onProgress) =>
      later.backupRuns().before(calendarId, text("beforeRemovals"), onProgress),
    onChanged: tellAccounts,
    onItemsChanged: () => later.noteChange(),
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
    stored: remembered.accounts,
    syncStatus: remembered.syncStatus,
    credentials,
    logins,
    oauth,
    discovery,
    calendars,
    provider,
    calendarType,
    running: () => syncs.running(),
    requestSync,
    onChanged: tellAccounts,
    gone: remembered.gone,
    snapshotBefore: (calendarIds, what) =>
      later
        .backupRuns()
        .mustRunBefore(
          calendarIds,
          text(what === "account" ? "beforeAccountRemoval" : "beforeUnsubscribing"),
        ),
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

  const movedHomes = new MovedHomes({
    stored: remembered.accounts,
    logins,
    discovery,
    servers: accountServers,
    memberNames: (calendarId) => syncs.memberNames(calendarId),
  });
  const news = new ServerNews({
    accounts,
    movedHomes,
    onRelocated: (calendarId) => syncs.forgetListing(calendarId),
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
    snapshotBefore: (calendarId) =>
      later.backupRuns().mustRunBefore([calendarId], text("beforeDeletion")),
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
    accounts: remembered.accounts,
    stored: stored(schedulingShape),
    choices: stored(calendarChoicesShape),
    calendars,
    serverOf: (account) => accountServers.scheduling(account),
    onChanged: tellAccounts,
    now: Date.now,
  });
  const detection = new DialogDetection({
    accounts,
    memory: platform,
    calendarType,
  });
  const certificates = new Certificates({ platform, stored: remembered.accounts, requestSync });
  return {
    transport,
    credentials,
    operations,
    accountServers,
    syncs,
    accounts,
    signIns,
    remoteCalendars,
    agree,
    scheduling,
    detection,
    certificates,
  };
}

export type AccountParts = ReturnType<typeof composeAccounts>;
