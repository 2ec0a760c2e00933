/** The table of commands: each name joined with the engine that answers it, and with how it runs. */
import type { Appearance, CommandArguments } from "../../shared/commands.ts";
import type { AccountScheduling } from "../accounts/account-scheduling.ts";
import type { Accounts } from "../accounts/accounts.ts";
import type { Certificates } from "../accounts/certificates.ts";
import type { SignIns } from "../accounts/sign-ins.ts";
import type { BackupStore } from "../backup/backup-store.ts";
import { auditCalendar } from "./audits.ts";
import type { BackupPlace } from "./backup-place.ts";
import { type BackupRuns, STORE_WORK } from "./backup-runs.ts";
import type { CheckRuns } from "./check-runs.ts";
import { type DiagnosticFacts, describeDiagnostics } from "./diagnostics.ts";
import type { CommandHandlers } from "./dispatch.ts";
import type { KnownStores } from "./known-stores.ts";
import { type CalendarNames, countItems, listCalendars } from "./listed-calendars.ts";
import { type MovingDependencies, movingHandlers } from "./moving-handlers.ts";
import { refusePassphraseChange } from "./passphrase-change.ts";
import type { BackupService, Forgetting, TimeMachine, Work } from "./ports.ts";
import type { Pruning } from "./pruning.ts";
import type { RecoverySheets } from "./recovery-sheets.ts";
import type { RemoteCalendars } from "./remote-calendars.ts";
import { type SavedTextsDependencies, saveText } from "./saved-texts.ts";
import { removeSnapshots } from "./snapshot-removal.ts";
import { type WaitingCommandDependencies, waitingHandlers } from "./waiting-handlers.ts";

const PICKER_TITLES = {
  backup: "pickBackupFolder",
  restore: "pickRestoreFolder",
  sheet: "pickSheetFolder",
} as const;

export interface HandlerDependencies extends WaitingCommandDependencies {
  /** What was chosen in Thunderbird's menu for its windows. */
  readonly appearance: () => Promise<Appearance>;
  readonly accounts: Accounts;
  readonly signIns: Pick<SignIns, "signIn">;
  readonly certificates: Pick<Certificates, "trust">;
  readonly remoteCalendars: RemoteCalendars;
  readonly calendars: CalendarNames;
  /** The user agreed to another host: what was stopped there goes on. */
  readonly agree: (accountId: string, host: string) => Promise<string[]>;
  readonly backup: BackupService;
  readonly timeMachine: TimeMachine;
  readonly forgetting: Forgetting;
  readonly pruning: Pruning;
  readonly backupRuns: BackupRuns;
  readonly backupPlace: BackupPlace;
  readonly backupStore: Pick<BackupStore, "test">;
  readonly recoverySheets: RecoverySheets;
  readonly checkRuns: Pick<CheckRuns, "run">;
  readonly scheduling: Pick<AccountScheduling, "configure">;
  readonly savedTexts: SavedTextsDependencies;
  readonly knownStores: KnownStores;
  readonly diagnostics: () => Promise<DiagnosticFacts>;
  readonly sending: Pick<typeof messenger.calendar.provider, "isSendingPaused" | "resumeSending">;
  readonly moving: MovingDependencies;
  /** Titles of the folder picker, by their keys. */
  readonly pickerTitle: (key: string) => string;
}

