/** The table of commands: each name joined with the engine that answers it, and with how it runs. */
import type { BackgroundEvent } from "../../shared/commands.ts";
import type { Accounts } from "../accounts/accounts.ts";
import type { BackupPlace } from "./backup-place.ts";
import { type BackupRuns, STORE_WORK } from "./backup-runs.ts";
import { type DiagnosticFacts, describeDiagnostics } from "./diagnostics.ts";
import type { CommandHandlers } from "./dispatch.ts";
import type { Operations } from "./operations.ts";
import type { BackupService, SyncService } from "./ports.ts";
import { listConflicts, listQuarantine, type WaitingDependencies } from "./waiting.ts";

export interface HandlerDependencies {
  readonly accounts: Accounts;
  readonly sync: SyncService;
  readonly backup: BackupService;
  readonly backupRuns: BackupRuns;
  readonly backupPlace: BackupPlace;
  readonly operations: Operations;
  readonly waiting: WaitingDependencies;
  readonly diagnostics: () => Promise<DiagnosticFacts>;
  readonly sending: Pick<typeof messenger.calendar.provider, "isSendingPaused" | "resumeSending">;
  readonly broadcast: (event: BackgroundEvent) => void;
  /** Titles of the folder picker. */
  readonly pickerTitle: (purpose: "backup" | "restore") => string;
}

export function createHandlers(deps: HandlerDependencies): CommandHandlers {
  const { accounts, sync, backup, backupRuns, backupPlace, operations, broadcast } = deps;
  return {
    "accounts.discover": (args) =>
      operations.run("accounts.discover", ({ signal }) => accounts.discover(args, signal)),
    "accounts.add": (args) =>
      operations.run("accounts.add", ({ signal }) => accounts.add(args, signal)),
    "accounts.list": () => accounts.list(),
    "accounts.remove": (args) => operations.run("accounts.remove", () => accounts.remove(args)),

    "sync.run": ({ calendarId }) =>
      operations.run("sync.run", async (work) => {
        if (calendarId !== undefined) await accounts.find(calendarId);
        return { calendars: await sync.run(calendarId, work) };
      }),

    "sending.status": async () => ({ paused: await deps.sending.isSendingPaused() }),
    "sending.resume": () =>
      operations.run("sending.resume", async (work) => {
        await deps.sending.resumeSending();
        broadcast({ event: "changed", what: "accounts" });
        return { calendars: await sync.run(undefined, work) };
      }),

    "places.pick": async ({ purpose }) => ({
      directory: await backupPlace.pick(deps.pickerTitle(purpose)),
    }),
    "backup.configure": async (args) => {
      // A backup under way ends with its own directory remembered, not with one chosen meanwhile.
      const settings =
        args.directory === undefined
          ? await backupPlace.configure(args)
          : await operations.run("backup.configure", () => backupPlace.configure(args), {
              exclusive: STORE_WORK,
            });
      if (args.directory !== undefined) {
        broadcast({ event: "changed", what: "settings" });
        broadcast({ event: "changed", what: "snapshots" });
      }
      return settings;
    },
    "backup.run": async (args) => {
      const report = await backupRuns.run(args);
      broadcast({ event: "changed", what: "snapshots" });
      return report;
    },

    "snapshots.list": (args) =>
      operations.brief("snapshots.list", (work) => backup.list(args, work)),
    "snapshots.browse": (args) =>
      operations.brief("snapshots.browse", (work) => backup.browse(args, work)),
    "snapshots.restore": async (args) => {
      const report = await operations.run(
        "snapshots.restore",
        (work) => backup.restore(args, work),
        { exclusive: STORE_WORK },
      );
      if (report.safetySnapshotId !== null) broadcast({ event: "changed", what: "snapshots" });
      return report;
    },
    "snapshots.check": (args) =>
      operations.run("snapshots.check", (work) => backup.check(args, work)),

    "operations.list": async () => operations.list(),
    "operations.cancel": async ({ id }) => ({ cancelled: operations.cancel(id) }),

    "conflicts.list": () => listConflicts(deps.waiting),
    "quarantine.list": () => listQuarantine(deps.waiting),
    "diagnostics.report": async () => ({ text: describeDiagnostics(await deps.diagnostics()) }),
  };
}
