/** A run that was asked for and has not begun: whoever asks meanwhile joins it. */
import type { CalendarSyncReport } from "../../shared/commands.ts";
import type { SyncProgress } from "./sync-run.ts";

/** `manual`: the user asked, so back-off and waiting times do not count. */
export type SyncReason = "manual" | "poll" | "online" | "retry";

export interface RequestOptions {
  /** See {@link RunOptions.approvedDeletions}. */
  readonly approvedDeletions?: readonly string[];
  /** See {@link RunOptions.listsAll}. */
  readonly listsAll?: boolean;
  /** Ends the calendar's run. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SyncProgress) => void;
}

export class QueuedRun {
  impatient = false;
  approvedDeletions: readonly string[] | undefined;
  listsAll = false;
  readonly done: Promise<CalendarSyncReport>;
  readonly #listeners = new Set<(progress: SyncProgress) => void>();

  /** @param work begins in a later turn */
  constructor(work: (run: QueuedRun) => Promise<CalendarSyncReport>) {
    this.done = Promise.resolve().then(() => work(this));
  }

  join(reason: SyncReason, { approvedDeletions, listsAll, onProgress }: RequestOptions): void {
    this.impatient ||= reason === "manual";
    if (approvedDeletions !== undefined)
      this.approvedDeletions = [...(this.approvedDeletions ?? []), ...approvedDeletions];
    this.listsAll ||= listsAll === true;
    if (onProgress !== undefined) this.#listeners.add(onProgress);
  }

  tell(progress: SyncProgress): void {
    for (const listener of this.#listeners) listener(progress);
  }
}