export function createHandlers(deps: HandlerDependencies): CommandHandlers {
  const { accounts, sync, backup, backupRuns, backupPlace, operations, broadcast } = deps;
  /** A change to the item store that pages show with the accounts. */
  const afterwards = async <T>(change: () => Promise<T>): Promise<T> => {
    const value = await operations.brief("change", change);
    broadcast({ event: "changed", what: "accounts" });
    return value;
  };
  const { timeMachine, forgetting, remoteCalendars } = deps;
  const runSync = ({ calendarId }: CommandArguments<"sync.run">) =>
    operations.run("sync.run", async (work) => {
      if (calendarId !== undefined) await accounts.find(calendarId);
      return { calendars: await sync.run(calendarId, work) };
    });
  const runBackup = async (args: CommandArguments<"backup.run">) => {
    const report = await backupRuns.run(args);
    broadcast({ event: "changed", what: "snapshots" });
    return report;
  };
  return {
    ...movingHandlers(deps.moving, operations, broadcast),
    "accounts.discover": (args) =>
      operations.run("accounts.discover", ({ signal }) => accounts.discover(args, signal)),
    "accounts.add": (args) =>
      operations.run("accounts.add", ({ signal }) => accounts.add(args, signal)),
    "accounts.list": () => accounts.list(),
    "accounts.remove": async (args) => {
      const removed = await operations.run("accounts.remove", () => accounts.remove(args));
      if (removed.snapshotId !== null) broadcast({ event: "changed", what: "snapshots" });
      return removed;
    },

    "accounts.signIn": (args) =>
      operations.run("accounts.signIn", ({ signal }) => deps.signIns.signIn(args, signal)),
    "accounts.trustCertificate": ({ host }) =>
      operations.run("accounts.trustCertificate", () => deps.certificates.trust(host)),
    "accounts.agree": async ({ accountId, host }) => ({
      agreedHosts: await operations.brief("accounts.agree", () => deps.agree(accountId, host)),
    }),

    "calendars.list": () => listCalendars(deps.calendars),
    "calendars.countItems": ({ calendarIds }) => countItems(deps.guard, calendarIds),
    "calendars.createRemote": (args) =>
      operations.run("calendars.createRemote", (work) => remoteCalendars.create(args, work)),
    "calendars.updateRemote": (args) =>
      operations.run("calendars.updateRemote", (work) => remoteCalendars.update(args, work)),
    "calendars.deleteRemote": async (args) => {
      const deleted = await operations.run("calendars.deleteRemote", (work) =>
        remoteCalendars.delete(args, work),
      );
      if (deleted.snapshotId !== null) broadcast({ event: "changed", what: "snapshots" });
      return deleted;
    },
    "calendars.subscribe": (args) =>
      operations.run("calendars.subscribe", (work) => remoteCalendars.subscribe(args, work)),
    "calendars.unsubscribe": async (args) => {
      const left = await operations.run("calendars.unsubscribe", () => accounts.unsubscribe(args));
      if (left.snapshotId !== null) broadcast({ event: "changed", what: "snapshots" });
      return left;
    },
    "calendars.dismiss": (args) =>
      operations.brief("calendars.dismiss", () => remoteCalendars.dismiss(args)),

    "calendars.takeOver": (args) =>
      operations.run("calendars.takeOver", (work) => remoteCalendars.takeOver(args, work)),

    "sync.run": (args) => runSync(args),
    "appearance.read": () => deps.appearance(),
    "firstRun.begin": async () => {
      const { calendars } = await runSync({});
      return { calendars, backup: await runBackup({}) };
    },

    "sync.audit": (args) =>
      operations.run("sync.audit", (work) => auditCalendar(deps.guard, args, work)),
    "sending.status": async () => ({ paused: await deps.sending.isSendingPaused() }),
    "sending.resume": () =>
      operations.run("sending.resume", async (work) => {
        await deps.sending.resumeSending();
        broadcast({ event: "changed", what: "accounts" });
        return { calendars: await sync.run(undefined, work) };
      }),

    "places.pick": async ({ purpose }) => ({
      directory: await backupPlace.pick(deps.pickerTitle(PICKER_TITLES[purpose])),
    }),
    "backup.configure": async (args) => {
      // A backup under way ends with its own directory remembered, not with one chosen meanwhile.
      const touchesStore = args.directory !== undefined || args.passphrase !== undefined;
      const configure = (work: Work) => backupPlace.configure(args, work);
      const settings = touchesStore
        ? await operations.run("backup.configure", configure, { exclusive: STORE_WORK })
        : await operations.brief("backup.configure", configure);
      if (!touchesStore && args.retention !== undefined)
        broadcast({ event: "changed", what: "settings" });
      if (touchesStore) {
        broadcast({ event: "changed", what: "settings" });
        broadcast({ event: "changed", what: "snapshots" });
      }
      return settings;
    },
    "backup.recoverySheet": (args) =>
      operations.brief("backup.recoverySheet", () => deps.recoverySheets.make(args)),
    "passphrase.test": ({ passphrase }) =>
      operations.run("passphrase.test", async (work) => ({
        correct: await deps.backupStore.test(passphrase, work),
      })),
    "passphrase.change": () => refusePassphraseChange(),
    "backup.run": (args) => runBackup(args),

    "snapshots.list": (args) =>
      operations.brief("snapshots.list", (work) => backup.list(args, work)),
    "snapshots.browse": (args) =>
      operations.brief("snapshots.browse", (work) => backup.browse(args, work)),
    "snapshots.search": ({ subject, ...args }) =>
      operations.run("snapshots.search", (work) => timeMachine.search(args, work), {
        ...(subject !== undefined && { subject }),
      }),
    "snapshots.occurrences": (args) =>
      operations.run("snapshots.occurrences", (work) => timeMachine.occurrences(args, work)),
    "snapshots.read": (args) =>
      operations.brief("snapshots.read", (work) => timeMachine.read(args, work)),
    "snapshots.diff": (args) =>
      operations.run("snapshots.diff", (work) => timeMachine.diff(args, work)),
    "snapshots.versions": (args) =>
      operations.run("snapshots.versions", (work) => timeMachine.versions(args, work)),
    "snapshots.restore": async (args) => {
      const report = await operations.run(
        "snapshots.restore",
        (work) => backup.restore(args, work),
        { exclusive: STORE_WORK },
      );
      if (report.safetySnapshotId !== null) broadcast({ event: "changed", what: "snapshots" });
      return report;
    },
    "snapshots.export": (args) =>
      operations.run("snapshots.export", (work) => backup.export(args, work)),
    "snapshots.remove": async (args) => {
      const report = await operations.run(
        "snapshots.remove",
        (work) => removeSnapshots(deps, args, work),
        { exclusive: STORE_WORK },
      );
      if (args.dryRun !== true) broadcast({ event: "changed", what: "snapshots" });
      return report;
    },
    "snapshots.prune": (args) => deps.pruning.run(args),
    "snapshots.pin": async (args) => {
      const pinned = await operations.brief("snapshots.pin", (work) => forgetting.pin(args, work));
      broadcast({ event: "changed", what: "snapshots" });
      return pinned;
    },
    "snapshots.check": async (args) => {
      const report = await deps.checkRuns.run(args);
      if (args.snapshotId === undefined) broadcast({ event: "changed", what: "settings" });
      return report;
    },

    "operations.list": async () => operations.list(),
    "operations.cancel": async ({ id }) => ({ cancelled: operations.cancel(id) }),

    ...waitingHandlers(deps, afterwards),
    "calendars.configure": (args) =>
      operations.brief("calendars.configure", () => deps.scheduling.configure(args)),
    "items.save": (args) => operations.brief("items.save", () => saveText(deps.savedTexts, args)),

    "stores.list": () => deps.knownStores.list(),
    "stores.activate": async (args) => {
      const settings = await operations.run(
        "stores.activate",
        () => deps.knownStores.activate(args),
        { exclusive: STORE_WORK },
      );
      broadcast({ event: "changed", what: "settings" });
      broadcast({ event: "changed", what: "snapshots" });
      return settings;
    },
    "stores.forget": async (args) => {
      const value = await deps.knownStores.forget(args);
      broadcast({ event: "changed", what: "settings" });
      return value;
    },
    "stores.size": () => operations.brief("stores.size", () => deps.knownStores.size()),
    "diagnostics.report": async () => ({ text: describeDiagnostics(await deps.diagnostics()) }),
  };
}
