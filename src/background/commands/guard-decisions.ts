/** Many changes at once, as the user sees them and decides about them. The engine does what is decided. */
import type { CommandArguments, CommandValue, GuardedChange } from "../../shared/commands.ts";
import { scanColumns } from "../../shared/ical/scan.ts";
import type { PendingChange, ResourceBody } from "../../shared/item-store.ts";
import { areTooMany, countedDeletions } from "../sync/deletion-guard.ts";
import type { SyncScheduler } from "../sync/scheduler.ts";
import { parseSyncState } from "../sync/sync-state.ts";
import type { Work } from "./ports.ts";
import { cacheIdOf, ofEachCalendar } from "./waiting.ts";

export interface GuardDependencies {
  readonly calendarIds: () => Promise<string[]>;
  readonly calendars: Pick<typeof messenger.calendar.calendars, "get">;
  readonly provider: Pick<
    typeof messenger.calendar.provider,
    "getState" | "getPending" | "getResources" | "countDeletions"
  >;
  readonly scheduler: () => Pick<SyncScheduler, "exclusively" | "requestSync">;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const MOST_SUMMARIES = 20;

export async function listGuarded(deps: GuardDependencies): Promise<GuardedChange[]> {
  const lists = await ofEachCalendar(deps, async (calendarId, cacheId) => {
    const state = parseSyncState(await deps.provider.getState(cacheId));
    const held = { calendarId, state: "held", at: null } as const;
    const changes: GuardedChange[] = [];
    for (const [kind, names] of [
      ["removals", state?.heldRemovals ?? []],
      ["reversals", (state?.heldReversals ?? []).map(({ name }) => name)],
    ] as const) {
      if (names.length === 0) continue;
      const summaries = await summariesOf(deps, cacheId, names);
      changes.push({ ...held, kind, count: names.length, summaries });
    }
    const deletions = await heldDeletions(deps, cacheId, state?.approvedDeletions ?? null);
    if (deletions.length > 0) {
      const texts = deletions.map(({ baseText, serverText }) => serverText ?? baseText);
      const summaries = summariesIn(texts);
      changes.push({ ...held, kind: "deletions", count: deletions.length, summaries });
    }
    for (const { kind, at, names } of state?.massChanges ?? []) {
      changes.push({ calendarId, kind, state: "made", at, count: names.length, summaries: [] });
    }
    return changes;
  });
  return lists.flat().sort((a, b) => (b.at ?? Infinity) - (a.at ?? Infinity) || 0);
}

async function heldDeletions(
  { provider, now }: GuardDependencies,
  cacheId: string,
  approval: Parameters<typeof countedDeletions>[0],
): Promise<PendingChange[]> {
  const { since, except } = countedDeletions(approval, now());
  const counts = await provider.countDeletions(cacheId, since, except);
  if (counts.pending === 0 || !areTooMany(counts, now())) return [];
  const agreed = new Set<string>(approval?.names);
  const pending = JSON.parse(await provider.getPending(cacheId)) as PendingChange[];
  return pending.filter(
    ({ kind, moved, name }) => kind === "delete" && !moved && !agreed.has(name),
  );
}

async function summariesOf(
  { provider }: GuardDependencies,
  cacheId: string,
  names: readonly string[],
): Promise<string[]> {
  const some = names.slice(0, MOST_SUMMARIES);
  const rows = JSON.parse(await provider.getResources(cacheId, { names: some })) as ResourceBody[];
  return summariesIn(rows.map(({ serverText, userText }) => userText ?? serverText));
}

function summariesIn(texts: readonly (string | null)[]): string[] {
  return texts
    .slice(0, MOST_SUMMARIES)
    .flatMap((text) => (text === null ? [] : [scanColumns(text).summary]));
}

/** @throws AppError "calendar-unknown"; "backup-incomplete": no snapshot could be taken before */
export function decideGuarded(
  deps: GuardDependencies,
  { calendarId, kind, decision, withoutSnapshot = false }: CommandArguments<"guard.decide">,
  work: Work,
): Promise<CommandValue<"guard.decide">> {
  return changed(deps, calendarId, work, (engine, signal) =>
    engine.decide(kind, decision, { withoutSnapshot, signal }),
  );
}

/** @throws AppError "calendar-unknown"; "item-unknown": it cannot be undone any more */
export function undoGuarded(
  deps: GuardDependencies,
  { calendarId, kind, at }: CommandArguments<"guard.undo">,
  work: Work,
): Promise<CommandValue<"guard.undo">> {
  return changed(deps, calendarId, work, (engine) => engine.undo(kind, at));
}

type EngineWork = Parameters<SyncScheduler["exclusively"]>[1];

/** What was decided is in the item store; the synchronization after it tells the server. */
async function changed(
  deps: GuardDependencies,
  calendarId: string,
  { signal }: Work,
  work: (...args: Parameters<EngineWork>) => Promise<number>,
): Promise<{ changed: number }> {
  await cacheIdOf(deps.calendars, calendarId);
  const count = await deps.scheduler().exclusively(calendarId, work);
  await deps.scheduler().requestSync(calendarId, "manual", { signal });
  return { changed: count };
}
