/** What the parts of one run share: the two sides, the clock, the counters of the report. */
import type { BatchOperation, BatchResult } from "../../shared/item-store.ts";
import type { KeyedMutex } from "./keyed-mutex.ts";
import type { LocalCalendar, RemoteCollection, SyncState } from "./ports.ts";
import type { CalendarTexts } from "./texts.ts";

export interface SyncProgress {
  readonly done: number;
  /** 0 while unknown. */
  readonly total: number;
  readonly note: "sending" | "listing" | "receiving" | "checking" | "saving" | "restoring";
}

/** Takes a snapshot of the calendar without syncing; false when there is none afterwards. */
export type BeforeMassRemoval = (
  onProgress: (progress: { readonly done: number; readonly total: number }) => void,
) => Promise<boolean>;

/** What accompanies work that may take long. */
export interface Accompanied {
  /** Ends it; nothing is written afterwards. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: SyncProgress) => void;
}

/**
 * @returns false when there is no snapshot
 * @throws the signal's reason: it may take so long that nobody waits for what was to follow
 */
export async function tookSnapshot({
  beforeMassRemoval,
  signal,
  onProgress,
}: Accompanied & { readonly beforeMassRemoval: BeforeMassRemoval }): Promise<boolean> {
  const taken = await beforeMassRemoval((progress) => onProgress({ ...progress, note: "saving" }));
  signal.throwIfAborted();
  return taken;
}

/** Lives as long as one run. */
export interface SyncRun {
  readonly remote: RemoteCollection;
  readonly local: LocalCalendar;
  readonly texts: CalendarTexts;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: SyncProgress) => void;
  readonly beforeMassRemoval: BeforeMassRemoval;
  readonly mutex: KeyedMutex;
  /** Of the mutex, when the run began to look at the server. */
  readonly startedAt: number;
  readonly counts: SyncCounts;
}

export class SyncCounts {
  added = 0;
  updated = 0;
  removed = 0;
  pushed = 0;
  /** Rows with a pending change whose server side moved: to be merged and sent. */
  readonly moved = new Set<string>();
  /** True when the views were told of what arrived. */
  shown = false;

  take(result: BatchResult): void {
    this.added += result.added;
    this.updated += result.updated;
    this.removed += result.removed;
    for (const name of result.pending) this.moved.add(name);
  }

  get changed(): number {
    return this.added + this.updated + this.removed;
  }
}

/** Writes to the server side in the middle of a run: no state, no refresh of the views yet. */
export async function applyBatch(
  run: SyncRun,
  operations: readonly BatchOperation[],
  state?: SyncState,
): Promise<void> {
  if (operations.length === 0 && state === undefined) return;
  const options = state === undefined ? { notify: false } : { state, notify: false };
  run.counts.take(await run.local.batch(operations, options));
}
