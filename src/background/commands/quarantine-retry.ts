/** Asking once more for what could not be fetched from a calendar. */
import type { CommandValue } from "../../shared/commands.ts";
import type { Accounts } from "../accounts/accounts.ts";
import type { SyncService, Work } from "./ports.ts";
import { listQuarantine, type WaitingDependencies } from "./waiting.ts";

export interface QuarantineDependencies {
  readonly accounts: Pick<Accounts, "find">;
  readonly sync: SyncService;
  readonly waiting: WaitingDependencies;
}

export async function retryQuarantine(
  { accounts, sync, waiting }: QuarantineDependencies,
  calendarId: string,
  work: Work,
): Promise<CommandValue<"quarantine.retry">> {
  await accounts.find(calendarId);
  const waits = async () =>
    (await listQuarantine(waiting)).filter((item) => item.calendarId === calendarId);
  const before = await waits();
  await sync.run(calendarId, work);
  const left = await waits();
  const stays = new Set(left.map(({ name }) => name));
  return { recovered: before.filter(({ name }) => !stays.has(name)).length, left };
}
