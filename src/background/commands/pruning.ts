/** Removing old snapshots by a policy: the one asked for, else that of the settings; by hand or after a backup. */
import type { BackgroundEvent, CommandArguments, CommandValue } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import type { StoredBackupSettings } from "../settings/backup-settings.ts";
import type { StoredValue } from "../settings/stored-value.ts";
import { STORE_WORK } from "./backup-runs.ts";
import type { Operations } from "./operations.ts";
import type { Forgetting } from "./ports.ts";

export class Pruning {
  readonly #operations: Operations;
  readonly #forgetting: Pick<Forgetting, "prune">;
  readonly #settings: StoredValue<StoredBackupSettings>;
  readonly #suspended: () => Promise<boolean>;
  readonly #broadcast: (event: BackgroundEvent) => void;

  constructor(dependencies: {
    operations: Operations;
    forgetting: Pick<Forgetting, "prune">;
    settings: StoredValue<StoredBackupSettings>;
    /** True in a copy of the profile until the user goes on with it: the snapshots are the other one's, too. */
    suspended: () => Promise<boolean>;
    broadcast: (event: BackgroundEvent) => void;
  }) {
    this.#operations = dependencies.operations;
    this.#forgetting = dependencies.forgetting;
    this.#settings = dependencies.settings;
    this.#suspended = dependencies.suspended;
    this.#broadcast = dependencies.broadcast;
  }

  /** @throws AppError "not-confirmed" in a copy of the profile, "busy" while other work with the store is running; those of {@link Forgetting.prune} */
  async run(args: CommandArguments<"snapshots.prune">): Promise<CommandValue<"snapshots.prune">> {
    const policy = args.policy ?? (await this.#settings.read()).retention;
    if (policy === null) {
      throw new AppError("bad-argument", "No policy says which snapshots to keep.", {
        hint: "Nothing was removed. Give a policy, or set one for the backups.",
        details: { argument: "policy" },
      });
    }
    const dryRun = args.dryRun ?? false;
    if (!dryRun && (await this.#suspended())) throw copiedProfile();
    const outcome = await this.#operations.run(
      "snapshots.prune",
      (work) => this.#forgetting.prune(policy, dryRun, work),
      { exclusive: STORE_WORK },
    );
    if (!dryRun && outcome.removed.length > 0)
      this.#broadcast({ event: "changed", what: "snapshots" });
    return outcome;
  }

  /** After a complete backup, where the settings have a policy. */
  async afterBackup(): Promise<void> {
    if ((await this.#settings.read()).retention === null || (await this.#suspended())) return;
    await this.run({});
  }
}

function copiedProfile(): AppError {
  return new AppError(
    "not-confirmed",
    "This profile was copied or moved: its snapshots may be another one's, too.",
    {
      hint: "Nothing was removed. Say on the accounts page that this is the one you use, then try again.",
      retry: "after-user",
    },
  );
}
