/** Removing snapshots; before, what would be gone with them, in calendars and in single versions of items. */
import type { CommandArguments, RemovalReport } from "../../shared/commands.ts";
import type { Forgetting, TimeMachine, Work } from "./ports.ts";

export async function removeSnapshots(
  { forgetting, timeMachine }: { forgetting: Forgetting; timeMachine: TimeMachine },
  args: CommandArguments<"snapshots.remove">,
  work: Work,
): Promise<RemovalReport> {
  const report = await forgetting.remove(args, work);
  if (!args.dryRun) return { ...report, onlyHere: null };
  const { unreadable, ...onlyHere } = await timeMachine.onlyIn(args.snapshotIds, work);
  return { ...report, unreadable: [...new Set([...report.unreadable, ...unreadable])], onlyHere };
}
