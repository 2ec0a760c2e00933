/** Edits that are not on the server yet: shown with what the server said of them, sent again, or given up. */
import type { CommandArguments, CommandValue, PendingEdit } from "../../shared/commands.ts";
import type { WireError } from "../../shared/errors.ts";
import { scanColumns } from "../../shared/ical/scan.ts";
import type { PendingChange } from "../../shared/item-store.ts";
import { refusalTime } from "../sync/refusal.ts";
import type { SyncScheduler } from "../sync/scheduler.ts";
import type { Work } from "./ports.ts";
import { cacheIdOf, ofEachCalendar } from "./waiting.ts";

export interface PendingDependencies {
  readonly calendarIds: () => Promise<string[]>;
  readonly calendars: Pick<typeof messenger.calendar.calendars, "get">;
  readonly provider: Pick<typeof messenger.calendar.provider, "getPending">;
  readonly scheduler: () => Pick<SyncScheduler, "exclusively" | "requestSync">;
}

/** Oldest first. @throws AppError "calendar-unknown" */
export async function listPending(
  deps: PendingDependencies,
  { calendarId }: CommandArguments<"pending.list">,
): Promise<PendingEdit[]> {
  const read = async (id: string, cacheId: string): Promise<PendingEdit[]> => {
    const changes = JSON.parse(await deps.provider.getPending(cacheId)) as PendingChange[];
    return changes.map((change) => pendingEdit(id, change));
  };
  const lists =
    calendarId === undefined
      ? await ofEachCalendar(deps, read)
      : [await read(calendarId, await cacheIdOf(deps.calendars, calendarId))];
  return lists.flat().sort((a, b) => a.since - b.since);
}

export function pendingEdit(calendarId: string, change: PendingChange): PendingEdit {
  const { name, kind, changedAt, attempts, lastError, waiting } = change;
  return {
    calendarId,
    name,
    summary: scanColumns(change.userText ?? change.serverText ?? change.baseText ?? "").summary,
    change: kind,
    since: changedAt,
    attempts,
    error: lastError as WireError | null,
    nextTry: refusalTime(change),
    waiting,
  };
}

/** @throws AppError "calendar-unknown", and those of the server: why nothing could be sent */
export async function retryPending(
  deps: PendingDependencies,
  { calendarId, name }: CommandArguments<"pending.retry">,
  { signal }: Work,
): Promise<CommandValue<"pending.retry">> {
  const waiting = () => listPending(deps, { calendarId });
  const concerned = (await waiting()).filter((edit) => name === undefined || edit.name === name);
  await deps.scheduler().requestSync(calendarId, "manual", { signal });
  const left = await waiting();
  const stays = new Set(left.map((edit) => `${edit.name}\n${edit.since}`));
  return {
    sent: concerned.filter((edit) => !stays.has(`${edit.name}\n${edit.since}`)).length,
    left,
  };
}

/** @throws AppError "calendar-unknown" */
export async function discardPending(
  deps: PendingDependencies,
  { calendarId, name }: CommandArguments<"pending.discard">,
): Promise<CommandValue<"pending.discard">> {
  await cacheIdOf(deps.calendars, calendarId);
  const discarded = await deps
    .scheduler()
    .exclusively(calendarId, async (engine) => engine.discard(name));
  return { discarded };
}
