/**
 * What a bug report needs: versions, counts, states and error codes. No names, addresses, paths, passwords or
 * event texts.
 */
import type { Account, LastCheck, Operation } from "../../shared/commands.ts";
import type { StoredLastBackup } from "../settings/backup-settings.ts";

export interface DiagnosticFacts {
  readonly addonVersion: string;
  readonly environment: {
    readonly appVersion: string;
    readonly os: string;
    readonly arch: string;
    readonly offline: boolean;
  };
  readonly accounts: readonly Account[];
  readonly lastBackup: StoredLastBackup;
  readonly lastCheck: LastCheck | null;
  readonly operations: readonly Operation[];
  /** Keys of settings that could not be understood and were set aside. */
  readonly setAside: readonly string[];
}

export function describeDiagnostics(facts: DiagnosticFacts): string {
  const { environment, lastBackup } = facts;
  const { report, failure } = lastBackup;
  return [
    `CalDAV Keeper ${facts.addonVersion}`,
    `Thunderbird ${environment.appVersion}, ${environment.os} ${environment.arch}, ${environment.offline ? "offline" : "online"}`,
    ...facts.accounts.flatMap(describeAccount),
    report
      ? `last backup: ${iso(report.time)}, ${report.calendars} calendars, ${report.items} items, ${report.incomplete.length} incomplete, ${report.durationMs} ms`
      : "last backup: none",
    ...(failure ? [`last backup failed: ${iso(failure.time)}, ${failure.error.code}`] : []),
    describeCheck(facts.lastCheck),
    ...facts.operations.map(
      ({ operation, done, total }) => `running: ${operation} ${done}/${total}`,
    ),
    ...facts.setAside.map((key) => `set aside: ${key}`),
  ].join("\n");
}

function describeCheck(check: LastCheck | null): string {
  if (!check) return "last check: none";
  const kind = check.full ? "full" : "quick";
  return `last check: ${iso(check.time)}, ${kind}, ${check.snapshots} snapshots, ${check.files} files, ${check.errors} errors`;
}

function describeAccount(account: Account, index: number): string[] {
  const scheme = URL.canParse(account.principal) ? new URL(account.principal).protocol : "?";
  return [
    `account ${index + 1}: ${scheme}${account.insecure ? " insecure" : ""}, error: ${account.error?.code ?? "none"}`,
    ...account.calendars.map((calendar, position) =>
      [
        `  calendar ${position + 1}: ${calendar.components.join("+")}`,
        calendar.readOnly ? "read-only" : "writable",
        `last good sync: ${calendar.lastGoodSync === null ? "never" : iso(calendar.lastGoodSync)}`,
        `pending: ${calendar.pendingChanges}`,
        `quarantined: ${calendar.quarantined}`,
        `error: ${calendar.error?.code ?? "none"}`,
      ].join(", "),
    ),
  ];
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
