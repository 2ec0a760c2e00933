/** Many changes at once, as the user sees them and decides about them. The engine does what is decided. */
import type {
  CommandArguments,
  CommandValue,
  GuardedChange,
  Undone,
} from "../../shared/commands.ts";
import { scanColumns } from "../../shared/ical/scan.ts";
import type { ResourceBody } from "../../shared/item-store.ts";
import { type HeldChange, type HeldSource, heldChanges } from "../sync/held-changes.ts";
import type { SyncScheduler } from "../sync/scheduler.ts";
import { parseSyncState } from "../sync/sync-state.ts";
import type { Work } from "./ports.ts";
import { cacheIdOf, ofEachCalendar } from "./waiting.ts";

export interface GuardDependencies {
  readonly calendarIds: () => Promise<string[]>;
  readonly calendars: Pick<typeof messenger.calendar.calendars, "get">;
  readonly provider: Pick<
    typeof messenger.calendar.provider,
    "getState" | "getPending" | "getResources" | "listResources" | "countDeletions"
  >;
  readonly scheduler: () => Pick<SyncScheduler, "exclusively" | "requestSync">;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const MOST_SUMMARIES = 20;

export async function listGuarded(deps: GuardDependencies): Promise<GuardedChange[]> {
  const lists = await ofEachCalendar(deps, async (calendarId, cacheId) => {
    const state = parseSyncState(await deps.provider.getState(cacheId));
    const source: HeldSource = {
      getState: async () => state,
      listResources: async () => JSON.parse(await deps.provider.listResources(cacheId)),
      getPending: async () => JSON.parse(await deps.provider.getPending(cacheId)),
      countDeletions: (since, except) => deps.provider.countDeletions(cacheId, since, [...except]),
    };
    const changes: GuardedChange[] = [];
    for (const held of await heldChanges(source, deps.now())) {
      const { kind, names, preview } = held;
      const summaries = await summariesOf(deps, cacheId, held);
      const count = names.length;
      changes.push({ calendarId, kind, state: "held", at: null, count, summaries, preview });
    }
    for (const { kind, at, names } of state?.massChanges ?? []) {
      const made = { calendarId, kind, state: "made", at, count: names.length } as const;
      changes.push({ ...made, summaries: [], preview: null });
    }
    return changes;
  });
  return lists.flat().sort((a, b) => (b.at ?? Infinity) - (a.at ?? Infinity) || 0);
}

async function summariesOf(
  { provider }: GuardDependencies,
  cacheId: string,
  { kind, names, deletions }: HeldChange,
): Promise<string[]> {
  if (kind === "deletions")
    return summariesIn(deletions.map(({ baseText, serverText }) => serverText ?? baseText));
  const some = names.slice(0, MOST_SUMMARIES);
  const rows = JSON.parse(await provider.getResources(cacheId, { names: some })) as ResourceBody[];
  return summariesIn(rows.map(({ serverText, userText }) => userText ?? serverText));
}

function summariesIn(texts: readonly (string | null)[]): string[] {
  return texts
    .slice(0, MOST_SUMMARIES)
    .flatMap((text) => (text === null ? [] : [scanColumns(text).summary]));
}

/**
 * @throws AppError "calendar-unknown"; "preview-outdated": something else is held than was shown; "backup-incomplete":
 *   no snapshot could be taken before
 */
export function decideGuarded(
  deps: GuardDependencies,
  {
    calendarId,
    kind,
    decision,
    preview,
    withoutSnapshot = false,
  }: CommandArguments<"guard.decide">,
  work: Work,
): Promise<CommandValue<"guard.decide">> {
  return changed(deps, calendarId, work, (engine, inner) =>
    engine.decide(kind, decision, { preview, withoutSnapshot }, inner),
  );
}

/** @throws AppError "calendar-unknown"; "item-unknown": it cannot be undone any more */
export function undoGuarded(
  deps: GuardDependencies,
  { calendarId, kind, at }: CommandArguments<"guard.undo">,
  work: Work,
): Promise<CommandValue<"guard.undo">> {
  return changed(deps, calendarId, work, (engine, inner) => engine.undo(kind, at, inner));
}

type EngineWork = Parameters<SyncScheduler["exclusively"]>[1];

/** What was decided is in the item store; the synchronization after it tells the server. */
async function changed(
  deps: GuardDependencies,
  calendarId: string,
  outer: Work,
  work: (...args: Parameters<EngineWork>) => Promise<Undone>,
): Promise<Undone> {
  await cacheIdOf(deps.calendars, calendarId);
  const { signal, onProgress } = outer;
  const undone = await deps.scheduler().exclusively(calendarId, work, outer);
  await deps.scheduler().requestSync(calendarId, "manual", { signal, onProgress });
  return undone;
}
