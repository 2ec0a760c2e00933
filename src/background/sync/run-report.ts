/** What a run tells of itself. Pure. */
import type { CalendarSyncReport } from "../../shared/commands.ts";
import type { WireError } from "../../shared/errors.ts";
import type { RemoteCollection, SyncState } from "./ports.ts";
import type { SyncCounts } from "./sync-run.ts";

interface RunFacts {
  readonly counts: SyncCounts;
  readonly state: SyncState | null;
  readonly traffic: ReturnType<RemoteCollection["takeTraffic"]>;
  readonly durationMs: number;
  readonly error: WireError | undefined;
}

export function reportOf(
  calendarId: string,
  { counts, state, traffic, durationMs, error }: RunFacts,
): CalendarSyncReport {
  return {
    id: calendarId,
    added: counts.added,
    updated: counts.updated,
    removed: counts.removed,
    pushed: counts.pushed,
    quarantined: (state?.unfetched.length ?? 0) + (state?.unreadable.length ?? 0),
    ...traffic,
    durationMs,
    ...(error === undefined ? {} : { error }),
  };
}

/** Of a run that was given up before it answered: what it had stored and sent by then. */
export function unfinishedReport(
  calendarId: string,
  { added, updated, removed, pushed }: SyncCounts,
): CalendarSyncReport {
  return { ...emptyReport(calendarId), added, updated, removed, pushed };
}

/** Of a run that did not come about. */
export function emptyReport(calendarId: string, error?: WireError): CalendarSyncReport {
  const report: CalendarSyncReport = {
    id: calendarId,
    added: 0,
    updated: 0,
    removed: 0,
    pushed: 0,
    quarantined: 0,
    requests: 0,
    bytes: 0,
    durationMs: 0,
  };
  return error === undefined ? report : { ...report, error };
}
