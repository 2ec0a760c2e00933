/** Removing snapshots; before, what would be gone with them, in calendars and in single versions of items. */
import type { CommandArguments, RemovalReport } from "../../shared/commands.ts";
import type { Forgetting, TimeMachine, Work } from "./ports.ts";

export async function removeSnapshots(
  { forgetting, timeMachine }: { forgetting: Forgetting; timeMachine: TimeMachine },
  args: CommandArguments<"snapshots.remove">,
  work: Work,
): Promise<RemovalReport> {
  const report = await forgetting.remove(args, work);
  const { dryRun = false, snapshotIds } = args;
  return { ...report, onlyHere: dryRun ? await timeMachine.onlyIn(snapshotIds, work) : null };
}
