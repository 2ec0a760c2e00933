/** Checks of the store, from a page or by the month: the outcome remembered with the directory it is about. */
import type { CheckReport, CommandArguments, LastCheck } from "../../shared/commands.ts";
import { checksOf, type StoredChecks } from "../settings/check-settings.ts";
import type { StoredValue } from "../settings/stored-value.ts";
import type { Operations } from "./operations.ts";
import type { BackupService } from "./ports.ts";

export interface CheckRunsDependencies {
  readonly operations: Pick<Operations, "run">;
  readonly backup: Pick<BackupService, "check">;
  readonly checks: StoredValue<StoredChecks>;
  /** Of the store that is checked. */
  readonly directory: () => Promise<string>;
  /** What the month is counted from may be another time now. */
  readonly onChecked: () => void;
  readonly now: () => number;
}

export class CheckRuns {
  readonly #deps: CheckRunsDependencies;

  constructor(dependencies: CheckRunsDependencies) {
    this.#deps = dependencies;
  }

  /** @throws AppError as {@link BackupService.check} */
  async run(args: CommandArguments<"snapshots.check">): Promise<CheckReport> {
    const { operations, backup, directory } = this.#deps;
    const about = await directory();
    const report = await operations.run("snapshots.check", (work) => backup.check(args, work));
    // A check of one snapshot says nothing about the others.
    if (args.snapshotId === undefined) await this.#remember(about, args.full ?? false, report);
    return report;
  }

  /** How the last one ended; `null` where the present store was never checked. */
  async last(): Promise<LastCheck | null> {
    const { checks, directory } = this.#deps;
    const [stored, present] = await Promise.all([checks.read(), directory()]);
    return stored.directory === present ? stored.last : null;
  }

  async #remember(directory: string, full: boolean, report: CheckReport): Promise<void> {
    const { checks, now, onChecked } = this.#deps;
    const time = now();
    const { ok, checked, errors } = report;
    const last = { time, full, ok, ...checked, errors: errors.length };
    await checks.update((old) => ({
      ...(old.directory === directory ? old : checksOf(directory, time)),
      last,
      ...(full && { lastFull: time, lastFailed: null, ...(ok && { told: null }) }),
    }));
    onChecked();
  }
}
